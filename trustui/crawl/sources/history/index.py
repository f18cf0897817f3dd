"""`index.csv` of a history folder: when each version was published, and in how many forms."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import msgspec

from trustui.core.facts import Problem, ProblemKind
from trustui.core.limits import MIB
from trustui.crawl.files import read_file

NAME = "index.csv"
MAX_DIGITS = 18
"""Of a version; more do not fit where versions are counted."""
MAX_BYTES = 64 * MIB
"""Five years of Sigstore take 0.3 MB."""


class Recorded(msgspec.Struct, frozen=True):
    """What the index says about a version: since when (UTC), and how many other forms it had."""

    since: datetime | None = None
    other_forms: int = 0


Index: TypeAlias = Mapping[tuple[str, int], Recorded]
"""By role and version."""


def read_index(folder: Path) -> Index | Problem:
    """The index of a folder, empty where there is none.

    One that is there and cannot be read is a Problem: without it nobody can say what existed when.
    """
    document = read_file(folder / NAME, MAX_BYTES, folder)
    if isinstance(document, Problem):
        return {} if document.kind is ProblemKind.ABSENT else document
    try:
        text = document.body.decode("utf-8-sig")
        return dict(_recorded(csv.DictReader(io.StringIO(text, newline=""))))
    except (UnicodeDecodeError, csv.Error) as error:
        return Problem(document.location, ProblemKind.UNREADABLE, f"{NAME} is no CSV: {error}")


def _recorded(rows: Iterator[dict[str, str]]) -> Iterator[tuple[tuple[str, int], Recorded]]:
    """One entry for each row that names a version; a cell that makes no sense says nothing."""
    for row in rows:
        version = _number(row.get("version"))
        if version is not None and row.get("role"):
            since = _instant(row.get("first_commit_time"))
            forms = _number(row.get("alternates"))
            yield (row["role"], version), Recorded(since, forms or 0)


def _number(cell: str | None) -> int | None:
    digits = cell or ""
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= MAX_DIGITS
    return int(digits) if is_number else None


def _instant(cell: str | None) -> datetime | None:
    """ISO 8601; UTC where it names no zone."""
    try:
        at = datetime.fromisoformat(cell or "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
