"""`/now/`: what fails, source by source, and who looks after it."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.core.primitives.text import counted
from trustui.inventory.models import Source
from trustui.pages.failing import FailingPage, Failure, Group, failing
from trustui.verdicts.taking import release as release_failure
from trustui.verdicts.taking import take as take_failure
from trustui.web.asking import Asking, must, page, wants_part
from trustui.web.returning import posted_from

MOST_NOTE = 500


@page
def now(request: Asking) -> HttpResponse:
    """The groups, newest first; `?every=1` opens them to the last source."""
    given = {
        "page": failing(request.viewer, request.moment),
        "every": request.GET.get("every") == "1",
    }
    return render(request, "now/_groups.html" if wants_part(request) else "now/show.html", given)


@page(post=Act.TAKE)
def take(request: Asking) -> HttpResponse:
    """Take what fails alike, or one source of it (`source`); with `act=release` give it back.

    Then back to the page whose button it was (`next`). What is meant is told by `state`, `check` and `role`, so that nobody takes by an old page what
    fails otherwise by now.
    """
    back = posted_from(request, reverse("now"))
    if request.method != "POST":
        return HttpResponseRedirect(back)
    shown = failing(request.viewer, request.moment)
    group = _group(request, shown)
    if group is None:
        messages.info(request, "That does not fail in this way any more.")
        return HttpResponseRedirect(back)
    is_release = request.POST.get("act") == "release"
    meant = [one for one in _meant(request, group) if _is_open(request, one, is_release)]
    sources = _changed(request, group, meant, is_release=is_release)
    did = "gave back" if is_release else "took"
    messages.success(request, f"You {did} {counted(sources, 'failure')}.")
    return HttpResponseRedirect(back)


def _group(request: Asking, shown: FailingPage) -> Group | None:
    wanted = tuple(request.POST.get(name, "") for name in ("state", "check", "role"))
    return next((one for one in shown.groups if (one.state, one.check, one.role) == wanted), None)


def _meant(request: Asking, group: Group) -> list[Failure]:
    source = request.POST.get("source", "")
    return [one for one in group.failures if not source or str(one.source_id) == source]


def _is_open(request: Asking, failure: Failure, is_release: bool) -> bool:
    """What somebody has is not taken away by a button; everybody may give back what is theirs."""
    if is_release:
        return failure.owner is not None and failure.owner.by == request.viewer.name
    return failure.owner is None


def _changed(request: Asking, group: Group, meant: list[Failure], *, is_release: bool) -> int:
    sources = Source.objects.filter(pk__in=[one.source_id for one in meant if one.may_take])
    change = release_failure if is_release else take_failure
    with transaction.atomic():
        for source in sources:
            must(request, Act.TAKE, source.team_id)
            change(
                source=source,
                check=group.check,
                by=request.viewer.name,
                now=request.moment.now,
                note=request.POST.get("note", "")[:MOST_NOTE],
            )
    return len(sources)
