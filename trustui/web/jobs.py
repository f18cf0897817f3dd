"""`/jobs/`: what is due and what was put aside, and trying that again."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.events.services import PERSON, record
from trustui.jobs import queue
from trustui.jobs.models import State
from trustui.pages import jobs as pages
from trustui.pages.components import Field
from trustui.pages.paging import PagingError
from trustui.web.asking import Asking, page, wants_part


@page(get=Act.MANAGE_JOBS)
def jobs(request: Asking) -> HttpResponse:
    """The list, the next one first; jobs are as they are now, whatever instant is looked at."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")[:40]
    wrong, status = "", 200
    try:
        shown = pages.jobs(request.viewer, state, kind, request.GET.get("after"))
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.jobs(request.viewer)
    given = {"page": shown, "wrong": wrong, "fields": _fields(state, kind, shown)}
    name = "jobs/_list.html" if wants_part(request) else "jobs/index.html"
    return render(request, name, given, status=status)


@page(get=Act.MANAGE_JOBS)
def job(request: Asking, job_id: int) -> HttpResponse:
    """One job with its input."""
    shown = pages.job(request.viewer, job_id)
    if shown is None:
        raise Http404
    return render(request, "jobs/show.html", {"page": shown})


@page(get=Act.MANAGE_JOBS, post=Act.MANAGE_JOBS)
def retry(request: Asking, job_id: int) -> HttpResponse:
    """Run it now; taking it out of quarantine is an event."""
    if request.method == "POST":
        _retry(request, job_id)
    elif not pages.jobs_of(request.viewer).filter(pk=job_id).exists():
        raise Http404
    return HttpResponseRedirect(reverse("job", args=[job_id]))


@transaction.atomic
def _retry(request: Asking, job_id: int) -> None:
    found = pages.jobs_of(request.viewer).select_for_update().filter(pk=job_id).first()
    if found is None:
        raise Http404
    queue.retry(job_id=found.pk, now=request.moment.now)
    if found.state == State.QUARANTINED:
        record(
            kind="job.retried",
            at=request.moment.now,
            actor=f"{PERSON}{request.viewer.name}",
            subject=str(found),
            reason=request.POST.get("reason", "").strip(),
            detail={"job": found.pk, "kind": found.kind, "key": found.key},
        )
    messages.success(request, "It is due now.")


def _fields(state: str, kind: str, shown: pages.JobsPage) -> tuple[Field, ...]:
    states = (("", "every state"), *((one.value, str(one.label)) for one in State))
    kinds = (("", "every kind"), *((one, pages.in_words(one)) for one in shown.kinds))
    return (Field("state", "State", state, states), Field("kind", "Kind", kind, kinds))
