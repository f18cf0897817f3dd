"""Expectations per repository: a versioned document of patterns, and what must hold for each.

    {"version": 1, "policies": [{"repositories": ["registry.example/team/*"],
      "require": [{"at_least": 1, "of": [EXPECTATION, …]}, …]}]}

Each requirement must be met, by as many different signers as it asks for; without `at_least`, by
all of them. Of several policies, the one with the most specific pattern applies, and only that.
"""

from collections.abc import Iterator, Sequence

import msgspec

from trustui.core.errors import ParseError
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted, visible
from trustui.core.trace import Check, Severity
from trustui.core.trust_policy.expectations import Expectation, expectation_of
from trustui.core.trust_policy.patterns import is_anchored

FORM = Check("policy.form", "rule of trustui")
"""Whether a document can be used at all, asked before it decides anything."""

VERSION = 1
MAX_POLICY = 4 * MIB
MAX_ENTRIES = 1_000
"""Policies of a document, patterns of a policy, requirements, expectations of one."""

Object = dict[str, JsonValue]


class Requirement(msgspec.Struct, frozen=True):
    """So many of these expectations must hold, each by a signer of its own."""

    of: tuple[Expectation, ...]
    at_least: int

    @property
    def words(self) -> str:
        """For people: `1 of 3 signers`."""
        return f"{self.at_least} of {len(self.of)}"


class Policy(msgspec.Struct, frozen=True):
    """What must hold for the repositories that a pattern matches."""

    repositories: tuple[str, ...]
    require: tuple[Requirement, ...]


class PolicyDocument(msgspec.Struct, frozen=True):
    """All policies of one document, in its order."""

    policies: tuple[Policy, ...]


class Covering(msgspec.Struct, frozen=True):
    """The policy that applies to a repository, by which of its patterns."""

    policy: Policy
    pattern: str


def alone(expectation: Expectation) -> tuple[Requirement, ...]:
    """One expectation, as the requirements of a policy of its own."""
    return (Requirement((expectation,), 1),)


def parse_policies(body: bytes) -> PolicyDocument:
    """A document of policies. Raises ParseError with where something is wrong."""
    document = _object(load(body, JsonLimits(max_bytes=MAX_POLICY)).value, "the document")
    _only(document, "the document", "version", "policies")
    if document.get("version") != VERSION or type(document["version"]) is not int:
        raise ParseError(
            "the version of the document is not known",
            expected=str(VERSION),
            found=quoted(document.get("version")),
        )
    listed = _list(document.get("policies"), "policies")
    return PolicyDocument(tuple(_policy(one, f"policies[{n}]") for n, one in enumerate(listed)))


def covering(document: PolicyDocument, repository: str) -> Covering | None:
    """The policy of the most specific pattern that matches `HOST/NAME`, or None: not covered."""
    found = [
        Covering(policy, pattern)
        for policy in document.policies
        for pattern in policy.repositories
        if repository_matches(pattern, repository)
    ]
    return max(found, key=lambda one: specificity(one.pattern), default=None)


def repository_matches(pattern: str, repository: str) -> bool:
    """A whole name, or one that ends in `/*`: everything below; `*` alone is everything."""
    if pattern == "*":
        return True
    if pattern.endswith("/*"):
        return repository.startswith(pattern[:-1])
    return pattern == repository


def nearest_patterns(document: PolicyDocument, repository: str, most: int = 3) -> list[str]:
    """Patterns that share the longest beginning with a name that none covers."""
    patterns = {one for policy in document.policies for one in policy.repositories}
    return sorted(patterns, key=lambda one: (-_common(one, repository), one))[:most]


def specificity(pattern: str) -> tuple[int, int]:
    """What orders patterns that match one repository: a whole name first, then the longest."""
    return int(not pattern.endswith("*")), len(pattern)


def _common(one: str, other: str) -> int:
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


# Lints ----------------------------------------------------------------------------------------

UNANCHORED = "policy.lint.unanchored_pattern"
REPEATED = "policy.lint.repeated_pattern"
NO_LOG = "policy.lint.log_not_required"
EVERYBODY = "policy.lint.matches_everybody"

LINTS = (UNANCHORED, REPEATED, NO_LOG, EVERYBODY)


