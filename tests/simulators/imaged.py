"""A source of artefacts in the database with repositories in memory behind it, crawled on demand."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from django.db import models, transaction

from tests.simulators.image_repository import Repository
from trustui.accounts.models import Team
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.references import parse_digest
from trustui.core.oci.requests import ImageRequest
from trustui.crawl.image_source import Coming, Head, Listing, Referrers
from trustui.images.budget import ImageLimits
from trustui.images.crawling import crawl_images
from trustui.images.models import (
    Attachment,
    Certificate,
    Identity,
    ImageSignature,
    Manifest,
    Platform,
    RepositorySigner,
    Tag,
    TagMove,
)
from trustui.images.recording import record
from trustui.images.remembering import kept_bodies, known_repositories, orders_for
from trustui.images.values import ImageResult, KnownRepository, RecordedImages, Verify
from trustui.inventory.models import Source

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOST = "registry.example"

_numbers = count(1)


class OneRepository:
    """An `ImageSource` over a repository in memory that counts what it is asked."""

    def __init__(self, name: str, behind: Repository, asked: Counter[str], hint: Referrers) -> None:
        self.location = f"{HOST}/{name}"
        self.referrers = hint
        self._name = name
        self._behind = behind
        self._asked = asked

    def ask(self, request: ImageRequest) -> Document | Problem:
        if request.kind == "referrers" and self.referrers is Referrers.NOT_OFFERED:
            return Problem(self.location, ProblemKind.ABSENT, "not offered when it was probed")
        self._asked[request.kind] += 1
        answer = self._behind.ask(request)
        if request.kind == "referrers":
            self.referrers = _told_by(answer)
        return answer

    def ask_many(self, requests: Sequence[ImageRequest]) -> list[Document | Problem]:
        return [self.ask(request) for request in requests]

    def begin(self, requests: Sequence[ImageRequest]) -> Coming:
        return partial(self.ask_many, requests)

    def heads(self, names: Sequence[str]) -> list[Head | Problem]:
        self._asked["head"] += len(names)
        return [self._head(name) for name in names]

    def tags(self) -> Listing | Problem:
        self._asked["tags"] += 1
        problem = self._behind.problems.get("tags")
        if problem is not None:
            return Problem(self.location, problem, "as the test says")
        cut = "a page could not be read" if "page" in self._behind.problems else ""
        return Listing(tuple(self._behind.tags), cut)

    def close(self) -> None:
        pass

    def _head(self, name: str) -> Head | Problem:
        digest = name if ":" in name else self._behind.tags.get(name, "")
        for one in (name, digest):
            if one in self._behind.problems:
                return Problem(self.location, self._behind.problems[one], "as the test says")
        if digest not in self._behind.blobs:
            return Problem(self.location, ProblemKind.ABSENT, "not found")
        media_type = self._behind.types.get(digest, "")
        return Head(
            self.location, parse_digest(digest), media_type, len(self._behind.blobs[digest])
        )


def _told_by(answer: Document | Problem) -> Referrers:
    if isinstance(answer, Document):
        return Referrers.OFFERED
    is_absent = answer.kind is ProblemKind.ABSENT
    return Referrers.NOT_OFFERED if is_absent else Referrers.UNKNOWN


class ImagePlace:
    """A `Registry` over repositories in memory."""

    def __init__(self, repositories: Mapping[str, Repository]) -> None:
        self.location = f"oci://{HOST}"
        self.host = HOST
        self.behind = dict(repositories)
        self.asked: Counter[str] = Counter()
        self.catalogue: Listing | Problem | None = None
        self.opened: list[str] = []

    def repositories(self) -> Listing | Problem:
        self.asked["catalogue"] += 1
        return self.catalogue or Listing(tuple(self.behind))

    def open(self, name: str, referrers: Referrers = Referrers.UNKNOWN) -> OneRepository:
        self.opened.append(name)
        behind = self.behind.get(name) or Repository(problems={"tags": ProblemKind.ABSENT})
        return OneRepository(name, behind, self.asked, referrers)

    def requests(self) -> tuple[int, int]:
        return self.asked.total(), 0

    def notices(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        pass


class StoreMemory:
    """A `Memory` in the test's own transaction."""

    def __init__(self, source_id: int) -> None:
        self._source_id = source_id
        self.read: list[str] = []

    def known(self, names: Sequence[str]) -> Mapping[str, KnownRepository]:
        return known_repositories(self._source_id, names)

    def bodies(self, repository_id: int, digests: Sequence[str]) -> Mapping[str, bytes]:
        self.read += digests
        return kept_bodies(repository_id, digests)


