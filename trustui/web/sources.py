"""`/sources/`: the list, and the list as CSV."""

import csv
from collections.abc import Iterator, Sequence
from typing import cast
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.core.trace import TrustState
from trustui.pages import sources as pages
from trustui.pages.components import Field
from trustui.pages.paging import PagingError, size_of
from trustui.pages.words import WORDS
from trustui.web.asking import Asking, page, wants_part

FILTERS = ("team", "state", "kind", "text", "sort", "at", "valid_at")
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


@page
def sources(request: Asking) -> HttpResponse:
    """The list, narrowed and sorted by the address."""
    chosen, wrong, status = pages.filter_of(request.GET.dict()), "", 200
    try:
        size = size_of(request.GET.get("size"))
        after = request.GET.get("after")
        shown = pages.sources(request.viewer, request.moment, chosen, after, size)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.sources(request.viewer, request.moment, chosen)
    given = {
        "page": shown,
        "wrong": wrong,
        "fields": _fields(chosen, shown),
        "export_href": _export_href(request),
        "may_add": request.moment.is_now and request.viewer.may_anywhere(Act.EDIT_SOURCE),
    }
    name = "sources/_list.html" if wants_part(request) else "sources/index.html"
    return render(request, name, given, status=status)


@page
def export(request: Asking) -> HttpResponse:
    """Every row that the list would show, streamed as CSV (RFC 4180)."""
    rows = pages.exported(request.viewer, request.moment, pages.filter_of(request.GET.dict()))
    answer = StreamingHttpResponse(
        _csv(pages.COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="sources.csv"'
    return cast("HttpResponse", answer)  # Django's streams share only its private base


class _Echo:
    """Gives back each line that a CSV writer makes."""

    def write(self, text: str) -> str:
        return text


def _csv(columns: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_inert(cell) for cell in row])


def _inert(cell: str) -> str:
    """A name may be a formula to a spreadsheet (CWE-1236); a quote before it makes it text."""
    return f"'{cell}" if cell.startswith(_RUN_BY_SPREADSHEETS) else cell


def _fields(chosen: pages.Filter, shown: pages.SourcesPage) -> tuple[Field, ...]:
    states = [
        (state, "never checked" if state == pages.NEVER else WORDS[TrustState(state)])
        for state in pages.STATES
    ]
    teams = ((str(team), name) for team, name in shown.teams)
    sorts = (("name", "by name"), ("state", "most urgent first"), ("newest", "newest first"))
    fields = [
        Field("text", "Name or location", chosen.text),
        Field("state", "State", chosen.state, (("", "every state"), *states)),
        Field(
            "kind", "Kind", chosen.kind,
            (("", "every kind"), *((kind, kind) for kind in shown.kinds)),
        ),
        Field("sort", "Order", "" if chosen.sort == "name" else chosen.sort, (("", sorts[0][1]), *sorts[1:])),
    ]  # fmt: skip
    if len(shown.teams) > 1:
        team = "" if chosen.team is None else str(chosen.team)
        fields.insert(1, Field("team", "Team", team, (("", "every team"), *teams)))
    return tuple(fields)


def _export_href(request: Asking) -> str:
    pairs = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    return f"{reverse('sources-export')}{f'?{urlencode(pairs)}' if pairs else ''}"
