"""What the past of a repository says that no single look does: signing that stopped, tags that moved.

Signed is here whatever has a signature attached, good or bad; unsigned only what was looked at to the
end and had none. What could not be read to the end is neither, and gives no finding.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import takewhile

import msgspec

from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Finding, Severity

SIGNING_STOPPED = "registry.finding.signing_stopped"
TWO_SIGNED = "registry.finding.two_signed_digests"
MOVED_TO_UNSIGNED = "registry.finding.moved_to_unsigned"
LOST_IN_COPY = "registry.finding.lost_in_copy"
FALLBACK_LOST = "registry.finding.fallback_lost_entries"

FINDINGS = (SIGNING_STOPPED, TWO_SIGNED, MOVED_TO_UNSIGNED, LOST_IN_COPY, FALLBACK_LOST)

SIGNED_BEFORE = 3
"""So many signed versions in a row are a habit."""
UNSIGNED_SINCE = 2
"""So many unsigned ones after them are no slip."""
MAX_TOLD = 5
"""Tags, digests or repositories that one sentence names."""

_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+._][0-9A-Za-z.+_-]*)?")
_NUMBERS = re.compile(r"\d+")
_MAX_NUMBER = 20
"""Digits of a number in a version that are compared."""


class TagPast(msgspec.Struct, frozen=True):
    """A tag for people that is there now: every digest that it pointed to, the present one last."""

    name: str
    digests: tuple[str, ...]
    moved_at: datetime
    """When it was first seen to point to the last one (UTC)."""


class RepositoryPast(msgspec.Struct, frozen=True):
    """What is known of a repository.

    `signed` maps a digest to whether it has a signature now; one that could not be looked at to the
    end is not in it. `was_signed` are digests that ever had one. `elsewhere` maps a digest to other
    repositories where it is signed, `lost` to what its fallback index listed once and nothing lists now.
    """

    name: str
    tags: tuple[TagPast, ...] = ()
    signed: Mapping[str, bool] = {}
    was_signed: frozenset[str] = frozenset()
    elsewhere: Mapping[str, tuple[str, ...]] = {}
    lost: Mapping[str, tuple[str, ...]] = {}


def noticed(past: RepositoryPast) -> Iterator[Finding]:
    """What is odd about the past of a repository, in a fixed order."""
    yield from _signing_stopped(past)
    for tag in sorted(past.tags, key=lambda one: one.name):
        yield from _two_signed(past, tag)
        yield from _moved_to_unsigned(past, tag)
    yield from _lost_in_copy(past)
    yield from _fallback_lost(past)


def is_version(tag: str) -> bool:
    """Whether a tag names one release, which is expected never to move: `1.2.3`, `v1.2.3-rc.1`."""
    return _VERSION.fullmatch(tag) is not None


def _signing_stopped(past: RepositoryPast) -> Iterator[Finding]:
    versions = sorted(
        (one for one in past.tags if is_version(one.name) and one.digests[-1] in past.signed),
        key=lambda one: (one.moved_at, _numbers(one.name)),
        reverse=True,
    )
    since = list(takewhile(lambda one: not past.signed[one.digests[-1]], versions))
    before = list(takewhile(lambda one: past.signed[one.digests[-1]], versions[len(since) :]))
    if len(since) >= UNSIGNED_SINCE and len(before) >= SIGNED_BEFORE:
        yield Finding(
            SIGNING_STOPPED,
            past.name,
            f"{counted(len(before), 'version')} up to {visible(before[0].name, 80)} are signed, and the "
            f"{counted(len(since), 'version')} since {visible(since[-1].name, 80)} are not",
            Severity.HIGH,
        )


def _numbers(tag: str) -> tuple[tuple[int, str], ...]:
    """What orders versions that were seen at one time: number by number."""
    digits = (found.lstrip("0")[:_MAX_NUMBER] for found in _NUMBERS.findall(tag))
    return tuple((len(one), one) for one in digits)


def _two_signed(past: RepositoryPast, tag: TagPast) -> Iterator[Finding]:
    signed = [one for one in dict.fromkeys(tag.digests) if one in past.was_signed]
    if is_version(tag.name) and len(signed) > 1:
        yield Finding(
            TWO_SIGNED,
            f"{past.name}:{tag.name}",
            f"this version stood for {counted(len(signed), 'signed digest')}: {_told(signed)}",
            Severity.HIGH,
        )


def _moved_to_unsigned(past: RepositoryPast, tag: TagPast) -> Iterator[Finding]:
    *earlier, now = tag.digests
    if earlier and past.signed.get(now) is False and earlier[-1] in past.was_signed:
        yield Finding(
            MOVED_TO_UNSIGNED,
            f"{past.name}:{tag.name}",
            f"the tag moved from {earlier[-1]}, which was signed, to {now}, which is not",
            Severity.HIGH,
        )


def _lost_in_copy(past: RepositoryPast) -> Iterator[Finding]:
    present = {tag.digests[-1] for tag in past.tags}
    for digest in sorted(present & set(past.elsewhere)):
        if past.signed.get(digest) is False:
            yield Finding(
                LOST_IN_COPY,
                f"{past.name}@{digest}",
                f"nothing is signed here, and the same digest is signed in {_told(past.elsewhere[digest])}: a copy "
                "that left the signature behind",
                Severity.MEDIUM,
            )


def _fallback_lost(past: RepositoryPast) -> Iterator[Finding]:
    for digest, entries in sorted(past.lost.items()):
        yield Finding(
            FALLBACK_LOST,
            f"{past.name}@{digest}",
            f"the index at the fallback tag lists {counted(len(entries), 'manifest')} no more that it once did: "
            f"{_told(entries)}; two writers at one time lose what the first one wrote",
            Severity.MEDIUM,
        )


def _told(names: "list[str] | tuple[str, ...]") -> str:
    shown = ", ".join(visible(one, 160) for one in names[:MAX_TOLD])
    more = len(names) - MAX_TOLD
    return f"{shown} and {more:,} more" if more > 0 else shown
