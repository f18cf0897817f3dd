"""Sigstore's trusted root: whom a verifier of bundles trusts, and when each was in use.

`application/vnd.dev.sigstore.trustedroot+json` (protobuf-specs, sigstore_trustroot.proto). Every
window is closed at both ends, and one without a start is malformed: it would trust for ever.
"""

import msgspec

from trustui.core.errors import ParseError
from trustui.core.limits import MIB, JsonLimits
from trustui.core.pki.authorities import Authority, Log
from trustui.core.pki.certificates import MAX_CERTIFICATES, Certificate, parse_certificate
from trustui.core.pki.keys import load_key
from trustui.core.pki.times import Window
from trustui.core.primitives.instants import parse_instant
from trustui.core.primitives.proto_json import Object, as_object, each, member, octets, text
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted

LIMITS = JsonLimits(max_bytes=4 * MIB, max_depth=16, max_nodes=20_000)
"""Sigstore's own takes 30 kB."""
MAX_ENTRIES = 200
"""Authorities or logs of one kind."""
MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot"


class TrustedRoot(msgspec.Struct, frozen=True):
    """Whom somebody trusts; nothing in it proves itself."""

    certificate_authorities: tuple[Authority, ...]
    logs: tuple[Log, ...]
    ct_logs: tuple[Log, ...]
    timestamp_authorities: tuple[Authority, ...]


def parse_trusted_root(raw: bytes) -> TrustedRoot:
    """Read a trusted root. Raises ParseError or LimitExceeded, saying where in the document."""
    document = as_object(load(raw, LIMITS).value, "the trusted root")
    stated = document.get("mediaType")
    if not isinstance(stated, str) or not stated.startswith(MEDIA_TYPE):
        raise ParseError(
            "the document does not say that it is a trusted root",
            expected=f"mediaType {MEDIA_TYPE}…",
            found=quoted(stated, 80),
        )
    return TrustedRoot(
        each(document, "certificateAuthorities", _authority, MAX_ENTRIES),
        each(document, "tlogs", _log, MAX_ENTRIES),
        each(document, "ctlogs", _log, MAX_ENTRIES),
        each(document, "timestampAuthorities", _authority, MAX_ENTRIES),
    )


def _authority(value: Object) -> Authority:
    chain = each(member(value, "certChain"), "certificates", _certificate, MAX_CERTIFICATES)
    if not chain:
        raise ParseError("the authority has no certificate", expected="a chain", found="none")
    return Authority(text(value, "uri"), chain, _window(member(value, "validFor")))


def _certificate(value: Object) -> Certificate:
    return parse_certificate(octets(value, "rawBytes"))


def _log(value: Object) -> Log:
    key = member(value, "publicKey")
    named = value.get("checkpointKeyId")
    return Log(
        base_url=text(value, "baseUrl"),
        log_id=octets(member(value, "logId"), "keyId"),
        key=load_key(octets(key, "rawBytes")),
        window=_window(member(key, "validFor")),
        checkpoint_id=b""
        if named is None
        else octets(as_object(named, "checkpointKeyId"), "keyId"),
    )


def _window(value: Object) -> Window:
    """The start is demanded (conformance case trust-root-tlog-missing-validity-start)."""
    start, end = text(value, "start"), text(value, "end")
    if not start:
        raise ParseError(
            "the window of validity has no start", expected="validFor.start", found="nothing"
        )
    return Window(parse_instant(start).at, parse_instant(end).at if end else None)
