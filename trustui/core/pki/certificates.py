"""One X.509 certificate: what it says, as plain values. Nothing is believed by reading it.

Extensions that cannot be read are told in `problems` and count as absent: the rest is still shown,
and whoever needs one of them refuses for its absence (RFC 5280 §4.2).
"""

import hashlib
import warnings
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from asn1crypto import core as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.certificate_transparency import SignedCertificateTimestamp
from cryptography.x509.oid import ExtensionOID

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.pki.keys import PkixKey, as_key
from trustui.core.pki.times import Window
from trustui.core.primitives.text import visible

T = TypeVar("T")

MAX_CERTIFICATE_BYTES = 64 * 1024
MAX_CERTIFICATES = 32
"""In one file of PEM; a chain has three."""
MAX_NAMES = 200

CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
ANY_PURPOSE = "2.5.29.37.0"

ISSUER_V2 = "issuer"
FULCIO_EXTENSIONS = {
    1: "issuer_v1",
    2: "github_workflow_trigger",
    3: "github_workflow_sha",
    4: "github_workflow_name",
    5: "github_workflow_repository",
    6: "github_workflow_ref",
    8: ISSUER_V2,
    9: "build_signer_uri",
    10: "build_signer_digest",
    11: "runner_environment",
    12: "source_repository_uri",
    13: "source_repository_digest",
    14: "source_repository_ref",
    15: "source_repository_identifier",
    16: "source_repository_owner_uri",
    17: "source_repository_owner_identifier",
    18: "build_config_uri",
    19: "build_config_digest",
    20: "build_trigger",
    21: "run_invocation_uri",
    22: "source_repository_visibility_at_signing",
    23: "deployment_environment",
    24: "token_subject",
}
"""Last number of 1.3.6.1.4.1.57264.1.N to a name (Fulcio, docs/oid-info.md); to 6 raw text, from 8 on
a DER UTF8String. 7 is the name of a user inside the subject's alternative names."""
_FULCIO_ARC = "1.3.6.1.4.1.57264.1."
_LAST_RAW = 6
_USER_NAME = f"{_FULCIO_ARC}7"


class Certificate(msgspec.Struct, frozen=True):
    """What a certificate says."""

    der: bytes
    subject: str
    issuer: str
    """Distinguished names as RFC 4514 writes them, or "" when empty."""
    subject_der: bytes
    issuer_der: bytes
    """The same as they are compared (RFC 5280 §7.1), or b"" when they cannot be read."""
    serial: str
    """Lower-case hex."""
    names: tuple[tuple[str, str], ...]
    """Subject alternative names as (type, text); types: email, dns, uri, ip, other, …"""
    window: Window
    fulcio: dict[str, str]
    """Extensions that Fulcio writes, by the names of `FULCIO_EXTENSIONS`."""
    is_ca: bool
    path_length: int | None
    key_usage: frozenset[str] | None
    """Such as digital_signature, key_cert_sign; None where the extension is absent."""
    eku: tuple[str, ...] | None
    """Purposes as dotted numbers; None where the extension is absent."""
    eku_is_critical: bool
    unknown_critical: tuple[str, ...]
    """Critical extensions that nothing here processes: a chain with one is refused."""
    problems: tuple[str, ...]
    """What could not be read, in words."""
    key: PkixKey | None
    """None where its kind signs nothing here; `problems` says why."""
    key_id: bytes
    """Its subject key identifier, or b""."""
    scts: tuple[SignedCertificateTimestamp, ...]
    """What CT logs promised, embedded in the certificate."""
    loaded: x509.Certificate

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def oidc_issuer(self) -> str:
        """Who vouched for the name: Fulcio's issuer extension, the newer form first, or ""."""
        return self.fulcio.get(ISSUER_V2) or self.fulcio.get("issuer_v1", "")

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same name."""
        return self.subject_der == self.issuer_der

    @property
    def title(self) -> str:
        """What people know it by: its subject, else its first name, else its serial number."""
        first = self.names[0][1] if self.names else f"serial {self.serial}"
        return visible(self.subject or first)

    def is_valid_at(self, at: datetime) -> bool:
        """Whether the instant lies in its validity, ends included (RFC 5280 §4.1.2.5)."""
        return self.window.contains(at)


def parse_certificate(raw: bytes) -> Certificate:
    """Read one certificate as DER or PEM. Raises ParseError or LimitExceeded and nothing else."""
    if len(raw) > MAX_CERTIFICATE_BYTES:
        raise LimitExceeded(
            "the certificate is too long",
            expected=f"at most {MAX_CERTIFICATE_BYTES:,} bytes",
            found=f"{len(raw):,} bytes",
        )
    problems: list[str] = []
    with warnings.catch_warnings(record=True, action="always") as oddities:
        certificate = _parse(raw, problems)
    problems += [visible(str(oddity.message)) for oddity in oddities]
    return msgspec.structs.replace(certificate, problems=tuple(dict.fromkeys(problems)))


def parse_certificates(raw: bytes) -> tuple[Certificate, ...]:
    """All certificates of a PEM file, in its order. Raises ParseError or LimitExceeded."""
    pieces = raw.split(b"-----BEGIN CERTIFICATE-----")[1:]
    if not pieces:
        raise ParseError(
            "no PEM certificate is in the file", expected="-----BEGIN CERTIFICATE-----"
        )
    if len(pieces) > MAX_CERTIFICATES:
        raise LimitExceeded(
            "too many certificates",
            expected=f"at most {MAX_CERTIFICATES}",
            found=f"{len(pieces):,}",
        )
    return tuple(parse_certificate(b"-----BEGIN CERTIFICATE-----" + piece) for piece in pieces)


def extensions_of(certificate: Certificate) -> tuple[x509.Extension[x509.ExtensionType], ...]:
    """All extensions, for whoever needs one that has no member. Raises ParseError."""
    try:
        return tuple(certificate.loaded.extensions)
    except _MALFORMED as error:
        raise ParseError(
            f"the certificate's extensions cannot be read: {visible(str(error))}",
            expected="extensions as RFC 5280 §4.2 has them",
        ) from error


def _parse(raw: bytes, problems: list[str]) -> Certificate:
    loaded = _load(raw)
    extensions = _or_problem("the extensions", lambda: loaded.extensions, problems)
    reading = _Reading(list(extensions or ()), problems)
    subject = _or_problem("the subject", lambda: loaded.subject, problems)
    issuer = _or_problem("the issuer", lambda: loaded.issuer, problems)
    constraints = reading.value(ExtensionOID.BASIC_CONSTRAINTS)
    purposes = reading.find(ExtensionOID.EXTENDED_KEY_USAGE)
    usage = reading.value(ExtensionOID.KEY_USAGE)
    names = reading.value(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    return Certificate(
        der=loaded.public_bytes(Encoding.DER),
        subject="" if subject is None else subject.rfc4514_string(),
        issuer="" if issuer is None else issuer.rfc4514_string(),
        subject_der=b"" if subject is None else subject.public_bytes(),
        issuer_der=b"" if issuer is None else issuer.public_bytes(),
        serial=f"{loaded.serial_number:x}",
        names=tuple(_name(one) for one in list(names or ())[:MAX_NAMES]),
        window=Window(loaded.not_valid_before_utc, loaded.not_valid_after_utc),
        fulcio=_fulcio(reading),
        is_ca=constraints is not None and constraints.ca,
        path_length=None if constraints is None else constraints.path_length,
        key_usage=None if usage is None else _usages(usage),
        eku=None if purposes is None else tuple(one.dotted_string for one in purposes.value),
        eku_is_critical=purposes is not None and purposes.critical,
        unknown_critical=tuple(
            one.oid.dotted_string
            for one in reading.extensions
            if one.critical and one.oid not in _PROCESSED
        ),
        problems=(),
        key=_or_problem("the key", lambda: as_key(loaded.public_key()), problems),
        key_id=_key_id(reading),
        scts=tuple(reading.value(ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS) or ()),
        loaded=loaded,
    )


_MALFORMED = (
    ValueError,
    TypeError,
    LookupError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises over certificates that are odd or wrong."""
