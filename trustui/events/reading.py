"""The stored log as values, a page at a time and in order, however it was tampered with."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.db import models

from trustui.events.models import Checkpoint, Event
from trustui.events.records import MEMBERS, Record

PAGE = 2_000
"""Rows held in memory at once."""


class Row(msgspec.Struct, frozen=True):
    """A sealed event as it is stored. `record` is None where its columns cannot be read."""

    position: int
    record: Record | None
    leaf: bytes


class StoredCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint as it is stored."""

    size: int
    root: bytes
    frontier: bytes
    note: str


def newest_size() -> int:
    """How many events the newest checkpoint says there are."""
    return Checkpoint.objects.aggregate(size=models.Max("size"))["size"] or 0


def sealed_rows(start: int, end: int) -> Iterator[Row]:
    """The rows at positions from `start` to before `end`, in order."""
    query = Event.objects.order_by("position")
    while start < end:
        page = query.filter(position__gte=start, position__lt=end)[:PAGE]
        rows = _read(page)
        yield from rows
        if not rows:
            return
        start = rows[-1].position + 1


def stored_checkpoints(end: int) -> Iterator[StoredCheckpoint]:
    """The checkpoints of up to `end` events, in order of size."""
    query = Checkpoint.objects.filter(size__lte=end).order_by("size")
    above = -1
    while page := list(
        query.filter(size__gt=above).values_list("size", "root", "frontier", "note")[:PAGE]
    ):
        for size, root, frontier, note in page:
            yield StoredCheckpoint(size, _bytes(root), _bytes(frontier), str(note))
        above = page[-1][0]


def rows_inside(size: int) -> int:
    """How many rows have a position that a log of this size has."""
    return Event.objects.filter(position__gte=0, position__lt=size).count()


def rows_outside(size: int) -> int:
    """How many rows claim a position that a log of this size does not have."""
    outside = models.Q(position__gte=size) | models.Q(position__lt=0)
    return Event.objects.filter(outside).count()


def _read(page: models.QuerySet[Event]) -> list[Row]:
    try:
        return [_row(*values) for values in page.values_list(*MEMBERS, "leaf")]
    except Exception:  # noqa: BLE001  SQLite keeps any bytes in any column: see below
        return [_read_alone(position) for (position,) in page.values_list("position")]


def _read_alone(position: Any) -> Row:
    """A row that breaks the reading of its page is a row that was tampered with."""
    try:
        (values,) = Event.objects.filter(position=position).values_list(*MEMBERS, "leaf")
        return _row(*values)
    except Exception:  # noqa: BLE001  whatever it is, it becomes a finding
        return Row(position, None, b"")


def _row(position: int, kind: str, at: Any, *values: Any) -> Row:
    *members, leaf = values
    record = Record(position, kind, at, *members) if isinstance(at, datetime) else None
    return Row(position, record, _bytes(leaf))


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""
