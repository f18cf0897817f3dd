"""What was seen (sources, crawls, blobs, sightings) and the projections made from it.

Signed bytes stand in `Blob.body` only. Text from metadata passes `text.storable` before it is
stored; what it is found by is a hash of the real name (`*_id`), so that no name is too long or too
odd for an index.
"""

from typing import ClassVar

from django.db import models

from trustui.accounts.models import Team
from trustui.policies.models import Anchor

HEX = 64
"""Characters of a SHA-256."""
NAME = 500
"""Characters of a role or place that are shown."""


class Source(models.Model):
    """A place that is crawled, and the root that it is verified from."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="sources")
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    location = models.TextField()
    location_id = models.CharField(max_length=HEX)
    allow_addresses = models.JSONField(default=list)
    """Private hosts that an administrator allowed by name."""
    branch = models.CharField(max_length=200, blank=True)
    folder = models.CharField(max_length=500, blank=True)
    """Of a git repository: the branch that is read and the folder of its metadata, where chosen."""
    repositories = models.JSONField(default=list)
    """Of a registry: names and patterns `PREFIX/*` of what is crawled; empty: all that it lists."""
    anchor = models.ForeignKey(Anchor, null=True, on_delete=models.PROTECT, related_name="sources")
    every_seconds = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    """No longer crawled; its past stays."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["location_id"], name="source_location")]

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """The login of a source, sealed by a key that is not in the database (`credentials`)."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="credential")
    username = models.CharField(max_length=300)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=HEX)
    """Which key of the ring sealed it."""
    set_by_name = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"login of source {self.source_id}"


class CrawlOutcome(models.TextChoices):
    """How a crawl ended."""

    UNCHANGED = "unchanged", "nothing new"
    COMPLETE = "complete", "everything was read"
    PARTIAL = "partial", "some documents were missing or had to be refused"
    FAILED = "failed", "no usable answer"


SETTLING = frozenset({CrawlOutcome.UNCHANGED, CrawlOutcome.COMPLETE})
"""After such a crawl a source is settled: two requests tell whether anything changed."""


class Crawl(models.Model):
    """One look at a source."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="crawls")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=CrawlOutcome.choices)
    requests = models.PositiveIntegerField(default=0)
    received_bytes = models.PositiveBigIntegerField(default=0)
    because = models.TextField(blank=True)
    problems = models.JSONField(default=list)
    """Places that gave no document: place, location, kind, because."""
    origin = models.CharField(max_length=20, blank=True)
    """Of an import: where the past came from."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "-id"], name="crawl_of_source")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.outcome} {self.finished_at:%Y-%m-%d %H:%M}"


class Blob(models.Model):
    """Bytes as they came, by their digest; written once."""

    sha256 = models.CharField(max_length=HEX, unique=True)
    size = models.PositiveBigIntegerField()
    body = models.BinaryField()
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256


class Standing(models.TextChoices):
    """What the verification that saw a document made of it."""

    TRUSTED = "trusted", "every check of it passed"
    SEEN = "seen", "read, but nobody vouches or something else failed"
    REFUSED = "refused", "a check of it failed"


class Sighting(models.Model):
    """These bytes stood at this place of a source, from then to then.

    Append-only: bytes that come back open a new sighting. Only what tells of the last time that it
    was seen moves, and `standing`, which is raised and never lowered.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="sightings")
    crawl = models.ForeignKey(Crawl, null=True, on_delete=models.SET_NULL, related_name="sightings")
    place = models.CharField(max_length=NAME)
    place_id = models.CharField(max_length=HEX)
    ordinal = models.PositiveIntegerField()
    """Counts the sightings of one place and origin."""
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="sightings")
    role = models.CharField(max_length=NAME)
    role_id = models.CharField(max_length=HEX)
    role_bytes = models.BinaryField(null=True)
    """The role's real name, UTF-8, where `role` had to show it otherwise; else null."""
    version = models.CharField(max_length=40, blank=True)
    standing = models.CharField(max_length=10, choices=Standing.choices)
    """Trusted once a verification trusted it, else refused once one refused it."""
    first_seen_at = models.DateTimeField()
    """When we first saw it there; of an imported past, when it was published."""
    last_seen_at = models.DateTimeField()
    last_crawl_id = models.BigIntegerField(default=0)
    """The crawl that saw it last, as a plain number: it orders sightings when clocks do not."""
    recorded_at = models.DateTimeField()
    origin = models.CharField(max_length=20, blank=True)
    """Empty: seen by us at the place. Otherwise where it came from: `git`, `history` are an imported
    past, `anchor` is the pinned root."""
    validator = models.CharField(max_length=256, blank=True)
    """What the place gave for conditional requests."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "place_id", "origin", "ordinal"], name="one_sighting_per_ordinal"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "role_id", "id"], name="sighting_of_role"),
            models.Index(fields=["blob"], name="sighting_of_blob"),
        ]

    def __str__(self) -> str:
        return f"{self.place} #{self.ordinal}"


# Projections: made from blobs and sightings, and made again by `trustui rebuild` -----------------


class PublicKey(models.Model):
    """A public key, whatever ids it goes by; told from its value, not as some document words it."""

    fingerprint = models.CharField(max_length=HEX, unique=True)
    """SHA-256 of the subject public key info, DER."""
    keytype = models.CharField(max_length=40)
    """`ed25519`, `ecdsa`, `rsa`."""
    scheme = models.CharField(max_length=40)
    """What it can sign with; of RSA keys `rsassa-pss`, whose digest each document chooses."""
    public = models.TextField()
    """Ed25519: hex. Others: PEM."""

    def __str__(self) -> str:
        return self.fingerprint[:12]


class DelegationSet(models.Model):
    """Whom a document trusts: keys and roles of a root or of delegations, once for equal ones."""

    digest = models.CharField(max_length=HEX, unique=True)
    is_root = models.BooleanField()

    def __str__(self) -> str:
        return self.digest[:12]


class ListedKey(models.Model):
    """A key id that a delegation set maps to a key; key type and scheme as the set states them."""

    delegation_set = models.ForeignKey(DelegationSet, on_delete=models.CASCADE, related_name="keys")
    keyid = models.CharField(max_length=NAME)
    keyid_id = models.CharField(max_length=HEX)
    keytype = models.CharField(max_length=40)
    scheme = models.CharField(max_length=40)
    key = models.ForeignKey(PublicKey, null=True, on_delete=models.PROTECT, related_name="listings")
    """Null where the key's public value cannot be read."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["delegation_set", "keyid_id"], name="one_key_per_id")
        ]
        indexes: ClassVar = [models.Index(fields=["key"], name="listing_of_key")]

    def __str__(self) -> str:
        return self.keyid[:12]


