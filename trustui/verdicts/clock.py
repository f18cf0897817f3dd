"""Whether this machine's clock can be believed, before time alone changes a verdict.

A wrong clock makes every source look expired, or hides that one is. Once a clock is known to be
right, only a jump can make it wrong, and a jump shows beside a clock that counts on regardless of
the date. At the start the records say what time it must be by now.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from statistics import median

import msgspec
from django.db import connection, transaction

from trustui.core.primitives.instants import span_in_words, write_instant
from trustui.events.models import Event
from trustui.events.services import WORKER, record
from trustui.inventory.models import Crawl
from trustui.jobs.models import Worker
from trustui.verdicts.models import ClockDoubt

APART = timedelta(seconds=60)
"""Clocks that differ by more do not show the same time (handbook: banner above 60 s)."""
BEFORE_EVENTS = timedelta(hours=1)
LONG_OFF = timedelta(days=7)
"""After a longer silence nothing says that the date is right: an empty battery sets clocks too."""
STEADY = timedelta(hours=1)
"""A clock that has run on so long, and that nobody contradicts, is believed again: or else a
machine without network and without its people would show what has long expired as good."""
CONTRADICTED = timedelta(days=1)
"""Dates of answers may be as old as a cache in between; what is further off says otherwise."""
FRESH = timedelta(hours=1)
"""Dates of answers that count."""
SIBLINGS = timedelta(seconds=60)
"""Records so much older than this process are not of processes that were started with it."""


class Observed(msgspec.Struct, frozen=True):
    """What one look at the clocks gives. Times in UTC."""

    now: datetime
    jumped: timedelta = timedelta()
    """How much further the clock went than time passed, since it was last believed."""
    database: datetime | None = None
    """What time it is for the database, where it has a clock of its own."""
    newest_event: datetime | None = None
    """Of the log; None once the clock was believed, as its own events say nothing then."""
    newest_record: datetime | None = None
    """When anything was last recorded before this process started; None as above."""
    offsets: tuple[timedelta, ...] = ()
    """By how much the dates of answers are ahead, the newest of each source."""


def reason_to_doubt(seen: Observed) -> str | None:
    """Why the clock may be wrong, in a sentence; None where nothing says so."""
    if is_confirmed(seen.offsets):
        return None
    if abs(seen.jumped) > APART:
        way = "ahead" if seen.jumped > timedelta() else "back"
        return f"the clock jumped {way} by {span_in_words(seen.jumped)}"
    if seen.database is not None and abs(seen.now - seen.database) > APART:
        apart = span_in_words(seen.now - seen.database)
        return f"the clock and the database's differ by {apart}"
    if seen.newest_event is not None and seen.newest_event - seen.now > BEFORE_EVENTS:
        ago = span_in_words(seen.newest_event - seen.now)
        return f"the clock shows a time {ago} before the newest event, {_at(seen.newest_event)}"
    if seen.newest_record is not None and seen.now - seen.newest_record > LONG_OFF:
        ago = span_in_words(seen.now - seen.newest_record)
        return f"nothing was recorded for {ago}, since {_at(seen.newest_record)}"
    return None


def is_confirmed(offsets: Iterable[timedelta]) -> bool:
    """Whether most of the dates that places gave agree with the clock."""
    middle = _middle(offsets)
    return middle is not None and abs(middle) <= APART


def is_contradicted(offsets: Iterable[timedelta]) -> bool:
    """Whether most of the dates that places gave are of another day."""
    middle = _middle(offsets)
    return middle is not None and abs(middle) > CONTRADICTED


def _middle(offsets: Iterable[timedelta]) -> timedelta | None:
    seconds = [offset.total_seconds() for offset in offsets]
    return timedelta(seconds=median(seconds)) if seconds else None


def _at(instant: datetime) -> str:
    return write_instant(instant)


def running_time() -> float:
    """Seconds that passed, also while the machine slept, whatever the date is set to."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def database_time() -> datetime | None:
    """The database's clock; SQLite has the machine's."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


class Clock:
    """This machine's clock, and what is thought of it. Safe to use from every thread."""

    def __init__(
        self,
        host: str = "",
        *,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        running: Callable[[], float] = running_time,
        database: Callable[[], datetime | None] = database_time,
    ) -> None:
        self.host = host or socket.gethostname()[:255]
        self._wall = wall
        self._running = running
        self._database = database
        self._looking = threading.Lock()
        self._dating = threading.Lock()
        self._started_at = wall()
        self._base = (self._started_at, running())
        self._steady = self._base
        self._is_believed = False
        self._has_begun = False
        self._because: str | None = None
        self._dates: dict[int, tuple[float, datetime, timedelta]] = {}

    def now(self) -> datetime:
        """The time (UTC), right or wrong."""
        return self._wall()

    def witness(self, source_id: int, served_at: datetime, seen_at: datetime) -> None:
        """A place said `served_at` when this clock showed `seen_at` (UTC)."""
        with self._dating:
            self._dates[source_id] = (self._running(), seen_at, served_at - seen_at)

    def look(self) -> str | None:
        """Why the clock is in doubt; None where it is believed. Writes and tells what changed.

        While another thread looks, what was last found: waiting for one another's database locks
        helps nobody.
        """
        if not self._looking.acquire(blocking=False):
            return self._because
        try:
            self._because = self._judge()
        finally:
            self._looking.release()
        return self._because

    def believed(self) -> datetime | None:
        """What time it is (UTC) by all that is known; None while the clock is in doubt.

        Counted on from when the clock was last found right: what is judged by it cannot be
        judged by a date that was set since.
        """
        if self.look() is not None:
            return None
        if not self._is_believed:  # another thread is at the first look
            return None
        at, running = self._base
        return at + timedelta(seconds=self._running() - running)

    def _judge(self) -> str | None:
        doubt = ClockDoubt.objects.filter(host=self.host).first()
        seen = self._observe()
        reason = reason_to_doubt(seen)
        if doubt is None:
            # Another process of this machine, with the same clock, found out that it is right.
            is_settled = self._because is not None and not self._has_begun
            if reason is None or is_settled:
                self._believe(seen.now)
                return None
            return self._begin(reason, seen.now)
        confirmed = self._confirmation(doubt, seen, reason)
        if confirmed is not None:
            self._end(doubt, confirmed, seen.now)
            return None
        if seen.now - doubt.looked_at > APART or seen.now < doubt.looked_at:
            ClockDoubt.objects.filter(pk=doubt.pk).update(looked_at=seen.now)
        return doubt.because

    def _observe(self) -> Observed:
        now, running = self._wall(), self._running()
        fresh = FRESH.total_seconds()
        with self._dating:
            self._dates = {
                source: one for source, one in self._dates.items() if running - one[0] <= fresh
            }
            # A date says what time it was then: a clock that has jumped since is not confirmed.
            offsets = tuple(
                offset - _jump((seen_at, then), now, running)
                for then, seen_at, offset in self._dates.values()
            )
        return Observed(
            now=now,
            jumped=_jump(self._base, now, running),
            database=self._database(),
            newest_event=None if self._is_believed else _newest_event(),
            newest_record=None if self._is_believed else _newest_record(self._started_at),
            offsets=offsets,
        )

    def _begin(self, reason: str, now: datetime) -> str:
        self._steady = (now, self._running())
        with transaction.atomic():
            _, self._has_begun = ClockDoubt.objects.get_or_create(
                host=self.host, defaults={"since": now, "looked_at": now, "because": reason}
            )
            if self._has_begun:
                self._tell("clock.doubted", WORKER, now, reason)
        return reason

    def _confirmation(self, doubt: ClockDoubt, seen: Observed, reason: str | None) -> str | None:
        """What ends a doubt; None while nothing does."""
        if doubt.confirmed_by:
            return "a person says that it is right"
        if is_confirmed(seen.offsets):
            return "places that were crawled show the same time"
        if reason is None and self._has_begun and self._is_believed:
            return "it shows again what it should"
        running = self._running()
        if abs(_jump(self._steady, seen.now, running)) > APART:
            self._steady = (seen.now, running)
        is_steady = running - self._steady[1] >= STEADY.total_seconds()
        is_apart = seen.database is not None and abs(seen.now - seen.database) > APART
        if is_steady and not is_apart and not is_contradicted(seen.offsets):
            return f"it has run on for {span_in_words(STEADY)}, and nothing contradicts it"
        return None

    def _end(self, doubt: ClockDoubt, because: str, now: datetime) -> None:
        with transaction.atomic():
            gone, _ = ClockDoubt.objects.filter(pk=doubt.pk).delete()
            if gone:
                self._tell("clock.confirmed", doubt.confirmed_by or WORKER, now, because)
        self._believe(now)

    def _believe(self, now: datetime) -> None:
        self._base = self._steady = (now, self._running())
        self._is_believed, self._has_begun = True, False

    def _tell(self, kind: str, actor: str, now: datetime, because: str) -> None:
        record(
            kind=kind,
            at=now,
            actor=actor,
            subject=self.host,
            detail={"because": because, "clock": write_instant(now)},
        )


def confirm_clock(*, host: str, actor: str) -> bool:
    """A person (`person:NAME`) says that a machine's clock is right; the machine tells the event.

    False where nobody doubts it.
    """
    return bool(ClockDoubt.objects.filter(host=host).update(confirmed_by=actor))


def _jump(base: tuple[datetime, float], now: datetime, running: float) -> timedelta:
    return (now - base[0]) - timedelta(seconds=running - base[1])


def _newest_event() -> datetime | None:
    return Event.objects.order_by("-id").values_list("at", flat=True).first()


def _newest_record(started_at: datetime) -> datetime | None:
    """When the installation last did anything, other than what started with this process."""
    before = started_at - SIBLINGS
    found = [
        Worker.objects.filter(beat_at__lt=before).order_by("-beat_at").values_list("beat_at"),
        Crawl.objects.filter(finished_at__lt=before).order_by("-id").values_list("finished_at"),
        Event.objects.filter(at__lt=before).order_by("-id").values_list("at"),
    ]
    newest = [row[0] for rows in found if (row := rows.first()) is not None]
    return max(newest, default=None)
