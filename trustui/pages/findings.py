"""`/findings/`: what verifications noticed and nobody repaired, the newest first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Q, QuerySet

from trustui.check_pages import load_pages
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Severity
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, sliced
from trustui.pages.standings import sources_of
from trustui.pages.viewer import Viewer
from trustui.pages.words import SEVERITY_SIGNS
from trustui.verdicts.models import Finding

ORDER = ("-first_seen_at", "-id")
SEVERITIES: tuple[str, ...] = tuple(reversed(Severity))
"""The gravest first."""
_LONGEST_ID = 100


class Filter(msgspec.Struct, frozen=True):
    """What to show; empty shows everything."""

    severity: str = ""
    check: str = ""


class Line(msgspec.Struct, frozen=True):
    """One open finding. `since` in UTC."""

    source_id: int
    source: str
    check: str
    title: str
    has_help: bool
    on: str
    because: str
    severity: str
    sign: str
    since: datetime


class FindingsPage(msgspec.Struct, frozen=True):
    """The list; `title` is the answer, of all that is open."""

    title: str
    lines: tuple[Line, ...]
    after: str | None
    severities: tuple[tuple[str, int], ...]
    """Of all that is open, with how many."""
    checks: tuple[tuple[str, str, int], ...]
    """Id, title and how many, by id."""
    all: int


def filter_of(given: Mapping[str, str]) -> Filter:
    """From a query string; what is no known severity narrows nothing."""
    severity = given.get("severity", "")
    return Filter(
        severity=severity if severity in SEVERITIES else "",
        check=given.get("check", "").replace("\0", "")[:_LONGEST_ID],
    )


def findings(
    viewer: Viewer,
    moment: Moment,
    chosen: Filter | None = None,
    after: str | None = None,
    size: int = ROWS,
) -> FindingsPage:
    """Two queries. Raises PagingError."""
    chosen = chosen or Filter()
    opened = _open(viewer, moment)
    rows = opened.select_related("source")
    if chosen.severity:
        rows = rows.filter(severity=chosen.severity)
    if chosen.check:
        rows = rows.filter(check_id=chosen.check)
    shown = sliced(rows, ORDER, after, size)
    counts = list(opened.values_list("severity", "check_id").annotate(Count("pk")).order_by())
    severities = _sums((severity, count) for severity, _, count in counts)
    checks = _sums((check, count) for _, check, count in counts)
    return FindingsPage(
        title=_title(severities),
        lines=tuple(_line(row) for row in shown.rows),
        after=shown.after,
        severities=tuple((one, severities.get(one, 0)) for one in SEVERITIES),
        checks=tuple((one, check_title(one), checks[one]) for one in sorted(checks)),
        all=sum(severities.values()),
    )


def check_title(check: str) -> str:
    """The sentence of a check or finding; its id where this version does not know it."""
    page = load_pages().get(check)
    return visible(check, _LONGEST_ID) if page is None else page.title


def _open(viewer: Viewer, moment: Moment) -> "QuerySet[Finding]":
    found = Finding.objects.filter(source__in=sources_of(viewer, moment))
    if moment.at == moment.now:
        return found.filter(gone_at=None)
    still = Q(gone_at=None) | Q(gone_at__gt=moment.at)
    return found.filter(still, first_seen_at__lte=moment.at)


def _sums(pairs: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, count in pairs:
        sums[name] = sums.get(name, 0) + count
    return sums


def _line(row: Finding) -> Line:
    return Line(
        source_id=row.source_id,
        source=row.source.name,
        check=row.check_id,
        title=check_title(row.check_id),
        has_help=row.check_id in load_pages(),
        on=row.on,
        because=visible(row.because, 300),
        severity=row.severity,
        sign=SEVERITY_SIGNS[Severity(row.severity)],
        since=row.first_seen_at,
    )


def _title(severities: Mapping[str, int]) -> str:
    total, high = sum(severities.values()), severities.get(Severity.HIGH, 0)
    if not total:
        return "No finding is open"
    told = f"{counted(total, 'finding')} {'is' if total == 1 else 'are'} open"
    if not high:
        return told
    return f"{told}, {'it is' if total == 1 else f'{high:,} of them'} high"
