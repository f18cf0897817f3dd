"""`/sources/…/`: a repository, and its delegation tree as a picture of its own."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import Act
from trustui.pages.findings import of_source
from trustui.pages.images.registry import registry_of
from trustui.pages.repository import RepositoryPage
from trustui.pages.repository import repository as repository_page
from trustui.pages.timeline import repository_part
from trustui.web import images
from trustui.web.asking import Asking, page, wants_part


@page
def repository(request: Asking, source_id: int) -> HttpResponse:
    """The page; `?path=` asks who can sign, `?from=` is the role that the picture begins with."""
    registry = registry_of(request.viewer, source_id)
    if registry is not None:
        return images.registry(request, registry)
    found = _found(request, source_id)
    if wants_part(request):
        return render(request, "repository/_tree.html", {"page": found})
    given = {
        "page": found,
        "timeline": repository_part(request.viewer, request.moment, source_id),
        "findings": of_source(request.viewer, request.moment, source_id),
        "may_crawl": request.moment.is_now and request.viewer.may(Act.CRAWL, found.team_id),
    }
    return render(request, "repository/show.html", given)


@page
def tree_svg(request: Asking, source_id: int) -> HttpResponse:
    """The picture as a file; it needs no stylesheet."""
    found = _found(request, source_id)
    if found.picture is None:
        raise Http404
    answer = render(
        request, "repository/tree.svg", {"page": found}, content_type="image/svg+xml; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="tree-{source_id}.svg"'
    return answer


def _found(request: Asking, source_id: int) -> RepositoryPage:
    found = repository_page(
        request.viewer,
        request.moment,
        source_id,
        path=request.GET.get("path", "").strip(),
        start=request.GET.get("from", ""),
        after=request.GET.get("after", ""),
    )
    if found is None:
        raise Http404
    return found
