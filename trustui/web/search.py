"""`/search/?q=`: one thing found is gone to, several are listed; what is no name is told by `/verify/`."""

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.core.client_messages import recognize
from trustui.pages import search as pages
from trustui.pages.pasted import Kind, recognize_pasted, reference_in
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
    if not shown.hits and _is_told_elsewhere(given):
        return HttpResponseRedirect(_verify(given))
    instead_href, instead = _instead(request, given, may_verify=shown.may_verify)
    told = {
        "page": shown,
        "search_for": shown.text,
        "instead_href": instead_href,
        "instead": instead,
    }
    return render(request, "search/show.html", told)


def _is_told_elsewhere(given: str) -> bool:
    """Whether it is no name: a place, a key, a document, or what a known client says."""
    if len(given) > _LONGEST_LINK:
        return False
    pasted = recognize_pasted(given.encode("utf-8", "replace"))
    return pasted.kind in _TOLD or (pasted.kind is Kind.TEXT and bool(recognize(pasted.text)))


_TOLD = {Kind.LOCATION, Kind.KEY, Kind.METADATA}


def _verify(given: str) -> str:
    return f"{reverse('verify')}?{urlencode({'q': given[:_LONGEST_LINK]})}"


def _instead(request: Asking, given: str, *, may_verify: bool) -> tuple[str, str]:
    """Where to go on where nothing was found, and what the button says; both may be empty."""
    if may_verify:
        return _verify(given), "Verify it instead"
    reference = reference_in(given.strip())
    may_add = request.moment.is_now and request.viewer.may_anywhere(Act.EDIT_SOURCE)
    if reference is None or not may_add:
        return "", ""
    query = urlencode({"location": f"oci://{reference.host}"})
    return f"{reverse('source-add')}?{query}", "Add its registry"
