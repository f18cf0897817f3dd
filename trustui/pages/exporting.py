"""Whole lists for CSV and JSON: each row that a page would show, however many, a few at a time.

Rows come from the functions that pages are made of, so that a list and its export say the same.
Nothing holds more than a portion of a list.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

import msgspec

from trustui.inventory.models import RoleVersion
from trustui.pages import events as event_pages
from trustui.pages import expiries as expiry_pages
from trustui.pages import findings as finding_pages
from trustui.pages import jobs as job_pages
from trustui.pages import keys as key_pages
from trustui.pages import sources as source_pages
from trustui.pages.due import ALL, Asked, asked_of, of_this
from trustui.pages.failing import failing
from trustui.pages.known import source_of
from trustui.pages.moment import Moment
from trustui.pages.paging import MOST_ROWS, ROWS
from trustui.pages.repository import every_role
from trustui.pages.role import version_line
from trustui.pages.verdicts import verdict_line
from trustui.pages.viewer import Viewer
from trustui.verdicts.history import verdicts_of

T = TypeVar("T")
Rows = Iterator[msgspec.Struct]
Given = Mapping[str, str]


class FailingRow(msgspec.Struct, frozen=True):
    """One source that fails. `since` in UTC."""

    source_id: int
    source: str
    state: str
    check: str
    role: str
    title: str
    because: str
    since: datetime
    verdict_id: int
    taken_by: str
    taken_at: datetime | None


class VersionRow(msgspec.Struct, frozen=True):
    """One document of a role. Times in UTC."""

    role: str
    role_id: str
    version: str
    sha256: str
    first_seen_at: datetime
    expires_at: datetime
    signatures: int
    is_other: bool
    """Another document of a version that had been seen already."""
    origin: str


def sources(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/sources/`, with the pinned root and the interval."""
    return source_pages.exported(viewer, moment, source_pages.filter_of(given))


def now(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/now/`, a row for each source."""
    del given
    for group in failing(viewer, moment).groups:
        for one in group.failures:
            yield FailingRow(
                source_id=one.source_id,
                source=one.source,
                state=group.state,
                check=group.check,
                role=group.role,
                title=group.title,
                because=one.because,
                since=one.since,
                verdict_id=one.verdict_id,
                taken_by="" if one.owner is None else one.owner.by,
                taken_at=None if one.owner is None else one.owner.at,
            )


def expiries(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/expiries/`. Raises AskedError."""
    return _expiries(viewer, moment, asked_of(given, expiry_pages.DEFAULT))


def timeline(viewer: Viewer, moment: Moment, given: Given, source_id: int) -> Rows | None:
    """As `/sources/…/timeline/`. Raises AskedError."""
    source = source_of(viewer, source_id)
    if source is None:
        return None
    return _expiries(viewer, moment, of_this(asked_of(given, ALL), source))


def _expiries(viewer: Viewer, moment: Moment, asked: Asked) -> Rows:
    def portion(after: str | None) -> tuple[Sequence[msgspec.Struct], str | None]:
        size = MOST_ROWS if after else ROWS  # the first rows come soon
        page = expiry_pages.expiries(viewer, moment, after=after, size=size, asked=asked)
        return page.lines, page.after

    return portions(portion)


def keys(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/keys/`."""
    for some in _chunks(key_pages.every(viewer, moment, key_pages.filter_of(given))):
        yield from key_pages.lines_of(viewer, moment, some)[0]


def findings(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/findings/`."""
    for some in _chunks(finding_pages.every(viewer, moment, finding_pages.filter_of(given))):
        yield from finding_pages.lines_of(viewer, moment, some)


def events(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/events/`. Raises EventFilterError."""
    chosen = event_pages.filter_of(given)

    def portion(after: str | None) -> tuple[Sequence[msgspec.Struct], str | None]:
        page = event_pages.events(viewer, moment, chosen, after, MOST_ROWS)
        return page.lines, page.after

    return portions(portion)


def jobs(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/jobs/`."""
    del moment
    state, kind = given.get("state", ""), given.get("kind", "").replace("\0", "")[:40]

    def portion(after: str | None) -> tuple[Sequence[msgspec.Struct], str | None]:
        return job_pages.listed(viewer, state, kind, after, MOST_ROWS)

    return portions(portion)


# Of one source; None where it is not this person's ---------------------------------------------


def roles(viewer: Viewer, moment: Moment, given: Given, source_id: int) -> Rows | None:
    """As the table of roles on the page of a repository."""
    del given
    return every_role(viewer, moment, source_id)


def history(viewer: Viewer, moment: Moment, given: Given, source_id: int) -> Rows | None:
    """As `/sources/…/history/`: of the role with the id `role`, or of all."""
    if source_of(viewer, source_id) is None:
        return None
    rows = RoleVersion.objects.filter(source=source_id, first_seen_at__lte=moment.at)
    role_id = given.get("role", "").replace("\0", "")
    if role_id:
        rows = rows.filter(role_id=role_id)
    rows = rows.select_related("blob").defer("blob__body")
    ordered = rows.order_by("role_id", "-version_rank", "-id")
    return (_version(row) for row in ordered.iterator(MOST_ROWS))


def verdicts(viewer: Viewer, moment: Moment, given: Given, source_id: int) -> Rows | None:
    """Every verdict of a source, newest first."""
    del given
    if source_of(viewer, source_id) is None:
        return None
    rows = verdicts_of(source_id, at=moment.at)
    return (verdict_line(row) for row in rows.iterator(MOST_ROWS))


def _version(row: RoleVersion) -> VersionRow:
    one = version_line(row)
    return VersionRow(
        role=row.role,
        role_id=row.role_id,
        version=one.version,
        sha256=one.sha256,
        first_seen_at=one.first_seen_at,
        expires_at=one.expires_at,
        signatures=one.signatures,
        is_other=one.is_other,
        origin=one.origin,
    )


# Portions ---------------------------------------------------------------------------------------


def portions(
    portion: Callable[[str | None], tuple[Sequence[msgspec.Struct], str | None]],
) -> Rows:
    """Page after page, the first one at once: what cannot be asked is refused before any row."""
    return _following(portion, *portion(None))


def _following(
    portion: Callable[[str | None], tuple[Sequence[msgspec.Struct], str | None]],
    lines: Sequence[msgspec.Struct],
    after: str | None,
) -> Rows:
    yield from lines
    while after is not None:
        lines, after = portion(after)
        yield from lines


def _chunks(rows: Iterator[T]) -> Iterator[list[T]]:
    while some := list(islice(rows, MOST_ROWS)):
        yield some
