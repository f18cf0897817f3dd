"""What was seen in registries, and the projections made from it.

Bytes stand in `inventory.Blob` only, and say of themselves what they are; a row here says where they
stood and when. Text from manifests passes `text.storable`; digests and tags have their own grammar.
"""

from typing import ClassVar

from django.db import models

from trustui.accounts.models import Team
from trustui.core.images.kinds import ManifestKind
from trustui.crawl.image_source import Referrers
from trustui.inventory.models import HEX, NAME, Blob, Crawl, Source
from trustui.policies.models import TermRow

DIGEST = 140
"""Characters of the longest digest, `sha512:` and 128 more."""
MEDIA_TYPE = 260
"""Characters of a media type (RFC 6838 §4.2: 127 on each side)."""


class ImageRepository(models.Model):
    """A repository of artefacts that a source holds."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="image_repositories")
    name = models.CharField(max_length=NAME)
    """As the registry calls it, without the host."""
    name_id = models.CharField(max_length=HEX)
    full_name = models.CharField(max_length=NAME)
    """`HOST/NAME`, as policies match it."""
    first_seen_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    """When it was last looked at to the end, whatever the answers were."""
    referrers = models.CharField(
        max_length=12,
        choices=[(one.value, one.value) for one in Referrers],
        default=Referrers.UNKNOWN.value,
    )
    """Whether it offers the referrers interface, as the newest answer of `referrers_probed_at` told."""
    referrers_probed_at = models.DateTimeField(null=True)
    because = models.TextField(blank=True)
    """Why what is known of it is incomplete; empty where everything was read."""
    gone_at = models.DateTimeField(null=True)
    """When the registry first no longer had it; null: it is there."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "name_id"], name="one_row_per_repository")
        ]
        indexes: ClassVar = [
            models.Index(fields=["full_name"], name="repository_by_full_name"),
        ]

    def __str__(self) -> str:
        return self.full_name


class Manifest(models.Model):
    """A manifest or index that a repository gave under its true digest."""

    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="manifests"
    )
    digest = models.CharField(max_length=DIGEST)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="manifests")
    served_type = models.CharField(max_length=MEDIA_TYPE, blank=True)
    """The media type that the place stated when it gave it."""
    media_type = models.CharField(max_length=MEDIA_TYPE, blank=True)
    """Its own, by its bytes; empty where they cannot be read as a manifest."""
    artifact_type = models.CharField(max_length=MEDIA_TYPE, blank=True)
    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in ManifestKind])
    subject_digest = models.CharField(max_length=DIGEST, blank=True)
    """Of its own `subject` member; empty where it has none."""
    size = models.PositiveBigIntegerField()
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["repository", "digest"], name="one_manifest_per_digest")
        ]
        indexes: ClassVar = [
            models.Index(fields=["digest"], name="manifest_by_digest"),
            models.Index(fields=["blob"], name="manifest_of_blob"),
        ]

    def __str__(self) -> str:
        return self.digest


class Content(models.Model):
    """A blob of a repository that was read: a payload, a bundle, a statement, under its true digest."""

    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="contents"
    )
    digest = models.CharField(max_length=DIGEST)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="contents")
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["repository", "digest"], name="one_content_per_digest")
        ]
        indexes: ClassVar = [models.Index(fields=["blob"], name="content_of_blob")]

    def __str__(self) -> str:
        return self.digest


class Tag(models.Model):
    """A tag of a repository, those for machines (`sha256-….sig`) among them."""

    repository = models.ForeignKey(ImageRepository, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=NAME)
    name_id = models.CharField(max_length=HEX)
    is_helper = models.BooleanField(default=False)
    """It is there for machines, and says what belongs to the artefact of a digest."""
    move = models.ForeignKey("TagMove", null=True, on_delete=models.SET_NULL, related_name="+")
    """The one in force; null only while its first one is being written."""
    gone_at = models.DateTimeField(null=True)
    """When the registry first no longer listed it; null: it is there."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["repository", "name_id"], name="one_row_per_tag")
        ]

    def __str__(self) -> str:
        return self.name


class TagMove(models.Model):
    """A tag pointed to this digest, from then to then. Append-only: A, B, A are three moves.

    Only what tells of the last time that it was seen moves.
    """

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="moves")
    ordinal = models.PositiveIntegerField()
    """Counts the moves of one tag from 0."""
    digest = models.CharField(max_length=DIGEST)
    manifest = models.ForeignKey(
        Manifest, null=True, on_delete=models.SET_NULL, related_name="moves"
    )
    """Null where the manifest could not be had."""
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    last_crawl_id = models.BigIntegerField()
    """The crawl that saw it last, as a plain number."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tag", "ordinal"], name="one_move_per_ordinal")
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="move_to_digest")]

    def __str__(self) -> str:
        return f"{self.tag_id} #{self.ordinal}"


