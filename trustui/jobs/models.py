"""The rows of the queue; `queue` alone writes them."""

from typing import ClassVar

from django.db import models


class State(models.TextChoices):
    """Where a job stands."""

    IDLE = "idle", "idle"
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    QUARANTINED = "quarantined", "quarantined"


class Outcome(models.TextChoices):
    """How the newest run that came to an end did so."""

    DONE = "done", "done"
    FAILED = "failed", "failed"


class Job(models.Model):
    """One piece of work, by kind and key; the row is used again each time that it is due."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    state = models.CharField(max_length=11, choices=State.choices)
    due_at = models.DateTimeField()
    """When to run; of a running job, when its lease ends."""
    payload = models.JSONField(default=dict)
    every_seconds = models.PositiveIntegerField(null=True)
    """The interval of a recurring job."""
    priority = models.SmallIntegerField(default=0)
    """Above 0 goes before all others of its kind, once; a person who waits is 10."""
    asked_again = models.BooleanField(default=False)
    """Asked for while it ran, so that it runs once more."""
    requested_by = models.CharField(max_length=200, blank=True)

    fence = models.BigIntegerField(default=0)
    """Raised by each claim; a result with another number is refused."""
    lease_owner = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)

    attempts = models.PositiveIntegerField(default=0)
    """Claims since it last came to an end."""
    losses = models.PositiveIntegerField(default=0)
    """Leases that ran out since then: whoever held it died or stalled, with all its jobs."""
    deaths = models.PositiveIntegerField(default=0)
    """Processes that died since then with this job alone."""
    failures = models.PositiveIntegerField(default=0)
    """Ends without success in a row; what the back-off grows with."""
    last_error = models.TextField(blank=True)
    """Of the newest run; empty after a good one."""
    last_outcome = models.CharField(max_length=20, blank=True, choices=Outcome.choices)

    progress_done = models.PositiveBigIntegerField(null=True)
    progress_total = models.PositiveBigIntegerField(null=True)
    progress_current = models.CharField(max_length=200, blank=True)
    progress_since = models.DateTimeField(null=True)

    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="one_job_per_key"),
        ]
        indexes: ClassVar = [
            # Each row stands in at most one of the first two; what may be claimed is their start.
            models.Index(
                fields=["kind", "due_at"], name="job_due", condition=models.Q(state="queued")
            ),
            models.Index(
                fields=["kind", "due_at"], name="job_lease", condition=models.Q(state="running")
            ),
            models.Index(
                fields=["kind", "due_at"],
                name="job_urgent",
                condition=models.Q(state="queued", priority__gt=0),
            ),
            models.Index(
                fields=["kind", "due_at"],
                name="job_blamed",
                condition=models.Q(models.Q(losses__gt=0) | models.Q(deaths__gt=0), state="queued"),
            ),
            models.Index(
                fields=["id"], name="job_quarantined", condition=models.Q(state="quarantined")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Worker(models.Model):
    """A process that takes jobs, as long as it reports."""

    name = models.CharField(max_length=200, primary_key=True)
    mode = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    running = models.PositiveIntegerField(default=0)
    leases_lost = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
