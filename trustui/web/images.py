"""`/images/…`: repositories of artefacts, their tags, artefacts, signatures and who made them."""

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404, HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import Act
from trustui.inventory.models import Source
from trustui.pages.components import Field
from trustui.pages.findings import of_repository
from trustui.pages.images import registry as registries
from trustui.pages.images import repository as repositories
from trustui.pages.images.artefact import artefact as artefact_page
from trustui.pages.images.graph import graph
from trustui.pages.images.identity import identities as identities_page
from trustui.pages.images.identity import identity as identity_page
from trustui.pages.images.listed_repositories import CHOICES, Filter, filter_of
from trustui.pages.images.signature import content_bytes, manifest_bytes
from trustui.pages.images.signature import signature as signature_page
from trustui.pages.images.tag import tag as tag_page
from trustui.pages.paging import PagingError, size_of
from trustui.web.asking import Asking, page, wants_part

T = TypeVar("T")


def _paged(request: Asking, made: Callable[[str | None, int], T | None]) -> tuple[T, str, int]:
    """What a list shows, what is wrong with the page that was asked for, and the status."""
    try:
        after, size = request.GET.get("after"), size_of(request.GET.get("size"))
        found, wrong, status = made(after, size), "", 200
    except PagingError as error:
        found, wrong, status = made(None, size_of(None)), str(error), 400
    if found is None:
        raise Http404
    return found, wrong, status


@page
def images(request: Asking) -> HttpResponse:
    """Every repository of every registry, narrowed by the address."""
    chosen = filter_of(request.GET.dict())
    shown, wrong, status = _paged(
        request,
        lambda after, size: registries.repositories(
            request.viewer, request.moment, chosen, after, size
        ),
    )
    given = {
        "page": shown,
        "list": shown,
        "wrong": wrong,
        "fields": _fields(chosen, shown),
        "may_add": request.moment.is_now and request.viewer.may_anywhere(Act.EDIT_SOURCE),
    }
    name = "images/_narrowed.html" if wants_part(request) else "images/index.html"
    return render(request, name, given, status=status)


def registry(request: Asking, source: Source) -> HttpResponse:
    """The page of a source that is a registry; `repository` of the pages of sources asks for it."""
    chosen = filter_of(request.GET.dict())
    shown, wrong, status = _paged(
        request,
        lambda after, size: registries.registry(
            request.viewer, request.moment, source, chosen, after, size
        ),
    )
    given = {
        "page": shown,
        "list": shown.repositories,
        "wrong": wrong,
        "fields": _fields(chosen, None),
        "may_crawl": shown.may_crawl,
        "of_source": source.pk,
    }
    name = "images/_repositories.html" if wants_part(request) else "images/registry.html"
    return render(request, name, given, status=status)


def _fields(chosen: Filter, shown: registries.RepositoriesPage | None) -> tuple[Field, ...]:
    text = Field("text", "Repository", chosen.text)
    read = (("", "every one"), ("1", "read in part"))
    partial = Field("partial", "What was read", "1" if chosen.partial else "", read)
    state = Field("state", "State", chosen.state, (("", "every state"), *CHOICES.items()))
    if shown is None or (len(shown.sources) < 2 and chosen.source is None):  # noqa: PLR2004  a choice
        return (text, state, partial)
    source = "" if chosen.source is None else str(chosen.source)
    there = (("", "every registry"), *((str(pk), name) for pk, name in shown.sources))
    return (text, Field("source", "Registry", source, there), state, partial)


@page
def repository(request: Asking, repository_id: int) -> HttpResponse:
    """A repository: its tags, newest move first."""
    chosen = repositories.filter_of(request.GET.dict())
    shown, wrong, status = _paged(
        request,
        lambda after, size: repositories.image_repository(
            request.viewer, request.moment, repository_id, chosen, after, size
        ),
    )
    states = (("", "every state"), *repositories.choices())
    given = {
        "page": shown,
        "wrong": wrong,
        "findings": of_repository(request.viewer, request.moment, repository_id),
        "fields": (
            Field("text", "Tag", chosen.text),
            Field("state", "State", chosen.state, states),
        ),
        "is_narrowed": bool(chosen.text or chosen.state),
        "may_set": request.moment.is_now and request.viewer.may(Act.SET_POLICY, shown.team_id),
    }
    name = "images/_tags.html" if wants_part(request) else "images/repository.html"
    return render(request, name, given, status=status)


