"""`/search/?q=`: one thing found is gone to, several are listed."""

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.pages import search as pages
from trustui.web.asking import Asking, page
from trustui.web.frame import moment_query

_LONGEST_LINK = 2_000


@page
def search(request: Asking) -> HttpResponse:
    """What was found; the only hit is shown itself."""
    given = request.GET.get("q", "")
    shown = pages.search(request.viewer, request.moment, given)
    if shown.only is not None:
        return HttpResponseRedirect(f"{shown.only.href}{moment_query(request.moment)}")
    verify = f"{reverse('verify')}?{urlencode({'q': given[:_LONGEST_LINK]})}"
    told = {
        "page": shown,
        "search_for": shown.text,
        "verify_href": verify if shown.may_verify else "",
    }
    return render(request, "search/show.html", told)
