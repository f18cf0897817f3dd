"""What passes between the database and a crawl of artefacts: orders in, results out. No SQL here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.discovery import Discovery
from trustui.core.oci.requests import Ask
from trustui.core.primitives.digests import sha256
from trustui.crawl.image_source import Login, Referrers
from trustui.inventory.models import CrawlOutcome

Answer: TypeAlias = Document | Problem
Verify: TypeAlias = Callable[[str, str, Ask, datetime], Any]
"""Judges an artefact: the repository's full name, the digest, its answers, the instant (UTC). What it
gives is carried to whoever concludes. It uses no database."""
Verifiers: TypeAlias = Callable[[Sequence[int]], Mapping[int, Verify]]
"""Reads, for these sources, what their artefacts are judged by; a few statements."""


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question about an artefact and its answer; bytes by their SHA-256."""

    kind: str
    """`manifest`, `referrers` or `blob`, as `ImageRequest`."""
    name: str
    sha256: str = ""
    media_type: str = ""
    location: str = ""
    problem: str = ""
    """The kind of the problem where there were no bytes."""
    because: str = ""
    shortfall: str = ""
    """As `Document.shortfall`."""

    @classmethod
    def of(cls, kind: str, name: str, answer: Answer) -> "Told":
        """As a place answered."""
        if isinstance(answer, Problem):
            return cls(
                kind,
                name,
                location=answer.location,
                problem=str(answer.kind),
                because=answer.because,
            )
        return cls(
            kind,
            name,
            sha256(answer.body),
            answer.media_type,
            answer.location,
            shortfall=answer.shortfall,
        )

    @property
    def is_settled(self) -> bool:
        """Whether asking again is not expected to give another answer, unless something changes."""
        if not self.problem or self.problem == ProblemKind.TOO_LONG:
            return not self.shortfall
        return self.problem == ProblemKind.ABSENT and self.kind != "blob"


def evidence_of(told: Sequence[Told]) -> str:
    """SHA-256 over questions and answers, whatever words a place used."""
    parts = [
        (one.kind, one.name, one.sha256, one.media_type, one.problem, bool(one.shortfall))
        for one in told
    ]
    return sha256(msgspec.json.encode(parts))


# Orders -------------------------------------------------------------------------------------------


class ImageOrder(msgspec.Struct, frozen=True):
    """All that a crawl of one source needs to begin.

    `repositories` are names and patterns `PREFIX/*`; none: all that the place lists. `began_at` is
    when the round began that goes on, or None where a new one begins. `done` are the names that this
    round has looked at; `known` all that earlier ones saw, those looked at longest ago first.
    """

    source_id: int
    kind: str
    location: str
    allow_addresses: tuple[str, ...]
    repositories: tuple[str, ...]
    verify: Verify | None
    login: Login | None = None
    refused: str = ""
    """Why it cannot be asked at all, as where nothing opens its credentials."""
    began_at: datetime | None = None
    done: frozenset[str] = frozenset()
    known: tuple[str, ...] = ()


class KnownLook(msgspec.Struct, frozen=True):
    """What is stored of the newest look at an artefact."""

    digest: str
    evidence: str
    is_complete: bool
    told: tuple[Told, ...]
    looked_at: datetime
    index_digest: str = ""


class KnownRepository(msgspec.Struct, frozen=True):
    """What is stored of a repository. `digests` are those of content that is kept, with the media
    type that was served; `platforms` the platforms of each index.
    """

    id: int
    referrers: Referrers = Referrers.UNKNOWN
    referrers_probed_at: datetime | None = None
    looks: Mapping[str, KnownLook] = {}
    digests: Mapping[str, str] = {}
    platforms: Mapping[str, tuple[str, ...]] = {}


