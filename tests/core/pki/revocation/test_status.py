"""What is asked first, and which status of a chain counts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cryptography.x509.ocsp import OCSPCertStatus

from tests.simulators.revoking import (
    CRL_URL,
    OCSP_URL,
    List,
    Places,
    Response,
    make_list,
    make_response,
    told_by,
)
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.revocation import (
    NO_EVIDENCE,
    CertificateStatus,
    Status,
    statuses_of,
    worst_of,
)
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


def test_lists_are_asked_only_where_no_responder_gives_an_answer_that_counts() -> None:
    places = Places({OCSP_URL: make_response(Response(), BOTH, ROOT)})
    chain = [parse_certificate(one.der) for one in (BOTH, ROOT)]
    assert statuses_of(chain, places, SIGNED)[0].status is Status.GOOD
    assert [address for address, _ in places.asked] == [OCSP_URL]
    found = status({CRL_URL: make_list(List(), ROOT)}, BOTH)
    assert found.status is Status.GOOD
    assert "the server does not answer" in found.because
    assert status({}, BOTH).status is Status.UNKNOWN


def test_a_certificate_that_names_no_place_cannot_be_revoked() -> None:
    found = status({}, ROOT.issue(Wish("leaf")))
    assert found.status is Status.NOT_REVOCABLE
    assert worst_of([found]) is None


def test_without_evidence_nobody_is_asked_about_what_could_be_revoked() -> None:
    chain = [parse_certificate(one.der) for one in (LEAF, ROOT)]
    found = statuses_of(chain, NO_EVIDENCE, SIGNED)
    worst = worst_of(found)
    assert worst is not None
    assert worst.status is Status.NOT_ASKED
    assert "no evidence of revocation was given" in worst.because


def test_the_worst_of_several_is_the_revoked_one() -> None:
    unknown = status({})
    revoked = status({OCSP_URL: make_response(Response(OCSPCertStatus.REVOKED), LEAF, ROOT)})
    assert worst_of([unknown, revoked]) is revoked
    chain = [parse_certificate(one.der) for one in (BOTH, ROOT)]
    (not_asked,) = statuses_of(chain, NO_EVIDENCE, SIGNED)
    assert worst_of([not_asked, unknown]) is unknown
    assert worst_of([not_asked]) is not_asked
    assert worst_of([]) is None
