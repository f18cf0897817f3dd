"""`/events/`: the log, one event, the checkpoint, and the export of what one may see."""

from typing import cast
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.needs import Whom
from trustui.pages import events as pages
from trustui.pages.components import Field
from trustui.pages.paging import PagingError
from trustui.web.asking import Asking, page, wants_part

FILTERS = ("who", "kind", "source", "from", "to")


@page
def events(request: Asking) -> HttpResponse:
    """The list, narrowed by who, kind, source and days."""
    wrong, status = "", 200
    try:
        chosen = pages.filter_of(request.GET.dict())
        shown = pages.events(request.viewer, request.moment, chosen, request.GET.get("after"))
    except (pages.EventFilterError, PagingError) as error:
        wrong, status = str(error), 400
        shown = pages.events(request.viewer, request.moment)
    given = {
        "page": shown,
        "fields": _fields(request, shown),
        "wrong": wrong,
        "export_href": _export_href(request),
    }
    name = "events/_list.html" if wants_part(request) else "events/index.html"
    return render(request, name, given, status=status)


@page
def event(request: Asking, event_id: int) -> HttpResponse:
    """One event."""
    shown = pages.event(request.viewer, request.moment, event_id)
    if shown is None:
        raise Http404
    return render(request, "events/show.html", {"page": shown})


@page(get=Whom.PERSON)
def checkpoint(request: Asking) -> HttpResponse:
    """The newest checkpoint, or with `?size=` another one."""
    return render(request, "events/checkpoint.html", {"page": _checkpoint(request)})


@page(get=Whom.PERSON)
def checkpoint_text(request: Asking) -> HttpResponse:
    """The signed note alone, byte for byte."""
    shown = _checkpoint(request)
    if shown.shown is None:
        raise Http404
    name = f"checkpoint-{shown.shown.size}.txt"
    answer = HttpResponse(shown.note, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page
def export(request: Asking) -> HttpResponse:
    """JSON lines, streamed, of what the list shows."""
    try:
        chosen = pages.filter_of(request.GET.dict())
    except pages.EventFilterError as error:
        return render(request, "errors/400.html", {"because": str(error)}, status=400)
    lines = pages.exported_events(request.viewer, request.moment, chosen)
    answer = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="events.jsonl"'
    return cast("HttpResponse", answer)  # Django's streams share only its private base


def _checkpoint(request: Asking) -> pages.CheckpointPage:
    text = request.GET.get("size", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < len(str(2**63))):
        raise Http404
    shown = pages.checkpoint(request.viewer, request.moment, int(text) if text else None)
    if shown is None:
        raise Http404
    return shown


def _fields(request: Asking, shown: pages.EventsPage) -> tuple[Field, ...]:
    given = request.GET
    kinds = (("", "every kind"), *((kind, kind) for kind in shown.kinds))
    sources = (("", "every source"), *((str(pk), name) for pk, name in shown.sources))
    return (
        Field("who", "Who", given.get("who", "")),
        Field("kind", "Kind", given.get("kind", ""), kinds),
        Field("source", "Source", given.get("source", ""), sources),
        Field("from", "From", given.get("from", ""), kind="date"),
        Field("to", "To", given.get("to", ""), kind="date"),
    )


def _export_href(request: Asking) -> str:
    names = (*FILTERS, "at", "valid_at")
    pairs = {name: request.GET[name] for name in names if request.GET.get(name)}
    return f"{reverse('events-export')}{f'?{urlencode(pairs)}' if pairs else ''}"
