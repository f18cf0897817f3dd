"""A registry of images in the database: a story of the demo, crawled and concluded as in use."""

import shutil
import weakref
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from django.db import transaction

from trustui.accounts.models import Team
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.registry import open_registry
from trustui.crawl.sources.oci_layout import PREFIX
from trustui.demo.images.stories import crane_controller, terminal_suite
from trustui.demo.images.story import ImageStory
from trustui.demo.images.trust import (
    POLICIES,
    PUBLIC_KEY,
    TRUSTED_ROOT,
    policies,
    public_key,
    trusted_root,
)
from trustui.demo.layout import write_files
from trustui.images.crawling import crawl_images
from trustui.images.models import Identity, ImageRepository, ImageSignature, Tag
from trustui.images.names import folded
from trustui.images.recording import record
from trustui.images.remembering import kept_bodies, known_repositories, orders_for
from trustui.images.signing import keep_signers, signers_in
from trustui.images.values import KnownRepository
from trustui.inventory.models import Source
from trustui.inventory.text import identity
from trustui.policies.image_policies import set_policy
from trustui.policies.materials import set_material
from trustui.policies.models import ImagePolicyVersion
from trustui.verdicts.image_concluding import conclude_images
from trustui.verdicts.image_verifying import verifiers
from trustui.verdicts.models import ArtefactVerdict

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""When the stories are told."""


class _Memory:
    """What is stored of a source, read in the test's own transaction."""

    def __init__(self, source_id: int) -> None:
        self._source_id = source_id

    def known(self, names: Sequence[str]) -> Mapping[str, KnownRepository]:
        return known_repositories(self._source_id, names)

    def bodies(self, repository_id: int, digests: Sequence[str]) -> Mapping[str, bytes]:
        return kept_bodies(repository_id, digests)


class Registered:
    """A layout of a team. Crawled and concluded about at instants that the test names."""

    def __init__(
        self, team: Team, story: ImageStory, *, name: str = "", at: datetime = NOW
    ) -> None:
        self.story = story
        self.folder = Path(mkdtemp(prefix="trustui-images-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.source = Source.objects.create(
            team=team,
            name=name or story.name,
            kind="oci_layout",
            location=f"{PREFIX}{self.folder}",
            location_id=identity(str(self.folder)),
            repositories=[f"localhost/{story.name}"],
            every_seconds=3600,
            created_at=min(at, story.past[0].since),
        )

    def crawl(self, at: datetime, files: Mapping[str, bytes] | None = None) -> None:
        """Crawl what the layout holds, at an instant, record and conclude."""
        write_files(self.story.files if files is None else files, self.folder)
        judges = verifiers([self.source.pk])
        order = orders_for([self.source.pk], judges, at)[self.source.pk]
        options = ImageOptions(local_roots=(self.folder,))
        with closing(open_registry(self.source.location, options)) as registry:
            result = crawl_images(order, registry, _Memory(self.source.pk), lambda: at)
        with transaction.atomic():
            conclude_images(record([result], at), at)

    def live(self) -> "Registered":
        """Everything that the story tells, crawled when it came."""
        for served in self.story.past:
            self.crawl(served.since, served.files)
        return self

    @property
    def repository(self) -> ImageRepository:
        return ImageRepository.objects.get(source=self.source)

    def tag(self, name: str = "") -> Tag:
        tags = Tag.objects.filter(repository=self.repository, is_helper=False)
        return tags.get(name=name) if name else tags.order_by("pk")[0]

    @property
    def verdict(self) -> ArtefactVerdict:
        found = ArtefactVerdict.objects.filter(repository=self.repository)
        newest = found.exclude(policy=None).order_by("-at", "-id").first()
        assert newest is not None
        return newest

    @property
    def signature(self) -> ImageSignature:
        found = ImageSignature.objects.filter(repository=self.repository)
        newest = found.order_by("-identity", "id").select_related("manifest", "identity").first()
        assert newest is not None
        return newest


def expect(team: Team, by_name: str = "alice", at: datetime | None = None) -> ImagePolicyVersion:
    """The policies of the demo, with the key and the trusted root that they name."""
    at = at or min(
        one.since for tell in (terminal_suite, crane_controller) for one in tell(NOW).past
    )
    for name, body in (
        (TRUSTED_ROOT, trusted_root(NOW, rotated=True)),
        (PUBLIC_KEY, public_key(NOW)),
    ):
        set_material(
            team=team,
            name=name,
            body=body,
            origin=name,
            by=None,
            by_name=by_name,
            reason="the vendor read it out over the phone",
            now=at,
        )
    return set_policy(
        team=team,
        name=POLICIES,
        language="expectations",
        body=policies(),
        by=None,
        by_name=by_name,
        reason="what the vendor promised",
        now=at,
    )


def sign_as(registered: Registered, subject: str) -> Identity:
    """Let the first signature of a registry claim a certificate of somebody; gives whom."""
    issuer = "https://accounts.example.org"
    made = Identity.objects.create(
        identity_id=identity(f"{issuer} {subject}"),
        issuer=issuer,
        subject=subject,
        folded=folded(subject),
    )
    signature = registered.signature
    layers = [(signature.manifest_id, signature.position)]
    before = signers_in(layers)
    ImageSignature.objects.filter(pk=signature.pk).update(identity=made)
    keep_signers(before, signers_in(layers))
    return made
