"""The demo world lives through its days, and what is written is what crawls of those days write."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from trustui.core.primitives.instants import write_instant
from trustui.demo.life import TURNED_AFTER, live, look, serving, states_of
from trustui.demo.serving import NOTICED_AFTER
from trustui.demo.site import Login
from trustui.demo.sound import packages, releases
from trustui.demo.story import DAY, DAYS, Story
from trustui.demo.troubled import firmware, mirror_east, mirror_west, schedules
from trustui.demo.world import make_world
from trustui.events.models import Checkpoint, Event
from trustui.inventory.models import Crawl, Source
from trustui.verdicts.models import Cause, Finding, SourceVerdict, Verdict

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
LOGIN = Login("demo", "berth 7 tide 12 crane")


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(tmp_path,))
    return tmp_path


def shortened(story: Story, days: int = 4) -> Story:
    return msgspec.structs.replace(story, watched_days=days)


def lived(folder: Path, *stories: Story) -> int:
    return live(folder, [shortened(one) for one in stories], LOGIN, NOW)


def standing(name: str) -> SourceVerdict:
    return SourceVerdict.objects.select_related("verdict").get(source__name=name)


@pytest.mark.django_db
@pytest.mark.parametrize("tell", [releases, schedules, mirror_east, firmware, mirror_west])
def test_a_life_ends_as_its_story_tells(folder: Path, tell: object) -> None:
    assert callable(tell)
    story = tell(NOW)
    lived(folder, story)
    now = standing(story.name)
    assert (now.outcome, now.trust_state) == (story.expected.outcome, story.expected.trust_state)
    assert now.verdict.first_failing == (story.expected.check or "")
    if story.expected.finding:
        found = Finding.objects.filter(source__name=story.name)
        assert found.filter(check_id=story.expected.finding).exists()


@pytest.mark.django_db
def test_what_time_alone_did_is_dated_when_it_did(folder: Path) -> None:
    story = schedules(NOW)
    lived(folder, story)
    now = standing(story.name)
    assert now.since == story.repo.archive.latest["timestamp"].expires
    assert now.verdict.cause == Cause.TIME


@pytest.mark.django_db
def test_a_mirror_that_turns_is_seen_to_turn(folder: Path) -> None:
    lived(folder, mirror_east(NOW))
    last = NOW - timedelta(hours=6)
    assert standing("mirror-east").since == last + TURNED_AFTER + NOTICED_AFTER


@pytest.mark.django_db
def test_each_publication_is_looked_at_and_all_at_the_end(folder: Path) -> None:
    count = lived(folder, releases(NOW), schedules(NOW))
    crawls = Crawl.objects.order_by("id")
    assert count == crawls.count() == 2 * 4 + 2
    assert crawls.filter(started_at=NOW).count() == 2
    assert set(crawls.values_list("outcome", flat=True)) <= {"complete", "unchanged"}


@pytest.mark.django_db
def test_events_and_verdicts_stand_in_the_order_in_which_they_happened(folder: Path) -> None:
    lived(folder, releases(NOW), schedules(NOW), mirror_east(NOW))
    for times in (
        list(Event.objects.order_by("id").values_list("at", flat=True)),
        list(Verdict.objects.order_by("id").values_list("at", flat=True)),
        list(Checkpoint.objects.order_by("size").values_list("at", flat=True)),
    ):
        assert len(times) > 3
        assert times == sorted(times)
        assert times[-1] <= NOW


@pytest.mark.django_db
def test_the_folder_is_served_at_the_end_as_the_world_was_made(folder: Path) -> None:
    make_world(folder, NOW)
    story = mirror_east(NOW)
    lived(folder, story)
    served = folder / story.name / "metadata"
    assert {path.name: path.read_bytes() for path in served.iterdir()} == dict(story.served)


@pytest.mark.django_db
def test_nothing_is_found_that_was_not_published_yet(folder: Path) -> None:
    """The root of the releases was replaced on the sixteenth day."""
    story = shortened(releases(NOW), DAYS)
    live(folder, [story], LOGIN, NOW)
    replaced = [one.at for one in story.repo.archive.versions if one.role == "root"][1]
    seen = Source.objects.get().sightings.filter(place="2.root.json").earliest("first_seen_at")
    assert seen.first_seen_at == replaced + NOTICED_AFTER


@pytest.mark.django_db
def test_it_tells_how_far_it_is(folder: Path) -> None:
    told: list[tuple[datetime, int]] = []
    live(folder, [shortened(releases(NOW))], LOGIN, NOW, lambda *one: told.append(one))
    assert [count for _, count in told if count] == sorted(count for _, count in told if count)
    assert told[-1][1] == 4


@pytest.mark.django_db
def test_a_look_at_nothing_is_no_crawl() -> None:
    assert look([], NOW) == 0


def test_a_place_serves_what_was_published_by_then(tmp_path: Path) -> None:
    story = shortened(releases(NOW), DAYS)
    place = serving(story, tmp_path / "metadata")
    assert list((tmp_path / "metadata").iterdir()) == []
    first = place.next_look
    assert first is not None
    place.turn_to(first)
    names = {path.name for path in (tmp_path / "metadata").iterdir()}
    assert "1.root.json" in names
    assert "2.root.json" not in names
    assert place.next_look == first + DAY
    place.turn_to(NOW)
    assert place.next_look is None


def test_the_package_index_is_watched_for_the_last_days_only(tmp_path: Path) -> None:
    place = serving(packages(NOW), tmp_path / "metadata")
    last = NOW - timedelta(hours=6)
    assert place.next_look == last - 4 * DAY + NOTICED_AFTER


@pytest.mark.parametrize(("tell", "turns"), [(releases, 0), (mirror_east, 1), (mirror_west, 1)])
def test_only_a_place_that_serves_something_else_turns(tell: object, turns: int) -> None:
    assert callable(tell)
    states: Sequence[object] = list(states_of(tell(NOW)))
    assert len(states) == DAYS + turns


def test_the_times_of_files_are_those_of_their_publication(tmp_path: Path) -> None:
    story = shortened(releases(NOW), 1)
    serving(story, tmp_path / "metadata").turn_to(NOW)
    changed = datetime.fromtimestamp((tmp_path / "metadata/timestamp.json").stat().st_mtime, UTC)
    assert write_instant(changed) == write_instant(NOW - timedelta(hours=6))
