"""`/policies/revocation/`: where authorities tell what they revoked, and what is known from there."""

from django.http import HttpResponse
from django.shortcuts import render

from trustui.pages.images.revocation import revocation as revocation_page
from trustui.pages.paging import PagingError, size_of
from trustui.web.asking import Asking, page, wants_part


@page
def revocation(request: Asking) -> HttpResponse:
    """Every place on which verdicts of this person's teams rest."""
    wrong, status = "", 200
    try:
        after, size = request.GET.get("after"), size_of(request.GET.get("size"))
        shown = revocation_page(request.viewer, request.moment, after, size)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = revocation_page(request.viewer, request.moment)
    name = "policies/_places.html" if wants_part(request) else "policies/revocation.html"
    return render(request, name, {"page": shown, "wrong": wrong}, status=status)
