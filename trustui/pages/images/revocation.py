"""`/policies/revocation/`: the places that certificates name for revocation, and what each says.

Only those on which verdicts about repositories of the person's teams rest.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.urls import reverse

from trustui.core.pki.certificates import parse_certificate
from trustui.core.primitives.text import counted, visible
from trustui.crawl.revocation_asking import RevocationHosts
from trustui.images.models import ImageRepository
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS
from trustui.pages.viewer import Viewer
from trustui.revocation.asking import allowed_hosts
from trustui.revocation.models import AskedPlace, Concern, RevocationAnswer

MOST_QUERIES = 5
ORDER = ("urgency", "host", "id")
"""What is not known first."""

IMPORT = "take its answer from a folder with trustui revocation import"


class Told(msgspec.Struct, frozen=True):
    """The newest answer of a place. Times in UTC."""

    fetched_at: datetime
    this_update: datetime
    next_update: datetime
    imported_from: str
    """The folder; empty: it was fetched."""


class PlaceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One place. Times in UTC."""

    place_id: int
    address: str
    host: str
    kind: str
    """`list` or `responder`."""
    issuer: str
    """Who has to have signed its answer."""
    certificate: str
    """The subject of one whose revocation it tells."""
    certificates: int
    repository: str
    """One whose verdicts rest on it."""
    repository_href: str
    repositories: int
    sign: str
    state: str
    told: Told | None
    """Nothing is known where it is None."""
    refused: str
    """Why it may not be asked; empty where it may."""
    first_asked_at: datetime
    looked_at: datetime | None
    """When it was last asked, or its answer imported; None: never."""
    due_at: datetime | None
    """When it is asked next; None where nobody asks."""
    failures: int
    """In a row."""
    because: str
    """Why the last of them gave nothing that counts."""
    advice: str
    """What to do; empty where nothing is to be done."""


class RevocationPage(msgspec.Struct, frozen=True):
    """The places, the unknown ones first; `title` is the answer."""

    sign: str
    title: str
    lead: str
    allowed: int
    """How many hosts, addresses and networks may be asked."""
    lines: tuple[PlaceLine, ...]
    after: str | None


def revocation(
    viewer: Viewer, moment: Moment, after: str | None = None, size: int = ROWS
) -> RevocationPage:
    """At most `MOST_QUERIES`. Whether a host may be asked is as it is now. Raises PagingError."""
    counts = {one.urgency: one.count for one in _counts.rows(viewer, moment)}
    every, unknown = sum(counts.values()), counts.get(_UNKNOWN, 0)
    shown = _rows.sliced(viewer, moment, None, ORDER, after, size)
    hosts = allowed_hosts()
    return RevocationPage(
        sign=_sign(every, unknown),
        title=_title(every, unknown),
        lead=_lead(hosts),
        allowed=len(hosts.entries),
        lines=_lines(shown.rows, viewer, moment, hosts),
        after=shown.after,
    )


_UNKNOWN, _KNOWN = 0, 1