@page
def artefact(request: Asking, repository_id: int, oci_digest: str) -> HttpResponse:
    """An artefact: what it is, what hangs on it, which places were looked at."""
    shown = artefact_page(request.viewer, request.moment, repository_id, oci_digest)
    if shown is None:
        raise Http404
    given = {
        "page": shown,
        "graph": graph(shown),
        "findings": of_repository(request.viewer, request.moment, repository_id, oci_digest),
        "may_set": request.moment.is_now and request.viewer.may(Act.SET_POLICY, shown.team_id),
    }
    return render(request, "images/artefact.html", given)


@page
def artefact_svg(request: Asking, repository_id: int, oci_digest: str) -> HttpResponse:
    """The picture as a file; it needs no stylesheet."""
    shown = artefact_page(request.viewer, request.moment, repository_id, oci_digest)
    if shown is None:
        raise Http404
    answer = render(
        request,
        "images/graph.svg",
        {"graph": graph(shown)},
        content_type="image/svg+xml; charset=utf-8",
    )
    name = f"artefact-{oci_digest.partition(':')[2][:12]}.svg"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@page
def tag(request: Asking, repository_id: int, tag_id: int) -> HttpResponse:
    """A tag's history; `?digest=` asks whether a digest was ever on it, and valid then."""
    shown, wrong, status = _paged(
        request,
        lambda after, size: tag_page(
            request.viewer,
            request.moment,
            repository_id,
            tag_id,
            request.GET.get("digest", ""),
            after,
            size,
        ),
    )
    given = {"page": shown, "wrong": wrong, "given": request.GET.get("digest", "")[:200]}
    name = "images/_asked.html" if wants_part(request) else "images/tag.html"
    return render(request, name, given, status=400 if shown.wrong else status)


@page
def signature(
    request: Asking, repository_id: int, manifest_digest: str, position: int
) -> HttpResponse:
    """A signature or attestation, decoded and raw."""
    shown = signature_page(request.viewer, request.moment, repository_id, manifest_digest, position)
    if shown is None:
        raise Http404
    return render(request, "images/signature.html", {"page": shown})


@page
def manifest(request: Asking, repository_id: int, oci_digest: str) -> HttpResponse:
    """A manifest as it came."""
    found = manifest_bytes(request.viewer, request.moment, repository_id, oci_digest)
    return _file(found, f"manifest-{oci_digest.partition(':')[2][:12]}.json")


@page
def content(request: Asking, repository_id: int, content_digest: str) -> HttpResponse:
    """A payload, bundle or statement as it came."""
    found = content_bytes(request.viewer, request.moment, repository_id, content_digest)
    return _file(found, f"content-{content_digest.partition(':')[2][:12]}")


def _file(found: bytes | None, name: str) -> HttpResponse:
    """In a form that no browser runs."""
    if found is None:
        raise Http404
    return HttpResponse(
        found,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


@page
def identities(request: Asking) -> HttpResponse:
    """Everybody who signs something that this person sees."""
    text = request.GET.get("text", "")
    shown, wrong, status = _paged(
        request,
        lambda after, size: identities_page(request.viewer, request.moment, text, after, size),
    )
    given = {"page": shown, "wrong": wrong, "fields": (Field("text", "Subject", shown.text),)}
    name = "images/_identities.html" if wants_part(request) else "images/identities.html"
    return render(request, name, given, status=status)


@page
def identity(request: Asking, identity_id: str) -> HttpResponse:
    """Who signs, where, and which policies ask for it."""
    shown, wrong, status = _paged(
        request,
        lambda after, size: identity_page(request.viewer, request.moment, identity_id, after, size),
    )
    return render(request, "images/identity.html", {"page": shown, "wrong": wrong}, status=status)
