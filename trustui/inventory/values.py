"""What passes between the database and a crawl: orders in, results out. No SQL here."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.repository import AnchorOrigin, Repository
from trustui.core.trace import Trace, TrustState
from trustui.inventory.models import CrawlOutcome, Standing


class Known(msgspec.Struct, frozen=True):
    """The newest sighting of a place that we made ourselves."""

    sighting_id: int
    sha256: str
    validator: str
    standing: Standing
    first_seen_at: datetime | None = None


class CrawlOrder(msgspec.Struct, frozen=True):
    """All that a crawl of one source needs, read beforehand, so that it needs no database.

    `root` is where verification starts: the newest root that was followed from the pinned one
    (`KEPT`), the pinned one itself (`PINNED`), or None, so that the place's own first root is
    shown without anybody vouching for it (`NOBODY`). `trusted` holds what a client would keep of
    the other roles, by name. `known` is by place, such as `timestamp.json`.
    """

    source_id: int
    kind: str
    location: str
    allow_addresses: tuple[str, ...]
    anchor_id: int | None
    root: Document | None
    root_origin: AnchorOrigin
    trusted: Mapping[str, Document]
    known: Mapping[str, Known]
    is_settled: bool
    """The last crawl ended well and nothing it rests on has changed, so that an unchanged
    timestamp and no next root mean that nothing has to be verified."""
    root_version: int | None = None
    """Of `root`, where the store knows it, so that nobody has to parse it for a look."""
    branch: str = ""
    folder: str = ""
    """As in `Source`."""
    forms: Mapping[tuple[str, str], int] = {}
    """How many different documents were seen as one role and version, where more than one."""


class Seen(msgspec.Struct, frozen=True):
    """A document that a place gave, in the order in which it was asked for."""

    place: str
    role: str
    version: str
    """As the document states it; empty where it cannot be read."""
    document: Document
    standing: Standing
    origin: str = ""
    """`anchor`: the pinned root itself, which the place does not serve as its own."""


class Because(StrEnum):
    """Why a crawl or verification was made; the verdict keeps it."""

    EVIDENCE = "evidence"
    TIME = "time"
    ANCHOR = "anchor"
    VERIFIER = "verifier"
    IMPORT = "import"


class CrawlResult(msgspec.Struct, frozen=True):
    """What one crawl saw and what a client would make of it.

    An unchanged crawl has neither trace nor documents; `confirmed` are the sightings that the
    place said still stand. Times in UTC.
    """

    order: CrawlOrder
    started_at: datetime
    finished_at: datetime
    outcome: CrawlOutcome
    seen: tuple[Seen, ...] = ()
    confirmed: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    problem_places: tuple[str, ...] = ()
    """The places of `problems`, in the same order."""
    dropped: tuple[str, ...] = ()
    """Roles whose trusted documents a client forgets, as their keys were rotated (§5.3.11). What
    it trusts afterwards is what it trusted before, less these, and over it `repository.trusted`."""
    requests: int = 0
    received_bytes: int = 0
    because: str = ""
    trace: Trace | None = None
    state: TrustState | None = None
    repository: Repository | None = None
    served_at: datetime | None = None
    """What the place's own clock said, where it did."""
    retry_after: float | None = None
    """Seconds that the place asked us to wait."""
