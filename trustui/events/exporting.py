"""The log as text: JSON lines that an outsider can hash again (docs/events.md)."""

from collections.abc import Iterator

import msgspec

from trustui.events.models import Checkpoint
from trustui.events.reading import newest_size, sealed_rows


def exported(start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """One line a sealed event, with its newline: `position`, `leaf` (hex) and `record`.

    From position `start` to before `end`; without it to the newest checkpoint. A row that cannot
    be read has a null record.
    """
    size = newest_size()
    for row in sealed_rows(start, size if end is None else min(end, size)):
        line = {
            "position": row.position,
            "leaf": row.leaf.hex(),
            "record": None if row.record is None else row.record.members,
        }
        yield msgspec.json.encode(line) + b"\n"


def newest_checkpoint(size: int | None = None) -> str | None:
    """The note of the newest checkpoint, or of the one of this size; None where there is none."""
    checkpoints = Checkpoint.objects.order_by("-size")
    if size is not None:
        checkpoints = checkpoints.filter(size=size)
    return checkpoints.values_list("note", flat=True).first()
