"""`/sources/…/verdicts/…`: why something verifies or does not, as page, text and JSON."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from trustui.pages.ticket import ticket
from trustui.pages.verdict import VerdictPage, verdict_json
from trustui.pages.verdict import verdict as verdict_page
from trustui.web.asking import Asking, page, wants_part
from trustui.web.frame import moment_query


@page
def verdict(request: Asking, source_id: int, verdict_id: int) -> HttpResponse:
    """The page; `?every=1` also lays out the groups that went alike."""
    every = request.GET.get("every") == "1"
    shown = _found(request, source_id, verdict_id, every=every)
    address = _address(request, source_id, verdict_id)
    given = {
        "page": shown,
        "waterfall": shown.waterfall,
        "ticket": ticket(shown, request.build_absolute_uri(address)),
        "every_href": ""
        if every
        else f"{address}{'&' if '?' in address else '?'}every=1#waterfall",
    }
    name = "verdict/_waterfall.html" if wants_part(request) else "verdict/show.html"
    return render(request, name, given)


@page
def as_text(request: Asking, source_id: int, verdict_id: int) -> HttpResponse:
    """For a ticket or a chat."""
    shown = _found(request, source_id, verdict_id)
    address = request.build_absolute_uri(_address(request, source_id, verdict_id))
    return HttpResponse(ticket(shown, address), content_type="text/plain; charset=utf-8")


@page
def as_json(request: Asking, source_id: int, verdict_id: int) -> HttpResponse:
    """The answer as it was stored, byte for byte."""
    stored = verdict_json(request.viewer, request.moment, source_id, verdict_id)
    if stored is None:
        raise Http404
    return HttpResponse(stored, content_type="application/json")


def _found(request: Asking, source_id: int, verdict_id: int, *, every: bool = False) -> VerdictPage:
    shown = verdict_page(request.viewer, request.moment, source_id, verdict_id, every=every)
    if shown is None:
        raise Http404
    return shown


def _address(request: Asking, source_id: int, verdict_id: int) -> str:
    return reverse("verdict", args=[source_id, verdict_id]) + moment_query(request.moment)
