"""The event log as a person may see it."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.simulators.onlookers import past, present
from tests.simulators.people import new_user
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.accounts.models import Role, Team
from trustui.core.primitives.merkle import leaf_hash
from trustui.core.primitives.signed_note import Signer
from trustui.events.models import Event
from trustui.events.sealing import seal
from trustui.events.services import record
from trustui.pages import events as event_pages
from trustui.pages.events import (
    EventFilter,
    EventFilterError,
    EventsPage,
    checkpoint,
    event,
    events,
    exported_events,
    filter_of,
)
from trustui.pages.paging import PagingError
from trustui.pages.viewer import Viewer, viewer_of

pytestmark = pytest.mark.django_db
NOW = START + 30 * DAY
SIGNER = Signer("log.example", b"\x07" * 32)

CountQueries = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="Platform", created_at=START)


@pytest.fixture
def viewer(team: Team) -> Viewer:
    return viewer_of(new_user("olive", team, Role.ON_CALL))


@pytest.fixture
def administrator(team: Team) -> Viewer:
    return viewer_of(new_user("mira", team, Role.ADMINISTRATOR))


def tell(
    kind: str = "source.changed",
    at: datetime = START,
    actor: str = "worker",
    subject: str = "a source",
    **others: object,
) -> Event:
    with transaction.atomic():
        return record(kind=kind, at=at, actor=actor, subject=subject, detail={}, **others)  # type: ignore[arg-type]


def subjects(page: EventsPage) -> list[str]:
    return [line.sentence for line in page.lines]


def test_the_list_is_in_words_newest_first(viewer: Viewer, team: Team) -> None:
    tell("source.added", subject="vendor", team_id=team.pk, actor="person:mira")
    tell("source.removed", START + DAY, subject="vendor", team_id=team.pk, reason="moved away")
    newest, oldest = events(viewer, present(NOW)).lines
    assert newest.sentence == "vendor was removed; its history stays"
    assert newest.reason == "moved away"
    assert (oldest.actor, oldest.is_person, oldest.position) == ("mira", True, None)


def test_events_of_other_teams_do_not_exist(viewer: Viewer, administrator: Viewer) -> None:
    other = Team.objects.create(name="Elsewhere", created_at=START)
    there = tell(team_id=other.pk)
    for one in (viewer, administrator):
        assert events(one, present(NOW)).lines == ()
        assert event(one, present(NOW), there.pk) is None
        assert list(exported_events(one, present(NOW))) == []


def test_what_belongs_to_no_team_is_for_administrators_and_for_oneself(
    viewer: Viewer, administrator: Viewer
) -> None:
    tell("clock.doubted", subject="host")
    tell("token.made", actor="person:olive", subject="pipeline")
    assert len(events(administrator, present(NOW)).lines) == 2
    assert subjects(events(viewer, present(NOW))) == ["the API token pipeline was made"]


def test_in_the_past_only_what_had_happened_is_there(viewer: Viewer, team: Team) -> None:
    tell(team_id=team.pk, subject="early")
    tell(at=START + 2 * DAY, team_id=team.pk, subject="late")
    assert len(events(viewer, past(START + DAY)).lines) == 1


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"who": "mira"}, ["b"]),
        ({"who": "worker"}, ["c", "a"]),
        ({"kind": "source.added"}, ["b"]),
        ({"from": "2026-03-02"}, ["c", "b"]),
        ({"to": "2026-03-02"}, ["b", "a"]),
        ({"from": "2026-03-02", "to": "2026-03-02"}, ["b"]),
        ({"from": "2026-03-02T12:00:00Z"}, ["c", "b"]),
        ({"source": "12"}, ["a"]),
    ],
)
def test_it_is_narrowed(
    viewer: Viewer, team: Team, given: dict[str, str], found: list[str]
) -> None:
    tell(team_id=team.pk, subject="a", source_id=12)
    tell("source.added", START + DAY, "person:mira", "b", team_id=team.pk)
    tell(at=START + 2 * DAY, subject="c", team_id=team.pk)
    page = events(viewer, present(NOW), filter_of(given))
    names = [Event.objects.get(pk=line.event_id).subject for line in page.lines]
    assert names == found


@pytest.mark.parametrize(
    "given", [{"kind": "nothing"}, {"source": "x"}, {"from": "yesterday"}, {"source": "9" * 40}]
)
def test_a_filter_that_cannot_be_used_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(EventFilterError, match="expected"):
        filter_of(given)


def test_a_day_at_the_end_of_time_is_a_filter_too() -> None:
    with pytest.raises(EventFilterError):
        filter_of({"to": "9999-12-31"})


def test_long_lists_come_a_page_at_a_time(viewer: Viewer, team: Team) -> None:
    for number in range(7):
        tell(team_id=team.pk, subject=f"source {number}")
    first = events(viewer, present(NOW), size=4)
    second = events(viewer, present(NOW), after=first.after, size=4)
    ids = [line.event_id for line in (*first.lines, *second.lines)]
    assert len(set(ids)) == 7
    assert ids == sorted(ids, reverse=True)
    assert second.after is None
    with pytest.raises(PagingError):
        events(viewer, present(NOW), after="nonsense")


def test_the_number_of_queries_does_not_grow(
    viewer: Viewer, team: Team, django_assert_num_queries: CountQueries
) -> None:
    watched = Watched(vendor())
    for number in range(30):
        tell(team_id=team.pk, subject=f"s{number}", source_id=watched.source.pk)
    with django_assert_num_queries(2):
        events(viewer, present(NOW))


def test_a_change_of_verdict_says_from_what_to_what(viewer: Viewer) -> None:
    watched = Watched(vendor(), name="vendor")
    Team.objects.filter(pk=watched.source.team_id).update(name="Theirs")
    mine = Viewer("olive", 1, {watched.source.team_id: Role.VIEWER}, {watched.source.team_id: "T"})
    watched.crawl(START + DAY)
    notes = [line.note for line in events(mine, present(NOW)).lines]
    assert "unknown → verified" in notes
    assert "timestamp v1, snapshot v1, targets v1, root v1" in notes
    del viewer


# One event and the log


def test_a_sealed_event_shows_the_bytes_that_were_hashed(viewer: Viewer, team: Team) -> None:
    row = tell(team_id=team.pk)
    unsealed = event(viewer, present(NOW), row.pk)
    assert unsealed is not None
    assert (unsealed.leaf, unsealed.record, unsealed.checkpoint_size) == ("", "", None)
    seal(NOW, SIGNER)
    page = event(viewer, present(NOW), row.pk)
    assert page is not None
    assert page.leaf == leaf_hash(page.record.encode()).hex()
    assert page.checkpoint_size == 1
    assert json.loads(page.record)["subject"] == "a source"


def test_details_are_told_member_by_member(viewer: Viewer, team: Team) -> None:
    with transaction.atomic():
        row = record(
            kind="verdict.changed",
            at=START,
            actor="worker",
            subject="vendor",
            team_id=team.pk,
            detail={"verdict": 7, "changes": ["a → b"], "to": {"outcome": "failed"}, "odd": None},
        )
    page = event(viewer, present(NOW), row.pk)
    assert page is not None
    told = {one.name: one.lines or one.text for one in page.details}
    assert told == {
        "verdict": "7",
        "changes": ("a → b",),
        "to": "outcome failed",
        "odd": "null",
    }


def test_an_export_can_be_hashed_again_line_by_line(viewer: Viewer, team: Team) -> None:
    for number in range(3):
        tell(team_id=team.pk, subject=f"source {number}")
    seal(NOW, SIGNER)
    tell(team_id=team.pk, subject="not sealed yet")
    lines = [json.loads(line) for line in exported_events(viewer, present(NOW))]
    assert [line["position"] for line in lines] == [0, 1, 2]
    row = Event.objects.get(position=1)
    page = event(viewer, present(NOW), row.pk)
    assert page is not None
    assert json.loads(page.record) == lines[1]["record"]
    assert page.leaf == lines[1]["leaf"]


def test_an_export_in_portions_is_whole_and_in_order(
    viewer: Viewer, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        tell(team_id=team.pk)
    seal(NOW, SIGNER)
    for first, others in ((1, 1), (1, 2), (2, 2), (1, 3), (4, 1), (5, 1)):
        monkeypatch.setattr(event_pages, "_FIRST", first)
        monkeypatch.setattr(event_pages, "_CHUNK", others)
        lines = [json.loads(line) for line in exported_events(viewer, present(NOW))]
        assert [line["position"] for line in lines] == [0, 1, 2, 3]


def test_an_export_is_narrowed_as_the_list_is(viewer: Viewer, team: Team) -> None:
    tell(team_id=team.pk)
    tell("source.added", team_id=team.pk)
    seal(NOW, SIGNER)
    lines = list(exported_events(viewer, present(NOW), EventFilter(kind="source.added")))
    assert [json.loads(line)["record"]["kind"] for line in lines] == ["source.added"]


def test_the_newest_checkpoint_is_shown_with_those_before(viewer: Viewer, team: Team) -> None:
    for number in range(3):
        tell(team_id=team.pk)
        seal(NOW + timedelta(minutes=number), SIGNER)
    tell(team_id=team.pk)
    page = checkpoint(viewer, present(NOW + DAY))
    assert page is not None
    assert page.shown is not None
    assert (page.shown.size, [one.size for one in page.newest], page.waiting) == (3, [3, 2, 1], 1)
    assert page.note.startswith("log.example\n3\n")
    earlier = checkpoint(viewer, present(NOW + DAY), 2)
    assert earlier is not None
    assert earlier.note.startswith("log.example\n2\n")
    assert checkpoint(viewer, present(NOW + DAY), 99) is None


def test_before_anything_is_sealed_there_is_a_page_that_says_so(viewer: Viewer) -> None:
    page = checkpoint(viewer, present(datetime(2026, 1, 1, tzinfo=UTC)))
    assert page is not None
    assert (page.shown, page.note, page.newest) == (None, "", ())
    assert len(page.keys) == 1
