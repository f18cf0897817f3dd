"""Where evidence is to be had by what a certificate says, and what is never asked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.ocsp import load_der_ocsp_request
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.simulators.revoking import (
    CRL_URL,
    OCSP_URL,
    Places,
    Response,
    make_response,
    told_by,
)
from trustui.core.errors import ParseError
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.revocation import (
    CertificateStatus,
    Status,
    addresses,
    serial_of_request,
    statuses_of,
)
from trustui.core.pki.revocation.evidence import MAX_ADDRESSES
from trustui.demo.images.certifying import AUTHORITY, SIGNED, Issued, Wish, issue

ROOT = issue(replace(AUTHORITY, subject="root"), None)
OTHER = issue(replace(AUTHORITY, subject="other"), None)
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
SECOND_URL = "http://ocsp2.acme.example/"


def leaf_with(**places: tuple[str, ...]) -> Issued:
    return ROOT.issue(Wish("leaf", extensions=told_by(**places)))


LEAF = leaf_with(responders=(OCSP_URL,))
BOTH = leaf_with(responders=(OCSP_URL,), lists=(CRL_URL,))
GOOD = make_response(Response(), LEAF, ROOT)


def status(
    answers: Mapping[str, bytes], leaf: Issued = LEAF, signed_at: datetime | None = None
) -> CertificateStatus:
    chain = [parse_certificate(one.der) for one in (leaf, ROOT)]
    (found,) = statuses_of(chain, Places(answers), SIGNED, signed_at)
    return found


def test_the_request_names_the_certificate_as_old_responders_want_it() -> None:
    places = Places({})
    statuses_of([parse_certificate(one.der) for one in (LEAF, ROOT)], places, SIGNED)
    ((address, request),) = places.asked
    assert address == OCSP_URL
    assert request is not None
    assert isinstance(load_der_ocsp_request(request).hash_algorithm, hashes.SHA1)
    assert serial_of_request(request) == f"{LEAF.certificate.serial_number:x}"
    with pytest.raises(ParseError, match="no OCSP request"):
        serial_of_request(b"x")


@pytest.mark.parametrize("address", ["https://ocsp.acme.example/", "ldap://x", "http:/" + "x" * 9])
def test_only_http_is_asked(address: str) -> None:
    leaf = leaf_with(responders=(address,))
    places = Places({address: GOOD})
    (found,) = statuses_of([parse_certificate(one.der) for one in (leaf, ROOT)], places, SIGNED)
    assert (found.status, places.asked) == (Status.UNKNOWN, [])
    assert "only http addresses are" in found.because


def test_an_address_longer_than_any_is_not_asked() -> None:
    leaf = leaf_with(responders=("http://" + "x" * 3_000,))
    assert "is not asked" in status({}, leaf).because


def test_more_addresses_than_anybody_writes_are_not_asked() -> None:
    many = tuple(f"http://ocsp{number}.example/" for number in range(MAX_ADDRESSES + 1))
    leaf = leaf_with(responders=many)
    places = Places({})
    (found,) = statuses_of([parse_certificate(one.der) for one in (leaf, ROOT)], places, SIGNED)
    assert (found.status, places.asked) == (Status.UNKNOWN, [])


def test_a_place_that_is_named_by_something_else_than_an_address_cannot_be_asked() -> None:
    name = x509.DirectoryName(x509.Name([]))
    point = x509.DistributionPoint([name], None, None, None)
    described = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://x/")
    )
    issuers = x509.AuthorityInformationAccess([described])
    for oid, value in (
        ("2.5.29.31", x509.CRLDistributionPoints([point])),
        ("2.5.29.46", x509.FreshestCRL([point])),
    ):
        extensions = (
            (oid, value.public_bytes(), False),
            ("1.3.6.1.5.5.7.1.1", issuers.public_bytes(), False),
        )
        found = status({}, ROOT.issue(Wish("leaf", extensions=extensions)))
        assert found.status is Status.UNKNOWN
        assert "none by an http address" in found.because


def test_a_certificate_whose_extensions_cannot_be_read_has_an_unknown_status() -> None:
    leaf = ROOT.issue(Wish("leaf", extensions=(("2.5.29.31", b"\x05\x00", False),)))
    found = status({}, leaf)
    assert found.status is Status.UNKNOWN
    assert "extensions cannot be read" in found.because
    with pytest.raises(ParseError):
        addresses(parse_certificate(leaf.der))
