"""`/sources/…/documents/…`: one document version, and its bytes as they came."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.pages.document import document as document_page
from trustui.pages.document import raw as raw_bytes
from trustui.web.asking import Asking, page


@page
def document(request: Asking, source_id: int, sha256: str) -> HttpResponse:
    """The page."""
    found = document_page(request.viewer, request.moment, source_id, sha256)
    if found is None:
        raise Http404
    return render(request, "document/show.html", {"page": found})


@page
def raw(request: Asking, source_id: int, sha256: str) -> HttpResponse:
    """The bytes, in a form that no browser runs."""
    found = raw_bytes(request.viewer, request.moment, source_id, sha256)
    if found is None:
        raise Http404
    return HttpResponse(
        found,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{sha256}.json"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
