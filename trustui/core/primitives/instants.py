"""Points in time as metadata writes them, and spans of time for people. All are UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone

import msgspec

from trustui.core.errors import ParseError

TUF_FORM = "YYYY-MM-DDTHH:MM:SSZ"

_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII
)


class Instant(msgspec.Struct, frozen=True):
    """A time that a document states; `deviation` says how its form leaves the specification."""

    at: datetime
    deviation: str = ""


def parse_instant(text: str) -> Instant:
    """Read `YYYY-MM-DDTHH:MM:SSZ` (TUF 1.0.34 §4.2.1).

    A fraction of a second or a numeric offset, which early Sigstore and go-tuf wrote, is read
    and told as a deviation; a fraction counts as the second it lies in, so nothing lives longer
    for it. Raises ParseError for anything else, and for dates that no calendar has.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ParseError(f"not a UTC time: {text[:40]!r}", expected=TUF_FORM, found=text[:40])
    fraction, offset = match.group(7), match.group(8)
    try:
        if fraction is None and offset == "Z":
            return Instant(datetime.fromisoformat(text))
        zone = _zone(offset)
        at = datetime(*(int(match.group(n)) for n in range(1, 7)), tzinfo=zone).astimezone(UTC)  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError) as error:
        raise ParseError(
            f"no such time: {text[:40]!r}: {error}", expected=TUF_FORM, found=text[:40]
        ) from error
    deviations = [
        words
        for words, present in (
            ("a fraction of a second", fraction is not None),
            ("a numeric offset", offset != "Z"),
        )
        if present
    ]
    return Instant(at, " and ".join(deviations))


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if minutes > 59:  # noqa: PLR2004
        raise ValueError("an offset has at most 59 minutes")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)


def write_instant(at: datetime) -> str:
    """Write a UTC time in the specification's form, without fractions."""
    return f"{at.astimezone(UTC).isoformat(timespec='seconds')[:-6]}Z"  # strftime takes half as long again


def span_in_words(span: timedelta) -> str:
    """Say a span in its largest fitting unit, such as `3 days` or `1 hour`; never negative."""
    seconds = int(abs(span.total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
