"""Roots that people pinned, what they expect of images, and the keys and roots that this names."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from trustui.accounts.models import Team
from trustui.core.trust_policy.terms import TermKind


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


class Language(models.TextChoices):
    """What a policy is written in (`core.trust_policy.languages`)."""

    EXPECTATIONS = "expectations", "expectations per repository pattern"
    NOTATION = "notation", "Notation's trust policy"


class ImagePolicy(models.Model):
    """What a team expects of images, by name; what it says stands in its versions."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="image_policies")
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=20, choices=Language.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "name"], name="one_policy_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class Stated(models.Model):
    """Bytes that a person gave, and why; a new version replaces them, and they stay."""

    number = models.PositiveIntegerField()
    """Counts the versions of one name, from 1."""
    body = models.BinaryField()
    """As it was given."""
    sha256 = models.CharField(max_length=64)
    is_current = models.BooleanField()
    """Whether it is in force: of each name at most one. Nothing else changes while it is."""
    reason = models.TextField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_by_name = models.CharField(max_length=200)
    """Kept when the account goes; `trustui` where a root that is followed rotated."""
    set_at = models.DateTimeField()

    class Meta:
        abstract = True


class ImagePolicyVersion(Stated):
    """What a policy said from then on."""

    policy = models.ForeignKey(ImagePolicy, on_delete=models.PROTECT, related_name="versions")
    removed_at = models.DateTimeField(null=True)
    """When it was taken out of force with nothing in its place; null: it was not."""
    removed_by_name = models.CharField(max_length=200, blank=True, db_default="")
    removed_because = models.TextField(blank=True, db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "number"], name="one_version_of_a_number"),
            models.UniqueConstraint(
                fields=["policy"],
                condition=models.Q(is_current=True),
                name="one_policy_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class MaterialKind(models.TextChoices):
    """What policies may name as a file."""

    TRUSTED_ROOT = "trusted_root", "Sigstore trusted root"
    PUBLIC_KEY = "public_key", "public key"
    CERTIFICATES = "certificates", "certificates"


class TrustMaterial(Stated):
    """A file that policies of a team name: a trusted root, a key, certificates."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="trust_materials")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=MaterialKind.choices)
    origin = models.TextField()
    """Where the bytes came from: a file's name, or the target that is followed."""
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "name", "number"], name="one_material_of_a_number"
            ),
            models.UniqueConstraint(
                fields=["team", "name"],
                condition=models.Q(is_current=True),
                name="one_material_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} version {self.number}"


# Projections: made from bodies, and made again by `trustui rebuild` -------------------------------


class TermRow(models.Model):
    """Something that counts until an instant; what has no end has no row."""

    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in TermKind])
    what = models.CharField(max_length=100)
    """In words: `transparency log`."""
    title = models.CharField(max_length=300)
    """Fit to be shown."""
    fingerprint = models.CharField(max_length=64, blank=True)
    """SHA-256 of the certificate's DER or of the key, lower-case hex."""
    begins_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True


class MaterialTerm(TermRow):
    """Until when one of the things in a material counts (`core.trust_policy.terms`)."""

    material = models.ForeignKey(TrustMaterial, on_delete=models.CASCADE, related_name="terms")
    position = models.PositiveIntegerField()
    """Of the thing in the material."""
    is_superseded = models.BooleanField()
    """Another one of the material goes on where it ends."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["material", "position"], name="one_term_of_a_material_per_position"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at", "id"], name="term_of_material_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.title}"
