"""The languages in which people say what they expect of images, one line each.

Who stores or applies a policy asks here, and knows none of them. To add one, give its five functions.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from trustui.core.trust_policy import policies
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


class Language(msgspec.Struct, frozen=True):
    """A language of policies. A document is what `parse` gives; the others take nothing else.

    `parse` raises ParseError with where something is wrong. `cover` gives None where the document
    says nothing of a repository `HOST/NAME`. `files` are all names of files in a document.
    """

    name: str
    title: str
    parse: Callable[[bytes], Any]
    lint: Callable[[Any], Iterable[Lint]]
    cover: Callable[[Any, str], Cover | None]
    files: Callable[[Any], tuple[str, ...]]


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


EXPECTATIONS = Language(
    name="expectations",
    title="expectations per repository pattern",
    parse=policies.parse_policies,
    lint=policies.lint_policies,
    cover=_cover,
    files=lambda document: _files(document.policies),
)

LANGUAGES: tuple[Language, ...] = (EXPECTATIONS,)


def language_named(name: str) -> Language:
    """The language of this name. Raises LookupError with those there are."""
    for one in LANGUAGES:
        if one.name == name:
            return one
    raise LookupError(f"expected {' or '.join(one.name for one in LANGUAGES)}, found {name!r}")
