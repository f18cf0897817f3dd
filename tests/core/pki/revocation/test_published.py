"""Answers by themselves: which of them are kept, and what changed between two."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509 import ocsp

from tests.simulators.revoking import (
    CRL_URL,
    DAY,
    OCSP_URL,
    Entry,
    List,
    Places,
    Response,
    make_list,
    make_response,
    refusal,
    told_by,
    without_next_update,
)
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.limits import MIB
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.revocation import (
    Enquiry,
    entries_in,
    longest,
    read_published,
    statuses_of,
)
from trustui.core.pki.revocation.published import MAX_AHEAD
from trustui.demo.images.certifying import AUTHORITY, SIGNED, Issued, Wish, issue

ROOT = issue(replace(AUTHORITY, subject="root"), None)
OTHER = issue(replace(AUTHORITY, subject="other"), None)
PLACES = told_by(responders=(OCSP_URL,), lists=(CRL_URL,))
LEAF = ROOT.issue(Wish("leaf", extensions=PLACES))
SERIAL = LEAF.certificate.serial_number
SECOND = timedelta(seconds=1)
STATUS = ocsp.OCSPCertStatus


def enquiry(address: str, leaf: Issued = LEAF) -> Enquiry:
    asked: list[Enquiry] = []

    def ask(one: Enquiry) -> Document | Problem:
        asked.append(one)
        return Places({})(one)

    statuses_of([parse_certificate(one.der) for one in (leaf, ROOT)], ask, SIGNED)
    return next(one for one in asked if one.address == address)


ABOUT_LIST, ABOUT_LEAF = enquiry(CRL_URL), enquiry(OCSP_URL)
LISTED = make_list(List(), ROOT)
ANSWER = make_response(Response(), LEAF, ROOT)


@pytest.mark.parametrize(("asked", "body"), [(ABOUT_LIST, LISTED), (ABOUT_LEAF, ANSWER)])
def test_what_the_issuer_vouches_for_says_from_when_until_when(asked: Enquiry, body: bytes) -> None:
    found = read_published(asked, body, SIGNED)
    assert (found.this_update, found.next_update) == (SIGNED - DAY, SIGNED + DAY)
    assert read_published(asked, body, found.next_update) == found
    with pytest.raises(ParseError, match=r"it held until 2026-11-21T12:01:00Z"):
        read_published(asked, body, found.next_update + SECOND)


@pytest.mark.parametrize(("asked", "body"), [(ABOUT_LIST, LISTED), (ABOUT_LEAF, ANSWER)])
def test_what_is_said_to_be_of_later_is_refused(asked: Enquiry, body: bytes) -> None:
    earliest = SIGNED - DAY - MAX_AHEAD
    read_published(asked, body, earliest)
    with pytest.raises(ParseError, match="it says that it is of 2026-11-19"):
        read_published(asked, body, earliest - SECOND)


@pytest.mark.parametrize(
    ("asked", "body", "words"),
    [
        (ABOUT_LIST, make_list(List(), ROOT, OTHER), "not signed by CN=root"),
        (ABOUT_LIST, make_list(List(), OTHER), "not issued by CN=root"),
        (ABOUT_LIST, without_next_update(LISTED, ROOT), "until when it holds"),
        (ABOUT_LIST, b"<html>", "cannot be read"),
        (ABOUT_LIST, b"", "cannot be read"),
        (ABOUT_LIST, ANSWER, "cannot be read"),
        (ABOUT_LEAF, make_response(Response(), LEAF, ROOT, signer=OTHER), "signed by neither"),
        (ABOUT_LEAF, make_response(Response(), ROOT, ROOT), "about another certificate"),
        (ABOUT_LEAF, make_response(Response(until=None), LEAF, ROOT), "until when it holds"),
        (ABOUT_LEAF, refusal(), "the responder refused: try_later"),
        (ABOUT_LEAF, LISTED, "cannot be read"),
    ],
)
def test_what_nobody_vouches_for_is_refused(asked: Enquiry, body: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        read_published(asked, body, SIGNED)


def test_what_is_too_long_is_not_even_read() -> None:
    assert (longest(None), longest(b"")) == (32 * MIB, 20 * 1024)
    with pytest.raises(ParseError, match="it has more than 20,480 bytes"):
        read_published(ABOUT_LEAF, bytes(20 * 1024 + 1), SIGNED)


def test_a_list_says_something_of_those_on_it_alone() -> None:
    reason = x509.ReasonFlags.key_compromise
    body = make_list(List((Entry(SERIAL, reason), Entry(9, invalid_since=SIGNED))), ROOT)
    assert entries_in(body, None, [SERIAL, 9, 10]) == {
        SERIAL: "revoked at 2026-11-19T12:01:00Z (keyCompromise)",
        9: "revoked at 2026-11-19T12:01:00Z (unspecified), invalid since 2026-11-20T12:01:00Z",
        10: "",
    }


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (STATUS.GOOD, ""),
        (STATUS.REVOKED, "revoked at 2026-11-19T12:01:00Z"),
        (STATUS.UNKNOWN, "not known to the responder"),
    ],
)
def test_a_responder_says_something_of_one(status: ocsp.OCSPCertStatus, words: str) -> None:
    body = make_response(Response(status), LEAF, ROOT)
    assert entries_in(body, ABOUT_LEAF.request, [SERIAL, 10]) == {SERIAL: words, 10: ""}


@pytest.mark.parametrize("body", [b"", b"<html>", refusal()])
def test_what_cannot_be_read_says_so_of_everybody(body: bytes) -> None:
    for request in (None, ABOUT_LEAF.request):
        told = entries_in(body, request, [SERIAL, 10])
        assert all("cannot be read" in words for words in told.values())
        assert told.keys() == {SERIAL, 10}
