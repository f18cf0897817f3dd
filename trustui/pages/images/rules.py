"""What a policy asks for, in words: rules for patterns of repositories, and what in it looks odd."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from trustui.check_pages import CheckPage, load_pages
from trustui.core.primitives.text import visible
from trustui.core.trace import Severity
from trustui.core.trust_policy.expectations import GITHUB, Expectation
from trustui.core.trust_policy.given import Read
from trustui.core.trust_policy.languages import Language
from trustui.core.trust_policy.policies import Lint, Policy, PolicyDocument, Requirement
from trustui.pages.components import Labelled
from trustui.pages.images.coverage import Covered

SHOWN = 20
"""Repositories of one rule or statement that a page names."""


_SIGNS = {
    Severity.HIGH: "bad",
    Severity.MEDIUM: "soon",
    Severity.LOW: "none",
    Severity.INFO: "none",
}


class LintLine(msgspec.Struct, frozen=True):
    """Something that its author may not have meant."""

    id: str
    title: str
    because: str
    has_help: bool
    on: str = ""
    """The statement, store or file that it is about; empty: the whole."""
    sign: str = "soon"


class ExpectationLine(msgspec.Struct, frozen=True):
    """One signer that is asked for, in words."""

    who: str
    what: str
    """`a signature`, or which attestation."""
    demands: tuple[Labelled, ...]


class RequirementLine(msgspec.Struct, frozen=True):
    """So many of these."""

    words: str
    expectations: tuple[ExpectationLine, ...]


class RuleLine(msgspec.Struct, frozen=True):
    """What holds for the repositories of some patterns."""

    patterns: tuple[str, ...]
    requirements: tuple[RequirementLine, ...]
    covers: tuple[Covered, ...]
    """Repositories that it applies to."""
    more: int


def rules_of(document: Any, covers: Mapping[int, Sequence[Covered]]) -> tuple[RuleLine, ...]:
    """Of a document of expectations, each with the repositories that it applies to, by its position."""
    if not isinstance(document, PolicyDocument):
        return ()
    return tuple(_rule(one, covers.get(n, ())) for n, one in enumerate(document.policies))


def _rule(one: Policy, covers: Sequence[Covered]) -> RuleLine:
    return RuleLine(
        tuple(visible(pattern, 300) for pattern in one.repositories),
        tuple(_requirement(each) for each in one.require),
        tuple(covers[:SHOWN]),
        max(0, len(covers) - SHOWN),
    )


def _requirement(one: Requirement) -> RequirementLine:
    words = "this signer" if len(one.of) == 1 else f"{one.words} signers, each another one"
    if len(one.of) > 1 and one.at_least == len(one.of):
        words = f"all of these {len(one.of):,}, each by another signer"
    return RequirementLine(words, tuple(_expectation(each) for each in one.of))


def _expectation(one: Expectation) -> ExpectationLine:
    what = (
        f"an attestation of {visible(one.predicate_type, 200)}"
        if one.predicate_type
        else "a signature"
    )
    return ExpectationLine(visible(one.who, 400), what, tuple(_demands(one)))


def _demands(one: Expectation) -> Iterator[Labelled]:
    for name in ("trusted_root", "certificate_chain", "ca_roots", "timestamp_certificate_chain"):
        if getattr(one, name):
            yield Labelled(name.replace("_", " "), visible(getattr(one, name), 200))
    for name in GITHUB:
        if getattr(one, name):
            yield Labelled(name.replace("_", " "), visible(getattr(one, name), 200))
    yield Labelled("log entry", "demanded" if one.needs_log else "not demanded")
    if one.names_a_person:
        yield Labelled("certificate in a log", "demanded" if one.needs_sct else "not demanded")
    if one.needs_timestamp:
        yield Labelled("signed timestamp", "demanded")
    if not one.checks_claims:
        yield Labelled("claims", "not compared")
    if one.tag_format_only:
        yield Labelled("format", "cosign's tag format only")
    for name, text in list(one.annotations.items())[:20]:
        yield Labelled(f"annotation {visible(name, 60)}", visible(text, 200))


def lints_of(language: Language | None, document: Any, read: Read) -> tuple[LintLine, ...]:
    """What in a document, and in the files that it names, its author may not have meant."""
    if language is None or document is None:
        return ()
    found = (*language.lint(document), *language.lint_files(document, read))
    return tuple(_lint(one, load_pages()) for one in found)


def _lint(one: Lint, pages: Mapping[str, CheckPage]) -> LintLine:
    return LintLine(
        one.id,
        pages[one.id].title if one.id in pages else one.id,
        visible(one.because, 400),
        one.id in pages,
        visible(one.on, 200),
        _SIGNS[one.severity],
    )