class Discovered(models.Model):
    """What one discovery of an artefact asked, and every answer that it got."""

    digest = models.CharField(max_length=DIGEST)
    changed_at = models.DateTimeField()
    """When its answers became what they are."""
    crawl_id = models.BigIntegerField()
    """The crawl that found these answers, as a plain number."""
    is_complete = models.BooleanField()
    """Every place gave a usable answer, and all that is listed was opened."""
    places = models.JSONField(default=list)
    """`core.oci.places.PlaceAnswer`, in order, as objects."""
    answers = models.JSONField(default=list)
    """What was asked in order and what came (`values.Told`); bytes by their SHA-256."""
    evidence = models.CharField(max_length=HEX)
    """SHA-256 over `answers`: equal ones give equal verdicts at one instant."""
    index_digest = models.CharField(max_length=DIGEST, blank=True)
    """Of an index whose platform this is, when it was looked at because of that only."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.digest


class Look(Discovered):
    """The newest discovery of one artefact."""

    repository = models.ForeignKey(ImageRepository, on_delete=models.CASCADE, related_name="looks")
    looked_at = models.DateTimeField()
    """When the place last confirmed it."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["repository", "digest"], name="one_look_per_artefact")
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="look_by_digest")]


class PastLook(Discovered):
    """Answers that others replaced, kept once: what was known then can be judged again."""

    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="past_looks"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["repository", "digest", "evidence"], name="one_past_look_of_an_evidence"
            )
        ]


class Attachment(models.Model):
    """A manifest hung on another at a place, from then to then; it opens anew when it comes back."""

    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="attachments"
    )
    artefact_digest = models.CharField(max_length=DIGEST)
    """The artefact in whose discovery it was found."""
    subject_digest = models.CharField(max_length=DIGEST)
    """What it is attached to: that artefact, a platform of it, or another attached manifest."""
    digest = models.CharField(max_length=DIGEST)
    manifest = models.ForeignKey(
        Manifest, null=True, on_delete=models.SET_NULL, related_name="attachments"
    )
    """Null where it is listed and could not be had."""
    place = models.CharField(max_length=20)
    """`core.oci.places.Place`."""
    ordinal = models.PositiveIntegerField(default=0)
    """Counts how often it came (back) to this place."""
    depth = models.PositiveSmallIntegerField()
    is_lost = models.BooleanField()
    """The place lists it, and it cannot be had or belongs to something else."""
    because = models.TextField(blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    """When it was first no longer there; null: it hangs there."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    *("repository", "artefact_digest", "subject_digest"),
                    *("digest", "place", "ordinal"),
                ],
                name="one_attachment_per_time",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["digest"], name="attachment_by_digest"),
            models.Index(fields=["subject_digest"], name="attachment_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.digest} on {self.subject_digest}"


class Round(models.Model):
    """The newest crawl of a source, so that one that was stopped goes on where it was."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True)
    crawl = models.ForeignKey(Crawl, null=True, on_delete=models.SET_NULL, related_name="+")
    began_at = models.DateTimeField()
    """Repositories that were not looked at since come first."""
    ended_at = models.DateTimeField(null=True)
    """Null while some are left."""
    is_changed = models.BooleanField(default=False)
    """Whether anything new was seen in it so far."""

    def __str__(self) -> str:
        return f"{self.source_id} {self.began_at:%Y-%m-%d %H:%M}"


class FollowedRoot(models.Model):
    """A trust material of a team that is a target of a TUF source: when that rotates, it does."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="followed_roots")
    material = models.CharField(max_length=200)
    """The name of the `policies.TrustMaterial` of which the target's bytes become versions."""
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="followed_roots")
    path = models.CharField(max_length=NAME)
    """Of the target, as the repository lists it."""
    reason = models.TextField()
    begun_by_name = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    """When what the source vouches for was last compared with what is in force."""
    because = models.TextField(blank=True)
    """Why it could not be followed when it was last looked at; empty: it could."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "material"],
                condition=models.Q(ended_at__isnull=True),
                name="one_followed_root_of_a_material",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["source"],
                name="followed_roots_of_source",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.material} from {self.path}"


# Projections: made from blobs, and made again by `trustui rebuild` --------------------------------


class Platform(models.Model):
    """An entry of an index."""

    index = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="platforms")
    position = models.PositiveIntegerField()
    digest = models.CharField(max_length=DIGEST)
    platform = models.CharField(max_length=200, blank=True)
    """`os/architecture/variant/version` as far as stated."""
    is_attestation = models.BooleanField()
    """BuildKit put an attestation here; it runs on nothing."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["index", "position"], name="one_entry_per_position")
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="platform_by_digest")]

    def __str__(self) -> str:
        return self.platform or self.digest


