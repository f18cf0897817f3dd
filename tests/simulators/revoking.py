"""OCSP responders and lists of a private authority, with every rule breakable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import core
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.pki.revocation import Enquiry
from trustui.demo.images.certifying import SIGNED, Issued, sign

DAY = timedelta(days=1)
OCSP_URL = "http://ocsp.acme.example/"
CRL_URL = "http://crl.acme.example/base.crl"
DELTA_URL = "http://crl.acme.example/delta.crl"

AIA, CDP, FRESHEST = "1.3.6.1.5.5.7.1.1", "2.5.29.31", "2.5.29.46"


def uri(address: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(address)


def points(*addresses: str) -> list[x509.DistributionPoint]:
    return [x509.DistributionPoint([uri(one)], None, None, None) for one in addresses]


def told_by(
    *, responders: tuple[str, ...] = (), lists: tuple[str, ...] = (), freshest: tuple[str, ...] = ()
) -> tuple[tuple[str, bytes, bool], ...]:
    """The extensions of a certificate whose revocation would be told there, for `Wish.extensions`."""
    found: list[tuple[str, bytes, bool]] = []
    if responders:
        described = [
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, uri(one))
            for one in responders
        ]
        found.append((AIA, x509.AuthorityInformationAccess(described).public_bytes(), False))
    if lists:
        found.append((CDP, x509.CRLDistributionPoints(points(*lists)).public_bytes(), False))
    if freshest:
        found.append((FRESHEST, x509.FreshestCRL(points(*freshest)).public_bytes(), False))
    return tuple(found)


@dataclass(frozen=True)
class Entry:
    """One revoked certificate."""

    serial: int
    reason: x509.ReasonFlags | None = None
    invalid_since: datetime | None = None
    at: datetime = SIGNED - DAY
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()


@dataclass(frozen=True)
class List:
    """What a list should say."""

    entries: tuple[Entry, ...] = ()
    number: int | None = 7
    delta_of: int | None = None
    freshest: tuple[str, ...] = ()
    since: datetime = SIGNED - DAY
    until: datetime = SIGNED + DAY
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    hash_algorithm: Any = field(default_factory=hashes.SHA256)


def make_list(wanted: List, issuer: Issued, signer: Issued | None = None) -> bytes:
    """A CRL of the issuer's name, DER, signed by `signer` where that is another."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(wanted.since)
        .next_update(wanted.until)
    )
    if wanted.number is not None:
        builder = builder.add_extension(x509.CRLNumber(wanted.number), critical=False)
    if wanted.delta_of is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(wanted.delta_of), critical=True)
    if wanted.freshest:
        builder = builder.add_extension(x509.FreshestCRL(points(*wanted.freshest)), critical=False)
    for extension, critical in wanted.extensions:
        builder = builder.add_extension(extension, critical)
    for entry in wanted.entries:
        builder = builder.add_revoked_certificate(_entry(entry))
    key = (signer or issuer).key
    assert not isinstance(key, ed25519.Ed25519PrivateKey)
    return builder.sign(key, wanted.hash_algorithm).public_bytes(Encoding.DER)


def _entry(entry: Entry) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(entry.serial)
    builder = builder.revocation_date(entry.at)
    if entry.reason is not None:
        builder = builder.add_extension(x509.CRLReason(entry.reason), critical=False)
    if entry.invalid_since is not None:
        builder = builder.add_extension(x509.InvalidityDate(entry.invalid_since), critical=False)
    for extension, critical in entry.extensions:
        builder = builder.add_extension(extension, critical)
    return builder.build()


@dataclass(frozen=True)
class Response:
    """What a responder should say."""

    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    since: datetime = SIGNED - DAY
    until: datetime | None = SIGNED + DAY
    hash_algorithm: Any = field(default_factory=hashes.SHA1)


def make_response(
    wanted: Response,
    about: Issued,
    issuer: Issued,
    *,
    signer: Issued | None = None,
    embeds: tuple[Issued, ...] = (),
) -> bytes:
    """An OCSP answer, DER."""
    revoked = wanted.status is ocsp.OCSPCertStatus.REVOKED
    by = signer or issuer
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate,
            issuer=issuer.certificate,
            algorithm=wanted.hash_algorithm,
            cert_status=wanted.status,
            this_update=wanted.since,
            next_update=wanted.until,
            revocation_time=SIGNED - DAY if revoked else None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
    )
    if embeds:
        builder = builder.certificates([one.certificate for one in embeds])
    assert not isinstance(by.key, ed25519.Ed25519PrivateKey)
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def refusal() -> bytes:
    """A responder that asks to come again."""
    unsuccessful = ocsp.OCSPResponseStatus.TRY_LATER
    return ocsp.OCSPResponseBuilder.build_unsuccessful(unsuccessful).public_bytes(Encoding.DER)


class Places:
    """Evidence by address; every address that was asked, with the request."""

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, bytes | None]] = []

    def __call__(self, enquiry: Enquiry) -> Document | Problem:
        address = enquiry.address
        self.asked.append((address, enquiry.request))
        body = self.answers.get(address)
        if body is None:
            return Problem(address, ProblemKind.UNREADABLE, "the server does not answer")
        return Document(address, body)


def without_next_update(body: bytes, issuer: Issued) -> bytes:
    """A list signed again without an end, which the library does not write."""
    loaded = asn1_crl.CertificateList.load(body)
    signed = loaded["tbs_cert_list"]
    del signed["next_update"]
    loaded["signature"] = core.OctetBitString(sign(issuer.key, signed.dump(force=True)))
    return bytes(loaded.dump(force=True))


def answered_again(body: bytes, change: Callable[[Any], None], issuer: Issued) -> bytes:
    """An OCSP answer whose single responses were changed before it was signed again."""
    loaded = asn1_ocsp.OCSPResponse.load(body)
    basic = loaded["response_bytes"]["response"].parsed
    change(basic["tbs_response_data"]["responses"])
    signature = sign(issuer.key, basic["tbs_response_data"].dump(force=True))
    basic["signature"] = core.OctetBitString(signature)
    loaded["response_bytes"]["response"] = core.ParsableOctetString(basic.dump(force=True))
    return bytes(loaded.dump(force=True))
