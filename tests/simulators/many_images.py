"""A store of images as it is after years: any number of signatures, the same for one seed.

One registry is crawled and judged for real; beside it stand repositories of rows that are made up,
written past everything that makes them in use. The verdicts of some of these keep the steps of a
real one, so that their pages have as much to say.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.core.management.color import no_style
from django.db import connection, models

from tests.simulators.images import NOW, Registered, expect
from tests.simulators.many_rows import Row, write_rows
from tests.simulators.people import new_user
from trustui.accounts.models import Role, Team, User
from trustui.core.oci.places import Place, PlaceAnswer, PlaceState
from trustui.demo.images.stories import terminal_suite
from trustui.images.models import (
    Attachment,
    Identity,
    ImageRepository,
    ImageSignature,
    Look,
    Manifest,
    RepositorySigner,
    Tag,
    TagMove,
)
from trustui.images.names import folded
from trustui.inventory.models import Blob, Source
from trustui.inventory.text import identity
from trustui.verdicts.image_counting import count_all_repositories
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict

TAGS = 10
SIGNATURES = 2
"""Of one artefact, in one manifest of cosign's."""
SIGNERS_PER_REPOSITORY = 5
"""So many repositories share a signer of their own; each artefact also bears the shared one's."""
SHARED = 50
"""Each so many repositories are signed by somebody who signs everywhere."""
TOLD = 200
"""Repositories whose verdicts keep steps."""
BIG = 2_000
"""Tags of the one big repository, which is the first."""
DAY = timedelta(days=1)
_VERDICT = (
    "id repository digest policy trust rests_on nearest evidence verifier at recorded_at outcome"
    " trust_state first_failing failing_on because cause changes trace"
)


@dataclass(frozen=True)
class ManyImages:
    """Who looks, and at what."""

    person: User
    repositories: int
    signatures: int
    big: int
    """A repository of `BIG` tags."""
    told: tuple[int, ...]
    """Some of `TAGS` tags, whose verdicts keep steps."""
    real: int
    """The repository that was crawled for real."""
    own: str
    """Identity that signs in a few repositories."""
    shared: str
    """Identity that signs in many."""


