"""`trustui` with something done to it: `python -m tests.faults.entry VERB …`, told by FAULT.

`poison:PART` kills the process that crawls a location with that part. `point:NAME:N` kills it at
the nth visit of a crash point. `commit:WHEN:N` kills it `before` or `after` its nth commit.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
django.setup()

from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402  after set-up

from trustui import celery  # noqa: E402  after set-up
from trustui.cli.main import main as trustui  # noqa: E402  after set-up
from trustui.inventory import crawl_job  # noqa: E402  after set-up
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
    crawl = crawl_job.crawl

    def poisoned(order: Any, *given: Any, **more: Any) -> Any:
        if part in order.location:
            die()
        return crawl(order, *given, **more)

    crawl_job.crawl = poisoned  # type: ignore[assignment]  the same but for the poison


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
    really = BaseDatabaseWrapper._commit

    def committing(self: BaseDatabaseWrapper) -> None:
        is_last = next(commits, None) is None
        if is_last and when == "before":
            die()
        really(self)
        if is_last:
            die()

    BaseDatabaseWrapper._commit = committing  # type: ignore[method-assign]


FAULTS: dict[str, Callable[..., None]] = {"poison": poison, "point": point, "commit": commit}


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
