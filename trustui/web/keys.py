"""`/keys/`: the inventory of keys, and the page of one."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.pages import keys as pages
from trustui.pages.paging import PagingError, size_of
from trustui.web.asking import Asking, page


@page
def keys(request: Asking) -> HttpResponse:
    """Every key that metadata names."""
    wrong, status = "", 200
    try:
        size = size_of(request.GET.get("size"))
        shown = pages.keys(request.viewer, request.moment, request.GET.get("after"), size)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.keys(request.viewer, request.moment)
    return render(request, "keys/index.html", {"page": shown, "wrong": wrong}, status=status)


@page
def key(request: Asking, fingerprint: str) -> HttpResponse:
    """One key."""
    wrong, status = "", 200
    viewer, moment = request.viewer, request.moment
    try:
        size = size_of(request.GET.get("size"))
        shown = pages.key(viewer, moment, fingerprint, request.GET.get("after"), size)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.key(viewer, moment, fingerprint)
    if shown is None:
        raise Http404
    return render(request, "keys/show.html", {"page": shown, "wrong": wrong}, status=status)
