"""`/sources/…/history/`: the versions of a role, and any two of them compared."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.pages.history import history as history_page
from trustui.pages.history_roles import history_roles
from trustui.web.asking import Asking, page, wants_part


@page
def history(request: Asking, source_id: int) -> HttpResponse:
    """`?role=` is a role id, `?old=` and `?new=` are digests, `?view=text` shows the texts.

    Without a role: which there are.
    """
    if not request.GET.get("role"):
        return _roles(request, source_id)
    found = history_page(
        request.viewer,
        request.moment,
        source_id,
        role_id=request.GET.get("role", ""),
        old=request.GET.get("old", ""),
        new=request.GET.get("new", ""),
        is_text=request.GET.get("view") == "text",
    )
    if found is None:
        raise Http404
    name = "history/_compared.html" if wants_part(request) else "history/show.html"
    return render(request, name, {"page": found})


def _roles(request: Asking, source_id: int) -> HttpResponse:
    found = history_roles(request.viewer, request.moment, source_id)
    if found is None:
        raise Http404
    return render(request, "history/roles.html", {"page": found})
