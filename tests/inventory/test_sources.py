"""What is done to sources happens whole, once, and is told with whoever did it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_django import Settings

from trustui.accounts.models import Team
from trustui.core.facts import Document
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.inventory.sources import (
    CRAWL,
    SourceError,
    add_source,
    open_place,
    remove_source,
    request_crawl,
    set_allowed_addresses,
    set_interval,
)
from trustui.jobs import queue
from trustui.jobs.models import Job, State

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
ALICE = "person:alice"
URL = "https://updates.example/metadata"


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="release", created_at=NOW)


@pytest.fixture
def roots(tmp_path: Path, settings: Settings) -> Path:
    """A folder that sources may read."""
    root = tmp_path / "mirrors"
    root.mkdir()
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(root,))
    return root


Add = Callable[..., Source]


@pytest.fixture
def add(team: Team) -> Add:
    def add(**changes: Any) -> Source:
        asked = {"team": team, "name": "vendor", "location": URL, "actor": ALICE, "now": NOW}
        return add_source(**{**asked, **changes})

    return add


def is_due(job: Job, now: datetime, after: timedelta = timedelta()) -> bool:
    """By the clock of the queue, a few seconds ago at most."""
    return timedelta() <= queue.clock(now) + after - job.due_at < timedelta(seconds=30)


def told() -> list[tuple[str, str]]:
    return list(Event.objects.order_by("id").values_list("kind", "actor"))


# Adding ----------------------------------------------------------------------------------------


def test_a_source_is_added_with_its_event_and_its_job(add: Add, team: Team) -> None:
    source = add(reason="we install from it")
    event = Event.objects.get()
    job = Job.objects.get(kind=CRAWL, key=str(source.pk))
    assert (source.kind, source.location, source.anchor, source.removed_at) == (
        "tuf_http", URL, None, None,
    )  # fmt: skip
    assert (event.kind, event.subject, event.reason) == (
        "source.added", "vendor", "we install from it",
    )  # fmt: skip
    assert (event.source_id, event.team_id) == (source.pk, team.pk)
    assert (job.state, job.every_seconds) == (State.QUEUED, 900)
    assert is_due(job, NOW)
    assert job.requested_by == ALICE


def test_the_interval_may_be_stated(add: Add) -> None:
    assert add(every_seconds=60).every_seconds == 60


@pytest.mark.parametrize("seconds", [-1, 0, 9, 366 * 24 * 3600 + 1])
def test_an_interval_beyond_reason_is_refused(add: Add, seconds: int) -> None:
    with pytest.raises(SourceError, match="expected an interval of 10 to"):
        add(every_seconds=seconds)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\u202eb", "n" * 201])
def test_a_name_that_cannot_be_shown_is_refused(add: Add, name: str) -> None:
    with pytest.raises(SourceError, match="expected a name of 1 to 200 characters"):
        add(name=name)


def test_a_name_is_taken_once(add: Add) -> None:
    add()
    with pytest.raises(SourceError, match="a name that is not taken, found 'vendor'"):
        add(location="https://elsewhere.example/")
    assert Source.objects.count() == Event.objects.count() == Job.objects.count() == 1


@pytest.mark.parametrize(
    "again",
    [URL, f"{URL}/", "https://UPDATES.example:443/metadata", "https://updates.example./metadata"],
)
def test_a_place_is_added_once_whatever_its_spelling(add: Add, again: str) -> None:
    add()
    with pytest.raises(SourceError, match="vendor is this very place already"):
        add(name="again", location=again)


def test_two_teams_may_watch_one_place(add: Add) -> None:
    add()
    other = Team.objects.create(name="others", created_at=NOW)
    assert add(name="theirs", team=other).location == URL


def test_a_removed_place_may_be_added_again_under_another_name(add: Add) -> None:
    remove_source(source=add(), actor=ALICE, now=NOW)
    assert add(name="vendor again").removed_at is None


@pytest.mark.parametrize(
    ("location", "because"),
    [
        ("", "expected a location"),
        ("https://a.example/\x00", "expected a location"),
        ("https://a.example/" + "a" * 5000, "expected a location"),
        ("https://user:secret@a.example/", "user name or password"),
        ("https://a.example/?token=secret", "without a query"),
        ("https://a.example/#top", "without a query"),
        ("ftp://a.example/", "only http and https"),
        ("file:///etc/", "only http and https"),
        ("http://127.0.0.1:8080/", "loopback"),
        ("http://10.1.2.3/", "private"),
        ("http://169.254.169.254/", "metadata"),
        ("http://localhost/", "this machine"),
        ("https://a.example:22/", "port 22"),
        ("https://0x7f000001/", "four decimal numbers"),
    ],
)
def test_a_location_that_may_not_be_asked_is_refused(add: Add, location: str, because: str) -> None:
    with pytest.raises(SourceError, match=because) as refused:
        add(location=location)
    assert "secret" not in str(refused.value)
    assert not Source.objects.exists()


@pytest.mark.parametrize("location", ["/etc", "mirrors/a", "/"])
@pytest.mark.usefixtures("roots")
def test_a_path_below_no_root_is_refused(add: Add, location: str) -> None:
    with pytest.raises(SourceError, match="TRUSTUI_LOCAL_ROOTS names the folders"):
        add(location=location)


def test_without_roots_no_path_is_read(add: Add, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="a local root; none is set"):
        add(location=str(tmp_path))


def test_a_path_that_leads_out_of_the_roots_is_refused(add: Add, roots: Path) -> None:
    (roots / "out").symlink_to("/etc")
    for location in (roots / "out", roots / ".." / "elsewhere"):
        with pytest.raises(SourceError, match="expected a path below"):
            add(location=str(location))


def test_a_folder_below_a_root_is_a_directory(add: Add, roots: Path) -> None:
    assert add(location=str(roots / "mirror")).kind == "directory"


def test_a_folder_of_every_version_is_a_history(add: Add, roots: Path) -> None:
    folder = roots / "history" / "timestamp"
    folder.mkdir(parents=True)
    (folder / "1.timestamp.json").write_bytes(b"{}")
    assert add(location=str(folder.parent)).kind == "history"


def test_the_kind_may_be_stated_where_it_fits(add: Add, roots: Path) -> None:
    assert add(location=str(roots), kind="directory").kind == "directory"
    with pytest.raises(SourceError, match="no place of a kind"):
        add(name="b", kind="history", location=str(roots / "b"))
    with pytest.raises(SourceError, match="expected a kind of source"):
        add(name="c", kind="teapot", location=str(roots / "c"))


# Private addresses -----------------------------------------------------------------------------


def test_allowing_a_private_address_is_an_event_of_its_own(add: Add) -> None:
    add(location="http://10.1.2.3:9000/", allow_addresses=["10.1.2.3"], reason="our mirror")
    event = Event.objects.get(kind="source.addresses_allowed")
    assert (event.actor, event.reason) == (ALICE, "our mirror")
    assert event.detail == {"addresses": ["10.1.2.3"]}


def test_a_private_address_needs_a_person(add: Add) -> None:
    with pytest.raises(SourceError, match="needs a person"):
        add(allow_addresses=["10.1.2.3"], actor="worker")
    assert not Source.objects.exists()


def test_a_metadata_address_is_not_allowed_by_name(add: Add) -> None:
    with pytest.raises(SourceError, match="cloud metadata"):
        add(location="http://169.254.169.254/", allow_addresses=["169.254.169.254"])


def test_what_is_no_host_is_refused(add: Add) -> None:
    with pytest.raises(SourceError, match="neither a host name"):
        add(allow_addresses=["not a host"])


def test_hosts_beyond_number_are_refused(add: Add) -> None:
    with pytest.raises(SourceError, match="at most 100 allowed hosts, found 101"):
        add(allow_addresses=[f"10.0.0.{n}" for n in range(101)])


def test_only_what_is_newly_allowed_is_told(add: Add) -> None:
    source = add(allow_addresses=["10.0.0.1"])
    set_allowed_addresses(
        source=source, allow_addresses=["10.0.0.2", "10.0.0.1"], actor=ALICE, now=LATER
    )
    newest = Event.objects.order_by("id").last()
    assert newest is not None
    assert newest.detail == {"addresses": ["10.0.0.2"]}
    source.refresh_from_db()
    assert source.allow_addresses == ["10.0.0.1", "10.0.0.2"]


def test_taking_an_address_back_needs_no_person(add: Add) -> None:
    source = add(allow_addresses=["10.0.0.1"])
    set_allowed_addresses(source=source, allow_addresses=[], actor="worker", now=LATER)
    set_allowed_addresses(source=source, allow_addresses=[], actor="worker", now=LATER)
    assert told()[2:] == [("source.changed", "worker")]


def test_an_address_that_the_location_needs_is_not_taken_back(add: Add) -> None:
    source = add(location="http://10.0.0.1/", allow_addresses=["10.0.0.1"])
    with pytest.raises(SourceError, match="private"):
        set_allowed_addresses(source=source, allow_addresses=[], actor=ALICE, now=LATER)
    source.refresh_from_db()
    assert source.allow_addresses == ["10.0.0.1"]


# Changing and removing -------------------------------------------------------------------------


def test_a_removed_source_is_crawled_no_more_and_its_past_stays(add: Add) -> None:
    source = add()
    remove_source(source=source, actor=ALICE, now=LATER, reason="not used any more")
    remove_source(source=source, actor=ALICE, now=LATER + timedelta(1))
    source.refresh_from_db()
    assert source.removed_at == LATER
    assert Job.objects.get().state == State.IDLE
    assert told() == [("source.added", ALICE), ("source.removed", ALICE)]


def test_a_removed_source_is_not_changed_any_more(add: Add) -> None:
    source = add()
    remove_source(source=source, actor=ALICE, now=LATER)
    with pytest.raises(SourceError, match="vendor was removed"):
        request_crawl(source=source, actor=ALICE, now=LATER)
    with pytest.raises(SourceError, match="vendor was removed"):
        set_interval(source=source, every_seconds=60, actor=ALICE, now=LATER)
    with pytest.raises(SourceError, match="vendor was removed"):
        set_allowed_addresses(source=source, allow_addresses=[], actor=ALICE, now=LATER)
    assert len(told()) == 2


def test_another_interval_holds_from_now_on(add: Add) -> None:
    source = add()
    Job.objects.update(due_at=datetime(2999, 1, 1, tzinfo=UTC))
    set_interval(source=source, every_seconds=60, actor=ALICE, now=LATER)
    set_interval(source=source, every_seconds=60, actor=ALICE, now=LATER)
    job = Job.objects.get()
    assert job.every_seconds == 60
    assert is_due(job, LATER, after=timedelta(seconds=60))
    assert told()[1:] == [("source.changed", ALICE)]
    event = Event.objects.get(kind="source.changed")
    assert event.detail == {"every_seconds": 60, "before": 900}


def test_a_crawl_that_is_asked_for_comes_before_those_by_schedule(add: Add) -> None:
    source = add()
    Job.objects.update(due_at=datetime(2999, 1, 1, tzinfo=UTC))
    request_crawl(source=source, actor="person:bob", now=LATER, reason="an alarm")
    job = Job.objects.get()
    assert (job.priority, job.requested_by) == (10, "person:bob")
    assert is_due(job, LATER)
    assert told()[1:] == [("source.crawl_requested", "person:bob")]


# Places ----------------------------------------------------------------------------------------


def test_a_place_is_opened_as_the_kind_that_it_was_added_as(add: Add, roots: Path) -> None:
    (roots / "1.root.json").write_bytes(b"a root")
    source = add(location=str(roots))
    with open_place(source, (roots,)) as place:
        root = place.first_root()
    assert isinstance(root, Document)
    assert root.body == b"a root"
