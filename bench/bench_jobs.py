"""Claim, run and end jobs that do nothing: the cost of the queue itself, beside bare statements.

Uses the database of DATABASE_URL, or SQLite in a temporary folder; the table is emptied.
Aim: 10,000 jobs a second on both databases.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import django

COUNT = 20_000
AIM = 10_000


def set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
    if "DATABASE_URL" not in os.environ:
        os.environ["TRUSTUI_DATA"] = tempfile.mkdtemp(prefix="trustui-bench-jobs-")
    django.setup()


def main() -> int:
    from django.core.management import call_command  # noqa: PLC0415  Django is set up by now
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    from trustui.jobs import leases, queue  # noqa: PLC0415  Django is set up by now
    from trustui.jobs.kinds import Result, SimpleKind  # noqa: PLC0415  Django is set up by now
    from trustui.jobs.leases import Done  # noqa: PLC0415  Django is set up by now
    from trustui.jobs.models import Job, State  # noqa: PLC0415  Django is set up by now
    from trustui.jobs.runner import Runner  # noqa: PLC0415  Django is set up by now

    class Nothing(SimpleKind):
        name = "nothing"
        at_once = 1000
        seconds = 60.0

        def record(self, results: Sequence[Result]) -> None:
            """Nothing."""

    def ask() -> float:
        Job.objects.all().delete()
        now = datetime.now(UTC)
        asks = [queue.Ask(kind="nothing", key=str(n), due_at=now) for n in range(COUNT)]
        began = time.monotonic()
        queue.enqueue_many(asks)
        return COUNT / (time.monotonic() - began)

    def bare() -> float:
        began = time.monotonic()
        while claims := leases.claim(
            "nothing", owner="bare", limit=500, lease_seconds=60, now=datetime.now(UTC)
        ):
            now = datetime.now(UTC)
            leases.finish([Done(one, State.IDLE, now, 0, "", "done") for one in claims], now=now)
        return COUNT / (time.monotonic() - began)

    def ours() -> float:
        runner = Runner([Nothing()], owner="bench", mode="bench")
        began = time.monotonic()
        done = runner.drain(120)
        rate = done / (time.monotonic() - began)
        runner.stop()
        return rate

    call_command("migrate", verbosity=0)
    print(f"{connection.vendor}: {ask():,.0f} jobs asked for per second")
    base = bare()
    ask()
    rate = ours()
    print(f"claimed and ended per second: bare {base:,.0f}, runner {rate:,.0f}", end="")
    print(f" ({rate / base:.2f}); aim {AIM:,}")
    return 0 if rate >= AIM else 1


if __name__ == "__main__":
    set_up()
    sys.exit(main())
