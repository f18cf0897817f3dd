"""`/findings/`: what is noticed, and living with it for a while. Each act is an event."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.text import capfirst

from trustui.accounts.permissions import Act
from trustui.core.primitives.text import counted, visible
from trustui.inventory.models import Source
from trustui.pages import findings as pages
from trustui.pages.components import Field
from trustui.pages.dates import day_words
from trustui.pages.paging import PagingError, size_of
from trustui.verdicts.accepting import MOST_AT_ONCE, MOST_REASON, AcceptingError, accept, reopen
from trustui.verdicts.models import Finding
from trustui.web.asking import Asking, must, page, wants_part

_STATE_WORDS = {pages.OPEN: "open", pages.ACCEPTED: "accepted", pages.ENDED: "repaired"}
_MOST_DIGITS = 18


@page(post=Act.ACCEPT_FINDING)
def findings(request: Asking) -> HttpResponse:
    """The list of the address; posting accepts or reopens those that are ticked (`finding`)."""
    if request.method != "POST":
        return _show(request)
    try:
        told = _done(request)
    except AcceptingError as error:
        return _show(request, capfirst(str(error)), 400)
    messages.success(request, told)
    return HttpResponseRedirect(request.get_full_path())


def _show(request: Asking, wrong: str = "", status: int = 200) -> HttpResponse:
    chosen = pages.filter_of(request.GET.dict())
    viewer, moment = request.viewer, request.moment
    try:
        size = size_of(request.GET.get("size"))
        shown = pages.findings(viewer, moment, chosen, request.GET.get("after"), size)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.findings(viewer, moment, chosen)
    given = {
        "page": shown,
        "fields": _fields(chosen, shown),
        "wrong": wrong,
        "given": request.POST,
        "ticked": set(request.POST.getlist("finding")),
        "most_reason": MOST_REASON,
        "is_narrowed": chosen != pages.Filter(state=chosen.state),
    }
    name = "findings/_list.html" if wants_part(request) else "findings/show.html"
    return render(request, name, given, status=status)


# What is done ------------------------------------------------------------------------------------


def _done(request: Asking) -> str:
    """What was done, in words. Raises AcceptingError, and what `must` raises."""
    ids = _ticked(request)
    teams = Source.objects.filter(
        pk__in=Finding.objects.filter(pk__in=ids).values("source"),
    ).values_list("team_id", flat=True)
    for team_id in set(teams):
        must(request, Act.ACCEPT_FINDING, team_id)
    reason, by, now = request.POST.get("reason", ""), request.viewer.name, request.moment.now
    if request.POST.get("act") == "reopen":
        count = reopen(finding_ids=ids, by=by, now=now, reason=reason)
        return f"{counted(count, 'finding')} {'is' if count == 1 else 'are'} open again."
    until = _day(request.POST.get("until", ""))
    count = accept(finding_ids=ids, reason=reason, until=until, by=by, now=now)
    return f"You accepted {counted(count, 'finding')} until {day_words(until)}."


def _ticked(request: Asking) -> set[int]:
    """The findings that were ticked. Raises AcceptingError; 404 where one does not exist."""
    given = request.POST.getlist("finding")
    if not given:
        raise AcceptingError("tick the findings that are meant first")
    if len(given) > MOST_AT_ONCE:
        raise AcceptingError(
            f"expected at most {MOST_AT_ONCE} findings at once, found {len(given):,}"
        )
    if not all(one.isascii() and one.isdecimal() and len(one) <= _MOST_DIGITS for one in given):
        raise Http404
    ids = {int(one) for one in given}
    if Finding.objects.filter(pk__in=ids).count() != len(ids):
        raise Http404
    return ids


def _day(text: str) -> date:
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None:
        found = f", found {visible(text, 40)!r}" if text.strip() else ""
        raise AcceptingError(f"accepting a finding needs a last day, such as 2026-12-31{found}")
    return day


# The filter --------------------------------------------------------------------------------------


def _fields(chosen: pages.Filter, shown: pages.FindingsPage) -> tuple[Field, ...]:
    counts = {pages.OPEN: f" ({shown.open:,})", pages.ACCEPTED: f" ({shown.accepted:,})"}
    states = [
        ("" if one == pages.OPEN else one, f"{_STATE_WORDS[one]}{counts.get(one, '')}")
        for one in pages.STATES
    ]
    severities = [(one, f"{one} ({count:,})") for one, count in shown.severities]
    checks = [(one, f"{title} ({count:,})") for one, title, count in shown.checks]
    if chosen.check and chosen.check not in {one for one, _ in checks}:
        checks.append((chosen.check, f"{pages.check_title(chosen.check)} (0)"))
    sources = [(str(one), f"{name} ({count:,})") for one, name, count in shown.sources]
    source = "" if chosen.source is None else str(chosen.source)
    if source and source not in {one for one, _ in sources}:
        sources.append((source, "the source that is chosen"))
    return (
        Field("state", "State", "" if chosen.state == pages.OPEN else chosen.state, tuple(states)),
        Field("severity", "Severity", chosen.severity, (("", "every severity"), *severities)),
        Field("check", "Finding", chosen.check, (("", "every finding"), *checks)),
        Field("source", "Source", source, (("", "every source"), *sources)),
        Field("text", "Text", chosen.text),
    )
