"""`/images/…/verdicts/…`: why an artefact verifies or does not: the page of any verdict."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from trustui.pages.image_verdict import (
    ArtefactVerdictPage,
    artefact_verdict,
    artefact_verdict_json,
)
from trustui.pages.ticket import ticket
from trustui.web.asking import Asking, page, wants_part
from trustui.web.frame import moment_query
from trustui.web.verdict import Links


@page
def verdict(request: Asking, repository_id: int, artefact_verdict_id: int) -> HttpResponse:
    """The page; `?every=1` also lays out the groups that went alike."""
    every = request.GET.get("every") == "1"
    shown = _found(request, repository_id, artefact_verdict_id, every=every)
    address = _address(request, repository_id, artefact_verdict_id)
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
def as_text(request: Asking, repository_id: int, artefact_verdict_id: int) -> HttpResponse:
    """For a ticket or a chat."""
    shown = _found(request, repository_id, artefact_verdict_id)
    address = _address(request, repository_id, artefact_verdict_id)
    told = ticket(shown, request.build_absolute_uri(address))
    return HttpResponse(told, content_type="text/plain; charset=utf-8")


@page
def as_json(request: Asking, repository_id: int, artefact_verdict_id: int) -> HttpResponse:
    """The answer as it was stored, byte for byte."""
    stored = artefact_verdict_json(
        request.viewer, request.moment, repository_id, artefact_verdict_id
    )
    if stored is None:
        raise Http404
    return HttpResponse(stored, content_type="application/json")


def _found(
    request: Asking, repository_id: int, verdict_id: int, *, every: bool = False
) -> ArtefactVerdictPage:
    shown = artefact_verdict(request.viewer, request.moment, repository_id, verdict_id, every=every)
    if shown is None:
        raise Http404
    return shown


def _address(request: Asking, repository_id: int, verdict_id: int) -> str:
    found = reverse("artefact-verdict", args=[repository_id, verdict_id])
    return found + moment_query(request.moment)


def _links(request: Asking, shown: ArtefactVerdictPage) -> Links:
    at = moment_query(request.moment)

    def to(name: str, *where: object) -> str:
        return reverse(name, args=where) + at

    def verdict_of(verdict_id: int | None) -> str:
        if verdict_id is None:
            return ""
        return to("artefact-verdict", shown.repository_id, verdict_id)

    repository, digest = shown.repository_id, shown.digest
    return Links(
        crumbs=(
            ("Images", to("images")),
            (shown.location.rpartition("@")[0], to("image-repository", repository)),
            (digest[:19], to("artefact", repository, digest)),
        ),
        text=to("artefact-verdict-text", repository, shown.verdict_id),
        json=to("artefact-verdict-json", repository, shown.verdict_id),
        all_csv=to("artefact-verdicts-csv", repository, digest),
        all_json=to("artefact-verdicts-json", repository, digest),
        compared=verdict_of(None if shown.compared is None else shown.compared.verdict_id),
        ended=verdict_of(None if shown.ended is None else shown.ended.id),
        findings=f"{to('findings')}{'&' if at else '?'}source={shown.source_id}",
        verifies_as="trustui verify image --json",
    )
