"""The job that asks places about revocation: those that are due and whose host a person allowed."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime

import msgspec

from trustui.core.limits import MIB
from trustui.core.pki.revocation import Enquiry
from trustui.crawl.fetch import Fetch, FetchLimits
from trustui.crawl.revocation_asking import LIMITS, RevocationHosts, ask_all
from trustui.jobs.kinds import Claim, Crew, Result, Task
from trustui.revocation.asking import allowed_hosts
from trustui.revocation.keeping import Given, judged, keep
from trustui.revocation.models import AskedPlace

REFRESH = "revocation.refresh"
AT_ONCE = 16
"""Places of one run. Each takes 15 s at most, and twice that where a GET is followed by a POST."""
MAX_SECONDS = 90.0
"""Of one run: one more answer is waited for after that, and what is left is asked by the next."""
MAX_BYTES = 128 * MIB
"""Of the answers that one run holds; what is left is asked by the next, at once."""


class Due(msgspec.Struct, frozen=True):
    """Places to ask, by row id, and whom it is allowed to ask."""

    enquiries: tuple[tuple[int, Enquiry], ...]
    hosts: RevocationHosts


class RevocationRefresh:
    """The kind `revocation.refresh`: all places in one job, a portion a run.

    `believed` gives the present (UTC), or None while the clock is in doubt: nothing is asked then, for
    what has run out could count.
    """

    name = REFRESH
    at_once = 1
    seconds = 150.0
    together = 1

    def __init__(
        self, believed: Callable[[], datetime | None], limits: FetchLimits = LIMITS
    ) -> None:
        self._believed = believed
        self._limits = limits

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """The places that are due, longest overdue first; two statements."""
        now = self._believed()
        if now is None:
            return []
        due = due_places(now)
        return [Task(claim, due) for claim in claims if due.enquiries]

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Ask them, each through the door."""
        for task in tasks:
            due: Due = task.work
            given = self._asked(due, lambda: crew.is_stopping)
            is_cut = len(given) < len(due.enquiries)
            goes_on = bool(given) and (is_cut or len(given) == AT_ONCE)
            crew.deliver(Result(task.claim, given, again=goes_on))

    def _asked(self, due: Due, is_stopping: Callable[[], bool]) -> list[Given]:
        questions = [(one.address, one.request) for _, one in due.enquiries]
        given: list[Given] = []
        size, began_at = 0, time.monotonic()
        with (
            Fetch(due.hosts.policy, self._limits) as door,
            closing(ask_all(door, questions)) as answers,
        ):
            for number, answer in answers:
                place, enquiry = due.enquiries[number]
                now = self._believed()
                if now is None or is_stopping():
                    break
                given.append(judged(place, enquiry, answer, now))
                size += len(given[-1].body)
                if size > MAX_BYTES or time.monotonic() - began_at > MAX_SECONDS:
                    break
        return given

    def record(self, results: Sequence[Result]) -> None:
        """Write the answers."""
        given = [one for result in results for one in result.value or ()]
        now = self._believed()
        if given and now is not None:
            keep(given, now)


def due_places(now: datetime) -> Due:
    """What is to be asked at an instant (UTC): on which verdicts about what is there rest."""
    hosts = allowed_hosts()
    if not hosts.entries:
        return Due((), hosts)
    due = AskedPlace.objects.filter(
        due_at__lte=now,
        concerns__repository__gone_at=None,
        concerns__repository__source__removed_at=None,
    ).distinct()
    named = due.order_by().values_list("host", flat=True)
    allowed = [one for one in named if hosts.names(one)]
    rows = due.filter(host__in=allowed).order_by("due_at", "pk")[:AT_ONCE]
    return Due(tuple((row.pk, row.enquiry) for row in rows), hosts)
