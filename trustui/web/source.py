"""`/sources/…/source/`: one source, and what is done to it. Each act is an event with its reason."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.models import User
from trustui.accounts.permissions import Act
from trustui.core.limits import TufLimits
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.events.services import PERSON
from trustui.inventory import sources as services
from trustui.inventory.anchoring import anchor_source, confirmed_root
from trustui.inventory.credentials import CredentialError, remove_login, set_login
from trustui.inventory.models import Source
from trustui.inventory.recognizing import SourceError
from trustui.pages.paging import PagingError
from trustui.pages.source import crawling
from trustui.pages.source import source as source_page
from trustui.policies.models import Origin
from trustui.policies.services import PinError
from trustui.web.asking import Asking, must, page, wants_part

POLL_ENDS = 286
"""The status at which htmx asks no more."""
MOST_DIGITS = 10


@page
def source(request: Asking, source_id: int) -> HttpResponse:
    """The page."""
    return _show(request, source_id)


@page
def progress(request: Asking, source_id: int) -> HttpResponse:
    """What the crawl does now, asked again and again while it goes on."""
    _of_mine(request, source_id)
    return _crawl_part(request, source_id, POLL_ENDS)


@page(post=Act.CRAWL)
def crawl(request: Asking, source_id: int) -> HttpResponse:
    """Crawl it now."""
    return _act(request, source_id, Act.CRAWL, _request_crawl)


@page(post=Act.EDIT_SOURCE)
def schedule(request: Asking, source_id: int) -> HttpResponse:
    """Crawl it at another interval."""
    return _act(request, source_id, Act.EDIT_SOURCE, _set_interval)


@page(post=Act.ALLOW_ADDRESS)
def addresses(request: Asking, source_id: int) -> HttpResponse:
    """Let it reach private hosts, or no longer."""
    return _act(request, source_id, Act.ALLOW_ADDRESS, _set_addresses)


@page(post=Act.PIN_ROOT)
def anchor(request: Asking, source_id: int) -> HttpResponse:
    """Pin a root, or another one."""
    return _act(request, source_id, Act.PIN_ROOT, _pin)


@page(post=Act.EDIT_SOURCE)
def login(request: Asking, source_id: int) -> HttpResponse:
    """Log in to a registry from now on, or no longer."""
    password = taken_secret(request, "password")
    return _act(
        request,
        source_id,
        Act.EDIT_SOURCE,
        lambda asking, found, reason: _set_login(asking, found, reason, password),
    )


@page(post=Act.EDIT_SOURCE)
def remove(request: Asking, source_id: int) -> HttpResponse:
    """Crawl it no more."""
    return _act(request, source_id, Act.EDIT_SOURCE, _remove)


def root_given(request: Asking, confirmed: Callable[[str], bytes]) -> tuple[bytes, Origin]:
    """The root that a form gives: a file, or the fingerprint of what the place offers.

    Raises PinError.
    """
    uploaded = request.FILES.get("root")
    if isinstance(uploaded, UploadedFile):
        limit = TufLimits().root_bytes
        if (uploaded.size or 0) > limit:
            raise PinError(f"expected a root of at most {limit:,} bytes, found {uploaded.size:,}")
        return uploaded.read(), Origin.FILE
    return confirmed(request.POST.get("fingerprint", "")), Origin.CONFIRMED


def number_given(text: str, what: str) -> int:
    """A number of a form. Raises SourceError."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise SourceError(f"expected {what} as a whole number, found {text[:40]!r}")
    return int(text)


def taken_secret(request: Asking, name: str) -> str:
    """A secret that was posted, taken out of the request: what is posted may be kept in a session
    until the person has proved to be that person, and is shown again where something is wrong.
    """
    posted = request.POST.copy()
    secret = posted.pop(name, [""])[0]
    request.POST = cast("Any", posted)
    return str(secret)


