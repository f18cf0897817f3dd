"""What somebody expects of an artefact, as a file or a person's options say it.

The members are those of `verify image --expect FILE` (docs/formats/oci.md). An unknown member is
refused: a typing error would otherwise ask for less than was meant.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from trustui.core.errors import ParseError
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.json_pointer import is_pointer
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted, visible
from trustui.core.trust_policy.patterns import check_pattern

MAX_EXPECTATION = MIB

GITHUB = (
    "github_workflow_trigger",
    "github_workflow_sha",
    "github_workflow_name",
    "github_workflow_repository",
    "github_workflow_ref",
)
"""What GitHub's certificates say besides the subject (Fulcio OIDs 1.3.6.1.4.1.57264.1.2 to .6)."""

_FILES = (
    "key",
    "trusted_root",
    "certificate_chain",
    "ca_roots",
    "ca_intermediates",
    "timestamp_certificate_chain",
)
_TEXTS = (
    "identity",
    "issuer",
    "identity_regexp",
    "issuer_regexp",
    "predicate_type",
    *_FILES,
    *GITHUB,
)
_PATTERNS = ("identity_regexp", "issuer_regexp")


class Expectation(msgspec.Struct, frozen=True):
    """Who must have signed, with which proof, and what must be said. "" is "not stated".

    Files are named relative to where the expectation stands; whoever reads it, reads them.
    """

    identity: str = ""
    issuer: str = ""
    identity_regexp: str = ""
    issuer_regexp: str = ""
    key: str = ""
    trusted_root: str = ""
    certificate_chain: str = ""
    ca_roots: str = ""
    ca_intermediates: str = ""
    timestamp_certificate_chain: str = ""
    predicate_type: str = ""
    """A short name or a URI: an attestation of this type is wanted instead of a signature."""
    github_workflow_trigger: str = ""
    github_workflow_sha: str = ""
    github_workflow_name: str = ""
    github_workflow_repository: str = ""
    github_workflow_ref: str = ""
    annotations: Mapping[str, str] = {}
    conditions: Mapping[str, str | int | bool] = {}
    """What the predicate of a wanted attestation must say, by JSON pointer (RFC 6901)."""
    needs_log: bool = True
    """Whether an entry in a transparency log is demanded."""
    needs_sct: bool = True
    """Whether a certificate must show that a certificate transparency log has it."""
    needs_timestamp: bool = False
    """Whether a signed timestamp is demanded; otherwise it is used where time matters."""
    checks_claims: bool = True
    """Whether the signed digest and the signed annotations are compared at all."""
    tag_format_only: bool = False
    """Whether only cosign's tag format counts, as for its clients before version 3."""

    @property
    def names_a_person(self) -> bool:
        """Whether a certificate's subject or issuer is wanted, wholly or in part."""
        return bool(self.identity or self.identity_regexp or self.issuer or self.issuer_regexp)

    @property
    def has_pem_authorities(self) -> bool:
        """Whether authorities are given as PEM files, which only the tag format takes."""
        return bool(self.certificate_chain or self.ca_roots)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that it rests on."""
        return tuple(name for name in (getattr(self, member) for member in _FILES) if name)

    @property
    def who(self) -> str:
        """Whom it wants, for people."""
        if self.key:
            return f"key {visible(self.key, 80)}"
        name = self.identity or f"/{self.identity_regexp}/"
        return f"{visible(name, 120)} of {visible(self.issuer or f'/{self.issuer_regexp}/', 120)}"


def parse_expectation(body: bytes) -> Expectation:
    """An expectation from JSON. Raises ParseError with the member that cannot be understood."""
    value = load(body, JsonLimits(max_bytes=MAX_EXPECTATION)).value
    return expectation_of(value)


def expectation_of(value: JsonValue) -> Expectation:
    """As `parse_expectation`, from decoded JSON."""
    if not isinstance(value, dict):
        raise ParseError("an expectation is an object", expected="an object", found=quoted(value))
    members: dict[str, Any] = {}
    for name, member in value.items():
        if name in _TEXTS:
            members[name] = _text(name, member)
        elif name in _WORDS:
            stated, words = _WORDS[name]
            members[stated] = _word(name, member, words)
        elif name == "annotations":
            members[name] = _annotations(member)
        elif name == "conditions":
            members[name] = _conditions(member)
        else:
            raise ParseError(
                f"an expectation has no member {visible(name, 40)!r}",
                expected=", ".join((*_TEXTS, *_WORDS, "annotations", "conditions")),
                found=visible(name, 40),
            )
    expectation = Expectation(**members)
    for name in _PATTERNS:
        check_pattern(getattr(expectation, name))
    if expectation.conditions and not expectation.predicate_type:
        raise ParseError(
            "conditions are about the predicate of an attestation, and none is wanted",
            expected="a predicate_type beside conditions",
            found="no predicate_type",
        )
    return expectation


_WORDS: Mapping[str, tuple[str, Mapping[str, bool]]] = {
    "log": ("needs_log", {"required": True, "ignored": False}),
    "sct": (
        "needs_sct",
        {"required if a certificate is used": True, "required": True, "ignored": False},
    ),
    "signed_timestamp": ("needs_timestamp", {"required": True, "used if needed": False}),
    "claims": ("checks_claims", {"checked": True, "not checked": False}),
    "format": ("tag_format_only", {"tag format only": True, "any": False}),
}


def _text(name: str, value: JsonValue) -> str:
    if not isinstance(value, str) or not value:
        raise ParseError(f"{name} is no text", expected="a text", found=quoted(value, 60))
    return value


def _word(name: str, value: JsonValue, words: Mapping[str, bool]) -> bool:
    found = words.get(value) if isinstance(value, str) else None
    if found is None:
        raise ParseError(
            f"{name} has a value that is not known",
            expected=" or ".join(words),
            found=quoted(value, 60),
        )
    return found


def _annotations(value: JsonValue) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise ParseError("annotations are no object", expected="an object", found=quoted(value))
    return {name: _text(f"annotation {visible(name, 40)}", text) for name, text in value.items()}


def _conditions(value: JsonValue) -> Mapping[str, str | int | bool]:
    if not isinstance(value, dict):
        raise ParseError("conditions are no object", expected="an object", found=quoted(value))
    found: dict[str, str | int | bool] = {}
    for pointer, wanted in value.items():
        if not is_pointer(pointer):
            raise ParseError(
                f"the condition {visible(pointer, 60)!r} names no member",
                expected="a JSON pointer, such as /runDetails/builder/id",
                found=visible(pointer, 60),
            )
        if not isinstance(wanted, str | int):
            raise ParseError(
                f"the condition {visible(pointer, 60)} compares with nothing that is read here",
                expected="a text, an integer, true or false",
                found=quoted(wanted, 60),
            )
        found[pointer] = wanted
    return found
