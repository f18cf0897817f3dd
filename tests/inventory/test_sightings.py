"""Bytes are written once, and what is seen where is counted place by place."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test.utils import CaptureQueriesContext

from tests.simulators.inventoried import DAY, START, new_source
from trustui.core.primitives.digests import sha256
from trustui.inventory import sightings
from trustui.inventory.models import Blob, Crawl, Sighting, Source, Standing
from trustui.inventory.sightings import (
    Again,
    Showing,
    bodies_of,
    newest,
    raise_to_trusted,
    see_again,
    write_blobs,
    write_sightings,
)
from trustui.inventory.text import identity

pytestmark = pytest.mark.django_db

BODIES = {sha256(body): body for body in (b"a", b"b", b"c")}


@pytest.fixture
def source() -> Source:
    return new_source()


def show(
    source: Source,
    body: bytes,
    place: str = "timestamp.json",
    at: datetime = START,
    origin: str = "",
    standing: Standing = Standing.SEEN,
) -> Showing:
    crawl = Crawl.objects.create(source=source, started_at=at, finished_at=at, outcome="complete")
    return Showing(
        source_id=source.pk,
        crawl_id=crawl.pk,
        place=place,
        role="timestamp",
        version="1",
        sha256=sha256(body),
        standing=standing,
        first_seen_at=at,
        last_seen_at=at,
        origin=origin,
    )


def write(*showings: Showing) -> list[Sighting]:
    last = {key: row.ordinal for key, row in newest(one.place_key for one in showings).items()}
    write_sightings(showings, last, write_blobs(BODIES, START), START)
    return list(Sighting.objects.order_by("id"))


def test_bytes_are_written_once(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    with django_assert_num_queries(3):
        first = write_blobs(BODIES, START)
    with django_assert_num_queries(1):
        assert write_blobs(BODIES, START + DAY) == first
    assert {one.written_at for one in Blob.objects.all()} == {START}


def test_long_bodies_go_in_portions(
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    monkeypatch.setattr(sightings, "WRITTEN_AT_ONCE", 2)
    with django_assert_num_queries(4):
        assert len(write_blobs(BODIES, START)) == 3


def test_bodies_are_read_back_up_to_a_size() -> None:
    ids = write_blobs({**BODIES, sha256(b"long"): b"long"}, START)
    found = bodies_of(ids.values(), 1)
    assert sorted(found.values()) == [b"a", b"b", b"c"]
    assert bodies_of([ids[sha256(b"long")]], 4) == {ids[sha256(b"long")]: b"long"}


def test_each_place_and_origin_is_counted_for_itself(source: Source) -> None:
    rows = write(
        show(source, b"a"),
        show(source, b"b"),
        show(source, b"a", origin="git"),
        show(source, b"a", place="1.timestamp.json"),
    )
    assert [one.ordinal for one in rows] == [0, 1, 0, 0]
    assert [one.ordinal for one in write(show(source, b"c"))] == [0, 1, 0, 0, 2]


def test_the_newest_is_found_of_each_place_and_origin(source: Source) -> None:
    write(show(source, b"a"), show(source, b"b", at=START + DAY), show(source, b"c", origin="git"))
    place = identity("timestamp.json")
    found = newest([(source.pk, place, ""), (source.pk, place, "git"), (source.pk, place, "x")])
    assert {key[2]: (one.sha256, one.first_seen_at) for key, one in found.items()} == {
        "": (sha256(b"b"), START + DAY),
        "git": (sha256(b"c"), START),
    }


def test_what_is_seen_again_moves_forward_only(source: Source) -> None:
    (row,) = write(show(source, b"a"))
    see_again([Again(row.pk, START + DAY, 7, validator='"x"'), Again(row.pk, START - DAY, 8)])
    row.refresh_from_db()
    assert (row.first_seen_at, row.last_seen_at) == (START, START)
    assert (row.last_crawl_id, row.validator) == (8, "")
    see_again([Again(row.pk, START + DAY, 9, validator='"x"')])
    see_again([Again(row.pk, START + 2 * DAY, 10, validator="not\x00storable")])
    row.refresh_from_db()
    assert (row.last_seen_at, row.validator) == (START + 2 * DAY, '"x"')


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        ("seen", "seen", "seen"),
        ("seen", "refused", "refused"),
        ("seen", "trusted", "trusted"),
        ("refused", "seen", "refused"),
        ("refused", "trusted", "trusted"),
        ("trusted", "seen", "trusted"),
        ("trusted", "refused", "trusted"),
    ],
)
def test_standing_is_raised_only(source: Source, before: str, now: str, after: str) -> None:
    (row,) = write(show(source, b"a", standing=Standing(before)))
    see_again([Again(row.pk, START, 1, Standing(now))])
    row.refresh_from_db()
    assert row.standing == after


def test_a_document_that_is_trusted_is_so_wherever_it_stands(source: Source) -> None:
    a, b, refused = write(
        show(source, b"a"),
        show(source, b"a", place="1.timestamp.json", standing=Standing.REFUSED),
        show(source, b"b"),
    )
    raise_to_trusted([(source.pk, identity("timestamp"), a.blob_id)])
    for row in (a, b, refused):
        row.refresh_from_db()
    assert [one.standing for one in (a, b, refused)] == ["trusted", "trusted", "seen"]
