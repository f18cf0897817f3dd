"""What was concluded about sources."""

from typing import ClassVar

from django.db import models

from trustui.inventory.models import HEX, NAME, Crawl, Source
from trustui.policies.models import Anchor


class Cause(models.TextChoices):
    """Why a verdict was made."""

    EVIDENCE = "evidence", "the source showed something else"
    TIME = "time", "an instant passed"
    ANCHOR = "anchor", "what is trusted changed"
    VERIFIER = "verifier", "trustui was upgraded"
    IMPORT = "import", "a past was imported"


class Verdict(models.Model):
    """One conclusion with its trace; never changed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="verdicts")
    anchor = models.ForeignKey(Anchor, null=True, on_delete=models.PROTECT, related_name="+")
    crawl = models.ForeignKey(Crawl, null=True, on_delete=models.SET_NULL, related_name="+")
    evidence = models.CharField(max_length=HEX)
    """SHA-256 over everything that it rests on but time."""
    verifier = models.CharField(max_length=40)
    at = models.DateTimeField()
    """When it was made; of an imported past, the instant that it tells of."""
    recorded_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    """When the same evidence would give another verdict; null: never."""
    outcome = models.CharField(max_length=10)
    trust_state = models.CharField(max_length=20)
    first_failing = models.CharField(max_length=100, blank=True)
    failing_on = models.CharField(max_length=NAME, blank=True)
    because = models.TextField(blank=True)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    changes = models.JSONField(default=list)
    """What changed in the evidence since the verdict before, as sentences."""
    trace = models.BinaryField()
    """zlib of the JSON that `trustui verify --json` prints."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["source", "at", "id"], name="verdicts_of_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.trust_state}"


class SourceVerdict(models.Model):
    """The verdict in force of a source, and since when it has been what it is."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True)
    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10)
    trust_state = models.CharField(max_length=20)
    since = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["valid_until"], name="standing_lapses"),
            models.Index(fields=["trust_state"], name="standing_state"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.trust_state}"


class Finding(models.Model):
    """Something that a verification noticed, from when to when."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="findings")
    check_id = models.CharField(max_length=100)
    on = models.CharField(max_length=NAME)
    on_id = models.CharField(max_length=HEX)
    severity = models.CharField(max_length=10)
    because = models.TextField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "check_id", "on_id"],
                condition=models.Q(gone_at__isnull=True),
                name="one_open_finding",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["check_id", "gone_at"], name="findings_by_check")]

    def __str__(self) -> str:
        return f"{self.check_id} on {self.on}"


class ClockDoubt(models.Model):
    """Whether this installation's clock is in doubt; one row at most."""

    since = models.DateTimeField()
    because = models.TextField()

    def __str__(self) -> str:
        return self.because
