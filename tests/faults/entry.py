"""`trustui` with something done to it: `python -m tests.faults.entry VERB …`, told by FAULT.

`poison:PART` kills the process that crawls a location with that part. `point:NAME:N` kills it at
the nth visit of a crash point. `commit:WHEN:N` kills it `before` or `after` its nth commit.
`sleep` lets it sleep beside libfaketime.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, SupportsIndex

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
django.setup()

from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402  after set-up

from trustui import celery  # noqa: E402  after set-up
from trustui.cli.main import main as trustui  # noqa: E402  after set-up
from trustui.inventory import crawl_job, crawling  # noqa: E402  after set-up
from trustui.jobs import crash_points  # noqa: E402  after set-up
from trustui.jobs.runner import Runner  # noqa: E402  after set-up
from trustui.jobs.terms import Terms  # noqa: E402  after set-up
from trustui.operate import isolated  # noqa: E402  after set-up
from trustui.pipeline import KINDS  # noqa: E402  after set-up

ALONE = (sys.executable, "-m", "tests.faults.entry", "alone")


def die() -> None:
    """Without a last word."""
    os.kill(os.getpid(), signal.SIGKILL)


def poison(part: str) -> None:
    """A crawl of such a location ends its process."""
    crawl = crawling.crawl

    def poisoned(order: Any, *given: Any, **more: Any) -> Any:
        if part in order.location:
            die()
        return crawl(order, *given, **more)

    setattr(crawl_job, crawl.__name__, poisoned)


def point(name: str, times: str) -> None:
    """The nth visit of a crash point is the last."""
    visits = iter(range(1, int(times)))

    def visit(at: str) -> None:
        if at == name and next(visits, None) is None:
            die()

    crash_points.install(visit)


def commit(when: str, times: str) -> None:
    """The nth commit is the last thing that happens, or does not happen any more."""
    commits = iter(range(1, int(times)))
    wrapper: Any = BaseDatabaseWrapper  # its parts are nobody's business but ours
    really = wrapper._commit

    def committing(self: BaseDatabaseWrapper) -> None:
        is_last = next(commits, None) is None
        if is_last and when == "before":
            die()
        really(self)
        if is_last:
            die()

    wrapper._commit = committing


def sleep() -> None:
    """Another way to sleep: libfaketime 0.9.10 refuses `clock_nanosleep` to a monotonic instant."""

    def wait(seconds: float | SupportsIndex, /) -> None:
        select.select((), (), (), float(seconds))

    time.sleep = wait


FAULTS: dict[str, Callable[..., None]] = {
    "poison": poison, "point": point, "commit": commit, "sleep": sleep,
}  # fmt: skip


def make_runner(owner: str, mode: str) -> Runner:
    """As the product does, but that suspects meet the same fault."""
    lease = float(os.environ["TRUSTUI_LEASE"])
    terms = Terms(owner=owner, mode=mode, lease=lease, grace=celery.GRACE_SECONDS, isolated=ALONE)
    return Runner(KINDS, owner=owner, mode=mode, terms=terms)


def main() -> int:
    """Give in to the fault, then go on as ever."""
    name, *given = os.environ["FAULT"].split(":")
    FAULTS[name](*given)
    if sys.argv[1] == "alone":
        isolated.serve(KINDS, float(os.environ["TRUSTUI_LEASE"]))
        return 0
    celery.make_runner = make_runner
    return trustui(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