def fill_images(signatures: int, *, seed: int = 1) -> ManyImages:
    """Fill empty tables with about this many signatures, at least those of `SHARED` repositories."""
    team = Team.objects.create(name="Many images", created_at=NOW)
    person = new_user("many-images", team, Role.ADMINISTRATOR)
    expect(team)
    real = Registered(team, terminal_suite(NOW)).live()
    source = Source.objects.create(
        team=team, name="many", kind="oci_registry", location="oci://registry.example",
        location_id="0" * 64, every_seconds=3600, created_at=NOW - 400 * DAY,
    )  # fmt: skip
    repositories = max(SHARED, (signatures - BIG * SIGNATURES) // (TAGS * SIGNATURES))
    made = _Made(random.Random(seed), source.pk, repositories, real.verdict)
    for model, names, rows in (
        (Identity, "id identity_id issuer subject folded", made.identities()),
        (
            ImageRepository,
            "id source name name_id full_name first_seen_at looked_at referrers because",
            made.repositories(),
        ),
        (
            Manifest,
            "id repository digest blob served_type media_type artifact_type kind subject_digest size first_seen_at",
            made.manifests(),
        ),
        (Tag, "id repository name name_id is_helper", made.tags()),
        (
            TagMove,
            "id tag ordinal digest manifest first_seen_at last_seen_at last_crawl_id",
            made.moves(),
        ),
        (
            Look,
            "id repository digest looked_at changed_at crawl_id is_complete places answers evidence index_digest",
            made.looks(),
        ),
        (
            Attachment,
            "id repository artefact_digest subject_digest digest manifest place ordinal depth is_lost because first_seen_at last_seen_at",
            made.attachments(),
        ),
        (
            ImageSignature,
            "id repository subject_digest manifest position content_digest format kind predicate_type identity key_fingerprint",
            made.signatures(),
        ),
        (
            RepositorySigner,
            "id repository source identity signatures first_at newest_at",
            made.signers(),
        ),
        (
            ArtefactVerdict,
            _VERDICT,
            made.verdicts(),
        ),
        (
            ArtefactStanding,
            "id repository digest verdict outcome trust_state since",
            made.standings(),
        ),
    ):
        write_rows(model, names, rows)
    _name_moves()
    count_all_repositories()
    _finish()
    first = made.first_repository
    return ManyImages(
        person=person,
        repositories=repositories + 1,
        signatures=ImageSignature.objects.count(),
        big=first,
        told=tuple(range(first + 1, first + 1 + min(TOLD, repositories - 1))),
        real=real.repository.pk,
        own=_digest("identity", 3),
        shared=_digest("identity", 0),
    )


def filled_images() -> ManyImages | None:
    """What an earlier `fill_images` made; None where there is nothing."""
    person = User.objects.filter(username="many-images").first()
    if person is None:
        return None
    first = ImageRepository.objects.filter(source__name="many").order_by("pk")
    pks = list(first.values_list("pk", flat=True)[: TOLD + 1])
    real = ImageRepository.objects.exclude(source__name="many").get()
    return ManyImages(
        person=person,
        repositories=ImageRepository.objects.count(),
        signatures=ImageSignature.objects.count(),
        big=pks[0],
        told=tuple(pks[1:]),
        real=real.pk,
        own=_digest("identity", 3),
        shared=_digest("identity", 0),
    )


class _Made:
    """The rows. Ids go on from those of the real registry; artefact `n` has tag, look and verdict `n`."""

    def __init__(
        self, chance: random.Random, source: int, repositories: int, verdict: ArtefactVerdict
    ) -> None:
        self._chance = chance
        self._source = source
        self._real = verdict
        self._blob = Blob.objects.order_by("pk").values_list("pk", flat=True)[0]
        self._from = {model: _after(model) for model in _FILLED}
        self._repositories = repositories
        self.first_repository = self._from[ImageRepository]
        self._artefacts = BIG + (repositories - 1) * TAGS

    def _repository(self, artefact: int) -> int:
        """The number of the repository that holds an artefact; the first one holds `BIG`."""
        return 0 if artefact < BIG else 1 + (artefact - BIG) // TAGS

    def _of(self, artefact: int) -> int:
        return self.first_repository + self._repository(artefact)

    def identities(self) -> Iterator[Row]:
        """Number 0 signs everywhere; each few repositories have one of their own after it."""
        for n in range(1 + 1 + self._repositories // SIGNERS_PER_REPOSITORY):
            subject = f"https://git.example/team-{n}/app/.build/release.yml@refs/heads/main"
            yield (
                *(self._from[Identity] + n, _digest("identity", n), "https://git.example"),
                *(subject, folded(subject)),
            )

    def repositories(self) -> Iterator[Row]:
        for n in range(self._repositories):
            name = f"team-{n // 50}/app-{n}"
            yield (
                *(self.first_repository + n, self._source, name, identity(name)),
                *(f"registry.example/{name}", NOW - 300 * DAY, NOW, "offered", ""),
            )

    def manifests(self) -> Iterator[Row]:
        """The image, and after it the manifest of its signatures."""
        kind = "application/vnd.oci.image.manifest.v1+json"
        for n in range(self._artefacts):
            for m, (what, of) in enumerate((("image", ""), ("signature", _oci("image", n)))):
                yield (
                    *(self._from[Manifest] + 2 * n + m, self._of(n), _oci(what, n), self._blob),
                    *(kind, kind, "", what, of, 400, self._seen(n)),
                )

    def _seen(self, artefact: int) -> datetime:
        return NOW - timedelta(minutes=(artefact * 7919) % 400_000 + 60)

    def tags(self) -> Iterator[Row]:
        for n in range(self._artefacts):
            name = f"1.{n}.0"
            yield self._from[Tag] + n, self._of(n), name, identity(name), False

    def moves(self) -> Iterator[Row]:
        for n in range(self._artefacts):
            yield (
                *(self._from[TagMove] + n, self._from[Tag] + n, 0, _oci("image", n)),
                *(self._from[Manifest] + 2 * n, self._seen(n), NOW, 1),
            )

    def looks(self) -> Iterator[Row]:
        answers = (
            PlaceAnswer(Place.REFERRERS, "referrers", PlaceState.EMPTY, ""),
            PlaceAnswer(Place.SIGNATURES, "the tag .sig", PlaceState.LISTED, "", 1),
        )
        places = msgspec.json.encode(answers).decode()
        for n in range(self._artefacts):
            yield (
                *(self._from[Look] + n, self._of(n), _oci("image", n), NOW, self._seen(n), 1),
                *(True, places, "[]", _digest("evidence", n), ""),
            )

    def attachments(self) -> Iterator[Row]:
        for n in range(self._artefacts):
            on = _oci("image", n)
            yield (
                *(self._from[Attachment] + n, self._of(n), on, on, _oci("signature", n)),
                *(self._from[Manifest] + 2 * n + 1, Place.SIGNATURES.value, 0, 1, False, ""),
                *(self._seen(n), NOW),
            )

    def _signers(self, repository: int) -> tuple[int, int]:
        """The one who signs first, and the one who signs beside."""
        own = 1 + repository // SIGNERS_PER_REPOSITORY
        return own, 0 if repository % SHARED == 0 else own

    def signers(self) -> Iterator[Row]:
        pk, first = self._from[RepositorySigner], 0
        for repository in range(self._repositories):
            after = first + (TAGS if repository else BIG)
            seen = [self._seen(n) for n in range(first, after)]
            signers = self._signers(repository)
            for signer in sorted(set(signers)):
                yield (
                    *(pk, self.first_repository + repository, self._source),
                    *(self._from[Identity] + signer, signers.count(signer) * len(seen)),
                    *(min(seen), max(seen)),
                )
                pk += 1
            first = after

    def signatures(self) -> Iterator[Row]:
        for n in range(self._artefacts):
            for position, signer in enumerate(self._signers(self._repository(n))):
                yield (
                    *(self._from[ImageSignature] + SIGNATURES * n + position, self._of(n)),
                    *(_oci("image", n), self._from[Manifest] + 2 * n + 1, position),
                    *(_oci("payload", n), "cosign", "signature", ""),
                    *(self._from[Identity] + signer, ""),
                )

    def verdicts(self) -> Iterator[Row]:
        real = self._real
        steps = bytes(real.trace)
        for n in range(self._artefacts):
            state = self._state(n)
            trace = steps if self._repository(n) <= TOLD else b""
            yield (
                *(self._from[ArtefactVerdict] + n, self._of(n), _oci("image", n)),
                *(None, real.trust, "{}", "", _digest("evidence", n), real.verifier),
                *(self._seen(n), self._seen(n), *state, "", "", "evidence", "[]", trace),
            )

    def _state(self, artefact: int) -> tuple[str, str, str]:
        """Outcome, trust state, first failing check: every thirtieth fails."""
        if artefact % 30 == 0:
            return "failed", "failing", "cosign.identity"
        return "passed", "verified", ""

    def standings(self) -> Iterator[Row]:
        for n in range(self._artefacts):
            outcome, state, _ = self._state(n)
            yield (
                *(self._from[ArtefactStanding] + n, self._of(n), _oci("image", n)),
                *(self._from[ArtefactVerdict] + n, outcome, state, self._seen(n)),
            )


_FILLED: tuple[type[models.Model], ...] = (
    *(Identity, ImageRepository, Manifest, Tag, TagMove, Look, Attachment, ImageSignature),
    *(RepositorySigner, ArtefactVerdict, ArtefactStanding),
)


def _after(model: type[models.Model]) -> int:
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return 1 + (newest or 0)


def _digest(kind: str, number: int) -> str:
    return hashlib.sha256(f"{kind} {number}".encode()).hexdigest()


def _oci(kind: str, number: int) -> str:
    return f"sha256:{_digest(kind, number)}"


def _name_moves() -> None:
    """A tag names its move, which was written after it."""
    newest = TagMove.objects.filter(tag=models.OuterRef("pk")).values("pk")[:1]
    Tag.objects.filter(move=None).update(move=models.Subquery(newest))


def _finish() -> None:
    """Let what is written next get free ids, and let the database know what it holds."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(_FILLED)):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
