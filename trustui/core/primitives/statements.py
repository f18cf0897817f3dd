"""in-toto statements: what is said (the predicate) about which artefacts (the subjects).

in-toto attestation framework, Statement v1 and v0.1. Subjects match by digest only.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted, visible

TYPES = ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1")

MAX_STATEMENT = 16 * MIB
"""Bytes; an SBOM of a large image takes some MB."""
MAX_SUBJECTS = 5_000
"""SLSA provenance of a release names hundreds of files."""
MAX_STATEMENT_NODES = 2_000_000
"""Values of an SBOM in a statement; the largest met has 700,000."""


class Subject(msgspec.Struct, frozen=True):
    """An artefact that a statement is about; the name says nothing that is compared."""

    digests: Mapping[str, str]
    name: str = ""
    annotations: Mapping[str, Any] = {}
    """JSON values."""


class Statement(msgspec.Struct, frozen=True):
    """A statement as it stands; `predicate` is not interpreted here."""

    type: str
    subjects: tuple[Subject, ...]
    predicate_type: str
    predicate: Any = None
    """A JSON value."""

    def is_about(self, digest: str) -> bool:
        """Whether a subject has this digest (`sha256:…`)."""
        return self.subject_of(digest) is not None

    def subject_of(self, digest: str) -> Subject | None:
        """The first subject with this digest, or None."""
        algorithm, _, encoded = digest.partition(":")
        for subject in self.subjects:
            if subject.digests.get(algorithm, "").lower() == encoded:
                return subject
        return None


def parse_statement(payload: bytes) -> Statement:
    """A statement of either version. Raises ParseError or LimitExceeded."""
    limits = JsonLimits(max_bytes=MAX_STATEMENT, max_nodes=MAX_STATEMENT_NODES)
    value = load(payload, limits).value
    if not isinstance(value, dict):
        raise ParseError("the payload is no statement", expected="an object", found=quoted(value))
    stated = value.get("_type")
    if not isinstance(stated, str) or stated not in TYPES:
        raise ParseError(
            "the payload is no in-toto statement",
            expected=" or ".join(TYPES),
            found=quoted(stated, 80),
        )
    predicate_type = value.get("predicateType")
    if not isinstance(predicate_type, str) or not predicate_type:
        raise ParseError(
            "the statement names no type of its predicate",
            expected="a URI",
            found=quoted(predicate_type),
        )
    return Statement(
        stated, _subjects(value.get("subject")), predicate_type, value.get("predicate")
    )


def _subjects(value: JsonValue) -> tuple[Subject, ...]:
    if not isinstance(value, list) or not value:
        raise ParseError(
            "the statement is about nothing", expected="a list of subjects", found=quoted(value)
        )
    if len(value) > MAX_SUBJECTS:
        raise LimitExceeded(
            "the statement has more subjects than are read",
            expected=f"at most {MAX_SUBJECTS:,}",
            found=f"{len(value):,}",
        )
    return tuple(_subject(one) for one in value)


def _subject(value: JsonValue) -> Subject:
    digests = value.get("digest") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(digests, dict) or not digests:
        raise ParseError(
            "a subject of the statement has no digest",
            expected="an object with a digest",
            found=quoted(value),
        )
    name, annotations = value.get("name"), value.get("annotations")
    return Subject(
        {visible(algorithm, 40): _text(digest) for algorithm, digest in digests.items()},
        name if isinstance(name, str) else "",
        annotations if isinstance(annotations, dict) else {},
    )


def _text(digest: JsonValue) -> str:
    if not isinstance(digest, str):
        raise ParseError("a digest of a subject is none", expected="a text", found=quoted(digest))
    return digest
