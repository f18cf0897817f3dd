"""`/expiries/`: what expires, in the window that the address names."""

from django.http import HttpResponse
from django.shortcuts import render

from trustui.pages import expiries as pages
from trustui.pages.paging import PagingError, size_of
from trustui.web.asking import Asking, page


@page
def expiries(request: Asking) -> HttpResponse:
    """The list of `?window=`: overdue, 7, 14, 28 or 90 days."""
    window, wrong, status = pages.window_of(request.GET.dict()), "", 200
    viewer, moment = request.viewer, request.moment
    try:
        size = size_of(request.GET.get("size"))
        shown = pages.expiries(viewer, moment, window, request.GET.get("after"), size)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.expiries(viewer, moment, window)
    return render(request, "expiries/show.html", {"page": shown, "wrong": wrong}, status=status)
