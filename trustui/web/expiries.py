"""`/expiries/` and `/sources/…/timeline/`: what expires when, and the picture as a file."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import Act
from trustui.pages.calendar import narrowing
from trustui.pages.components import Field
from trustui.pages.due import ALL, KINDS, ROLE, Asked, AskedError, asked_of, of_source
from trustui.pages.expiries import DEFAULT
from trustui.pages.paging import PagingError, size_of
from trustui.pages.timeline import TimelinePage, timeline
from trustui.web.asking import Asking, page, wants_part


@page
def expiries(request: Asking) -> HttpResponse:
    """Of everything: `?window=` or `?from=` and `?to=`, `?kind=`, `?team=`, `?source=`, `?role=`."""
    return _show(request, None)


@page
def source_timeline(request: Asking, source_id: int) -> HttpResponse:
    """Of one repository."""
    return _show(request, source_id)


@page
def svg(request: Asking) -> HttpResponse:
    """The picture of everything as a file; it needs no stylesheet."""
    return _file(request, None)


@page
def source_svg(request: Asking, source_id: int) -> HttpResponse:
    """The picture of one repository as a file."""
    return _file(request, source_id)


def _show(request: Asking, source_id: int | None) -> HttpResponse:
    shown, wrong = _found(request, source_id)
    asked = shown.asked
    narrowed = urlencode(narrowing(asked))
    given = {
        "page": shown.page,
        "timeline": shown,
        "wrong": wrong,
        "fields": _fields(request, shown),
        "rest": _rest(request),
        "calendar_query": f"?{narrowed}" if narrowed else "",
        "is_narrowed": any((asked.team, asked.source, asked.role, asked.kind)),
        "may_add": request.moment.is_now and request.viewer.may_anywhere(Act.EDIT_SOURCE),
    }
    name = "expiries/_timeline.html" if wants_part(request) else "expiries/show.html"
    return render(request, name, given, status=400 if wrong else 200)


def _file(request: Asking, source_id: int | None) -> HttpResponse:
    shown, _ = _found(request, source_id)
    given = {"picture": shown.picture, "timeline": shown}
    answer = render(
        request, "expiries/timeline.svg", given, content_type="image/svg+xml; charset=utf-8"
    )
    name = "expiries" if source_id is None else f"timeline-{source_id}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.svg"'
    return answer


def _found(request: Asking, source_id: int | None) -> tuple[TimelinePage, str]:
    """The page, and what is wrong with the question; then nothing is narrowed."""
    default = DEFAULT if source_id is None else ALL
    wrong = ""
    try:
        asked = of_source(asked_of(request.GET.dict(), default), source_id)
        size, after = size_of(request.GET.get("size")), request.GET.get("after")
        found = timeline(request.viewer, request.moment, asked, after, size)
    except (AskedError, PagingError) as error:
        wrong = str(error)
        asked = of_source(Asked(default), source_id)
        found = timeline(request.viewer, request.moment, asked)
    if found is None:
        raise Http404
    return found, wrong


def _rest(request: Asking) -> str:
    """What stays of the question where other days are chosen: `role=root&`, or nothing."""
    pairs = [
        (name, value)
        for name in request.GET
        if name not in {"from", "to", "after"}
        for value in request.GET.getlist(name)
    ]
    return f"{urlencode(pairs)}&" if pairs else ""


_KINDS = (
    ("", "all but revocation lists"),
    *((kind, f"{noun}s") for kind, noun in KINDS.items()),
)


def _fields(request: Asking, shown: TimelinePage) -> tuple[Field, ...]:
    asked, names = shown.asked, request.viewer.team_names
    fields = [
        Field(
            "from", "From", "" if asked.begins is None else asked.begins.isoformat(), kind="date"
        ),
        Field("to", "To", "" if asked.ends is None else asked.ends.isoformat(), kind="date"),
    ]
    if shown.source_id is None:
        fields.append(Field("kind", "What", asked.kind, _KINDS))
    if asked.kind in {"", ROLE}:
        fields.append(Field("role", "Role begins with", asked.role))
    if shown.source_id is None:
        fields.append(Field("source", "Source or material", asked.source))
    if shown.source_id is None and len(names) > 1:
        team = "" if asked.team is None else str(asked.team)
        teams = sorted((str(team_id), name) for team_id, name in names.items())
        fields.append(Field("team", "Team", team, (("", "every team"), *teams)))
    return tuple(fields)
