"""`/sources/…/report/`: a trust report to print or to keep as a file."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.pages.report import report as report_page
from trustui.web.asking import Asking, page


@page
def report(request: Asking, source_id: int) -> HttpResponse:
    """The paper, as of `?at=`."""
    found = report_page(request.viewer, request.moment, source_id)
    if found is None:
        raise Http404
    return render(request, "report/show.html", {"page": found})
