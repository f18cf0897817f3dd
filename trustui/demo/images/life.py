"""The images of the demo world live beside its TUF repositories: pushed, crawled, judged, lapsed.

What happens is what a server does that runs all along, at the time when it happened: what an OCI layout
holds is crawled a little after each push, certificates run out, and the trusted root that the vendor
publishes in its TUF repository is followed.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from trustui.crawl.image_source import ImageOptions
from trustui.crawl.registry import open_registry
from trustui.crawl.sources.oci_layout import PREFIX
from trustui.demo.images.code_signing import TRUST_POLICY, stores, trust_policy
from trustui.demo.images.story import ImageStory
from trustui.demo.images.trust import PUBLIC_KEY, TRUSTED_ROOT, policies, public_key
from trustui.demo.images.world import IMAGES
from trustui.demo.serving import Serving
from trustui.demo.site import REASON, Site
from trustui.images.crawling import crawl_images
from trustui.images.models import FollowedRoot, ImageRepository
from trustui.images.recording import record
from trustui.images.remembering import kept_bodies, known_repositories, orders_for
from trustui.images.values import ImageOrder, ImageResult, KnownRepository
from trustui.inventory.models import Source
from trustui.inventory.sources import add_source, place_options
from trustui.policies.image_policies import set_policy
from trustui.policies.materials import set_material
from trustui.policies.models import Language, TrustMaterial
from trustui.verdicts.image_concluding import ask_again, conclude_artefacts, conclude_images
from trustui.verdicts.image_findings import keep_history
from trustui.verdicts.image_remembering import load
from trustui.verdicts.image_sweeping import apply_marks, due, verified_again
from trustui.verdicts.image_verifying import verifiers
from trustui.verdicts.models import ArtefactStanding, Cause
from trustui.verdicts.remembering import load as load_sources
from trustui.verdicts.root_following import (
    Rotated,
    follow_root,
    keep_rotated,
    look_at,
    open_files,
)

POLICY = "vendor images"
EVERYTHING = 100_000
"""More artefacts than the world has."""


class ImageLife:
    """Where the images are in their life; everything goes by the names of the repositories.

    Nobody watches them before `expect` was called.
    """

    def __init__(self, site: Site, stories: Sequence[ImageStory]) -> None:
        self.sources: dict[str, int] = {}
        self.crawls = 0
        self._site = site
        self._stories = {story.name: story for story in stories}
        self._serving: dict[str, Serving] = {}
        self._lived_until: datetime | None = None

    @property
    def is_expecting(self) -> bool:
        """Whether somebody said what is expected of the images."""
        return bool(self._serving)

    @property
    def next_at(self) -> datetime | None:
        """When something happens next."""
        looks = [one.next_look for one in self._serving.values()]
        standings = ArtefactStanding.objects.all()
        if self._lived_until is not None:
            standings = standings.filter(valid_until__gt=self._lived_until)
        lapse = standings.aggregate(at=Min("valid_until"))["at"]
        return min((at for at in (*looks, lapse) if at is not None), default=None)

    def expect(self, releases: Source, at: datetime, now: datetime) -> None:
        """From `at` on images are watched: the vendor's trusted root is followed, policies set.

        `now` is when the world was made: its keys come from it.
        """
        follow_root(
            team=self._site.team,
            material=TRUSTED_ROOT,
            source=releases,
            path=TRUSTED_ROOT,
            by_name=self._site.user.username,
            reason=REASON,
            now=at,
        )
        self.follow(at)
        for title, body in {PUBLIC_KEY: public_key(now), **stores(now)}.items():
            self._trust(title, body, at)
        by_workflow = "what the port runs comes from the vendor's workflow, or from its key"
        self._expect(POLICY, Language.EXPECTATIONS, policies(), by_workflow, at)
        by_department = "the vendor signs older products with Notation, by its department Release"
        self._expect(TRUST_POLICY, Language.NOTATION, trust_policy(), by_department, at)
        for story in self._stories.values():
            states = [(one.since, one.files) for one in story.past]
            self._serving[story.name] = Serving(states, self._folder(story.name), at)

    def _trust(self, title: str, body: bytes, at: datetime) -> None:
        set_material(
            team=self._site.team,
            name=title,
            body=body,
            origin=title,
            by=self._site.user,
            by_name=self._site.user.username,
            reason=REASON,
            now=at,
        )

    def _expect(self, name: str, language: str, body: bytes, reason: str, at: datetime) -> None:
        set_policy(
            team=self._site.team,
            name=name,
            language=language,
            body=body,
            by=self._site.user,
            by_name=self._site.user.username,
            reason=reason,
            now=at,
        )

    def follow(self, at: datetime) -> None:
        """Compare the trusted root in force with what the vendor's TUF repository vouches for."""
        found = [_looked(one, at) for one in FollowedRoot.objects.select_related("source")]
        with transaction.atomic():
            made = keep_rotated(found, at)
            if made:
                everywhere = ImageRepository.objects.values_list("pk", flat=True)
                ask_again(dict.fromkeys(everywhere, Cause.ANCHOR), at)
        verify_due(at)

    def go_on(self, at: datetime) -> None:
        """Live through one instant."""
        for name, serving in self._serving.items():
            if serving.next_look == at:
                serving.turn_to(at)
                self._look([self._watched(name, at)], at)
        verify_due(at)
        self._lived_until = at

    def look_at_all(self, at: datetime) -> None:
        """Crawl everything once more."""
        self._look([self._watched(name, at) for name in self._serving], at)

    def _look(self, source_ids: Sequence[int], at: datetime) -> None:
        self.crawls += len(look_at_images(source_ids, at))

    def _watched(self, name: str, at: datetime) -> int:
        """The source of a repository, which is watched from its first push on."""
        if name not in self.sources:
            location = f"{PREFIX}{self._folder(name)}"
            source = add_source(
                team=self._site.team,
                name=name,
                location=location,
                actor=self._site.actor,
                now=at,
            )
            self.sources[name] = source.pk
        return self.sources[name]

    def _folder(self, name: str) -> Path:
        return self._site.folder / IMAGES / name


