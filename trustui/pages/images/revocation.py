"""`/policies/revocation/`: the places that certificates name for revocation, and what each says.

Only those on which verdicts about repositories of the person's teams rest.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.urls import reverse

from trustui.core.primitives.text import counted, visible
from trustui.crawl.revocation_asking import RevocationHosts
from trustui.images.models import ImageRepository
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, sliced
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
    places = _places(viewer, moment)
    counts = places.aggregate(every=Count("pk"), unknown=Count("pk", filter=Q(urgency=_UNKNOWN)))
    every, unknown = counts["every"], counts["unknown"]
    shown = sliced(places, ORDER, after, size)
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


def _places(viewer: Viewer, moment: Moment) -> "QuerySet[AskedPlace]":
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


def _lines(
    rows: Sequence[AskedPlace], viewer: Viewer, moment: Moment, hosts: RevocationHosts
) -> tuple[PlaceLine, ...]:
    ids = [row.pk for row in rows]
    answers = RevocationAnswer.objects.in_bulk([one for row in rows if (one := row.newest)])  # type: ignore[attr-defined]  # annotated
    concerns = {
        place: (subject, subjects, first, repositories)
        for place, subject, subjects, first, repositories in Concern.objects.filter(
            place__in=ids, repository__source__team__in=viewer.teams
        )
        .values("place")
        .annotate(
            subject=Min("certificate"),
            subjects=Count("serial", distinct=True),
            first=Min("repository"),
            repositories=Count("repository", distinct=True),
        )
        .values_list("place", "subject", "subjects", "first", "repositories")
    }
    firsts = {first for _, _, first, _ in concerns.values()}
    names = dict(ImageRepository.objects.filter(pk__in=firsts).values_list("pk", "full_name"))
    return tuple(
        _line(
            row,
            _told(answers.get(row.newest)),  # type: ignore[attr-defined]  # annotated
            hosts.refusal(row.address),
            concerns[row.pk],
            names,
            moment,
        )
        for row in rows
    )


def _line(
    row: AskedPlace,
    told: Told | None,
    refused: str,
    concern: tuple[str, int, int, int],
    names: dict[int, str],
    moment: Moment,
) -> PlaceLine:
    subject, subjects, first, repositories = concern
    is_known = told is not None and told.next_update >= moment.valid_at
    was_looked_at = row.looked_at is not None and row.looked_at <= moment.at
    failures = row.failures if was_looked_at else 0
    sign, state = _state(told, refused, failures, is_known=is_known)
    return PlaceLine(
        place_id=row.pk,
        address=visible(row.address, 2_000),
        host=row.host,
        kind="list" if row.request is None else "responder",
        issuer=row.enquiry.issuer.title,
        certificate=visible(subject, 300),
        certificates=subjects,
        repository=visible(names.get(first, ""), 300),
        repository_href=reverse("image-repository", args=[first]),
        repositories=repositories,
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


def _told(answer: RevocationAnswer | None) -> Told | None:
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
        return f"{unknown:,} of {counted(every, 'place')} of revocation not known"
    return f"{counted(every, 'place')} of revocation, each known"


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
