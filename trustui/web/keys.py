"""`/keys/`: the inventory, the page of one key, and the keys of one repository."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import Act
from trustui.pages import key as key_page
from trustui.pages import keys as pages
from trustui.pages.components import Field
from trustui.pages.paging import PagingError, size_of
from trustui.pages.repository_keys import repository_keys
from trustui.web.asking import Asking, page, wants_part


@page
def keys(request: Asking) -> HttpResponse:
    """Every key that metadata names; `?kind=`, `?source=` and `?text=` narrow it, `?sort=` orders it."""
    chosen, wrong, status = pages.filter_of(request.GET.dict()), "", 200
    viewer, moment = request.viewer, request.moment
    try:
        size = size_of(request.GET.get("size"))
        shown = pages.keys(viewer, moment, chosen, request.GET.get("after"), size)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.keys(viewer, moment, chosen)
    given = {
        "page": shown,
        "wrong": wrong,
        "fields": _fields(chosen),
        "is_narrowed": chosen != pages.Filter(),
        "is_unsorted": shown.order != chosen.order,
        "may_add": moment.is_now and viewer.may_anywhere(Act.EDIT_SOURCE),
    }
    name = "keys/_list.html" if wants_part(request) else "keys/index.html"
    return render(request, name, given, status=status)


@page
def key(request: Asking, fingerprint: str) -> HttpResponse:
    """One key; `?in=` is the repository whose roles are told alone, also as a part of the page."""
    wrong, status = "", 200
    viewer, moment = request.viewer, request.moment
    within = pages.filter_of({"source": request.GET.get("in", "")}).source
    try:
        size = size_of(request.GET.get("size"))
        after = request.GET.get("after")
        shown = key_page.key(viewer, moment, fingerprint, after, size, within=within)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = key_page.key(viewer, moment, fingerprint, within=within)
    if shown is None:
        raise Http404
    is_alone = any(one.source_id == within for one in shown.uses)
    if is_alone and wants_part(request):
        return render(request, "keys/_worth.html", {"page": shown}, status=status)
    awaited = None if is_alone else key_page.awaited(shown)
    given = {
        "page": shown,
        "wrong": wrong,
        "is_alone": is_alone,
        "awaited": awaited,
        "others": [one for one in shown.others if one != awaited],
    }
    return render(request, "keys/show.html", given, status=status)


@page
def of_repository(request: Asking, source_id: int) -> HttpResponse:
    """The keys of one repository against its roles."""
    shown = repository_keys(request.viewer, request.moment, source_id)
    if shown is None:
        raise Http404
    return render(request, "keys/repository.html", {"page": shown})


def _fields(chosen: pages.Filter) -> tuple[Field, ...]:
    return (
        Field("kind", "Keys", chosen.kind, (("", "every key"), *pages.KINDS.items())),
        Field("text", "Fingerprint or key id begins", chosen.text),
        Field("sort", "Order", chosen.order, tuple(pages.ORDERS.items())),
    )
