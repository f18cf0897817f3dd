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

_FIELD, _FIELD_TO_THE_MINUTE = "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"


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
    now, chosen = request.moment.now, _moment_of(back, request.moment)
    shown = {
        "back": back,
        "wrong": wrong,
        "to_now": as_of(back, Moment(now, now, now)),
        "jumps": _jumps(back, now),
        "chosen": chosen,
        "known": request.GET.get("known", _in_field(chosen.at, now)),
        "judged": request.GET.get("judged", _in_field(chosen.valid_at, chosen.at)),
    }
    return render(request, "account/instant.html", shown, status=status)


def _moment_of(back: str, here: Moment) -> Moment:
    """The instants of the page that one came from; of this one where that has none."""
    given = dict(parse_qsl(urlsplit(back).query))
    try:
        chosen = moment_of(given.get("at", ""), given.get("valid_at", ""), here.now)
    except MomentError:
        return here
    return here if chosen.is_now else chosen


def _in_field(at: datetime, usual: datetime) -> str:
    """As a browser's date field takes it, UTC; empty for what an empty field means."""
    if at == usual:
        return ""
    return f"{at:{_FIELD if at.second else _FIELD_TO_THE_MINUTE}}"


def _written(text: str) -> str:
    """A browser's date field gives `2026-06-01T00:00`, with seconds where there are some; UTC here."""
    for form in (_FIELD, _FIELD_TO_THE_MINUTE):
        try:
            return write_instant(datetime.strptime(text, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    return text
