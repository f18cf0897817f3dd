"""What expires in the next four weeks, day by day."""

from datetime import UTC, date, datetime, timedelta

import msgspec
from django.db.models import BooleanField, Case, Count, When
from django.db.models.functions import TruncDate

from trustui.core.primitives.text import counted
from trustui.inventory.models import RoleState
from trustui.pages.counts import SOON
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

DAYS = 28
HEIGHT = 80
"""Units that the highest bar takes."""
STEP, WIDTH = 20, 16
_LEAST = 3.0


class Bar(msgspec.Struct, frozen=True):
    """One day of a picture, in its units; `y` from above."""

    x: int
    y: str
    height: str
    sign: str
    title: str


class Upcoming(msgspec.Struct, frozen=True):
    """Roles whose served document expires within a week and within four, and each day's bar."""

    week: int
    month: int
    bars: tuple[Bar, ...]
    marks: tuple[str, ...]
    """The dates of each seventh bar."""
    words: str


def upcoming(viewer: Viewer, moment: Moment) -> Upcoming | None:
    """One query. None for another instant than now: what was served then is not counted again."""
    if moment.at != moment.now:
        return None
    begin = moment.valid_at
    roles = RoleState.objects.filter(
        source__team__in=viewer.teams,
        source__removed_at=None,
        is_listed=True,
        expires_at__gt=begin,
        expires_at__lte=begin + timedelta(days=DAYS),
    )
    rows = (
        roles.annotate(day=TruncDate("expires_at", tzinfo=UTC), is_soon=_is_soon(begin))
        .values_list("day", "is_soon")
        .annotate(Count("pk"))
        .order_by("day")
    )
    found = [(day, bool(is_soon), count) for day, is_soon, count in rows]
    days = [begin.date() + timedelta(days=number) for number in range(DAYS + 1)]
    each = {day: sum(count for one, _, count in found if one == day) for day in days}
    week = sum(count for _, is_soon, count in found if is_soon)
    month = sum(each.values())
    most = max(each.values(), default=0)
    return Upcoming(
        week=week,
        month=month,
        bars=tuple(_bar(number, day, each[day], most) for number, day in enumerate(days)),
        marks=tuple(
            f"{days[number].day} {days[number]:%b}" if number else "today"
            for number in range(0, DAYS, 7)
        ),
        words=f"{counted(week, 'role')} within 7 days, {month:,} within {DAYS}",
    )


def _is_soon(begin: datetime) -> Case:
    return Case(
        When(expires_at__lte=begin + SOON, then=True), default=False, output_field=BooleanField()
    )


def _bar(number: int, day: date, count: int, most: int) -> Bar:
    height = max(_LEAST, HEIGHT * count / most) if count else 0.0
    sign = "none"
    if number == 0:
        sign = "bad"
    elif number <= SOON.days:
        sign = "soon"
    return Bar(
        x=number * STEP,
        y=f"{HEIGHT - height:.1f}",
        height=f"{height:.1f}",
        sign=sign,
        title=f"{counted(count, 'role')} on {day.day} {day:%b %Y}",
    )
