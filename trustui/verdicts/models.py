"""What was concluded about sources, and about artefacts in registries."""

from typing import ClassVar

from django.db import models

from trustui.images.models import DIGEST, ImageRepository
from trustui.inventory.models import HEX, NAME, Crawl, Source
from trustui.policies.models import Anchor, ImagePolicyVersion


class Cause(models.TextChoices):
    """Why a verdict was made."""

    EVIDENCE = "evidence", "the source showed something else"
    TIME = "time", "an instant passed"
    ANCHOR = "anchor", "what is trusted changed"
    VERIFIER = "verifier", "trustui was upgraded"
    IMPORT = "import", "a past was imported"
    REVOCATION = "revocation", "an authority said something else about certificates"


class Made(models.Model):
    """What every verdict is, whatever it is about; never changed."""

    crawl = models.ForeignKey(Crawl, null=True, on_delete=models.SET_NULL, related_name="+")
    """The first crawl that gave this evidence."""
    evidence = models.CharField(max_length=HEX)
    """SHA-256 over what was answered: of a source with its anchor (`evidence.digest_of`), of an
    artefact that of its `images.Look`."""
    verifier = models.CharField(max_length=40)
    at = models.DateTimeField()
    """When it was made; of an imported past, the instant that it tells of."""
    recorded_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    """When the same evidence will mean something else, as known when it was made; null: never."""
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
        abstract = True

    @property
    def meaning(self) -> tuple[str, str, str]:
        """Outcome, trust state, first failing check: what an event tells of when it is another."""
        return self.outcome, self.trust_state, self.first_failing


