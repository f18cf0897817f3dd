"""What a Notation signature says, whichever of its two envelopes carries it; nothing is verified.

Notary Project specifications: signature-specification.md, signature-envelope-jws.md and
signature-envelope-cose.md.
"""

from datetime import datetime

import msgspec

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted

MAX_ENVELOPE = 4 * MIB
"""Bytes, as Notation reads of a blob; honest ones have a few thousand."""
MAX_LISTED = 64
"""Critical headers, and headers of the signer's own."""

PAYLOAD_TYPE = "application/vnd.cncf.notary.payload.v1+json"
JWS_TYPE = "application/jose+json"
COSE_TYPE = "application/cose"

SCHEME_X509 = "notary.x509"
SCHEME_AUTHORITY = "notary.x509.signingAuthority"

_PREFIX = "io.cncf.notary."
SCHEME = f"{_PREFIX}signingScheme"
SIGNING_TIME = f"{_PREFIX}signingTime"
AUTHENTIC_TIME = f"{_PREFIX}authenticSigningTime"
EXPIRY = f"{_PREFIX}expiry"
PLUGIN = f"{_PREFIX}verificationPlugin"
PLUGIN_MIN_VERSION = f"{_PREFIX}verificationPluginMinVersion"
TIMESTAMP = f"{_PREFIX}timestampSignature"
AGENT = f"{_PREFIX}signingAgent"


class Target(msgspec.Struct, frozen=True):
    """The descriptor that is signed: of an image's manifest, or of a blob."""

    media_type: str
    digest: str
    size: int
    annotations: dict[str, str] = {}
    """What the signer says besides: user metadata."""


class Envelope(msgspec.Struct, frozen=True):
    """One signature as it came. A header that is absent is "" or None."""

    format: str
    """`jws` or `cose`."""
    payload: bytes
    content_type: str
    algorithm: str
    """As it states it, by the names of JWS: `PS256`; other numbers of COSE as text."""
    scheme: str
    critical: tuple[str, ...] | None
    """None where the header is absent."""
    headers: tuple[str, ...]
    """The names of all protected headers; labels of COSE that are numbers as `label 4`."""
    signing_time: datetime | None
    authentic_signing_time: datetime | None
    expiry: datetime | None
    extended: dict[str, str]
    """Protected headers that the specification does not know, with their values as text."""
    plugin: str | None
    plugin_min_version: str | None
    certificates: tuple[bytes, ...]
    """DER, the one that signed first."""
    timestamp: bytes
    """A TimeStampToken, DER; b"" where there is none."""
    agent: str
    signature: bytes
    signed_bytes: bytes
    """What the signature is over."""

    @property
    def target(self) -> Target | None:
        """What is signed, None where the payload does not say."""
        try:
            return parse_payload(self.payload)
        except ParseError:
            return None

    @property
    def unknown_critical(self) -> tuple[str, ...]:
        """Critical headers that neither the specification knows nor the envelope's own format."""
        return tuple(name for name in self.critical or () if name in self.extended)


def parse_payload(payload: bytes) -> Target:
    """`{"targetArtifact": {mediaType, digest, size, …}}`. Raises ParseError or LimitExceeded."""
    value = load(payload, JsonLimits(max_bytes=MAX_ENVELOPE)).value
    target = value.get("targetArtifact") if isinstance(value, dict) else None
    if not isinstance(target, dict):
        raise ParseError(
            "the payload names no artefact",
            expected="an object targetArtifact",
            found=quoted(target if isinstance(value, dict) else value, 60),
        )
    media_type, digest, size = (target.get(name) for name in ("mediaType", "digest", "size"))
    annotations = target.get("annotations", {})
    if not isinstance(media_type, str) or not isinstance(digest, str):
        raise ParseError(
            "the signed descriptor is none",
            expected="texts mediaType and digest",
            found=f"{quoted(media_type, 60)}, {quoted(digest, 60)}",
        )
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise ParseError("the signed size is none", expected="a number", found=quoted(size, 60))
    if not isinstance(annotations, dict) or not all(
        isinstance(one, str) for one in annotations.values()
    ):
        raise ParseError(
            "the signed annotations are none",
            expected="texts by name",
            found=quoted(annotations, 60),
        )
    return Target(media_type, digest, size, {name: str(one) for name, one in annotations.items()})


def within_limits(body: bytes) -> None:
    """Raises LimitExceeded for what is longer than any envelope."""
    if len(body) > MAX_ENVELOPE:
        raise LimitExceeded(
            "the envelope is too long",
            expected=f"at most {MAX_ENVELOPE:,} bytes",
            found=f"{len(body):,} bytes",
        )
