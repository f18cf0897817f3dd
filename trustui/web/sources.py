"""`/sources/`: the list."""

from django.http import HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import Act
from trustui.core.trace import TrustState
from trustui.crawl.registry import title_of
from trustui.pages import sources as pages
from trustui.pages.components import Field
from trustui.pages.paging import PagingError, size_of
from trustui.pages.words import WORDS
from trustui.web.asking import Asking, page, wants_part


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
        "may_add": request.moment.is_now and request.viewer.may_anywhere(Act.EDIT_SOURCE),
    }
    name = "sources/_list.html" if wants_part(request) else "sources/index.html"
    return render(request, name, given, status=status)


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
            (("", "every kind"), *((kind, title_of(kind)) for kind in shown.kinds)),
        ),
        Field("sort", "Order", "" if chosen.sort == "name" else chosen.sort, (("", sorts[0][1]), *sorts[1:])),
    ]  # fmt: skip
    if len(shown.teams) > 1:
        team = "" if chosen.team is None else str(chosen.team)
        fields.insert(1, Field("team", "Team", team, (("", "every team"), *teams)))
    return tuple(fields)
