"""The two times of every page: what we knew then, and the instant that expiry is judged at."""

from datetime import datetime

import msgspec

from trustui.core.errors import ParseError
from trustui.core.primitives.instants import parse_instant


class Moment(msgspec.Struct, frozen=True):
    """`at`: only what was recorded by then counts. `valid_at`: expiry is judged then. UTC."""

    now: datetime
    at: datetime
    valid_at: datetime

    @property
    def is_now(self) -> bool:
        """Whether this is the present, in which things may be done."""
        return self.at == self.now and self.valid_at == self.now


class MomentError(ValueError):
    """An instant that cannot be looked at; the message says what was expected and found."""


def moment_of(at: str | None, valid_at: str | None, now: datetime) -> Moment:
    """From `?at=` and `?valid_at=`; each defaults to the one before it. Raises MomentError.

    `at` lies in the past: nobody knows yet what will be recorded. `valid_at` may lie ahead.
    """
    known_at = _instant("at", at) or now
    if known_at > now:
        raise MomentError(f"at: expected an instant that has passed, found {at}")
    return Moment(now, known_at, _instant("valid_at", valid_at) or known_at)


def _instant(name: str, text: str | None) -> datetime | None:
    if not text or text == "now":
        return None
    try:
        return parse_instant(text).at
    except ParseError as error:
        raise MomentError(
            f"{name}: expected a UTC time such as 2026-06-01T00:00:00Z, found {text[:60]!r}"
        ) from error