class Identity(models.Model):
    """Who signs, as certificates name them: a subject in the words of an issuer."""

    identity_id = models.CharField(max_length=HEX, unique=True)
    """SHA-256 over issuer and subject as they really are."""
    issuer = models.CharField(max_length=NAME)
    subject = models.CharField(max_length=NAME)
    folded = models.TextField(default="")
    """The subject without regard to case (`names.folded`), through which a search looks."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject", "id"], name="identities_by_subject")]

    def __str__(self) -> str:
        return self.subject


class Certificate(models.Model):
    """A certificate that a signature carries for its key."""

    fingerprint = models.CharField(max_length=HEX, unique=True)
    """SHA-256 of its DER."""
    subject = models.CharField(max_length=NAME)
    issuer = models.CharField(max_length=NAME)
    """Distinguished names, RFC 4514."""
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    identity = models.ForeignKey(
        Identity, null=True, on_delete=models.PROTECT, related_name="certificates"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["not_after", "id"], name="certificate_expiry"),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:12]


class ImageSignature(models.Model):
    """What one signature claims, unverified: the verdict says what is true of it."""

    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="signatures"
    )
    subject_digest = models.CharField(max_length=DIGEST)
    """The artefact that it hangs on."""
    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="signatures")
    position = models.PositiveIntegerField()
    """Of the layer in its manifest."""
    content_digest = models.CharField(max_length=DIGEST)
    """Of that layer: the payload, the bundle, the statement, the envelope."""
    format = models.CharField(max_length=20)
    """`cosign`, `sigstore_bundle` or `notation`."""
    kind = models.CharField(max_length=12)
    """`signature` or `attestation`."""
    predicate_type = models.CharField(max_length=NAME, blank=True)
    identity = models.ForeignKey(
        Identity, null=True, on_delete=models.PROTECT, related_name="signatures"
    )
    certificate = models.ForeignKey(
        Certificate, null=True, on_delete=models.PROTECT, related_name="signatures"
    )
    key_fingerprint = models.CharField(max_length=HEX, blank=True)
    """SHA-256 of the subject public key info, DER, where the signature says which key."""
    logged_at = models.DateTimeField(null=True)
    """The time of its first log entry, as that claims."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["manifest", "position"], name="one_signature_per_layer")
        ]
        indexes: ClassVar = [
            models.Index(fields=["identity", "-id"], name="signatures_of_identity"),
            models.Index(fields=["key_fingerprint", "-id"], name="signatures_of_key"),
            models.Index(fields=["subject_digest", "repository"], name="signatures_of_artefact"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.content_digest[:19]}"


class RepositorySigner(models.Model):
    """How often an identity signs in a repository, and when that was seen: kept by `signing`."""

    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="signers"
    )
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="signers")
    """Of the repository; says whose it is without a look at that."""
    identity = models.ForeignKey(
        Identity, on_delete=models.PROTECT, related_name="repositories", db_index=False
    )
    signatures = models.PositiveIntegerField()
    """`ImageSignature` rows of both."""
    first_at = models.DateTimeField()
    newest_at = models.DateTimeField()
    """When the manifests of the first and of the newest of them were first seen."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["identity", "repository"], name="one_row_per_signer")
        ]

    def __str__(self) -> str:
        return f"{self.identity_id} in {self.repository_id}"


class SignatureTerm(TermRow):
    """Until when a signature can be good, as it says itself (`core.images.notation.terms`).

    The signature is a layer of `manifest`; the fingerprint is that of the certificate in question.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="signature_terms")
    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="signature_terms"
    )
    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="terms")
    position = models.PositiveIntegerField()
    """Of the layer in its manifest."""
    subject_digest = models.CharField(max_length=DIGEST)
    """What it hangs on."""
    is_in_force = models.BooleanField(default=False)
    """It hangs there, and a tag of a person leads to the artefact, through an index or not."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["manifest", "position"], name="one_term_per_layer")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at", "id"],
                name="signature_expiry",
                condition=models.Q(is_in_force=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.title}"
