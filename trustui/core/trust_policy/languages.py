"""The languages in which people say what they expect of images, one line each.

Who stores or applies a policy asks here, and knows none of them. To add one, give its functions here and
its verification in `images.languages`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.primitives.text import visible
from trustui.core.trace import Severity
from trustui.core.trust_policy import policies
from trustui.core.trust_policy.given import Read
from trustui.core.trust_policy.notation.configuration import judge_document, lint_stores
from trustui.core.trust_policy.notation.lint import NotationLint
from trustui.core.trust_policy.notation.parsing import kind_of
from trustui.core.trust_policy.notation.rules import named
from trustui.core.trust_policy.notation.selection import (
    Considered,
    for_repository,
    statement_for,
)
from trustui.core.trust_policy.notation.statements import NotationDocument
from trustui.core.trust_policy.notation.stores import folder_of
from trustui.core.trust_policy.policies import Lint


class Cover(msgspec.Struct, frozen=True):
    """What of a policy applies to a repository.

    Of several policies that cover it, the one with the highest `rank` applies: an exact name before
    a prefix, a longer one before a shorter. `says` is what it asks, as bytes that are equal exactly
    where the same is asked. `files` are the names of the files that it rests on.
    """

    pattern: str
    rank: tuple[int, int]
    says: bytes
    files: tuple[str, ...]
    lints: tuple[Lint, ...] = ()
    """What this part of the policy may not mean."""
    part: str = ""
    """The name of the part, where parts have names."""


class Language(msgspec.Struct, frozen=True):
    """A language of policies. A document is what `parse` gives; the others take nothing else.

    `parse` raises ParseError with where something is wrong. `lint` is about the document alone,
    `lint_files` about the files that it names. `cover` gives None where the document says nothing of a
    repository `HOST/NAME`, and `considered` says of every part why it applies to one or not. `files` are
    all names of files in a document, `patterns` all patterns of repositories.
    """

    name: str
    title: str
    parse: Callable[[bytes], Any]
    lint: Callable[[Any], Iterable[Lint]]
    lint_files: Callable[[Any, Read], Iterable[Lint]]
    cover: Callable[[Any, str], Cover | None]
    considered: Callable[[Any, str], tuple[Considered, ...]]
    files: Callable[[Any], tuple[str, ...]]
    patterns: Callable[[Any], tuple[str, ...]]


# Expectations -----------------------------------------------------------------------------------


def _cover(document: policies.PolicyDocument, repository: str) -> Cover | None:
    found = policies.covering(document, repository)
    if found is None:
        return None
    return Cover(
        found.pattern,
        policies.specificity(found.pattern),
        msgspec.json.encode(found.policy.require, order="deterministic"),
        _files((found.policy,)),
        tuple(policies.lint_policies(policies.PolicyDocument((found.policy,)))),
    )


def _files(several: Iterable[policies.Policy]) -> tuple[str, ...]:
    names = {
        name
        for policy in several
        for requirement in policy.require
        for expectation in requirement.of
        for name in expectation.files
    }
    return tuple(sorted(names))


_SHOWN = 3
"""Patterns that name a part of a document of expectations."""


def _considered(document: policies.PolicyDocument, repository: str) -> tuple[Considered, ...]:
    found = policies.covering(document, repository)
    return tuple(
        Considered(_name_of(one), *_why(one, found, repository)) for one in document.policies
    )


def _name_of(policy: policies.Policy) -> str:
    patterns = policy.repositories
    more = f" and {len(patterns) - _SHOWN:,} more" if len(patterns) > _SHOWN else ""
    return ", ".join(patterns[:_SHOWN]) + more


def _why(
    policy: policies.Policy, found: policies.Covering | None, repository: str
) -> tuple[bool, str]:
    if found is not None and policy is found.policy:
        return True, f"{visible(found.pattern, 120)} is the most specific pattern that matches"
    matching = [one for one in policy.repositories if policies.repository_matches(one, repository)]
    if found is not None and matching:
        best = max(matching, key=policies.specificity)
        words = "stands first" if best == found.pattern else "is more specific"
        told = f"{visible(best, 120)} matches, and {visible(found.pattern, 120)} of another {words}"
        return False, told
    if len(policy.repositories) == 1:
        return False, "its pattern does not match"
    return False, f"none of its {len(policy.repositories):,} patterns matches"


EXPECTATIONS = Language(
    name="expectations",
    title="expectations per repository pattern",
    parse=policies.parse_policies,
    lint=policies.lint_policies,
    lint_files=lambda _document, _read: (),
    cover=_cover,
    considered=_considered,
    files=lambda document: _files(document.policies),
    patterns=lambda document: _once(
        one for policy in document.policies for one in policy.repositories
    ),
)


# Notation ---------------------------------------------------------------------------------------


class NotationPolicy(msgspec.Struct, frozen=True):
    """A trust policy document for images that breaks no rule; `body` is what somebody wrote.

    The files that it names are its trust stores, each one file by the name that statements give it:
    `ca:NAME`, `signingAuthority:NAME` or `tsa:NAME`.
    """

    document: NotationDocument
    lints: tuple[NotationLint, ...]
    body: bytes


def _parse_notation(body: bytes) -> NotationPolicy:
    """Raises ParseError, for statements about files too: no file is ever looked at from here."""
    if kind_of(body) == "blob":
        raise ParseError(
            "these are statements for files, which `trustui verify blob` takes",
            expected="statements for images, with registryScopes",
            found="globalPolicy",
        )
    read = judge_document("the document", body, "oci")
    if read.document is None:
        raise ParseError(read.problem)
    return NotationPolicy(read.document, read.lints, body)


def _lint_notation(policy: NotationPolicy) -> Iterator[Lint]:
    return map(_as_lint, policy.lints)


def _as_lint(one: NotationLint) -> Lint:
    return Lint(one.id, one.because, one.severity, one.on)


def _lint_stores(policy: NotationPolicy, read: Read) -> Iterator[Lint]:
    titles = _stores(policy)
    answers = {title: read(title) for title in titles}
    there = [folder_of(one, answer) for one, answer in answers.items() if not _is_absent(answer)]
    return map(_as_lint, lint_stores(there, set(titles)))


def _is_absent(answer: object) -> bool:
    return isinstance(answer, Problem) and answer.kind is ProblemKind.ABSENT


def _stores(policy: NotationPolicy) -> tuple[str, ...]:
    return tuple(sorted({name for one in policy.document.statements for name in one.stores}))


_WORRYING = frozenset({Severity.MEDIUM, Severity.HIGH})


def _cover_by_statement(policy: NotationPolicy, repository: str) -> Cover | None:
    statement, scope = statement_for(policy.document, repository)
    if statement is None:
        return None
    about = f"trustPolicies[{policy.document.statements.index(statement)}]"
    lints = (
        one
        for one in policy.lints
        if one.on == named(statement, 0) or one.on.partition(".")[0] == about
    )
    return Cover(
        scope,
        policies.specificity(scope),
        msgspec.json.encode(msgspec.structs.replace(statement, scopes=()), order="deterministic"),
        tuple(sorted(set(statement.stores))),
        tuple(_as_lint(one) for one in lints if one.severity in _WORRYING),
        statement.name,
    )


def _scopes(policy: NotationPolicy) -> tuple[str, ...]:
    return _once(scope for one in policy.document.statements for scope in one.scopes)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


NOTATION = Language(
    name="notation",
    title="Notation's trust policy",
    parse=_parse_notation,
    lint=_lint_notation,
    lint_files=_lint_stores,
    cover=_cover_by_statement,
    considered=lambda policy, repository: for_repository(policy.document, repository).considered,
    files=_stores,
    patterns=_scopes,
)


LANGUAGES: tuple[Language, ...] = (EXPECTATIONS, NOTATION)


def language_named(name: str) -> Language:
    """The language of this name. Raises LookupError with those there are."""
    for one in LANGUAGES:
        if one.name == name:
            return one
    raise LookupError(f"expected {' or '.join(one.name for one in LANGUAGES)}, found {name!r}")
