"""Which of the alert rules that are shipped hold for one source now (deploy/alerts.yml).

Prometheus raises them, by its own copy of the rules: this says the same for the page of the source,
from the rows that the metrics are made of.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Min, QuerySet
from django.db.models.functions import Coalesce

from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.images.models import ImageRepository
from trustui.inventory.models import Crawl, CrawlOutcome, RoleState
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.pages.kept_query import KeptQuery
from trustui.pages.words import age, state_of

MOST_NAMED = 3
ROOT_WARNING = timedelta(days=14)
UNREADABLE_FOR = timedelta(minutes=30)
SLACK = timedelta(minutes=5)
"""Above three intervals, for a crawl that is under way."""
LOOK_SLACK = timedelta(hours=1)
"""Above six intervals, for a round through a registry."""
_FAILING = {TrustState.FAILING, TrustState.NOT_TRUSTED, TrustState.NOT_SIGNED}
_UNREADABLE = {TrustState.COULD_NOT_CHECK, TrustState.STALE, TrustState.UNKNOWN_FORMAT}


class Alert(msgspec.Struct, frozen=True):
    """A rule that holds. `name` is that of the rule, `sign` a shape of `words`."""

    name: str
    severity: str
    sign: str
    because: str


def alerts_of(row: Any, now: datetime) -> tuple[Alert, ...]:
    """The worst first; `row` is a source `with_standing`. Three queries, or two of a registry; none of a
    removed one.
    """
    if row.removed_at is not None:
        return ()
    if row.kind in IMAGE_KINDS:
        found = [*_crawl_overdue(row, now), *_not_looked_at(row, now)]
    else:
        found = [*_by_state(row, now), *_by_expiry(row, now), *_crawl_overdue(row, now)]
    return tuple(sorted(found, key=lambda one: one.severity != "critical"))


def _critical(name: str, because: str) -> Alert:
    return Alert(name, "critical", "bad", because)


def _warning(name: str, because: str) -> Alert:
    return Alert(name, "warning", "soon", because)


def _by_state(row: Any, now: datetime) -> Iterator[Alert]:
    state, since = row.trust_state, row.since or now
    told = f"{state_of(state).word} for {age(now - since)}"
    if state in _FAILING:
        yield _critical("TrustuiSourceFailing", told)
    elif state in _UNREADABLE and now - since >= UNREADABLE_FOR:
        yield _warning("TrustuiSourceUnreadable", told)
    elif state == TrustState.EXPIRES_SOON:
        yield _warning("TrustuiMetadataExpiresSoon", "less than a fifth of a lifetime is left")


def _by_expiry(row: Any, now: datetime) -> Iterator[Alert]:
    order = "expires_at", "role"
    expired = _expired.rows(order=order, limit=MOST_NAMED + 1, about=(row.pk, now))
    if expired:
        yield _critical("TrustuiMetadataExpired", _named([one.role for one in expired]))
    for root in _roots.rows(order=order, about=(row.pk, now, now + ROOT_WARNING)):
        told = f"root expires in {age(root.expires_at - now)}"
        yield _critical("TrustuiRootExpiresSoon", told)


class _Role(msgspec.Struct, frozen=True):
    role: str
    expires_at: datetime


def _expired_by(
    _: object, __: object, ___: None, source: int, now: datetime
) -> "QuerySet[RoleState]":
    return RoleState.objects.filter(source__pk=source, is_listed=True, expires_at__lte=now)


def _expiring_root(
    _: object, __: object, ___: None, source: int, now: datetime, until: datetime
) -> "QuerySet[RoleState]":
    return RoleState.objects.filter(
        source__pk=source, is_listed=True, role="root", expires_at__gt=now, expires_at__lt=until
    )


_expired = KeptQuery(_expired_by, _Role.__struct_fields__, _Role)
_roots = KeptQuery(_expiring_root, _Role.__struct_fields__, _Role)


def _named(roles: Sequence[str]) -> str:
    names = ", ".join(visible(role, 60) for role in roles[:MOST_NAMED])
    return f"{names} and more" if len(roles) > MOST_NAMED else names


def _crawl_overdue(row: Any, now: datetime) -> Iterator[Alert]:
    newest = _answered.rows(order=("-id",), limit=1, about=(row.pk,))
    silent = now - (newest[0].finished_at if newest else row.created_at)
    if silent > 3 * timedelta(seconds=row.every_seconds) + SLACK:
        yield _warning("TrustuiCrawlOverdue", f"no usable answer for {age(silent)}")


class _Answered(msgspec.Struct, frozen=True):
    finished_at: datetime


def _usable(_: object, __: object, ___: None, source: int) -> "QuerySet[Crawl]":
    answered = Crawl.objects.filter(source__pk=source, origin="")
    return answered.exclude(outcome=CrawlOutcome.FAILED)


_answered = KeptQuery(_usable, _Answered.__struct_fields__, _Answered)


def _not_looked_at(row: Any, now: datetime) -> Iterator[Alert]:
    there = ImageRepository.objects.filter(source=row.pk, gone_at=None)
    first = there.aggregate(first=Min(Coalesce("looked_at", "first_seen_at")))["first"]
    if first is not None and now - first > 6 * timedelta(seconds=row.every_seconds) + LOOK_SLACK:
        told = f"a repository was not looked at for {age(now - first)}"
        yield _warning("TrustuiRegistryNotLookedAt", told)
