"""`/help/`: every check and finding, searched and one by one."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.accounts.needs import Whom
from trustui.pages.help import check_help, help_index
from trustui.web.asking import Asking, page


@page(get=Whom.PERSON)
def index(request: Asking) -> HttpResponse:
    """All of them, or those that hold the words of `?q=`."""
    return render(request, "help/index.html", {"page": help_index(request.GET.get("q", ""))})


@page
def check(request: Asking, check_id: str) -> HttpResponse:
    """One, with where it does not hold now."""
    shown = check_help(request.viewer, request.moment, check_id)
    if shown is None:
        raise Http404
    return render(request, "help/check.html", {"page": shown})
