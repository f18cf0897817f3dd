"""Sealing 10,000 events, and checking a log of 100,000 rows: seconds and memory.

Runs on SQLite in a folder of its own, or on the empty database that DATABASE_URL names. There is no
peer; the aims are under a second for the sealing and under five for the check.
"""

import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta

import django

FOLDER = tempfile.TemporaryDirectory(prefix="trustui-bench-")
os.environ["TRUSTUI_DATA"] = FOLDER.name
os.environ["DJANGO_SETTINGS_MODULE"] = "trustui.settings"
django.setup()

from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import connection, transaction  # noqa: E402

from trustui.events.checking import check_log  # noqa: E402
from trustui.events.sealing import seal  # noqa: E402
from trustui.events.services import NewEvent, record_many  # noqa: E402
from trustui.events.signing_key import log_signer, log_verifiers  # noqa: E402

START = datetime(2026, 11, 21, tzinfo=UTC)
ROWS = 100_000
BATCH = 10_000


def events(start: int) -> list[NewEvent]:
    """As a crawl writes them: a few roles and versions each."""
    return [
        NewEvent(
            kind="metadata.appeared",
            at=START + timedelta(seconds=number),
            actor="worker",
            subject=f"source {number % 997}",
            source_id=number % 997,
            team_id=1,
            detail={"documents": [f"timestamp v{number}", f"snapshot v{number}", "targets v7"]},
        )
        for number in range(start, start + BATCH)
    ]


def peak_mib() -> float:
    """Of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the figures."""
    call_command("migrate", verbosity=0)
    signer = log_signer()
    print(f"event log on {connection.vendor}")
    sealing = []
    for start in range(0, ROWS, BATCH):
        new = events(start)
        with transaction.atomic():
            record_many(new)
        began = time.perf_counter()
        seal(START, signer)
        sealing.append(time.perf_counter() - began)
    print(f"sealing {BATCH:,} events: {min(sealing):.2f} to {max(sealing):.2f} s (aim 1)")
    before = peak_mib()
    began = time.perf_counter()
    report = check_log(log_verifiers())
    taken = time.perf_counter() - began
    assert report.is_whole
    assert report.rows == ROWS
    more = peak_mib() - before
    print(f"checking {ROWS:,} rows: {taken:.2f} s (aim 5), {more:.0f} MiB beyond what sealing took")


if __name__ == "__main__":
    main()
    connection.close()
    FOLDER.cleanup()