def new_source(repositories: Sequence[str] = (), kind: str = "oci_registry") -> Source:
    team, _ = Team.objects.get_or_create(name="Delivery", defaults={"created_at": START})
    name = f"registry {next(_numbers)}"
    return Source.objects.create(
        team=team,
        name=name,
        kind=kind,
        location=f"oci://{HOST}",
        location_id="0" * 64,
        repositories=list(repositories),
        every_seconds=900,
        created_at=START,
    )


class Imaged:
    """One source and its place."""

    def __init__(
        self, repositories: Mapping[str, Repository], *, chosen: Sequence[str] = ()
    ) -> None:
        self.place = ImagePlace(repositories)
        self.source = new_source(chosen)
        self.verified: list[str] = []
        self.verify: Verify = self._verify

    def _verify(self, _full_name: str, digest: str, _ask: object, _at: datetime) -> Any:
        self.verified.append(digest)
        return f"draft of {digest}"

    def look(
        self,
        at: datetime,
        limits: ImageLimits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> ImageResult:
        """A portion that nobody has recorded yet."""
        self.place.asked.clear()
        self.place.opened.clear()
        self.verified.clear()
        order = orders_for([self.source.pk], {self.source.pk: self.verify}, at)[self.source.pk]
        ticks = count()
        return crawl_images(
            order,
            self.place,
            StoreMemory(self.source.pk),
            lambda: at + next(ticks) * timedelta(milliseconds=1),
            limits=limits,
            monotonic=monotonic,
        )

    def crawl(self, at: datetime, limits: ImageLimits | None = None) -> RecordedImages:
        """A portion that is recorded at once."""
        (recorded,) = keep([self.look(at, limits)], at)
        return recorded

    def moves(self, tag: str) -> list[str]:
        """Where a tag pointed, in order."""
        found = TagMove.objects.filter(tag__repository__source=self.source, tag__name=tag)
        return list(found.order_by("ordinal").values_list("digest", flat=True))

    def tag(self, name: str) -> Tag:
        return Tag.objects.select_related("move").get(repository__source=self.source, name=name)

    def attached(self) -> list[tuple[str, str, bool]]:
        """What hangs there now: subject, digest, whether it is lost."""
        found = Attachment.objects.filter(repository__source=self.source, gone_at=None)
        return list(found.order_by("pk").values_list("subject_digest", "digest", "is_lost"))


def keep(results: Sequence[ImageResult], now: datetime) -> list[RecordedImages]:
    """Record in a transaction of its own, as the job does."""
    with transaction.atomic():
        return record(results, now)


# Projections --------------------------------------------------------------------------------------

_INSTEAD_OF_IDS = {
    "index": ("index__repository_id", "index__digest"),
    "manifest": ("manifest__repository_id", "manifest__digest"),
    "identity": ("identity__identity_id",),
    "certificate": ("certificate__fingerprint",),
}


def projections() -> dict[str, list[str]]:
    """Every projected row without its own ids."""
    models_ = (Manifest, Platform, Identity, Certificate, ImageSignature, RepositorySigner)
    return {model.__name__: sorted(map(repr, _rows(model))) for model in models_}


def _rows(model: type[models.Model]) -> list[tuple[Any, ...]]:
    names: list[str] = []
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            names += _INSTEAD_OF_IDS.get(field.name, (field.attname,))
    return list(model._default_manager.values_list(*names))
