"""`/sources/…/roles/…`: one role."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.pages.paging import PagingError
from trustui.pages.role import role as role_page
from trustui.web.asking import Asking, page, wants_part


@page
def role(request: Asking, source_id: int, role_id: str) -> HttpResponse:
    """The page; its versions a page at a time."""
    after, status = request.GET.get("after"), 200
    try:
        found = role_page(request.viewer, request.moment, source_id, role_id, after)
    except PagingError:
        found = role_page(request.viewer, request.moment, source_id, role_id)
        status = 400
    if found is None:
        raise Http404
    name = "role/_versions.html" if wants_part(request) else "role/show.html"
    return render(request, name, {"page": found}, status=status)
