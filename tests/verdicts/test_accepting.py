"""Living with findings: for a reason, until a day, by a person."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.inventoried import new_source
from tests.simulators.watched import DAY, START
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.inventory.text import identity
from trustui.verdicts.accepting import (
    MOST_AT_ONCE,
    MOST_REASON,
    AcceptingError,
    accept,
    in_force,
    last_day,
    reopen,
)
from trustui.verdicts.models import Acceptance, Finding

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 3, 31)


def new_finding(source: Source, on: str = "root", severity: str = "high") -> int:
    return Finding.objects.create(
        source=source,
        check_id="tuf.keys.rsa",
        on=on,
        on_id=identity(on),
        severity=severity,
        because="a weak key",
        first_seen_at=START,
        last_seen_at=START,
    ).pk


def accept_one(
    pk: int, reason: str = "it ends in May", until: date = UNTIL, now: datetime = START
) -> int:
    return accept(finding_ids=[pk], reason=reason, until=until, by="mira", now=now)


def test_accepting_is_an_event_with_reason_and_last_day() -> None:
    source = new_source()
    assert accept_one(new_finding(source), " it  ends\nin May ") == 1
    event = Event.objects.get(kind="finding.accepted")
    assert (event.actor, event.subject, event.reason) == (
        *("person:mira", source.name, "it ends in May"),
    )
    assert (event.source_id, event.team_id) == (source.pk, source.team_id)
    assert event.detail == {
        "check": "tuf.keys.rsa",
        "on": "root",
        "severity": "high",
        "until": "2026-03-31",
    }


@pytest.mark.parametrize(
    ("reason", "until", "expected"),
    [
        (" \n ", UNTIL, "needs a reason"),
        ("x" * (MOST_REASON + 1), UNTIL, "at most 1,000 characters"),
        ("why", START.date() - timedelta(days=1), "expected a last day from 2026-03-01"),
        ("why", START.date() + timedelta(days=366), "to 2027-03-01, found 2027-03-02"),
    ],
    ids=["without a reason", "a novel", "the day before", "more than a year"],
)
def test_it_refuses(reason: str, until: date, expected: str) -> None:
    pk = new_finding(new_source())
    with pytest.raises(AcceptingError, match=expected):
        accept_one(pk, reason, until)
    assert not Acceptance.objects.exists()
    assert not Event.objects.exists()


def test_today_and_a_year_from_now_are_the_first_and_the_last_day() -> None:
    source = new_source()
    assert accept_one(new_finding(source, "root"), until=START.date()) == 1
    assert accept_one(new_finding(source, "targets"), until=last_day(START)) == 1


def test_it_holds_to_the_end_of_its_last_day() -> None:
    accept_one(new_finding(new_source()))
    assert in_force(datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)).count() == 1
    assert in_force(datetime(2026, 4, 1, tzinfo=UTC)).count() == 0
    assert in_force(START - DAY).count() == 0


def test_accepting_anew_takes_the_place_of_what_held() -> None:
    pk = new_finding(new_source())
    accept_one(pk)
    accept_one(pk, "it ends in June", date(2026, 6, 30), START + DAY)
    (held,) = in_force(START + DAY)
    assert (held.reason, held.until) == ("it ends in June", date(2026, 6, 30))
    (before,) = in_force(START + DAY - timedelta(seconds=1))
    assert before.reason == "it ends in May"


def test_reopening_is_an_event_where_something_was_accepted() -> None:
    source = new_source()
    accepted, other = new_finding(source), new_finding(source, "targets")
    accept_one(accepted)
    found = reopen(finding_ids=[accepted, other], by="sato", now=START + DAY, reason=" it grew ")
    assert found == 1
    (event,) = Event.objects.filter(kind="finding.reopened")
    assert (event.actor, event.reason, event.detail["on"]) == ("person:sato", "it grew", "root")
    assert in_force(START + DAY).count() == 0
    assert in_force(START).count() == 1  # the past stays as it was


def test_what_has_run_out_is_not_reopened() -> None:
    pk = new_finding(new_source())
    accept_one(pk)
    assert reopen(finding_ids=[pk], by="sato", now=START + 60 * DAY) == 0
    assert not Event.objects.filter(kind="finding.reopened").exists()
    assert accept_one(pk, until=date(2026, 6, 1), now=START + 60 * DAY) == 1


def test_what_is_repaired_is_not_accepted() -> None:
    pk = new_finding(new_source())
    Finding.objects.update(gone_at=START)
    assert accept_one(pk) == 0
    assert not Event.objects.exists()


def test_many_take_as_many_statements_as_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    source = new_source()
    many = [new_finding(source, f"role-{number}") for number in range(20)]
    for ids in (many[:1], many):
        with django_assert_max_num_queries(9):  # two of them are the savepoint
            accept(finding_ids=ids, reason="why", until=UNTIL, by="mira", now=START)
    assert in_force(START).count() == 20
    with pytest.raises(AcceptingError, match="at most 200 findings at once, found 201"):
        accept(finding_ids=range(MOST_AT_ONCE + 1), reason="why", until=UNTIL, by="mira", now=START)


def test_hostile_text_loses_no_row() -> None:
    accept_one(new_finding(new_source()), "a\x00b\u202e")
    assert "\x00" not in Acceptance.objects.get().reason
