"""Writing down what places answered, and telling when it is something else than before.

Only answers for which the issuer vouches are kept, and none that is older than the one before: who sits
between us and an authority can keep answers away, and neither forge nor turn them back.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import Max

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.pki.revocation import Enquiry, Published, entries_in, read_published
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.instants import write_instant
from trustui.events.services import WORKER, NewEvent, record_many
from trustui.inventory import sql
from trustui.inventory.models import NAME, Blob
from trustui.inventory.text import storable
from trustui.revocation.models import AskedPlace, Concern, RevocationAnswer

CHANGED = "revocation.changed"
SOONEST, LATEST = timedelta(minutes=1), timedelta(hours=6)
"""Between two looks at a place that answers: half of what is left until its next update, within these."""
FIRST_PAUSE = timedelta(minutes=1)
"""After a failure; doubled for each one in a row, up to `LATEST`."""
MAX_BECAUSE = 1_000


class Given(msgspec.Struct, frozen=True):
    """What a place gave: an answer that counts, or why it does not."""

    place: int
    """Row id."""
    body: bytes = b""
    published: Published | None = None
    because: str = ""
    origin: str = ""


class Kept(msgspec.Struct, frozen=True):
    """What became of answers, by row ids of their places."""

    new: tuple[int, ...] = ()
    same: tuple[int, ...] = ()
    """It gave the very bytes that it gave before."""
    failed: Mapping[int, str] = {}
    """Why nothing was kept."""


def judged(
    place: int, enquiry: Enquiry, answer: Document | Problem, at: datetime, origin: str = ""
) -> Given:
    """What an answer is worth at an instant (UTC). No database."""
    if isinstance(answer, Problem):
        return Given(place, because=answer.because)
    try:
        published = read_published(enquiry, answer.body, at)
    except ParseError as error:
        return Given(place, because=f"its answer does not count: {error.because}")
    return Given(place, answer.body, published, origin=storable(origin, NAME))


def keep(given: Sequence[Given], now: datetime, *, actor: str = WORKER, reason: str = "") -> Kept:
    """Write what places gave, in the caller's transaction; the last of a place counts.

    Events `revocation.changed` tell of a first answer, one after the last had run out, and one that
    says something else of a certificate on which verdicts rest.
    """
    by_place = {one.place: one for one in given}
    places = AskedPlace.objects.select_for_update().filter(pk__in=by_place).order_by("pk")
    writing = _Writing(list(places), now)
    for place in writing.places:
        writing.take(place, by_place[place.pk])
    writing.finish(actor, reason)
    return Kept(tuple(writing.new), tuple(writing.same), writing.failed)


class _Writing:
    """The rows that a batch of answers is compared with, and what becomes of them."""

    def __init__(self, places: Sequence[AskedPlace], now: datetime) -> None:
        self.places = places
        self._now = now
        self._newest = _newest(places)
        self._serials = _serials(places)
        self.new: list[int] = []
        self.same: list[int] = []
        self.failed: dict[int, str] = {}
        self._events: list[NewEvent] = []
        self._changed: list[tuple[AskedPlace, list[int]]] = []

    def take(self, place: AskedPlace, given: Given) -> None:
        """Compare what a place gave with its newest answer."""
        before = self._newest.get(place.pk)
        place.looked_at = self._now
        because = given.because or _turned_back(before, given.published)
        if because or given.published is None:
            place.failures += 1
            place.because = storable(because, MAX_BECAUSE)
            place.due_at = self._now + pause_after(place.failures)
            self.failed[place.pk] = place.because
            return
        place.failures, place.because = 0, ""
        place.due_at = self._now + pause_until(given.published.next_update, self._now)
        if before is not None and before.blob.sha256 == sha256(given.body):
            self.same.append(place.pk)
            return
        self.new.append(place.pk)
        self._write(place, given, given.published)
        changed = self._changes(place, before, given.body)
        if changed:
            self._changed.append((place, changed))

    def _write(self, place: AskedPlace, given: Given, published: Published) -> None:
        digest = sha256(given.body)
        sql.insert(
            Blob,
            ("sha256", "size", "body", "written_at"),
            [(digest, len(given.body), given.body, self._now)],
            sql.DO_NOTHING,
        )
        RevocationAnswer.objects.create(
            place=place,
            blob_id=Blob.objects.values_list("pk", flat=True).get(sha256=digest),
            fetched_at=self._now,
            this_update=published.this_update,
            next_update=published.next_update,
            origin=given.origin,
        )

    def _changes(
        self, place: AskedPlace, before: RevocationAnswer | None, body: bytes
    ) -> list[int]:
        """The serial numbers of which something else is known than before."""
        serials = self._serials.get(place.pk, ())
        if before is None or before.next_update < self._now:
            return list(serials)
        request = None if place.request is None else bytes(place.request)
        then = entries_in(bytes(before.blob.body), request, serials)
        told = entries_in(body, request, serials)
        return [one for one in serials if told[one] != then[one]]

    def finish(self, actor: str, reason: str) -> None:
        """The places themselves, and the events."""
        AskedPlace.objects.bulk_update(self.places, ["looked_at", "due_at", "failures", "because"])
        record_many(
            [
                NewEvent(
                    kind=CHANGED,
                    at=self._now,
                    actor=actor,
                    subject=place.address,
                    reason=reason,
                    detail={"place": place.pk, "certificates": [f"{one:x}" for one in changed]},
                )
                for place, changed in self._changed
            ]
        )


def _turned_back(before: RevocationAnswer | None, published: Published | None) -> str:
    if before is None or published is None or published.this_update >= before.this_update:
        return ""
    given, known = write_instant(published.this_update), write_instant(before.this_update)
    return f"it gave an answer of {given}, older than that of {known} which it gave before"


def pause_until(next_update: datetime, now: datetime) -> timedelta:
    """How long a place that answered is left alone."""
    return min(max((next_update - now) / 2, SOONEST), LATEST)


def pause_after(failures: int) -> timedelta:
    """How long a place is left alone after so many failures in a row."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, 20)), LATEST)


def _newest(places: Iterable[AskedPlace]) -> dict[int, RevocationAnswer]:
    newest = RevocationAnswer.objects.filter(place__in=places).values("place")
    ids = newest.annotate(newest=Max("pk")).values_list("newest", flat=True)
    rows = RevocationAnswer.objects.filter(pk__in=list(ids)).select_related("blob")
    return {row.place_id: row for row in rows}


def _serials(places: Iterable[AskedPlace]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = Concern.objects.filter(place__in=places).order_by("place", "serial")
    for place, serial in rows.values_list("place", "serial").distinct():
        found.setdefault(place, []).append(int(serial, 16))
    return found
