"""A past that is imported: when and where each document stood, and nothing twice."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from tests.simulators.inventoried import (
    DAY,
    START,
    Inventoried,
    new_source,
    projections,
    publisher,
)
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.registry import open_source
from trustui.crawl.source import Options, Seen
from trustui.events.models import Event
from trustui.inventory.importing import ImportReport, import_past
from trustui.inventory.models import Blob, Crawl, RoleState, RoleVersion, Sighting, Source
from trustui.inventory.places import orders_for

pytestmark = pytest.mark.django_db

BEFORE = START - 1000 * DAY


def past(*stated: tuple[str, str, bytes, datetime | None]) -> list[Seen]:
    return [
        Seen(role, place, Document(f"history: {place}", body), at, "history")
        for role, place, body, at in stated
    ]


def take(source: Source, seen: Iterable[Seen | Problem], now: datetime = START) -> ImportReport:
    return import_past(source=source, seen=seen, now=now, actor="person:alice")


def everything() -> list[object]:
    models = (Blob, Sighting, Crawl, Event)
    rows = [list(model.objects.order_by("pk").values()) for model in models]
    return [*rows, projections()]


@pytest.fixture
def source() -> Source:
    return new_source()


@pytest.fixture
def timestamps() -> list[bytes]:
    """Four versions of a timestamp."""
    repo = publisher()
    for n in range(1, 4):
        repo.renew("timestamp")
        repo.publish(START + n * DAY)
    return [repo.document("timestamp", n) for n in range(1, 5)]


def test_a_document_stood_from_its_publication_until_the_next_one(
    source: Source, timestamps: list[bytes]
) -> None:
    stated = [
        ("timestamp", "timestamp.json", body, BEFORE + n * DAY) for n, body in enumerate(timestamps)
    ]
    report = take(source, past(*stated))
    assert (report.documents, report.sightings, report.role_versions) == (4, 4, 4)
    rows = list(Sighting.objects.order_by("ordinal"))
    assert [(one.first_seen_at - BEFORE).days for one in rows] == [0, 1, 2, 3]
    assert [(one.last_seen_at - BEFORE).days for one in rows] == [1, 2, 3, 3]
    assert [one.version for one in rows] == ["1", "2", "3", "4"]
    assert {(one.origin, one.recorded_at, one.standing) for one in rows} == {
        ("history", START, "seen")
    }
    assert RoleVersion.objects.get(version="2").first_seen_at == BEFORE + DAY


def test_what_came_back_after_something_else_is_a_third_sighting(
    source: Source, timestamps: list[bytes]
) -> None:
    a, b = timestamps[:2]
    stated = [("timestamp", "timestamp.json", body, BEFORE) for body in (a, a, b, b, a)]
    assert take(source, past(*stated)).sightings == 3


def test_what_has_no_time_stood_from_the_beginning(source: Source, timestamps: list[bytes]) -> None:
    a, b, c = timestamps[:3]
    stated = [
        ("timestamp", "1.timestamp.json", a, None),
        ("timestamp", "timestamp.json", b, BEFORE),
        ("timestamp", "timestamp.json", c, BEFORE + DAY),
    ]
    take(source, past(*stated))
    row = Sighting.objects.get(place="1.timestamp.json")
    assert (row.first_seen_at, row.last_seen_at) == (BEFORE, BEFORE + DAY)
    assert RoleVersion.objects.get(version="1").first_seen_at == BEFORE


def test_a_past_without_any_time_is_of_the_moment_of_its_import(
    source: Source, timestamps: list[bytes]
) -> None:
    stated = [("timestamp", f"{n}.t.json", body, None) for n, body in enumerate(timestamps)]
    take(source, past(*stated))
    kept = everything()
    take(source, past(*stated), START + DAY)
    assert {one.first_seen_at for one in Sighting.objects.all()} == {START}
    assert everything() == kept


def test_importing_again_writes_nothing(source: Source, timestamps: list[bytes]) -> None:
    stated = [
        ("timestamp", "timestamp.json", body, BEFORE + n * DAY)
        for n, body in enumerate([*timestamps, timestamps[0], b"garbage"])
    ]
    take(source, past(*stated))
    kept = everything()
    report = take(source, past(*stated), START + DAY)
    assert (report.documents, report.sightings, report.role_versions) == (6, 0, 0)
    assert report.crawl_id is None
    assert everything() == kept


def test_a_past_that_went_on_is_continued(source: Source, timestamps: list[bytes]) -> None:
    stated = [
        ("timestamp", "timestamp.json", body, BEFORE + n * DAY) for n, body in enumerate(timestamps)
    ]
    take(source, past(*stated[:2]))
    assert take(source, past(*stated), START + DAY).sightings == 2
    rows = list(Sighting.objects.order_by("ordinal"))
    assert [(one.last_seen_at - BEFORE).days for one in rows] == [1, 2, 3, 3]
    assert RoleState.objects.get().served.version == "4"


def test_an_import_is_told_once_with_who_did_it(source: Source, timestamps: list[bytes]) -> None:
    gone = Problem("3.root.json", ProblemKind.UNREADABLE, "the object is broken")
    report = take(source, [gone, *past(("timestamp", "timestamp.json", timestamps[0], BEFORE))])
    assert report.problems == (gone,)
    (event,) = Event.objects.all()
    assert (event.kind, event.actor, event.subject) == (
        "source.imported",
        "person:alice",
        source.name,
    )
    assert event.detail == {
        "crawl": report.crawl_id,
        "origin": "history",
        "documents": 1,
        "new": 1,
        "problems": 1,
        "from": "2023-06-05T12:00:00Z",
        "until": "2023-06-05T12:00:00Z",
    }
    crawl = Crawl.objects.get()
    assert (crawl.origin, crawl.outcome) == ("history", "partial")
    assert "the object is broken" in crawl.because


def test_an_empty_past_writes_nothing(source: Source) -> None:
    assert take(source, []).crawl_id is None
    assert not Crawl.objects.exists()


def test_a_past_takes_no_place_of_what_was_seen_here(timestamps: list[bytes]) -> None:
    vendor = Inventoried(publisher())
    vendor.crawl(START)
    stated = [
        ("timestamp", "timestamp.json", body, BEFORE + n * DAY) for n, body in enumerate(timestamps)
    ]
    take(vendor.source, past(*stated), START + DAY)
    state = RoleState.objects.get(source=vendor.source, role="timestamp")
    assert (state.served.version, state.origin) == ("1", "")
    first = RoleVersion.objects.get(source=vendor.source, role="timestamp", version="1")
    assert (first.first_seen_at, first.origin) == (BEFORE, "history")
    (order,) = orders_for([vendor.source.pk])
    assert order.known["timestamp.json"].first_seen_at == START
    assert order.is_settled
    vendor.crawl(START + 2 * DAY)
    assert Crawl.objects.latest("id").outcome == "unchanged"


def test_a_crawl_after_an_import_is_a_sighting_of_its_own(timestamps: list[bytes]) -> None:
    vendor = Inventoried(publisher())
    take(vendor.source, past(("timestamp", "timestamp.json", timestamps[0], BEFORE)))
    vendor.crawl(START)
    assert [one.origin for one in vendor.sightings("timestamp.json")] == ["", "history"]
    assert RoleState.objects.get(role="timestamp").origin == ""


# ---- Sigstore's own past


@pytest.fixture
def sigstore(shared_data: Callable[[str], Path]) -> Sequence[Seen | Problem]:
    folder = shared_data("tuf/sigstore-root-signing/history")
    place = open_source(str(folder), Options())
    return list(place.past())


def test_five_years_of_sigstore_are_imported_byte_for_byte_and_only_once(
    source: Source, sigstore: Sequence[Seen | Problem]
) -> None:
    report = take(source, sigstore)
    assert (report.documents, report.problems) == (971, ())
    documents = [one for one in sigstore if isinstance(one, Seen)]
    bodies = {bytes(one.body) for one in Blob.objects.all()}
    assert bodies == {one.document.body for one in documents}
    assert Sighting.objects.count() == report.sightings == 971
    assert RoleVersion.objects.count() == report.role_versions
    kept = everything()
    assert take(source, sigstore, START + DAY).crawl_id is None
    assert everything() == kept
