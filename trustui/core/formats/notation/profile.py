"""What certificates of signers and of timestamp authorities must be.

signature-specification.md "Certificate Requirements": basic constraints, key usage and extended key
usage are honoured, other extensions are not; validity need not nest. Where text and client differ,
`tolerated` says so.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import msgspec
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from trustui.core.errors import ParseError
from trustui.core.pki.certificates import (
    ANY_PURPOSE,
    TIME_STAMPING,
    Certificate,
    extensions_of,
)
from trustui.core.pki.chains import is_issued_by, is_weakly_signed

T = TypeVar("T", bound=x509.ExtensionType)

_NOT_FOR_CODE = {
    ExtendedKeyUsageOID.SERVER_AUTH.dotted_string: "serverAuth",
    ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string: "clientAuth",
    ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string: "emailProtection",
    TIME_STAMPING: "timeStamping",
    ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string: "OCSPSigning",
}
"""Purposes that a signer may not have; OCSPSigning only by the client."""
_NOT_FOR_LEAVES = {
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}


class ProfileProblem(msgspec.Struct, frozen=True):
    """Which rule a certificate breaks."""

    because: str
    expected: str
    found: str


def code_signing_problem(chain: Sequence[Certificate]) -> ProfileProblem | None:
    """Why this chain may not sign code, leaf first; None where it may."""
    return _first(chain, is_for_code=True)


def time_stamping_problem(chain: Sequence[Certificate]) -> ProfileProblem | None:
    """Why this chain may not sign timestamps; None where it may."""
    return _first(chain, is_for_code=False)


def tolerated(chain: Sequence[Certificate]) -> str:
    """What the text forbids and every client lets pass, or ""."""
    if chain and ANY_PURPOSE in (chain[0].eku or ()):
        return (
            f"the certificate {chain[0].title} serves any purpose, which the specification forbids"
        )
    return ""


def _first(chain: Sequence[Certificate], *, is_for_code: bool) -> ProfileProblem | None:
    if not chain:
        return ProfileProblem("there is no certificate", "a chain of certificates", "none")
    return next(_problems(chain, is_for_code=is_for_code), None)


def _problems(chain: Sequence[Certificate], *, is_for_code: bool) -> Iterator[ProfileProblem]:
    yield from _unreadable(chain)
    yield from _links(chain)
    for below, authority in enumerate(chain[1:]):
        yield from _authority(authority, below, is_for_code=is_for_code)
    yield from _leaf(chain[0], is_for_code=is_for_code)


def _unreadable(chain: Sequence[Certificate]) -> Iterator[ProfileProblem]:
    for certificate in chain:
        try:
            extensions_of(certificate)
        except ParseError as error:
            because = f"{certificate.title}: {error.because}"
            yield ProfileProblem(because, error.expected, "something else")


def _links(chain: Sequence[Certificate]) -> Iterator[ProfileProblem]:
    """Ordered, complete, and with nothing that does not belong to it."""
    for certificate in chain:
        if is_weakly_signed(certificate):
            because = f"{certificate.title} is signed over a broken hash"
            yield ProfileProblem(because, "SHA-256 or better", "SHA-1, MD5 or unknown")
    for child, issuer in pairwise(chain):
        if is_issued_by(child, child):
            because = f"{child.title} is self-signed and has others above it"
            yield ProfileProblem(because, "a self-signed certificate at the end alone", "one below")
        if not is_issued_by(child, issuer):
            because = f"{child.title} is not issued by the next certificate, {issuer.title}"
            yield ProfileProblem(because, "each certificate issued by the next", "another issuer")
    if not is_issued_by(chain[-1], chain[-1]):
        because = f"the chain does not end in a root: {chain[-1].title} is not self-signed"
        yield ProfileProblem(
            because, "a self-signed certificate at the end", "one issued by another"
        )


def _authority(
    certificate: Certificate, below: int, *, is_for_code: bool
) -> Iterator[ProfileProblem]:
    name = certificate.title
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.critical or not constraints.value.ca:
        words = f"{name} is no certificate authority"
        yield ProfileProblem(words, "basic constraints, critical: CA", _constraints(constraints))
    elif certificate.path_length is not None and below > certificate.path_length:
        words = f"{name} may not have so many authorities below it"
        yield ProfileProblem(words, f"at most {certificate.path_length}", str(below))
    yield from _usage_is_there(certificate, is_for_code=is_for_code)
    if "key_cert_sign" not in (certificate.key_usage or ()):
        words = f"{name} may not sign certificates"
        yield ProfileProblem(words, "key usage: keyCertSign", _usages(certificate))


def _leaf(certificate: Certificate, *, is_for_code: bool) -> Iterator[ProfileProblem]:
    if certificate.is_ca:
        words = f"{certificate.title} is an authority, and signs itself"
        yield ProfileProblem(words, "no CA", "basic constraints: CA")
    yield from _usage_is_there(certificate, is_for_code=is_for_code)
    yield from _leaf_usage(certificate)
    yield from _purposes(certificate, is_for_code=is_for_code)


def _usage_is_there(certificate: Certificate, *, is_for_code: bool) -> Iterator[ProfileProblem]:
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None:
        words = f"{certificate.title} states no key usage"
        yield ProfileProblem(words, "an extension keyUsage", "none")
    elif is_for_code and not usage.critical:
        words = f"the key usage of {certificate.title} is not critical"
        yield ProfileProblem(words, "an extension keyUsage, critical", "one that is not")


def _leaf_usage(certificate: Certificate) -> Iterator[ProfileProblem]:
    stated = certificate.key_usage or frozenset()
    name = certificate.title
    if "digital_signature" not in stated:
        words = f"{name} may not sign anything"
        yield ProfileProblem(words, "key usage: digitalSignature", _usages(certificate))
    others = [words for usage, words in _NOT_FOR_LEAVES.items() if usage in stated]
    if others:
        words = f"{name} may do more than sign"
        yield ProfileProblem(words, "key usage: digitalSignature alone", ", ".join(others))


def _purposes(certificate: Certificate, *, is_for_code: bool) -> Iterator[ProfileProblem]:
    stated = certificate.eku or ()
    name = certificate.title
    if not is_for_code:
        if stated != (TIME_STAMPING,) or not certificate.eku_is_critical:
            words = f"{name} may not sign timestamps"
            expected = "extended key usage: timeStamping alone, critical"
            yield ProfileProblem(words, expected, ", ".join(stated[:4]) or "none")
        return
    others = [_NOT_FOR_CODE[one] for one in stated if one in _NOT_FOR_CODE]
    if others:
        words = f"{name} has a purpose beside signing code"
        yield ProfileProblem(
            words, f"none of {', '.join(_NOT_FOR_CODE.values())}", ", ".join(others)
        )


def _extension(certificate: Certificate, kind: type[T]) -> x509.Extension[T] | None:
    for one in extensions_of(certificate):
        if isinstance(one.value, kind):
            return one  # type: ignore[return-value]  # its value is of the kind
    return None


def _constraints(found: x509.Extension[Any] | None) -> str:
    if found is None:
        return "none"
    return f"{'' if found.critical else 'not '}critical, {'CA' if found.value.ca else 'no CA'}"


def _usages(certificate: Certificate) -> str:
    return ", ".join(sorted(certificate.key_usage or ())) or "none"
