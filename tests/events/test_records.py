"""The exact bytes that are hashed; changing them would make every stored log unverifiable."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from trustui.core.errors import ParseError
from trustui.events.records import Record

# Written by hand after docs/events.md.
RECORD = Record(
    position=7,
    kind="anchor.pinned",
    at=datetime(2026, 11, 21, 9, 30, 5, 40, tzinfo=UTC),
    actor="person:alice",
    team_id=1,
    source_id=None,
    subject='a "quoted" name with \\ and é',
    reason="",
    detail={"version": 3, "ok": True, "list": ["b", None], "a": {}},
)
BYTES = (
    '{"actor":"person:alice","at":"2026-11-21T09:30:05.000040Z",'
    '"detail":{"a":{},"list":["b",null],"ok":true,"version":3},"kind":"anchor.pinned",'
    '"position":7,"reason":"","source":null,'
    '"subject":"a \\"quoted\\" name with \\\\ and é","team":1}'
).encode()


def test_a_record_is_canonical_json_of_named_members() -> None:
    assert RECORD.to_bytes() == BYTES


def test_its_leaf_is_that_of_rfc_6962() -> None:
    assert RECORD.leaf == hashlib.sha256(b"\x00" + BYTES).digest()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 21, 9, 30, 5, 40, tzinfo=UTC),
        datetime(2026, 11, 21, 11, 30, 5, 40, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_times_are_utc_to_the_microsecond_whatever_their_zone(at: datetime) -> None:
    assert msgspec.structs.replace(RECORD, at=at).to_bytes() == BYTES


def test_a_whole_second_has_its_microseconds_too() -> None:
    record = msgspec.structs.replace(RECORD, at=datetime(999, 1, 1, tzinfo=UTC))
    assert record.members["at"] == "0999-01-01T00:00:00.000000Z"


def test_the_place_is_part_of_the_record() -> None:
    moved = RECORD.placed_at(8)
    assert moved.position == 8
    assert moved.leaf != RECORD.leaf


def test_a_fraction_has_no_record() -> None:
    with pytest.raises(ParseError, match="no canonical form"):
        assert msgspec.structs.replace(RECORD, detail={"a": 0.5}).leaf