def _act(
    request: Asking, source_id: int, act: Act, do: Callable[[Asking, Source, str], str]
) -> HttpResponse:
    found = _of_mine(request, source_id)
    if request.method == "POST":
        must(request, act, found.team_id)
        try:
            told = do(request, found, request.POST.get("reason", "").strip())
        except (SourceError, PinError, CredentialError) as error:
            return _show(request, source_id, str(error), 400)
        if wants_part(request):
            return _crawl_part(request, source_id, 200)
        messages.success(request, told)
    return HttpResponseRedirect(reverse("source", args=[source_id]))


def _of_mine(request: Asking, source_id: int) -> Source:
    found = Source.objects.filter(pk=source_id, team__in=request.viewer.teams).first()
    if found is None:
        raise Http404
    return found


def _show(request: Asking, source_id: int, wrong: str = "", status: int = 200) -> HttpResponse:
    try:
        after = request.GET.get("after")
        shown = source_page(request.viewer, request.moment, source_id, after)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = source_page(request.viewer, request.moment, source_id)
    if shown is None:
        raise Http404
    given = {"page": shown, "wrong": wrong, "given": request.POST}
    return render(request, "sources/show.html", given, status=status)


def _crawl_part(request: Asking, source_id: int, ended: int) -> HttpResponse:
    now_crawling = crawling(source_id, request.moment.now)
    status = 200 if now_crawling.progress else ended
    return render(request, "sources/_crawling.html", {"crawling": now_crawling}, status=status)


# Acts -------------------------------------------------------------------------------------------


def _request_crawl(request: Asking, found: Source, reason: str) -> str:
    services.request_crawl(
        source=found, actor=_actor(request), now=request.moment.now, reason=reason
    )
    return f"A crawl of {found.name} was asked for."


def _set_interval(request: Asking, found: Source, reason: str) -> str:
    every = number_given(request.POST.get("every_seconds", ""), "the seconds between crawls")
    services.set_interval(
        source=found,
        every_seconds=every,
        actor=_actor(request),
        now=request.moment.now,
        reason=reason,
    )
    return f"{found.name} is crawled every {every:,} seconds."


def _set_addresses(request: Asking, found: Source, reason: str) -> str:
    if not reason:
        raise SourceError("allowing private addresses needs a reason")
    services.set_allowed_addresses(
        source=found,
        allow_addresses=request.POST.get("allow_addresses", "").split(),
        actor=_actor(request),
        now=request.moment.now,
        reason=reason,
    )
    return f"The private addresses of {found.name} were changed."


def _pin(request: Asking, found: Source, reason: str) -> str:
    if not reason:
        raise PinError("pinning a root needs a reason: how do you know that it is the right one?")

    def confirmed(fingerprint: str) -> bytes:
        with services.open_place(found, settings.TRUSTUI.local_roots) as place:
            return confirmed_root(place, fingerprint)

    body, origin = root_given(request, confirmed)
    pinned = anchor_source(
        source=found,
        body=body,
        origin=origin,
        by=cast("User", request.user),
        by_name=request.viewer.name,
        reason=reason,
        now=request.moment.now,
    )
    return f"{found.name} is verified from root v{pinned.version} from now on."


def _remove(request: Asking, found: Source, reason: str) -> str:
    if not reason:
        raise SourceError("removing a source needs a reason")
    services.remove_source(
        source=found, actor=_actor(request), now=request.moment.now, reason=reason
    )
    return f"{found.name} is crawled no more. What was seen of it stays."


def _actor(request: Asking) -> str:
    return f"{PERSON}{request.viewer.name}"


def _set_login(request: Asking, found: Source, reason: str, password: str) -> str:
    username = request.POST.get("username", "").strip()
    actor, now = _actor(request), request.moment.now
    if not username and not password:
        had_one = remove_login(source=found, actor=actor, now=now, reason=reason)
        return f"{found.name} logs in no more." if had_one else f"{found.name} had no login."
    set_login(
        source=found,
        login=Login(username, Secret(password), request.POST.get("token_host", "").strip()),
        actor=actor,
        by_name=request.viewer.name,
        now=now,
        reason=reason,
    )
    return f"{found.name} logs in from now on."