_PROCESSED = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)


def _load(raw: bytes) -> x509.Certificate:
    try:
        if raw.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(raw)
        return x509.load_der_x509_certificate(raw)
    except _MALFORMED as error:
        raise ParseError(
            f"this is no certificate: {visible(str(error))}",
            expected="an X.509 certificate as DER or PEM",
        ) from error


def _or_problem(what: str, read: Callable[[], T], problems: list[str]) -> T | None:
    """Parts are read lazily by the library: each may turn out to be malformed by itself."""
    try:
        return read()
    except _MALFORMED as error:
        problems.append(f"{what} cannot be read: {visible(str(error))}")
    except ParseError as error:
        problems.append(f"{what}: {error.because}: {error.found}")
    return None


class _Reading:
    """The extensions of one certificate."""

    def __init__(self, extensions: list[x509.Extension[Any]], problems: list[str]) -> None:
        self.extensions = extensions
        self.problems = problems

    def find(self, oid: x509.ObjectIdentifier) -> x509.Extension[Any] | None:
        return next((one for one in self.extensions if one.oid == oid), None)

    def value(self, oid: x509.ObjectIdentifier) -> Any:
        found = self.find(oid)
        return None if found is None else found.value


def _name(name: x509.GeneralName) -> tuple[str, str]:
    match name:
        case x509.RFC822Name(value=value):
            return "email", value
        case x509.DNSName(value=value):
            return "dns", value
        case x509.UniformResourceIdentifier(value=value):
            return "uri", value
        case x509.IPAddress(value=value):
            return "ip", str(value)
        case x509.DirectoryName(value=value):
            return "directory", value.rfc4514_string()
        case x509.OtherName(type_id=kind, value=der) if kind.dotted_string == _USER_NAME:
            return "user", _text_of(der) or der.hex()
        case x509.OtherName(type_id=kind, value=der):
            return "other", f"{kind.dotted_string} {der.hex()}"
        case _:
            return "registered", name.value.dotted_string


def _key_id(reading: _Reading) -> bytes:
    found = reading.value(ExtensionOID.SUBJECT_KEY_IDENTIFIER)
    return b"" if found is None else bytes(found.digest)


def _usages(usage: x509.KeyUsage) -> frozenset[str]:
    # `encipher_only` and `decipher_only` may only be asked for beside key agreement.
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
    )
    return frozenset(name for name in names if getattr(usage, name))


def _fulcio(reading: _Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    for extension in reading.extensions:
        oid = extension.oid.dotted_string
        last = oid.removeprefix(_FULCIO_ARC)
        name = FULCIO_EXTENSIONS.get(int(last)) if last != oid and last.isdecimal() else None
        if name is None:
            continue
        raw = extension.value.value
        text = _utf8(raw) if int(last) <= _LAST_RAW else _text_of(raw)
        if text is None:
            reading.problems.append(f"the extension {name} holds no text")
        else:
            found[name] = text
    return found


def _utf8(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _text_of(der: bytes) -> str | None:
    try:
        native = asn1.load(der, strict=True).native
    except (ValueError, TypeError):
        return None
    return native if isinstance(native, str) else None
