"""Roots that people pinned."""

from django.conf import settings
from django.db import models

from trustui.accounts.models import Team


class Origin(models.TextChoices):
    """How a person came to trust it."""

    FILE = "file", "a file that a person gave"
    CONFIRMED = "confirmed", "a fingerprint that a person confirmed"
    FIRST_USE = "first_use", "the first one seen, on purpose"


class Anchor(models.Model):
    """A root of trust: its bytes, and who said that they are the right ones. Never changed."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="anchors")
    kind = models.CharField(max_length=40)
    """`tuf_root`."""
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    version = models.CharField(max_length=40, blank=True)
    origin = models.CharField(max_length=20, choices=Origin.choices)
    reason = models.TextField()
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    pinned_by_name = models.CharField(max_length=200)
    """Kept when the account goes."""
    pinned_at = models.DateTimeField()
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"