class Verdict(Made):
    """One conclusion about a source, with its trace."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="verdicts")
    anchor = models.ForeignKey(Anchor, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["source", "at", "id"], name="verdicts_of_source"),
            models.Index(fields=["-at", "-id"], name="verdicts_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.trust_state}"


class TraceInShort(models.Model):
    """Of a very long trace what pages show of it (`condensing`); what it says stands in the verdict.

    Verdicts of an earlier version have none, and are read whole.
    """

    verdict = models.OneToOneField(
        Verdict, on_delete=models.CASCADE, primary_key=True, related_name="in_short"
    )
    body = models.BinaryField()
    """zlib of JSON: `answers.Answer` with some of its steps."""

    def __str__(self) -> str:
        return f"trace of {self.verdict_id}"


class SourceVerdict(models.Model):
    """The verdict in force of a source, and since when it has been what it is."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True)
    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10)
    trust_state = models.CharField(max_length=20)
    since = models.DateTimeField()
    """Since when it has had this outcome, trust state and first failing check."""
    valid_until = models.DateTimeField(null=True)
    """When it is to be concluded again because time has passed; null: never."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["valid_until"], name="standing_lapses"),
            models.Index(fields=["trust_state"], name="standing_state"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.trust_state}"


class ArtefactVerdict(Made):
    """One conclusion about an artefact of a repository, with its trace."""

    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="verdicts"
    )
    digest = models.CharField(max_length=DIGEST)
    policy = models.ForeignKey(
        ImagePolicyVersion, null=True, on_delete=models.PROTECT, related_name="verdicts"
    )
    """The one that covers the repository; null: none did."""
    trust = models.CharField(max_length=HEX)
    """SHA-256 over what that policy asks of this repository and the files it rests on."""
    rests_on = models.JSONField(default=dict)
    """`policy`, `version`, `pattern`, and `materials` with their versions; empty: not covered."""
    nearest = models.CharField(max_length=NAME, blank=True)
    """The group of the trace's steps that came closest, where no signature was good."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["repository", "digest", "at", "id"], name="verdicts_of_artefact"),
            models.Index(fields=["-at", "-id"], name="artefact_verdicts_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.digest[:19]}: {self.trust_state}"


class ArtefactStanding(models.Model):
    """The verdict in force of an artefact; the state of a tag is that of its digest."""

    repository = models.ForeignKey(
        ImageRepository, on_delete=models.CASCADE, related_name="standings"
    )
    digest = models.CharField(max_length=DIGEST)
    verdict = models.ForeignKey(ArtefactVerdict, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10)
    trust_state = models.CharField(max_length=20)
    since = models.DateTimeField()
    """Since when it has had this outcome, trust state and first failing check."""
    valid_until = models.DateTimeField(null=True)
    """When it is to be concluded again because time has passed; null: never."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["repository", "digest"], name="one_standing_of_an_artefact"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["valid_until"], name="artefact_standing_lapses"),
            models.Index(fields=["trust_state"], name="artefact_standing_state"),
            models.Index(fields=["digest"], name="artefact_standing_elsewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.digest[:19]}: {self.trust_state}"


class RepositoryCount(models.Model):
    """How the tags for people and the artefacts of a repository stand now: kept by `image_counting`.

    What an index that is trusted lists, and is not signed itself, is trusted. Where nothing was
    counted yet there is no row.
    """

    repository = models.OneToOneField(ImageRepository, on_delete=models.CASCADE, primary_key=True)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="image_counts")
    """Of the repository; says whose it is without a look at that."""
    tags = models.IntegerField(default=0)
    """Tags for people that the registry lists."""
    tags_signed = models.IntegerField(default=0)
    tags_trusted = models.IntegerField(default=0)
    tags_failing = models.IntegerField(default=0)
    tags_unknown = models.IntegerField(default=0)
    """Of these nobody could say, because something could not be read."""
    digests = models.IntegerField(default=0)
    """Artefacts that were concluded about."""
    digests_signed = models.IntegerField(default=0)
    digests_trusted = models.IntegerField(default=0)
    digests_failing = models.IntegerField(default=0)
    digests_unknown = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.repository_id}: {self.tags_trusted} of {self.tags}"


class DueRepository(models.Model):
    """A repository whose artefacts are to be verified again from the store, and how far that is."""

    repository = models.OneToOneField(ImageRepository, on_delete=models.CASCADE, primary_key=True)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    after = models.BigIntegerField(default=0)
    """The number of the last `images.Look` that is done."""
    asked = models.PositiveIntegerField(default=1)
    """Counts how often it was asked for: what is under way when it is asked again begins anew."""
    since = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["since"], name="due_repositories_in_turn")]

    def __str__(self) -> str:
        return f"{self.repository_id} since {self.since:%Y-%m-%d %H:%M}"


class Finding(models.Model):
    """Something that a verification noticed, from when to when."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="findings")
    repository = models.ForeignKey(
        ImageRepository, null=True, on_delete=models.CASCADE, related_name="findings"
    )
    """Of a registry's source: where it was noticed."""
    digest = models.CharField(max_length=DIGEST, blank=True, db_default="")
    """The artefact that it is about; empty: the repository, or a source without any."""
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
        indexes: ClassVar = [
            models.Index(fields=["check_id", "gone_at"], name="findings_by_check"),
            models.Index(fields=["-first_seen_at", "-id"], name="findings_newest"),
            models.Index(
                fields=["-first_seen_at", "-id"],
                name="open_findings_newest",
                condition=models.Q(gone_at__isnull=True),
            ),
            models.Index(
                fields=["-gone_at", "-id"],
                name="ended_findings_newest",
                condition=models.Q(gone_at__isnull=False),
            ),
            models.Index(
                fields=["repository", "digest"],
                name="findings_of_artefact",
                condition=models.Q(repository__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} on {self.on}"


class Acceptance(models.Model):
    """A person lives with a finding, for a reason and until a day.

    It goes by what the finding is about and not by its row: a finding that a bad crawl missed and
    the next one meets again stays accepted. It holds for the severity that was accepted.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="acceptances")
    check_id = models.CharField(max_length=100)
    on_id = models.CharField(max_length=HEX)
    severity = models.CharField(max_length=10)
    reason = models.TextField()
    by_name = models.CharField(max_length=200)
    accepted_at = models.DateTimeField()
    until = models.DateField()
    """The last day, UTC, on which it holds."""
    ended_at = models.DateTimeField(null=True)
    """When somebody reopened it or accepted it anew; null: it holds until its day has passed."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "check_id", "on_id"],
                condition=models.Q(ended_at__isnull=True),
                name="one_acceptance_of_a_finding",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "check_id", "on_id"], name="acceptances_of_finding")
        ]

    def __str__(self) -> str:
        return f"{self.check_id} until {self.until}"


class Held(models.Model):
    """A source of which new evidence waits to be concluded until the clock can be believed."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True)
    crawl = models.ForeignKey(Crawl, null=True, on_delete=models.SET_NULL, related_name="+")
    """The one whose evidence waits."""
    changes = models.JSONField(default=list)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source_id} since {self.since:%Y-%m-%d %H:%M}"


class ClockDoubt(models.Model):
    """A machine whose clock is in doubt, until something or somebody confirms it."""

    host = models.CharField(max_length=255, unique=True)
    since = models.DateTimeField()
    """By the clock that is in doubt."""
    looked_at = models.DateTimeField()
    """When that machine last looked, within a minute; one that is gone looks no more."""
    because = models.TextField()
    confirmed_by = models.CharField(max_length=200, blank=True)
    """`person:NAME`, once a person says that it is right; the machine then believes it."""

    def __str__(self) -> str:
        return f"{self.host}: {self.because}"