class Memory(Protocol):
    """What a crawl reads from the store meanwhile, in short reads. Safe to call from any thread."""

    def known(self, names: Sequence[str]) -> Mapping[str, KnownRepository]:
        """What is stored of these repositories of the source; those never seen are left out."""
        ...

    def bodies(self, repository_id: int, digests: Sequence[str]) -> Mapping[str, bytes]:
        """The bytes of kept content of a repository, by digest."""
        ...


# Results ------------------------------------------------------------------------------------------


class Found(msgspec.Struct, frozen=True):
    """An artefact whose answers are new, or differ from what is stored.

    `manifests` and `contents` (blobs) are the answers that gave some, by the digest that they truly
    have. `is_complete`: every question has an answer that stands, and all that is listed was opened.
    """

    digest: str
    evidence: str
    told: tuple[Told, ...]
    documents: Mapping[str, Document]
    """What was read, by SHA-256."""
    new: frozenset[str]
    """Those of `documents` that the store does not keep."""
    manifests: Mapping[str, Told]
    contents: Mapping[str, Told]
    discovery: Discovery
    is_complete: bool
    at: datetime
    index_digest: str = ""
    draft: Any = None


class SeenTag(msgspec.Struct, frozen=True):
    """A tag that points to a digest now."""

    name: str
    digest: str


class SeenRepository(msgspec.Struct, frozen=True):
    """What one look at a repository saw; it ends where `is_whole`, else the next one goes on.

    `missing` are tags that are listed and name nothing. `confirmed` are digests of artefacts whose
    answers are as stored. `because` says why what is known is incomplete.
    """

    name: str
    full_name: str
    at: datetime
    tags: tuple[SeenTag, ...] = ()
    missing: tuple[str, ...] = ()
    all_listed: frozenset[str] | None = None
    """Every tag that is listed; None where the list was cut short: nothing may be called gone."""
    found: tuple[Found, ...] = ()
    confirmed: tuple[str, ...] = ()
    problems: tuple[tuple[str, Problem], ...] = ()
    referrers: Referrers = Referrers.UNKNOWN
    is_probed: bool = False
    """Whether the referrers interface itself was asked."""
    is_whole: bool = True
    is_gone: bool = False
    because: str = ""


class ImageResult(msgspec.Struct, frozen=True):
    """What one portion of a round saw. `is_over` where no repository is left.

    `gone` are repositories that a whole list lacks. Times in UTC.
    """

    order: ImageOrder
    started_at: datetime
    finished_at: datetime
    repositories: tuple[SeenRepository, ...] = ()
    gone: tuple[str, ...] = ()
    total: int = 0
    """Repositories of the round, as far as known."""
    problems: tuple[tuple[str, Problem], ...] = ()
    """Of the place itself, such as its catalogue; those of repositories stand with them."""
    requests: int = 0
    received_bytes: int = 0
    notices: tuple[str, ...] = ()
    is_over: bool = True
    failed: str = ""
    """Why the place gave no usable answer at all."""
    retry_after: float | None = None


# What was recorded --------------------------------------------------------------------------------


class Looked(msgspec.Struct, frozen=True):
    """An artefact whose evidence is new, and what a `Verify` made of it (`draft`)."""

    source_id: int
    crawl_id: int
    repository_id: int
    full_name: str
    digest: str
    evidence: str
    at: datetime
    index_digest: str = ""
    changes: tuple[str, ...] = ()
    draft: Any = None
    is_first: bool = False


class Move(msgspec.Struct, frozen=True):
    """A tag that came, went or moved; `before` is "" where it is new, `digest` where it is gone."""

    repository_id: int
    full_name: str
    tag: str
    is_helper: bool
    digest: str
    before: str


class RecordedImages(msgspec.Struct, frozen=True):
    """What became of one portion's result."""

    crawl_id: int
    source_id: int
    team_id: int
    outcome: CrawlOutcome
    looked: tuple[Looked, ...] = ()
    moves: tuple[Move, ...] = ()
    repositories: tuple[int, ...] = ()
    """Those that were looked at to their end."""
