"""The job that asks: whom, when, and what it survives. Everything goes through the real door."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from tests.simulators.authority_server import CRL_PATH, OCSP_PATH, AuthorityServer
from tests.simulators.fault_server import answer, head, raw, silent
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.revocation_store import (
    QUICK,
    ROOT,
    allow,
    known,
    leaf_at,
    leaf_of,
    new_repository,
    noted,
    refreshed,
)
from tests.simulators.revoking import DAY, Entry, List, Response, make_list, make_response
from trustui.core.pki.revocation import Status
from trustui.demo.images.certifying import SIGNED
from trustui.revocation import refreshing
from trustui.revocation.models import AskedPlace, RevocationAnswer
from trustui.revocation.refreshing import AT_ONCE, REFRESH, RevocationRefresh

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
UNTIL = SIGNED + 30 * DAY
LOCAL = "127.0.0.1"


@pytest.fixture
def authority() -> Iterator[AuthorityServer]:
    with AuthorityServer() as server:
        yield server


def test_a_list_is_fetched_and_known_from_then_on(
    authority: AuthorityServer, settings: Settings
) -> None:
    allow(settings, LOCAL)
    leaf = leaf_of(authority)
    noted(leaf)
    authority.tells(CRL_PATH, make_list(List(until=UNTIL), ROOT))
    (result,) = refreshed()
    assert result.again is False
    assert known(leaf).status is Status.GOOD
    assert refreshed(SIGNED + MINUTE) == []  # not due
    revoked = List((Entry(leaf.certificate.serial_number),), number=8, until=UNTIL)
    authority.tells(CRL_PATH, make_list(revoked, ROOT))
    refreshed(SIGNED + DAY)
    assert known(leaf, SIGNED + DAY).status is Status.REVOKED
    assert len(authority.requests) == 2


def test_a_responder_is_asked_about_each_certificate(
    authority: AuthorityServer, settings: Settings
) -> None:
    allow(settings, "127.0.0.0/8")
    leaf, other = leaf_of(authority, responder=True), leaf_of(authority, responder=True)
    noted(leaf)
    noted(other)
    authority.tells(OCSP_PATH, make_response(Response(), leaf, ROOT))
    refreshed()
    assert known(leaf).status is Status.GOOD
    found = known(other)
    assert found.status is Status.UNKNOWN
    assert "the answer is about another certificate" in found.because


@pytest.mark.parametrize("hosts", [(), ("crl.example",), ("127.0.0.2",)])
def test_a_host_that_nobody_allowed_is_never_asked(
    authority: AuthorityServer, settings: Settings, hosts: tuple[str, ...]
) -> None:
    allow(settings, *hosts)
    noted(leaf_of(authority))
    assert refreshed() == []
    assert authority.connections() == 0
    allow(settings, LOCAL)  # what waited is asked at once
    assert len(refreshed()) == 1


def test_of_what_is_gone_nothing_is_asked(authority: AuthorityServer, settings: Settings) -> None:
    allow(settings, LOCAL)
    gone, removed = new_repository("team/gone"), new_repository("team/removed")
    for repository in (gone, removed):
        noted(leaf_of(authority), repository)
    gone.gone_at = SIGNED
    gone.save()
    removed.source.removed_at = SIGNED
    removed.source.save()
    assert refreshed() == []


def test_while_the_clock_is_in_doubt_nothing_is_asked_and_nothing_written(
    authority: AuthorityServer, settings: Settings
) -> None:
    allow(settings, LOCAL)
    noted(leaf_of(authority))
    authority.tells(CRL_PATH, make_list(List(until=UNTIL), ROOT))
    assert run_once(RevocationRefresh(lambda: None, QUICK), claim(REFRESH)) == []
    for doubts_after in (1, 2):
        times = iter([SIGNED] * doubts_after)
        run_once(RevocationRefresh(lambda times=times: next(times, None), QUICK), claim(REFRESH))  # type: ignore[misc]
    assert not RevocationAnswer.objects.exists()


def test_bad_servers_are_survived_explained_and_left_alone(
    authority: AuthorityServer, settings: Settings
) -> None:
    allow(settings, LOCAL)
    behaviours = {
        "/silent": silent,
        "/long": raw(head(200, {"Content-Length": str(1 << 30)})),
        "/page": answer(200, b"<html>"),
        "/error": answer(500),
    }
    for path, behaviour in behaviours.items():
        noted(leaf_at(authority.on(path, behaviour)))
    began_at = time.monotonic()
    (result,) = refreshed()
    assert time.monotonic() - began_at < 20
    assert (result.failed, result.again) == (None, False)
    rows = AskedPlace.objects.order_by("address").values_list("because", "failures", "due_at")
    assert [(failures, due_at - SIGNED) for _, failures, due_at in rows] == [(1, MINUTE)] * 4
    reasons = [because for because, _, _ in rows]
    for words, because in zip(("500", "allowed", "cannot be read", "s"), reasons, strict=True):
        assert words in because
    assert refreshed(SIGNED + MINUTE / 2) == []


def test_what_a_run_has_no_room_for_is_asked_at_once_by_the_next(
    authority: AuthorityServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(settings, LOCAL)
    repository, body = new_repository(), make_list(List(until=UNTIL), ROOT)
    for number in range(AT_ONCE + 2):
        noted(leaf_at(authority.on(f"/{number}", answer(200, body))), repository)
    monkeypatch.setattr(refreshing, "MAX_BYTES", len(body) * 3)
    (result,) = refreshed()
    assert (len(result.value), result.again) == (4, True)
    monkeypatch.undo()
    monkeypatch.setattr(refreshing, "MAX_SECONDS", -1.0)
    (result,) = refreshed()
    assert (len(result.value), result.again) == (1, True)
    monkeypatch.undo()
    (result,) = refreshed()
    assert (len(result.value), result.again) == (AT_ONCE + 2 - 5, False)
    assert refreshed() == []
    assert RevocationAnswer.objects.count() == AT_ONCE + 2


def test_when_the_process_has_to_stop_nothing_is_lost(
    authority: AuthorityServer, settings: Settings
) -> None:
    allow(settings, LOCAL)
    noted(leaf_of(authority))
    (result,) = refreshed(is_stopping=True)
    assert (result.value, result.again) == ([], False)
    assert AskedPlace.objects.get().failures == 0