class Lint(msgspec.Struct, frozen=True):
    """Something in what is expected that its author may not have meant.

    `on` is the part of the policy or the file that it is about; "" is the whole, or told in `because`.
    """

    id: str
    because: str
    severity: Severity = Severity.MEDIUM
    on: str = ""

    @property
    def words(self) -> str:
        """For people: `on` and why."""
        return f"{self.on}: {self.because}" if self.on else self.because


def lint_expectation(expectation: Expectation) -> Iterator[Lint]:
    """What one expectation may not mean."""
    for name, pattern in (
        ("subject", expectation.identity_regexp),
        ("issuer", expectation.issuer_regexp),
    ):
        if pattern and not is_anchored(pattern):
            yield Lint(
                UNANCHORED,
                f"the pattern of the {name}, {visible(pattern, 100)}, is not anchored: it means the whole "
                "name here, and any part of a name to cosign",
            )
    if expectation.identity_regexp in {".*", "^.*$", ".+", "^.+$"}:
        yield Lint(EVERYBODY, "the pattern of the subject matches everybody that the issuer knows")
    if expectation.names_a_person and not expectation.needs_log:
        yield Lint(
            NO_LOG,
            "no log entry is demanded for a certificate: a signature made with a stolen identity is seen by nobody",
        )


def lint_policies(document: PolicyDocument) -> Iterator[Lint]:
    """What a document may not mean."""
    seen: set[str] = set()
    for policy in document.policies:
        for pattern in policy.repositories:
            if pattern in seen:
                yield Lint(
                    REPEATED, f"{visible(pattern, 100)} stands in two policies: the first counts"
                )
            seen.add(pattern)
        for requirement in policy.require:
            for expectation in requirement.of:
                yield from lint_expectation(expectation)


# Reading --------------------------------------------------------------------------------------


def _policy(value: JsonValue, where: str) -> Policy:
    policy = _object(value, where)
    _only(policy, where, "repositories", "require")
    names = _list(policy.get("repositories"), f"{where}.repositories")
    listed = _list(policy.get("require"), f"{where}.require")
    return Policy(
        tuple(_pattern(one, f"{where}.repositories") for one in names),
        tuple(_requirement(one, f"{where}.require[{n}]") for n, one in enumerate(listed)),
    )


def _pattern(value: JsonValue, where: str) -> str:
    if not isinstance(value, str) or not value or "*" in value.removesuffix("*"):
        raise ParseError(
            f"{where} has no pattern",
            expected="HOST/NAME, HOST/PREFIX/* or *",
            found=quoted(value, 80),
        )
    if value != "*" and value.endswith("*") and not value.endswith("/*"):
        raise ParseError(
            f"{where}: a star stands for whole parts of a name only",
            expected="HOST/PREFIX/*",
            found=quoted(value, 80),
        )
    return value


def _requirement(value: JsonValue, where: str) -> Requirement:
    requirement = _object(value, where)
    _only(requirement, where, "at_least", "of")
    listed = _list(requirement.get("of"), f"{where}.of")
    of = tuple(_expectation(one, f"{where}.of[{n}]") for n, one in enumerate(listed))
    at_least = requirement.get("at_least", len(of))
    if type(at_least) is not int or not 1 <= at_least <= len(of):
        raise ParseError(
            f"{where}.at_least cannot be reached",
            expected=f"1 to {len(of)}",
            found=quoted(at_least),
        )
    return Requirement(of, at_least)


def _expectation(value: JsonValue, where: str) -> Expectation:
    try:
        return expectation_of(value)
    except ParseError as error:
        raise ParseError(
            f"{where}: {error.because}", expected=error.expected, found=error.found
        ) from error


def _object(value: JsonValue, where: str) -> Object:
    if not isinstance(value, dict):
        raise ParseError(f"{where} is no object", expected="an object", found=quoted(value))
    return value


def _list(value: JsonValue, where: str) -> Sequence[JsonValue]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_ENTRIES:
        raise ParseError(
            f"{where} is no list with something in it",
            expected=f"a list of 1 to {MAX_ENTRIES:,}",
            found=quoted(value),
        )
    return value


def _only(value: Object, where: str, *names: str) -> None:
    unknown = sorted(set(value) - set(names))
    if unknown:
        raise ParseError(
            f"{where} has no member {visible(unknown[0], 40)!r}",
            expected=", ".join(names),
            found=visible(unknown[0], 40),
        )