def _places(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[AskedPlace]":
    """Those that concern this person, with `until` and `newest` of the answer, and `urgency`."""
    own = Concern.objects.filter(place=OuterRef("pk"), repository__source__team__in=viewer.teams)
    answers = RevocationAnswer.objects.filter(
        place=OuterRef("pk"), fetched_at__lte=moment.at
    ).order_by("-fetched_at", "-pk")
    return AskedPlace.objects.filter(Exists(own), first_asked_at__lte=moment.at).annotate(
        newest=Subquery(answers.values("pk")[:1]),
        until=Subquery(answers.values("next_update")[:1], output_field=DateTimeField()),
        urgency=Case(
            When(until__gte=moment.valid_at, then=Value(_KNOWN)),
            default=Value(_UNKNOWN),
            output_field=IntegerField(),
        ),
    )


class _Place(NamedTuple):
    """A place, as the store has it."""

    id: int
    address: str
    host: str
    request: bytes | None
    issuer: bytes
    first_asked_at: datetime
    due_at: datetime
    looked_at: datetime | None
    failures: int
    because: str
    newest: int | None
    """Of its answers."""
    urgency: int


class _Count(msgspec.Struct, frozen=True):
    urgency: int
    count: int


class _Answer(NamedTuple):
    """One, without its bytes."""

    id: int
    fetched_at: datetime
    this_update: datetime
    next_update: datetime
    origin: str


class _Concern(NamedTuple):
    """Whom a place concerns: the first, and how many."""

    place: int
    subject: str
    subjects: int
    first: int
    repositories: int


class _Name(NamedTuple):
    id: int
    full_name: str


def _by_urgency(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any, Any]":
    places: QuerySet[Any] = _places(viewer, moment, None)
    counts: QuerySet[Any, Any] = places.values("urgency").annotate(count=Count("pk"))
    return counts


def _answers_of(
    _: None, __: Moment, ___: None, answers: Collection[int]
) -> "QuerySet[RevocationAnswer]":
    return RevocationAnswer.objects.filter(pk__in=answers)


def _concerns_of(
    viewer: Viewer, _: Moment, __: None, places: Collection[int]
) -> "QuerySet[Any, Any]":
    mine = Concern.objects.filter(place__pk__in=places, repository__source__team__in=viewer.teams)
    concerns: QuerySet[Any, Any] = mine.values("place").annotate(
        subject=Min("certificate"),
        subjects=Count("serial", distinct=True),
        first=Min("repository"),
        repositories=Count("repository", distinct=True),
    )
    return concerns


def _named(
    _: None, __: Moment, ___: None, repositories: Collection[int]
) -> "QuerySet[ImageRepository]":
    return ImageRepository.objects.filter(pk__in=repositories)


_rows = KeptQuery(_places, _Place._fields, _Place)
_counts = KeptQuery(_by_urgency, _Count.__struct_fields__, _Count)
_answers = KeptQuery(_answers_of, _Answer._fields, _Answer)
_concerns = KeptQuery(_concerns_of, _Concern._fields, _Concern)
_names = KeptQuery(_named, _Name._fields, _Name)


def _lines(
    rows: Sequence[_Place], viewer: Viewer, moment: Moment, hosts: RevocationHosts
) -> tuple[PlaceLine, ...]:
    newest = tuple(row.newest for row in rows if row.newest is not None)
    answers = {one.id: one for one in _answers.rows(about=(newest,))}
    places = tuple(row.id for row in rows)
    concerns = {one.place: one for one in _concerns.rows(viewer, about=(places,))}
    firsts = tuple(dict.fromkeys(one.first for one in concerns.values()))
    names = dict(_names.rows(about=(firsts,)))
    return tuple(
        _line(
            row,
            None if row.newest is None else _told(answers.get(row.newest)),
            hosts.refusal(row.address),
            concerns[row.id],
            names,
            moment,
        )
        for row in rows
    )


def _line(
    row: _Place,
    told: Told | None,
    refused: str,
    concern: _Concern,
    names: dict[int, str],
    moment: Moment,
) -> PlaceLine:
    is_known = told is not None and told.next_update >= moment.valid_at
    was_looked_at = row.looked_at is not None and row.looked_at <= moment.at
    failures = row.failures if was_looked_at else 0
    sign, state = _state(told, refused, failures, is_known=is_known)
    return PlaceLine(
        place_id=row.id,
        address=visible(row.address, 2_000),
        host=row.host,
        kind="list" if row.request is None else "responder",
        issuer=parse_certificate(bytes(row.issuer)).title,
        certificate=visible(concern.subject, 300),
        certificates=concern.subjects,
        repository=visible(names.get(concern.first, ""), 300),
        repository_href=reverse("image-repository", args=[concern.first]),
        repositories=concern.repositories,
        sign=sign,
        state=state,
        told=told,
        refused=refused,
        first_asked_at=row.first_asked_at,
        looked_at=row.looked_at if was_looked_at else None,
        due_at=None if refused else row.due_at,
        failures=failures,
        because=visible(row.because, 1_000) if failures else "",
        advice=_advice(row.host, refused, failures, is_known=is_known),
    )


def _told(answer: _Answer | None) -> Told | None:
    if answer is None:
        return None
    return Told(
        answer.fetched_at, answer.this_update, answer.next_update, visible(answer.origin, 200)
    )


def _state(told: Told | None, refused: str, failures: int, *, is_known: bool) -> tuple[str, str]:
    """The sign, and the word for it."""
    if is_known:
        return ("soon", "known, and the last look failed") if failures else ("ok", "known")
    if told is not None:
        return "bad", "run out"
    if refused:
        return "unknown", "nobody may be asked"
    if failures:
        return "bad", "gave nothing"
    return "noted", "is asked soon"


def _advice(host: str, refused: str, failures: int, *, is_known: bool) -> str:
    if is_known and not failures:
        return ""
    if refused:
        return (
            f"Have an administrator of this installation add {host} to TRUSTUI_REVOCATION_HOSTS, "
            f"or {IMPORT}."
        )
    if failures:
        return f"See whether {host} answers from here, or {IMPORT}."
    return ""


def _sign(every: int, unknown: int) -> str:
    if not every:
        return "none"
    return "unknown" if unknown else "ok"


def _title(every: int, unknown: int) -> str:
    if not every:
        return "No certificate names a place so far"
    if unknown:
        return f"Revocation is not known from {unknown:,} of {counted(every, 'place')}"
    return f"Revocation is known from {counted(every, 'place')}"


def _lead(hosts: RevocationHosts) -> str:
    count = len(hosts.entries)
    whom = (
        "None is allowed so far"
        if not count
        else f"So far {count:,} {'is' if count == 1 else 'are'} allowed"
    )
    return (
        "Certificates name where their authority tells that it revoked them. Anybody can make a certificate, "
        f"so only hosts are asked that an administrator of this installation allowed. {whom}."
    )
