"""Questions that pages and answers ask of stored verdicts. Nothing is verified here.

None of them reads traces but `trace_of` and `with_shown_trace`; each takes one statement, whatever is
stored.
"""

import zlib
from datetime import datetime
from typing import Any

from django.db.models import BinaryField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from trustui.inventory.models import Source
from trustui.verdicts.models import Finding, SourceVerdict, Verdict

MAX_TRACE = 512 * 1024 * 1024
"""Bytes of a trace: 100,000 edges of delegations with every step of them."""


class TraceTooLong(Exception):  # noqa: N818  the name says what happened
    """A stored trace unpacks to more than any verification leaves."""


def verdicts_of(
    source_id: int, *, before: tuple[datetime, int] | None = None, at: datetime | None = None
) -> "QuerySet[Verdict]":
    """The verdicts of a source, newest first, up to an instant; slice it for a page.

    `before` is time and id of the last one of the page before.
    """
    found = Verdict.objects.filter(source=source_id).defer("trace").order_by("-at", "-id")
    if at is not None:
        found = found.filter(at__lte=at)
    if before is not None:
        then, pk = before
        found = found.filter(at__lte=then).filter(Q(at__lt=then) | Q(id__lt=pk))
    return found


def verdict_at(source_id: int, at: datetime) -> Verdict | None:
    """What was in force at an instant, as far as is known now; an imported past counts."""
    return verdicts_of(source_id, at=at).first()


def current() -> "QuerySet[SourceVerdict]":
    """The standings of all sources that are crawled, with their verdicts and sources."""
    standings = SourceVerdict.objects.filter(source__removed_at=None)
    return standings.select_related("verdict", "source").defer("verdict__trace")


def states(at: datetime | None = None) -> dict[str, int]:
    """How many sources are in which trust state, now or at an instant; those without any left out."""
    if at is None:
        rows = current().values_list("trust_state").annotate(Count("pk")).order_by("trust_state")
        return dict(rows)
    then = Verdict.objects.filter(source=OuterRef("pk"), at__lte=at).order_by("-at", "-id")
    sources = Source.objects.filter(created_at__lte=at).filter(
        Q(removed_at=None) | Q(removed_at__gt=at)
    )
    found = sources.annotate(state=Subquery(then.values("trust_state")[:1]))
    counted = found.exclude(state=None).values_list("state").annotate(Count("pk"))
    return dict(counted.order_by("state"))


def findings_of(source_id: int, at: datetime | None = None) -> "QuerySet[Finding]":
    """What is noticed about a source, now or at an instant, the longest known first."""
    found = Finding.objects.filter(source=source_id)
    if at is None:
        found = found.filter(gone_at=None)
    else:
        still = Q(gone_at=None) | Q(gone_at__gt=at)
        found = found.filter(still, first_seen_at__lte=at)
    return found.order_by("first_seen_at", "id")


def trace_of(verdict_id: int) -> bytes:
    """The JSON of a verdict as `trustui verify --json` prints it. Raises Verdict.DoesNotExist."""
    return unpacked_trace(Verdict.objects.values_list("trace", flat=True).get(pk=verdict_id))


def with_shown_trace(verdicts: "QuerySet[Verdict]") -> "QuerySet[Any]":
    """The same with `shown`, the packed trace as far as pages show it: all of it, unless it is very
    long.
    """
    shown = Coalesce("in_short__body", "trace", output_field=BinaryField())
    return verdicts.annotate(shown=shown)


def unpacked_trace(packed: bytes | memoryview) -> bytes:
    """The JSON of a trace as a verdict keeps it. Raises TraceTooLong."""
    unpacking = zlib.decompressobj()
    unpacked = unpacking.decompress(bytes(packed), MAX_TRACE)
    if unpacking.unconsumed_tail:
        raise TraceTooLong(f"expected at most {MAX_TRACE:,} bytes")
    return unpacked


def overdue(now: datetime) -> int:
    """How many standings time has overtaken and that were not concluded again yet."""
    return SourceVerdict.objects.filter(source__removed_at=None, valid_until__lte=now).count()
