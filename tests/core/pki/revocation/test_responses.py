"""OCSP: whose answer counts, about what, and what follows where none counts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.x509.ocsp import OCSPCertStatus

from tests.simulators.revoking import (
    CRL_URL,
    OCSP_URL,
    Places,
    Response,
    answered_again,
    make_response,
    refusal,
    told_by,
)
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.revocation import (
    CertificateStatus,
    Status,
    statuses_of,
)
from trustui.core.pki.revocation.responses import MAX_RESPONSE
from trustui.demo.images.certifying import AUTHORITY, SIGNED, YEAR, Issued, Wish, issue

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


def test_the_issuer_says_good_or_revoked() -> None:
    assert status({OCSP_URL: GOOD}).status is Status.GOOD
    revoked = make_response(Response(OCSPCertStatus.REVOKED), LEAF, ROOT)
    found = status({OCSP_URL: revoked})
    assert (found.status, found.source) == (Status.REVOKED, OCSP_URL)
    assert found.because == "OCSP: revoked at 2026-11-19T12:01:00Z"
    assert found.valid_until == SIGNED + timedelta(days=1)


def test_a_responder_that_the_issuer_certified_for_it_counts() -> None:
    delegate = ROOT.issue(Wish("responder", purposes=(OCSP_SIGNING,)))
    body = make_response(Response(), LEAF, ROOT, signer=delegate, embeds=(delegate,))
    assert status({OCSP_URL: body}).status is Status.GOOD


@pytest.mark.parametrize(
    "signer",
    [
        OTHER,
        ROOT.issue(Wish("for code")),
        OTHER.issue(Wish("responder", purposes=(OCSP_SIGNING,))),
        ROOT.issue(Wish("late", SIGNED + YEAR, SIGNED + 2 * YEAR, purposes=(OCSP_SIGNING,))),
    ],
    ids=["another authority", "not certified for it", "of another authority", "not valid yet"],
)
def test_nobody_else_counts(signer: Issued) -> None:
    body = make_response(Response(), LEAF, ROOT, signer=signer, embeds=(signer,))
    found = status({OCSP_URL: body})
    assert found.status is Status.UNKNOWN
    assert "signed by neither the issuer" in found.because


def test_a_responder_certificate_of_another_kind_of_key_is_passed_over() -> None:
    body = make_response(Response(), LEAF, ROOT, signer=OTHER, embeds=(OTHER, ROOT))
    assert status({OCSP_URL: body}).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"nonsense", "the answer cannot be read"),
        (bytes(MAX_RESPONSE + 1), "gave more than"),
        (refusal(), "the responder refused: try_later"),
        (make_response(Response(), BOTH, ROOT), "about another certificate"),
        (make_response(Response(until=None), LEAF, ROOT), "does not say until when"),
        (
            make_response(Response(until=SIGNED - timedelta(hours=1)), LEAF, ROOT),
            "the answer held until 2026-11-20T11:01:00Z",
        ),
        (
            make_response(Response(OCSPCertStatus.UNKNOWN), LEAF, ROOT),
            "does not know the certificate",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_that_does_not_count_leaves_the_status_unknown(body: bytes, words: str) -> None:
    found = status({OCSP_URL: body})
    assert found.status is Status.UNKNOWN
    assert words in found.because


def test_two_answers_to_one_question_count_for_nothing() -> None:
    def twice(responses: Any) -> None:
        responses.append(responses[0])

    found = status({OCSP_URL: answered_again(GOOD, twice, ROOT)})
    assert found.status is Status.UNKNOWN
    assert "2 answers came" in found.because


def test_what_was_signed_before_the_date_of_invalidity_stands() -> None:
    def dated(responses: Any) -> None:
        date = {"extn_id": "invalidity_date", "critical": False, "extn_value": SIGNED}
        responses[0]["single_extensions"] = [date]

    revoked = make_response(Response(OCSPCertStatus.REVOKED), LEAF, ROOT)
    answers = {OCSP_URL: answered_again(revoked, dated, ROOT)}
    assert status(answers, signed_at=SIGNED - timedelta(hours=1)).status is Status.GOOD
    assert status(answers, signed_at=SIGNED).status is Status.REVOKED
    assert status(answers).status is Status.REVOKED


def test_an_answer_is_found_by_any_hash_that_names_the_certificate() -> None:
    body = make_response(Response(hash_algorithm=hashes.SHA256()), LEAF, ROOT)
    assert status({OCSP_URL: body}).status is Status.GOOD


def test_the_second_responder_is_asked_when_the_first_gives_nothing() -> None:
    leaf = leaf_with(responders=(OCSP_URL, SECOND_URL))
    body = make_response(Response(), leaf, ROOT)
    assert status({SECOND_URL: body}, leaf).status is Status.GOOD
    assert status({OCSP_URL: body, SECOND_URL: b"x"}, leaf).status is Status.GOOD
