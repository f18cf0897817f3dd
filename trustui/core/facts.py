"""Frozen values that formats, sources and pages share. Times are aware datetimes in UTC."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec


class Document(msgspec.Struct, frozen=True):
    """Bytes as they came from a place.

    ``location`` is a URL or path for people; ``media_type`` what the place said, or "";
    ``seen_at`` when it was read (UTC), or None where the place keeps no time.
    """

    location: str
    body: bytes
    media_type: str = ""
    seen_at: datetime | None = None
    other_forms: int = 0
    """Other documents that the place says it saw under this very name, and did not keep."""
    validator: str = ""
    """What to ask with next time, so that an unchanged document is not sent again; or ""."""
    served_at: datetime | None = None
    """When the place says that it answered (UTC): its clock, not ours."""
    shortfall: str = ""
    """Of a list that was put together from several answers: what it lacks, and why; or ""."""


class ProblemKind(StrEnum):
    """Why a place gave no document."""

    ABSENT = "absent"
    """The place answered that there is no such document (404, 410, 403 for TUF, no such file)."""
    TOO_LONG = "too_long"
    """More bytes than were allowed; reading stopped there."""
    TOO_SLOW = "too_slow"
    """Slower than the minimum rate or the time limit."""
    UNREADABLE = "unreadable"
    """No usable answer: refused connection, 5xx, TLS failure, permission, truncated body."""
    REFUSED = "refused"
    """Our own policy forbids asking there: address, scheme, redirect, port."""


class Problem(msgspec.Struct, frozen=True):
    """A place that gave no document, and why; a value, never raised."""

    location: str
    kind: ProblemKind
    because: str
    retry_after: float | None = None
    """Seconds that the place asked us to wait, clamped to something sane."""


class Turn(msgspec.Struct, frozen=True, order=True):
    """An instant (UTC) from which on the present decides otherwise, and what begins or ends then."""

    at: datetime
    because: str


class VerifiedTime(msgspec.Struct, frozen=True):
    """An instant (UTC) at which a signature is proven to have existed, and what proves it."""

    at: datetime
    kind: Literal["timestamp", "log"]
    """A timestamp authority signed it (RFC 3161), or a transparency log promised it."""
    because: str
