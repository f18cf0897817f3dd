"""What each worker process reports about itself, for pages, metrics and alarms."""

from datetime import datetime, timedelta

from django.db.models import F

from trustui.jobs.models import Worker

FORGOTTEN = timedelta(days=7)
"""A worker that did not report for so long loses its row."""


def report(
    name: str, *, mode: str, running: int, claimed_at: datetime | None, lost: int, now: datetime
) -> None:
    """This worker is alive, runs so many jobs, and lost `lost` more leases since it last said so."""
    known = Worker.objects.filter(name=name).update(
        mode=mode,
        beat_at=now,
        claimed_at=claimed_at,
        running=running,
        leases_lost=F("leases_lost") + lost,
    )
    if not known:
        Worker.objects.filter(beat_at__lt=now - FORGOTTEN).delete()
        Worker.objects.create(
            name=name,
            mode=mode,
            started_at=now,
            beat_at=now,
            claimed_at=claimed_at,
            running=running,
            leases_lost=lost,
        )
