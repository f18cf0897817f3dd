"""Every bound of the door, with its reason."""

import msgspec

from trustui.core.facts import ProblemKind

KIB = 1024


class FetchLimits(msgspec.Struct, frozen=True):
    """What one answer may cost us. Times in seconds of a clock that never goes back."""

    connect_seconds: float = 5.0
    """Name, TCP and TLS together."""
    stall_seconds: float = 10.0
    """Longest silence once connected."""
    total_seconds: float = 30.0
    """One document with all its redirects, attempts and the waiting between them: a limit per
    read alone is not enough against one byte per second."""
    minimum_rate: int = KIB
    """Bytes per second of a body, judged over each whole grace period..."""
    rate_grace_seconds: float = 5.0
    """...of this length."""
    max_redirects: int = 5
    max_header_bytes: int = 64 * KIB
    """Of one answer, with interim answers and trailers. Honest ones stay below 8 KiB."""
    max_headers: int = 1_000
    """Lines, likewise."""
    max_ratio: int = 100
    """Decoded bytes per encoded byte. Metadata reaches 20; a bomb 1,000."""
    ratio_floor: int = 64 * KIB
    """Up to here nothing is judged by its ratio: an empty list compresses well too."""
    max_discarded: int = 64 * KIB
    """Of a body nobody wants (of a redirect or an error), read to keep the connection."""
    attempts: int = 3
    """After a reset, refused or truncated answer or 5xx; never after a refusal of ours."""
    backoff_seconds: float = 0.2
    """Before the second attempt, doubled for each further one; the real pause is drawn
    between half of it and the whole, so that many do not come back at once."""
    max_backoff_seconds: float = 2.0
    """A place that asks for more is not asked again now; the caller may come back later."""
    max_retry_after: float = 3600.0
    """What a place may ask for at most; longer is read as this."""
    at_once_per_host: int = 4
    at_once: int = 32


class Fault(msgspec.Struct, frozen=True):
    """Why a transfer was stopped, before it is known whose `Problem` it is."""

    kind: ProblemKind
    because: str
    is_passing: bool = False
    """It may be gone in a moment: another attempt is worth it."""
