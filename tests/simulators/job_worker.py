"""A worker process for tests: `python -m tests.simulators.job_worker OWNER [NAME=VALUE …]`.

`crash_at=POINT:N` kills it with SIGKILL when it reaches a crash point for the Nth time; the other
names are those of `Terms`, `at_once` and `seconds` those of the kind. With OWNER `alone` it is
the server of processes for suspects. `until=idle` ends it when no job waits or runs any more, anywhere.
"""

import os
import signal
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
django.setup()

from tests.simulators.job_kinds import Obedient  # noqa: E402  models come after set-up
from trustui.jobs import crash_points  # noqa: E402  models come after set-up
from trustui.jobs.models import Job, State  # noqa: E402  models come after set-up
from trustui.jobs.runner import Runner  # noqa: E402  models come after set-up
from trustui.jobs.terms import Terms  # noqa: E402  models come after set-up
from trustui.operate.isolated import serve  # noqa: E402  models come after set-up

ALONE = (sys.executable, "-m", "tests.simulators.job_worker", "alone")


def crash_at(point: str, times: int) -> None:
    """End this process without any last word at the nth visit of a point."""
    visits = iter(range(1, times + 1))

    def visit(name: str) -> None:
        if name == point and next(visits, times) == times:
            os.kill(os.getpid(), signal.SIGKILL)

    crash_points.install(visit)


def main(owner: str, *options: str) -> int:
    given = dict(option.split("=", 1) for option in options if "=" in option)
    kind = Obedient(int(given.pop("at_once", "64")), float(given.pop("seconds", "60")))
    if owner == "alone":
        serve([kind], float(options[-1]))
        return 0
    if "crash_at" in given:
        point, _, times = given.pop("crash_at").partition(":")
        crash_at(point, int(times or "1"))
    until = given.pop("until", "signal")
    isolated = (*ALONE, f"seconds={kind.seconds}")
    terms = {name: float(value) for name, value in given.items()}
    lease = terms.pop("lease", 2.0)
    runner = Runner(
        [kind],
        owner=owner,
        mode="test",
        terms=Terms(owner=owner, mode="test", lease=lease, isolated=isolated, **terms),  # type: ignore[arg-type]  # all others are durations
    )
    if until == "idle":
        while Job.objects.filter(state__in=[State.QUEUED, State.RUNNING]).exists():
            runner.drain(1.0)
            time.sleep(0.05)
        runner.stop()
        return 0
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print("ready", flush=True)
    return runner.run_forever(stop)


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    sys.stderr.flush()
    os._exit(status)
