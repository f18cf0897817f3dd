"""Revocation lists: whose count, what a delta adds, and what a revocation leaves standing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.simulators.revoking import (
    CRL_URL,
    DELTA_URL,
    Entry,
    List,
    Places,
    make_list,
    points,
    told_by,
    without_next_update,
)
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.revocation import CertificateStatus, Status, statuses_of
from trustui.demo.images.certifying import AUTHORITY, SIGNED, Issued, Wish, issue

ROOT = issue(replace(AUTHORITY, subject="root"), None)
OTHER = issue(replace(AUTHORITY, subject="other"), None)
LEAF = ROOT.issue(Wish("leaf", extensions=told_by(lists=(CRL_URL,))))
SERIAL = LEAF.certificate.serial_number
HOUR = timedelta(hours=1)
REASON = x509.ReasonFlags
OTHER_POINT = "http://crl.acme.example/other.crl"
MIRROR = "http://mirror.acme.example/delta.crl"


def status(
    answers: Mapping[str, bytes], leaf: Issued = LEAF, signed_at: datetime | None = None
) -> CertificateStatus:
    chain = [parse_certificate(one.der) for one in (leaf, ROOT)]
    (found,) = statuses_of(chain, Places(answers), SIGNED, signed_at)
    return found


def listed(*entries: Entry, **more: object) -> bytes:
    return make_list(List(entries, **more), ROOT)  # type: ignore[arg-type]


def by_list(*entries: Entry, signed_at: datetime | None = None) -> Status:
    return status({CRL_URL: listed(*entries)}, signed_at=signed_at).status


def test_what_is_not_listed_is_good() -> None:
    found = status({CRL_URL: listed(Entry(SERIAL + 1))})
    assert (found.status, found.valid_until) == (Status.GOOD, SIGNED + timedelta(days=1))


def test_what_is_listed_is_revoked() -> None:
    found = status({CRL_URL: listed(Entry(SERIAL, REASON.key_compromise))})
    assert found.status is Status.REVOKED
    assert found.because == "CRL: revoked at 2026-11-19T12:01:00Z (keyCompromise)"
    assert by_list(Entry(SERIAL)) is Status.REVOKED


def test_what_is_on_hold_is_revoked_and_what_came_off_is_not() -> None:
    assert by_list(Entry(SERIAL, REASON.certificate_hold)) is Status.REVOKED
    assert by_list(Entry(SERIAL, REASON.remove_from_crl)) is Status.GOOD


@pytest.mark.parametrize(
    ("signed_at", "expected"),
    [
        (None, Status.REVOKED),
        (SIGNED - 2 * HOUR, Status.GOOD),
        (SIGNED - HOUR, Status.REVOKED),
        (SIGNED, Status.REVOKED),
    ],
)
def test_what_was_signed_before_the_date_of_invalidity_stands(
    signed_at: datetime | None, expected: Status
) -> None:
    entry = Entry(SERIAL, REASON.key_compromise, invalid_since=SIGNED - HOUR)
    assert by_list(entry, signed_at=signed_at) is expected


SCOPE = {
    "full_name": None,
    "relative_name": None,
    "only_contains_user_certs": False,
    "only_contains_ca_certs": False,
    "only_some_reasons": None,
    "indirect_crl": False,
    "only_contains_attribute_certs": False,
}


def scope(**changes: object) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    named = {**SCOPE, "full_name": points(CRL_URL)[0].full_name}
    return ((x509.IssuingDistributionPoint(**{**named, **changes}), True),)  # type: ignore[arg-type]


UNKNOWN_EXTENSION = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"nonsense", "cannot be read"),
        (make_list(List(), OTHER), "is not issued by CN=root"),
        (make_list(List(), ROOT, OTHER), "is not signed by CN=root"),
        (listed(until=SIGNED - HOUR), "the list held until"),
        (listed(extensions=((UNKNOWN_EXTENSION, True),)), "critical extension"),
        (listed(delta_of=3), "only a delta"),
        (listed(extensions=scope(only_contains_ca_certs=True)), "covers other certificates"),
        (listed(extensions=scope(only_contains_attribute_certs=True)), "covers other"),
        (listed(extensions=scope(indirect_crl=True)), "covers other certificates"),
        (listed(Entry(SERIAL, extensions=((UNKNOWN_EXTENSION, True),))), "critical extension"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_list_that_does_not_count_leaves_the_status_unknown(body: bytes, words: str) -> None:
    found = status({CRL_URL: body})
    assert found.status is Status.UNKNOWN
    assert words in found.because


def test_a_list_without_an_end_counts_for_nothing() -> None:
    body = without_next_update(listed(), ROOT)
    assert "does not say until when" in status({CRL_URL: body}).because


@pytest.mark.parametrize(
    "extensions",
    [((UNKNOWN_EXTENSION, False),), scope(), scope(only_contains_user_certs=True)],
    ids=["not critical", "its own place", "signers alone"],
)
def test_what_does_not_exclude_the_certificate_does_not_matter(
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
) -> None:
    assert status({CRL_URL: listed(extensions=extensions)}).status is Status.GOOD


def test_a_list_of_signers_says_nothing_about_an_authority() -> None:
    below = ROOT.issue(replace(AUTHORITY, subject="below", extensions=told_by(lists=(CRL_URL,))))
    body = listed(extensions=scope(only_contains_user_certs=True))
    assert status({CRL_URL: body}, below).status is Status.UNKNOWN
    body = listed(extensions=scope(only_contains_ca_certs=True))
    assert status({CRL_URL: body}, below).status is Status.GOOD


def test_an_entry_with_an_unknown_extension_that_is_not_critical_counts() -> None:
    assert by_list(Entry(SERIAL, extensions=((UNKNOWN_EXTENSION, False),))) is Status.REVOKED


def test_an_authority_that_may_not_sign_lists_signs_none() -> None:
    mute = issue(replace(AUTHORITY, subject="mute", usages=("key_cert_sign",)), None)
    leaf = mute.issue(Wish("leaf", extensions=told_by(lists=(CRL_URL,))))
    chain = [parse_certificate(one.der) for one in (leaf, mute)]
    (found,) = statuses_of(chain, Places({CRL_URL: make_list(List(), mute)}), SIGNED)
    assert "may not sign lists" in found.because


def test_an_authority_that_states_no_usage_may_sign_lists() -> None:
    free = issue(replace(AUTHORITY, subject="free", usages=None), None)
    leaf = free.issue(Wish("leaf", extensions=told_by(lists=(CRL_URL,))))
    chain = [parse_certificate(one.der) for one in (leaf, free)]
    (found,) = statuses_of(chain, Places({CRL_URL: make_list(List(), free)}), SIGNED)
    assert found.status is Status.GOOD


def test_every_distribution_point_has_to_answer() -> None:
    leaf = ROOT.issue(Wish("leaf", extensions=told_by(lists=(CRL_URL, OTHER_POINT))))
    serial = leaf.certificate.serial_number
    good, revoked = listed(), listed(Entry(serial))
    assert status({CRL_URL: good, OTHER_POINT: good}, leaf).status is Status.GOOD
    assert status({CRL_URL: good, OTHER_POINT: revoked}, leaf).status is Status.REVOKED
    assert status({CRL_URL: revoked}, leaf).status is Status.REVOKED
    assert status({CRL_URL: good}, leaf).status is Status.UNKNOWN


# Deltas

BASE = listed(freshest=(DELTA_URL, MIRROR))


def delta(*entries: Entry, **more: object) -> bytes:
    return listed(*entries, **{"number": 9, "delta_of": 7, **more})


def with_delta(body: bytes, base: bytes = BASE) -> CertificateStatus:
    return status({CRL_URL: base, DELTA_URL: body})


def test_a_delta_adds_what_was_revoked_since() -> None:
    assert with_delta(delta()).status is Status.GOOD
    assert with_delta(delta(Entry(SERIAL))).status is Status.REVOKED


def test_the_earlier_end_of_base_and_delta_counts() -> None:
    assert with_delta(delta(until=SIGNED + HOUR)).valid_until == SIGNED + HOUR


def test_a_delta_takes_away_a_hold() -> None:
    held = Entry(SERIAL, REASON.certificate_hold)
    base = listed(held, freshest=(DELTA_URL,))
    assert with_delta(delta(), base).status is Status.REVOKED
    removed = Entry(SERIAL, REASON.remove_from_crl)
    assert with_delta(delta(removed), base).status is Status.GOOD
    earlier = replace(removed, at=held.at - HOUR)
    assert with_delta(delta(earlier), base).status is Status.REVOKED


def test_a_mirror_of_the_delta_will_do() -> None:
    assert status({CRL_URL: BASE, MIRROR: delta(Entry(SERIAL))}).status is Status.REVOKED


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (listed(number=9), "as its delta is none"),
        (delta(number=None), "need numbers"),
        (delta(number=7), "not above 7"),
        (delta(delta_of=8), "starts from list 8, after 7"),
        (delta(until=SIGNED - HOUR), "the list held until"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_delta_that_does_not_count_leaves_the_status_unknown(body: bytes, words: str) -> None:
    found = with_delta(body)
    assert found.status is Status.UNKNOWN
    assert words in found.because


def test_a_delta_that_cannot_be_had_leaves_the_status_unknown() -> None:
    found = status({CRL_URL: BASE})
    assert found.status is Status.UNKNOWN
    assert "the delta CRL is not to be had" in found.because


def test_a_delta_that_only_the_certificate_names_is_told_and_not_passed_over() -> None:
    places = told_by(lists=(CRL_URL,), freshest=(DELTA_URL,))
    leaf = ROOT.issue(Wish("leaf", extensions=places))
    found = status({CRL_URL: listed(), DELTA_URL: delta()}, leaf)
    assert found.status is Status.UNKNOWN
    assert "not supported" in found.because
    assert status({CRL_URL: BASE, DELTA_URL: delta()}, leaf).status is Status.GOOD


def test_a_list_that_is_signed_over_a_broken_hash_counts_for_nothing() -> None:
    """The library signs with SHA-1 no longer; SHA-3 stands for what is not among the good ones."""
    body = make_list(List(hash_algorithm=hashes.SHA3_256()), ROOT)
    assert "is not signed by" in status({CRL_URL: body}).because