class _Memory:
    """What is stored of one source, read by this very thread."""

    def __init__(self, source_id: int) -> None:
        self._source_id = source_id

    def known(self, names: Sequence[str]) -> Mapping[str, KnownRepository]:
        return known_repositories(self._source_id, names)

    def bodies(self, repository_id: int, digests: Sequence[str]) -> Mapping[str, bytes]:
        return kept_bodies(repository_id, digests)


def look_at_images(source_ids: Sequence[int], at: datetime) -> list[ImageResult]:
    """Crawl these sources at an instant, record and conclude in one transaction, as the job does."""
    orders = orders_for(source_ids, verifiers(source_ids), at)
    results = [_crawled(orders[pk], at) for pk in source_ids]
    with transaction.atomic():
        conclude_images(record(results, at), at)
    return results


def verify_due(at: datetime) -> None:
    """Verify again from the store what time or trust may have changed, as the job does."""
    choice = due(at, EVERYTHING)
    artefacts = load(choice.keys, None) or []
    if not (artefacts or choice.marks):
        return
    with transaction.atomic():
        conclude_artefacts([verified_again(one, at) for one in artefacts], at)
        keep_history(apply_marks(choice.marks), at)


def _crawled(order: ImageOrder, at: datetime) -> ImageResult:
    options = ImageOptions(local_roots=settings.TRUSTUI.local_roots)
    with closing(open_registry(order.location, options)) as registry:
        return crawl_images(order, registry, _Memory(order.source_id), lambda: at)


def _looked(followed: FollowedRoot, at: datetime) -> Rotated:
    source = followed.source
    options = place_options(source.allow_addresses, settings.TRUSTUI.local_roots)
    [remembered] = load_sources([source.pk])
    with closing(open_files(source, options)) as files:
        return look_at(followed.pk, followed.path, _in_force(followed), remembered, files, at)


def _in_force(followed: FollowedRoot) -> str:
    rows = TrustMaterial.objects.filter(team=followed.team_id, name=followed.material)
    return rows.filter(is_current=True).values_list("sha256", flat=True).first() or ""
