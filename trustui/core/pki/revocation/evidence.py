"""Where evidence about a certificate is to be had, and how it is asked for."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.pki.certificates import Certificate, extensions_of
from trustui.core.primitives.text import visible


class Enquiry(msgspec.Struct, frozen=True):
    """What one place is asked, and about which certificate."""

    address: str
    request: bytes | None
    """The DER of the OCSPRequest; None asks for what the address itself names, a CRL."""
    certificate: Certificate
    issuer: Certificate
    """Who has to have signed the answer, or certified whoever did."""


Evidence: TypeAlias = Callable[[Enquiry], Document | Problem]
"""What a place answers. Never raises; a place that may not be asked is a Problem of kind REFUSED."""

MAX_ADDRESSES = 8
"""Of one kind, of one certificate or list: authorities write one to three."""
MAX_ADDRESS = 2_048
"""Characters; longer ones are no address of any authority."""


def no_evidence(enquiry: Enquiry) -> Problem:
    """Every address is refused: revocation is asked of nobody."""
    because = "no evidence of revocation was given"
    return Problem(visible(enquiry.address), ProblemKind.REFUSED, because)


NO_EVIDENCE: Evidence = no_evidence


class Addresses(msgspec.Struct, frozen=True):
    """Where the issuer says that the status of one of its certificates is told."""

    ocsp: tuple[str, ...] = ()
    crls: tuple[str, ...] = ()
    freshest: tuple[str, ...] = ()
    """Of delta CRLs, as the certificate itself names them."""
    has_unusable: bool = False
    """Whether the certificate names a place by something else than an address."""

    @property
    def is_empty(self) -> bool:
        """Whether the certificate says nothing about revocation: it cannot be revoked."""
        return not (self.ocsp or self.crls or self.freshest or self.has_unusable)


def addresses(certificate: Certificate) -> Addresses:
    """The addresses in a certificate. Raises ParseError where its extensions cannot be read, and
    where it names more than anybody should ask.
    """
    responders: list[str] = []
    points: list[str] = []
    freshest: list[str] = []
    has_unusable = False
    for extension in extensions_of(certificate):
        match extension.value:
            case x509.AuthorityInformationAccess() as access:
                responders += _responders(access)
            case x509.CRLDistributionPoints() as named:
                points += uris_of(named)
                has_unusable |= not points
            case x509.FreshestCRL() as named:
                freshest += uris_of(named)
                has_unusable |= not freshest
            case _:
                continue
    for kind in (responders, points, freshest):
        _refuse_many(kind)
    return Addresses(tuple(responders), tuple(points), tuple(freshest), has_unusable)


def _responders(access: x509.AuthorityInformationAccess) -> Iterator[str]:
    for one in access:
        location = one.access_location
        if one.access_method == AuthorityInformationAccessOID.OCSP and isinstance(
            location, x509.UniformResourceIdentifier
        ):
            yield location.value


def uris_of(points: x509.CRLDistributionPoints | x509.FreshestCRL) -> list[str]:
    """The addresses of distribution points; what is named otherwise is passed over."""
    return [
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]


def _refuse_many(found: list[str]) -> None:
    if len(found) > MAX_ADDRESSES:
        raise ParseError(
            "the certificate names more addresses than are asked",
            expected=f"at most {MAX_ADDRESSES}",
            found=f"{len(found):,} addresses",
        )


def is_plain_http(address: str) -> bool:
    """Whether the address is one that is asked at all: http, as the specification wants it.

    What is signed needs no TLS, and TLS would need revocation itself.
    """
    return len(address) <= MAX_ADDRESS and address[:7].lower() == "http://"


def request_for(certificate: Certificate, issuer: Certificate) -> bytes:
    """What is asked of a responder, DER. SHA-1 names the certificate, as most responders demand; it
    protects nothing here. Raises ValueError for certificates that cannot be read.
    """
    builder = ocsp.OCSPRequestBuilder()
    request = builder.add_certificate(certificate.loaded, issuer.loaded, hashes.SHA1())  # noqa: S303
    return request.build().public_bytes(Encoding.DER)


def serial_of_request(request: bytes) -> str:
    """Which certificate is asked about: its serial number, lower-case hex. Raises ParseError."""
    try:
        return f"{ocsp.load_der_ocsp_request(request).serial_number:x}"
    except (ValueError, NotImplementedError) as error:
        raise ParseError("this is no OCSP request", expected="an OCSPRequest, DER") from error
