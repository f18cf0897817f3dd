"""`/instant/`: choose the instants that pages are looked at, and go back to the page."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from trustui.accounts.needs import Whom
from trustui.core.primitives.instants import write_instant
from trustui.pages.moment import Moment, MomentError, moment_of
from trustui.web.asking import Asking, page
from trustui.web.returning import way_back


@page(get=Whom.PERSON)
def instant(request: Asking) -> HttpResponse:
    """The form; with `go`, the page that `next` names, as of `known` and `judged`."""
    back = way_back(request.GET.get("next", ""), "/")
    known, judged = request.GET.get("known", ""), request.GET.get("judged", "")
    if "go" not in request.GET:
        return _form(request, back, "")
    try:
        chosen = moment_of(_written(known), _written(judged), request.moment.now)
    except MomentError as error:
        return _form(request, back, str(error), status=400)
    return HttpResponseRedirect(as_of(back, chosen))


def as_of(address: str, chosen: Moment) -> str:
    """An address of this site with other instants; from the first page of its list."""
    parts = urlsplit(address)
    pairs = [pair for pair in parse_qsl(parts.query) if pair[0] not in {"at", "valid_at", "after"}]
    if chosen.at != chosen.now:
        pairs.append(("at", write_instant(chosen.at)))
    if chosen.valid_at != chosen.at:
        pairs.append(("valid_at", write_instant(chosen.valid_at)))
    return parts.path + (f"?{urlencode(pairs)}" if pairs else "")


def _jumps(back: str, now: datetime) -> list[dict[str, str]]:
    """Instants that people look at most, each a link."""
    chosen = [
        ("yesterday", Moment(now, now - timedelta(days=1), now - timedelta(days=1))),
        ("a week ago", Moment(now, now - timedelta(days=7), now - timedelta(days=7))),
        ("four weeks ago", Moment(now, now - timedelta(days=28), now - timedelta(days=28))),
        ("what is known now, judged in a week", Moment(now, now, now + timedelta(days=7))),
        ("judged in four weeks", Moment(now, now, now + timedelta(days=28))),
    ]
    return [{"words": words, "href": as_of(back, moment)} for words, moment in chosen]


def _form(request: Asking, back: str, wrong: str, status: int = 200) -> HttpResponse:
    now = request.moment.now
    shown = {
        "back": back,
        "wrong": wrong,
        "to_now": as_of(back, Moment(now, now, now)),
        "jumps": _jumps(back, now),
        "known": request.GET.get("known", ""),
        "judged": request.GET.get("judged", ""),
    }
    return render(request, "account/instant.html", shown, status=status)


def _written(text: str) -> str:
    """A browser's date field gives `2026-06-01T00:00`, without seconds or zone; both are UTC here."""
    try:
        return write_instant(datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC))
    except ValueError:
        return text
