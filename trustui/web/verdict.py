"""`/sources/…/verdicts/…`: why something verifies or does not, as page, text and JSON."""

import msgspec
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from trustui.pages.ticket import ticket
from trustui.pages.verdict import VerdictPage, verdict_json
from trustui.pages.verdict import verdict as verdict_page
from trustui.web.asking import Asking, page, wants_part
from trustui.web.frame import moment_query


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page of a verdict leads to; an empty address stands for none."""

    crumbs: tuple[tuple[str, str], ...]
    """Words and address of each page above it."""
    text: str
    json: str
    all_csv: str
    all_json: str
    report: str = ""
    compared: str
    ended: str
    findings: str
    verifies_as: str
    """The command whose answer is stored."""


@page
def verdict(request: Asking, source_id: int, verdict_id: int) -> HttpResponse:
    """The page; `?every=1` also lays out the groups that went alike."""
    every = request.GET.get("every") == "1"
    shown = _found(request, source_id, verdict_id, every=every)
    address = _address(request, source_id, verdict_id)
    given = {
        "page": shown,
        "waterfall": shown.waterfall,
        "links": _links(request, shown),
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
    shown = _found(request, source_id, verdict_id, is_in_short=True)
    address = request.build_absolute_uri(_address(request, source_id, verdict_id))
    return HttpResponse(ticket(shown, address), content_type="text/plain; charset=utf-8")


@page
def as_json(request: Asking, source_id: int, verdict_id: int) -> HttpResponse:
    """The answer as it was stored, byte for byte."""
    stored = verdict_json(request.viewer, request.moment, source_id, verdict_id)
    if stored is None:
        raise Http404
    return HttpResponse(stored, content_type="application/json")


def _found(
    request: Asking,
    source_id: int,
    verdict_id: int,
    *,
    every: bool = False,
    is_in_short: bool = False,
) -> VerdictPage:
    shown = verdict_page(
        request.viewer,
        request.moment,
        source_id,
        verdict_id,
        every=every,
        is_in_short=is_in_short,
    )
    if shown is None:
        raise Http404
    return shown


def _address(request: Asking, source_id: int, verdict_id: int) -> str:
    return reverse("verdict", args=[source_id, verdict_id]) + moment_query(request.moment)


def _links(request: Asking, shown: VerdictPage) -> Links:
    at, source = moment_query(request.moment), shown.source_id

    def to(name: str, *where: object) -> str:
        return reverse(name, args=where) + at

    return Links(
        crumbs=(("Sources", to("sources")), (shown.source, to("repository", source))),
        text=to("verdict-text", source, shown.verdict_id),
        json=to("verdict-json", source, shown.verdict_id),
        all_csv=to("verdicts-csv", source),
        all_json=to("verdicts-json", source),
        report=to("repository-report", source),
        compared="" if shown.compared is None else to("verdict", source, shown.compared.verdict_id),
        ended="" if shown.ended is None else to("verdict", source, shown.ended.id),
        findings=f"{to('findings')}{'&' if at else '?'}source={source}",
        verifies_as="trustui verify --json",
    )
