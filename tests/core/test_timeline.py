"""Expiries, lapses and what needs a successor next."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.simulators.verified import facts, verified
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.timeline import (
    Lane,
    Lapse,
    Life,
    Timeline,
    expiries,
    gaps,
    next_expiries,
)
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def vendor() -> Publisher:
    """A timestamp of two days, published on day 0, 1 and 4: it lapsed for one day."""
    repo = Publisher("vendor", START, plans={"timestamp": RolePlan(lifetime=2 * DAY)})
    repo.add_delegation("targets", "cranes", paths=["cranes/*"], lifetime=40 * DAY)
    for day in (0, 1, 4):
        repo.publish(START + day * DAY)
    return repo


def published(repo: Publisher) -> list[tuple[str, Metadata, datetime | None]]:
    return [(one.role, facts(repo, one.role, one.version), one.at) for one in repo.versions]


def lane(timeline: Timeline, role: str) -> Lane:
    return next(lane for lane in timeline.lanes if lane.role == role)


def test_lanes_stand_in_the_order_a_client_asks(vendor: Publisher) -> None:
    documents = reversed(published(vendor))
    timeline = expiries(documents, START + 4 * DAY)
    assert [lane.role for lane in timeline.lanes] == [
        "root", "timestamp", "snapshot", "targets", "cranes",
    ]  # fmt: skip


def test_a_bar_goes_from_publication_to_expiry(vendor: Publisher) -> None:
    first = lane(expiries(published(vendor), START + 4 * DAY), "timestamp").bars[0]
    assert (first.version, first.begins, first.expires) == (1, START, START + 2 * DAY)
    assert first.digest == facts(vendor, "timestamp", 1).digest


def test_only_the_newest_version_is_judged_by_its_dates(vendor: Publisher) -> None:
    bars = lane(expiries(published(vendor), START + 4 * DAY), "timestamp").bars
    assert [bar.life for bar in bars] == [Life.SUPERSEDED, Life.SUPERSEDED, Life.VALID]


@pytest.mark.parametrize(
    ("age", "life", "days_left"),
    [
        (HOUR, Life.VALID, 1),
        (40 * HOUR, Life.EXPIRES_SOON, 0),
        (48 * HOUR, Life.EXPIRED, 0),
        (49 * HOUR, Life.EXPIRED, -1),
    ],
)
def test_the_newest_version_lives_until_its_expiry(
    vendor: Publisher, age: timedelta, life: Life, days_left: int
) -> None:
    newest = lane(expiries(published(vendor), START + 4 * DAY + age), "timestamp").newest
    assert (newest.life, newest.days_left) == (life, days_left)


def test_a_lapse_lasts_until_the_successor(vendor: Publisher) -> None:
    timeline = expiries(published(vendor), START + 5 * DAY)
    assert lane(timeline, "timestamp").lapses == (
        Lapse(2, START + 3 * DAY, START + 4 * DAY, is_open=False),
    )
    assert lane(timeline, "root").lapses == ()


def test_a_lapse_without_a_successor_is_open_until_now(vendor: Publisher) -> None:
    at = START + 9 * DAY
    assert lane(expiries(published(vendor), at), "timestamp").lapses[-1] == Lapse(
        3, START + 6 * DAY, at, is_open=True
    )


def test_what_was_published_later_is_not_known_yet(vendor: Publisher) -> None:
    timeline = expiries(published(vendor), START + 3.5 * DAY)
    assert lane(timeline, "timestamp").newest.version == 2
    assert [one.is_open for one in lane(timeline, "timestamp").lapses] == [True]


def test_where_nobody_knows_the_publication_there_is_no_lapse(vendor: Publisher) -> None:
    unknown = [
        (role, msgspec.structs.replace(metadata, seen_at=None), None)
        for role, metadata, _ in published(vendor)
    ]
    timeline = expiries(unknown, START + 5 * DAY)
    bars = lane(timeline, "timestamp").bars
    assert [(bar.version, bar.begins) for bar in bars] == [(1, None), (2, None), (3, None)]
    assert lane(timeline, "timestamp").lapses == ()
    assert timeline.begins == START + 2 * DAY


def test_the_time_of_reading_stands_in_for_the_publication(vendor: Publisher) -> None:
    documents = [(role, metadata, None) for role, metadata, _ in published(vendor)]
    assert expiries(documents, START + 5 * DAY) == expiries(published(vendor), START + 5 * DAY)


def test_the_span_holds_every_bar_and_the_instant(vendor: Publisher) -> None:
    timeline = expiries(published(vendor), START + 400 * DAY)
    assert (timeline.begins, timeline.ends) == (START, START + 400 * DAY)


def test_no_documents_make_an_empty_timeline() -> None:
    assert expiries([], START) == Timeline(START, (), START, START)


def test_two_documents_of_one_version_are_two_bars(vendor: Publisher) -> None:
    metadata = facts(vendor, "timestamp", 1)
    other = msgspec.structs.replace(metadata, digest="other")
    timeline = expiries(
        [("timestamp", metadata, START), ("timestamp", other, START + HOUR)], START + DAY
    )
    assert [bar.digest for bar in timeline.lanes[0].bars] == [metadata.digest, "other"]


# Signing periods


def test_a_document_may_state_when_it_should_be_signed_anew(vendor: Publisher) -> None:
    vendor.add_field("targets", "x-tuf-on-ci-signing-period", 60)
    vendor.publish()
    newest = lane(expiries(published(vendor), vendor.now), "targets").newest
    assert newest.signing_begins == newest.expires - 60 * DAY
    assert newest.life is Life.VALID


def test_within_its_signing_period_a_document_expires_soon(vendor: Publisher) -> None:
    vendor.add_field("targets", "x-tuf-on-ci-signing-period", 60)
    vendor.publish()
    newest = lane(expiries(published(vendor), vendor.now + 306 * DAY), "targets").newest
    assert newest.life is Life.EXPIRES_SOON


def test_root_may_state_the_signing_periods_of_other_roles(vendor: Publisher) -> None:
    vendor.edit_next("root", lambda signed: state_period(signed, "snapshot", 10))
    vendor.publish()
    newest = lane(expiries(published(vendor), vendor.now), "snapshot").newest
    assert newest.signing_begins == newest.expires - 10 * DAY


@pytest.mark.parametrize("nonsense", ["10", True, 0, -3, 10**9, None])
def test_a_signing_period_that_is_no_sane_number_is_none(
    vendor: Publisher, nonsense: object
) -> None:
    vendor.edit_next("root", lambda signed: state_period(signed, "snapshot", nonsense))
    vendor.publish()
    assert lane(expiries(published(vendor), vendor.now), "snapshot").newest.signing_begins is None


def test_without_a_root_no_role_has_its_period(vendor: Publisher) -> None:
    documents = [("snapshot", facts(vendor, "snapshot"), START)]
    assert expiries(documents, vendor.now).lanes[0].newest.signing_begins is None


def state_period(signed: object, role: str, days: object) -> None:
    assert isinstance(signed, dict)
    signed["roles"][role]["x-tuf-on-ci-signing-period"] = days


# What comes next


def test_the_next_expiries_come_first(vendor: Publisher) -> None:
    repository, _ = verified(vendor)
    found = next_expiries(repository, vendor.now)
    assert [(one.role, one.days_left) for one in found] == [
        ("timestamp", 2),
        ("snapshot", 26),
        ("cranes", 36),
        ("root", 361),
        ("targets", 361),
    ]


def test_the_list_says_what_is_expired_and_when_signing_begins(vendor: Publisher) -> None:
    vendor.add_field("cranes", "x-tuf-on-ci-signing-period", 39)
    vendor.publish()
    repository, _ = verified(vendor, vendor.now + 3 * DAY)
    found = {one.role: one for one in next_expiries(repository, vendor.now + 3 * DAY)}
    assert found["timestamp"].life is Life.EXPIRED
    assert found["cranes"].life is Life.EXPIRES_SOON
    assert found["cranes"].signing_begins == found["cranes"].expires - 39 * DAY
    assert found["root"].life is Life.VALID


def test_what_was_not_read_is_not_in_the_list(vendor: Publisher) -> None:
    vendor.withdraw("timestamp.json")
    repository, _ = verified(vendor)
    assert [one.role for one in next_expiries(repository, vendor.now)] == ["root"]


def test_a_timeline_survives_json(vendor: Publisher) -> None:
    timeline = expiries(published(vendor), START + 9 * DAY)
    assert msgspec.json.decode(msgspec.json.encode(timeline), type=Timeline) == timeline


# Real outages: the next version was committed after the expiry of the one before it


@dataclass(frozen=True)
class Outage:
    """A lapse of a timestamp: the version that expired, the day, and how long it lasted."""

    version: int
    day: str
    hours: float


REAL = {
    "tuf/sigstore-root-signing": (
        Outage(3, "2021-12-14", 1.5),
        Outage(13, "2022-02-22", 17.7),
        Outage(25, "2022-05-06", 116.4),
    ),
    "tuf/sigstore-root-signing-staging": (),
    "tuf/joomla-updates": (Outage(681, "2025-07-26", 8.2), Outage(683, "2025-07-29", 0.5)),
}
"""Origin: the commit times of these repositories; the first was reported as cosign issue 1205."""


@pytest.mark.parametrize("name", REAL)
def test_known_outages_are_lapses_and_there_are_no_others(
    shared_data: Callable[[str], Path], name: str
) -> None:
    history = shared_data(name) / "history"
    with (history / "index.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["role"] == "timestamp"]
    documents = [
        (
            "timestamp",
            parse(
                Document(
                    "", (history / "timestamp" / f"{row['version']}.timestamp.json").read_bytes()
                )
            ),
            datetime.fromisoformat(row["first_commit_time"]),
        )
        for row in rows
    ]
    last = max(since for _, _, since in documents)
    found = tuple(
        Outage(lapse.version, lapse.begins.date().isoformat(), hours(lapse.ends - lapse.begins))
        for lapse in lane(expiries(documents, last), "timestamp").lapses
    )
    assert found == REAL[name]


def hours(span: timedelta) -> float:
    return round(span / HOUR, 1)


def test_gaps_lie_between_an_expiry_and_what_came_after_it() -> None:
    versions = [
        (START, START + DAY),
        (START + 3 * DAY, START + 5 * DAY),
        (START + 4 * DAY, START + 6 * DAY),
    ]
    found = list(gaps(versions, START + 8 * DAY))
    assert [(one.index, one.begins, one.ends, one.is_open) for one in found] == [
        (0, START + DAY, START + 3 * DAY, False),
        (2, START + 6 * DAY, START + 8 * DAY, True),
    ]
    assert list(gaps(versions[1:], START + 5 * DAY)) == []


def test_what_was_first_seen_after_its_expiry_leaves_a_gap_from_then_on() -> None:
    versions = [(START, START - 300 * DAY), (START + DAY, START + 9 * DAY)]
    (gap,) = gaps(versions, START + 2 * DAY)
    assert (gap.begins, gap.ends) == (START, START + DAY)
    together = [(START, START - 300 * DAY), (START, START + 9 * DAY)]
    assert list(gaps(together, START + 2 * DAY)) == []


def test_a_version_of_unknown_publication_leaves_a_gap_from_its_expiry_on() -> None:
    (gap,) = gaps([(None, START), (START + DAY, START + 9 * DAY)], START + 2 * DAY)
    assert (gap.begins, gap.ends) == (START, START + DAY)
    assert list(gaps([(None, START), (None, START + 9 * DAY)], START + 2 * DAY)) == []