class Delegation(models.Model):
    """One edge of a delegation set."""

    delegation_set = models.ForeignKey(
        DelegationSet, on_delete=models.CASCADE, related_name="delegations"
    )
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=NAME)
    """The role, or the prefix of succinct bins."""
    name_id = models.CharField(max_length=HEX)
    threshold = models.CharField(max_length=40)
    is_terminating = models.BooleanField()
    bins = models.PositiveBigIntegerField(null=True)
    """How many succinct bins; null for a named role."""
    paths = models.JSONField(null=True)
    prefixes = models.JSONField(null=True)
    keyids = models.JSONField()
    """Of these three at most `delegating.MAX_LISTED`; all of them stand in the blob."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["delegation_set", "position"], name="one_edge_per_place"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["name_id"], name="edge_to_role")]

    def __str__(self) -> str:
        return self.name


class SourceKey(models.Model):
    """A key id by which documents of a source name a key; it says whose signatures are whose."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="keys")
    keyid = models.CharField(max_length=NAME)
    keyid_id = models.CharField(max_length=HEX)
    key = models.ForeignKey(PublicKey, on_delete=models.PROTECT, related_name="names")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "keyid_id", "key"], name="one_name_per_key")
        ]
        indexes: ClassVar = [
            models.Index(fields=["key", "source", "keyid_id"], name="names_of_key"),
            models.Index(fields=["keyid_id"], name="key_of_id"),
            # Search goes by how an id begins; the class lets PostgreSQL use it in any collation.
            models.Index(
                fields=["keyid"], name="key_of_beginning", opclasses=["varchar_pattern_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.keyid[:12]


class RoleVersion(models.Model):
    """A document of a role that a source showed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="role_versions")
    role = models.CharField(max_length=NAME)
    role_id = models.CharField(max_length=HEX)
    type = models.CharField(max_length=20)
    version = models.CharField(max_length=40)
    version_rank = models.CharField(max_length=60)
    """Orders versions of any size as text."""
    form = models.PositiveIntegerField(default=0)
    """Counts different documents of one role and version; more than 0 is an equivocation."""
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="role_versions")
    spec_version = models.CharField(max_length=40)
    expires_at = models.DateTimeField()
    first_seen_at = models.DateTimeField()
    """The earliest `first_seen_at` of its sightings, and the origin of that one."""
    origin = models.CharField(max_length=20, blank=True)
    signature_count = models.PositiveIntegerField()
    delegation_set = models.ForeignKey(
        DelegationSet, null=True, on_delete=models.PROTECT, related_name="role_versions"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "role_id", "blob"], name="one_row_per_form")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["source", "role_id", "version_rank", "id"], name="history_of_role"
            ),
            models.Index(fields=["delegation_set"], name="role_version_of_set"),
            models.Index(
                fields=["source"], name="role_version_forms", condition=models.Q(form__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} v{self.version}"


class RoleSignature(models.Model):
    """One signature of a document."""

    role_version = models.ForeignKey(
        RoleVersion, on_delete=models.CASCADE, related_name="signatures"
    )
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    keyid = models.CharField(max_length=NAME)
    keyid_id = models.CharField(max_length=HEX)
    is_empty = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role_version", "position"], name="one_per_position")
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "keyid_id", "id"], name="signatures_by_keyid")
        ]

    def __str__(self) -> str:
        return self.keyid[:12]


class RoleState(models.Model):
    """What a role of a source is now: what is served, and what a client would trust."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=NAME)
    role_id = models.CharField(max_length=HEX)
    role_bytes = models.BinaryField(null=True)
    """As of a sighting."""
    served = models.ForeignKey(RoleVersion, on_delete=models.CASCADE, related_name="+")
    """What was seen last and can be read as metadata."""
    origin = models.CharField(max_length=20, blank=True)
    """Of that sighting, as the next."""
    place_id = models.CharField(max_length=HEX)
    trusted = models.ForeignKey(RoleVersion, null=True, on_delete=models.CASCADE, related_name="+")
    """What a client keeps. No projection but state: a rebuild carries it over."""
    expires_at = models.DateTimeField()
    """Of what is served."""
    is_listed = models.BooleanField(default=True)
    """Whether a client can come to it: a top-level role, or one that is delegated and that the
    snapshot lists. What nobody delegates to any more expires unnoticed."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "role_id"], name="one_state_per_role")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at", "id"], name="role_expiry", condition=models.Q(is_listed=True)
            )
        ]

    def __str__(self) -> str:
        return self.role
