"""The payload that cosign's tag format signs ("simple signing"), and what stands beside it.

cosign SIGNATURE_SPEC.md, "Payloads" and "Storage". Nothing here is verified.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
PAYLOAD_TYPE = "cosign container image signature"

SIGNATURE = "dev.cosignproject.cosign/signature"
CERTIFICATE = "dev.sigstore.cosign/certificate"
CHAIN = "dev.sigstore.cosign/chain"
LOG_ENTRY = "dev.sigstore.cosign/bundle"
TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp"
"""Annotations of a layer. The specification's text gives the last ones another prefix; this is what
cosign writes and reads."""

MAX_PAYLOAD = MIB
"""Bytes; a payload with a dozen annotations takes 1 kB."""


class SimpleSigning(msgspec.Struct, frozen=True):
    """What a payload claims: this digest, under this name, with these further claims."""

    digest: str
    type: str
    reference: str
    """The name that it was signed under; cosign compares it with nothing."""
    claims: Mapping[str, Any] = {}
    """JSON values."""


def parse_payload(document: Document) -> SimpleSigning:
    """The payload of a signature. Raises ParseError or LimitExceeded."""
    value = load(document.body, JsonLimits(max_bytes=MAX_PAYLOAD)).value
    critical = _object(_object(value, "the payload").get("critical"), "critical")
    image = _object(critical.get("image"), "critical.image")
    identity = _object(critical.get("identity", {}), "critical.identity")
    claims = _object(value, "the payload").get("optional")
    digest = image.get("docker-manifest-digest", image.get("Docker-manifest-digest"))
    return SimpleSigning(
        _text(digest, "critical.image.docker-manifest-digest"),
        _text(critical.get("type"), "critical.type"),
        _text(identity.get("docker-reference", ""), "critical.identity.docker-reference"),
        {} if claims is None else _object(claims, "optional"),
    )


def recognizes(document: Document) -> bool:
    """Whether this is a payload that cosign signs."""
    try:
        return parse_payload(document).type == PAYLOAD_TYPE
    except ParseError:
        return False


def _object(value: JsonValue, where: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise ParseError(f"{where} is no object", expected="an object", found=quoted(value, 60))
    return value


def _text(value: JsonValue, where: str) -> str:
    if not isinstance(value, str):
        raise ParseError(f"{where} is no text", expected="a text", found=quoted(value, 60))
    return value
