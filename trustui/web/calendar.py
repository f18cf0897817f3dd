"""Calendars of expiries: making and ending one's own, and reading one by its private address."""

import hashlib

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from trustui.accounts.calendars import calendar_of, make_calendar, revoke_calendar
from trustui.accounts.models import Calendar, User
from trustui.accounts.needs import Whom
from trustui.accounts.services import AccountError
from trustui.events.services import PERSON, record
from trustui.pages import calendar as pages
from trustui.pages.due import AskedError, asked_of, source_given
from trustui.pages.icalendar import CONTENT_TYPE
from trustui.web.asking import Asking, page, public


@page(get=Whom.PERSON, post=Whom.PERSON, is_fresh=True)
def calendars(request: Asking) -> HttpResponse:
    """One's own calendars; after posting the form the address of the new one, this once."""
    if request.method != "POST":
        return _show(request)
    try:
        secret = _make(request)
    except (AccountError, AskedError) as error:
        return _show(request, wrong=str(error), status=400)
    made = request.build_absolute_uri(reverse("calendar", args=[secret]))
    answer = _show(request, made=made)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page(get=Whom.PERSON, post=Whom.PERSON)
def revoke(request: Asking, calendar_id: int) -> HttpResponse:
    """End one of one's own calendars at once."""
    found = Calendar.objects.filter(pk=calendar_id, owner_id=request.viewer.user_id).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return render(request, "expiries/revoke.html", {"calendar": found})
    if found.revoked_at is None:
        with transaction.atomic():
            revoke_calendar(calendar=found, now=request.moment.now)
            _record(request, "calendar.revoked", found)
        messages.success(request, f"The calendar {found.name} can be read no more.")
    return HttpResponseRedirect(reverse("calendars"))


@public
def feed(request: HttpRequest, calendar_secret: str) -> HttpResponse:
    """A calendar, for whoever has its address; its owner sees to whom that is."""
    now = timezone.now()
    found = calendar_of(calendar_secret, now)
    if found is None:
        raise Http404
    body = pages.feed(found, now, request.get_host().partition(":")[0], _link(request))
    etag = f'"{hashlib.sha256(body).hexdigest()}"'
    answer = get_conditional_response(request, etag=etag) or HttpResponse(body)
    answer.headers["Content-Type"] = CONTENT_TYPE
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Disposition"] = 'inline; filename="expiries.ics"'
    return answer


def _link(request: HttpRequest) -> pages.Link:
    root = request.build_absolute_uri("/").rstrip("/")
    return lambda path: f"{root}{path}"


def _make(request: Asking) -> str:
    """The new calendar's secret. Raises AccountError or AskedError."""
    owner = request.user
    assert isinstance(owner, User)
    given = request.POST.dict()
    asked = source_given(asked_of(given), given.get("source_id", ""))
    with transaction.atomic():
        made, secret = make_calendar(
            owner=owner,
            name=given.get("name", ""),
            narrowed=pages.narrowing(asked),
            now=request.moment.now,
        )
        _record(request, "calendar.made", made)
    return secret


def _record(request: Asking, kind: str, calendar: Calendar) -> None:
    record(
        kind=kind,
        at=request.moment.now,
        actor=f"{PERSON}{request.viewer.name}",
        subject=calendar.name,
        detail={"hint": calendar.hint, "narrowed": calendar.narrowed},
    )


def _show(request: Asking, *, made: str = "", wrong: str = "", status: int = 200) -> HttpResponse:
    given = (request.POST if request.method == "POST" else request.GET).dict()
    try:
        asked = source_given(asked_of(given), given.get("source_id", ""))
    except AskedError as error:
        asked, wrong, status = asked_of({}), str(error), 400
    shown = {
        "page": pages.calendars(request.viewer),
        "asked": asked,
        "what": pages.what_of(asked, request.viewer),
        "made": made,
        "wrong": wrong,
        "name": given.get("name", "") if wrong else "",
    }
    return render(request, "expiries/calendars.html", shown, status=status)
