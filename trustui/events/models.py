"""The rows of the event log; only `services`, `sealing` and `following` write them."""

from typing import ClassVar

from django.db import models


class Event(models.Model):
    """Something that happened, written in the transaction of the change that it tells.

    Append-only: a trigger refuses to change a sealed row or to delete any.
    """

    position = models.BigIntegerField(null=True, unique=True)
    """Its place in the log, without holes; null until it is sealed."""
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    """`person:NAME`, or the part of the product that acted."""
    team_id = models.BigIntegerField(null=True)
    source_id = models.BigIntegerField(null=True)
    """A plain number: events outlive what they tell of."""
    subject = models.CharField(max_length=500)
    reason = models.TextField()
    detail = models.JSONField()
    leaf = models.BinaryField(null=True)
    """RFC 6962 leaf hash of the record; null until it is sealed."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["source_id", "id"], name="event_of_source"),
            models.Index(fields=["kind", "id"], name="event_of_kind"),
            models.Index(
                fields=["id"], name="event_unsealed", condition=models.Q(position__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"


class Checkpoint(models.Model):
    """A signed statement of the log's size and root hash."""

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    frontier = models.BinaryField()
    """The hashes that the next leaf is joined to."""
    note = models.TextField()
    """C2SP signed note."""
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint of {self.size} events"


class Consumer(models.Model):
    """How far somebody has read the log."""

    name = models.CharField(max_length=60, primary_key=True)
    position = models.BigIntegerField(default=0)
    """The first position that was not handled yet."""

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"
