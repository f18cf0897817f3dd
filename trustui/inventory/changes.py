"""What is new about a source, in sentences: versions that came, and what they change."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from trustui.core.diff import Change, ChangeKind, Effect, compare
from trustui.core.diff.signers import key_owner
from trustui.core.errors import ParseError
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.limits import MIB
from trustui.core.primitives.text import visible, with_short_digests

MAX_SENTENCES = 30
"""Of one crawl; the rest is counted."""
MAX_COMPARED = 2 * MIB
"""Bytes of a document up to which it is compared member by member."""
_MAX_VALUE = 120
_MAX_OWNER = 30

_TOLD_BY_VERSION = frozenset({ChangeKind.VERSION, ChangeKind.ROLLBACK, ChangeKind.EQUIVOCATION})


def capped(sentences: Iterator[str]) -> tuple[str, ...]:
    """At most `MAX_SENTENCES`, and how many there are besides."""
    found = list(sentences)
    if len(found) <= MAX_SENTENCES:
        return tuple(found)
    return (*found[:MAX_SENTENCES], f"and {len(found) - MAX_SENTENCES:,} more")


class Step(msgspec.Struct, frozen=True):
    """One document after another of a role; `old_version` is None where there was none before.

    The documents are None where they are too long to be compared.
    """

    role: str
    old_version: str | None
    new_version: str
    old: Metadata | None = None
    new: Metadata | None = None


def key_owners(delegators: Iterable[Metadata]) -> dict[str, str]:
    """By key id who holds a key, as the documents that list it say; foreign text."""
    keys = (one.key(keyid) for one in delegators for keyid in one.keys)
    return {key.keyid: owner for key in keys if key is not None and (owner := key_owner(key))}


def _no_owners() -> Mapping[str, str]:
    return {}


def what_changed(step: Step, owners: Callable[[], Mapping[str, str]] = _no_owners) -> Iterator[str]:
    """What a document changes against the one that was served before it, if any.

    `owners` gives who holds the keys, by key id; it is asked where other keys have signed.
    """
    name, old, new = visible(step.role, 60), step.old, step.new
    if step.old_version is None:
        yield f"{name} v{step.new_version} was seen for the first time"
        return
    kind = "" if old is None or new is None else _kind_of_step(old, new)
    yield f"{name} v{step.old_version} → v{step.new_version}{kind}"
    if old is not None and new is not None and old.type == new.type:
        for change in _compared(old, new):
            if change.kind not in _TOLD_BY_VERSION:
                is_signed_anew = change.kind is ChangeKind.SIGNATURES
                told = _by_owners(change, step.role, owners()) if is_signed_anew else change
                yield f"{name}: {_in_words(told)}"


def _by_owners(change: Change, role: str, owners: Mapping[str, str]) -> Change:
    """The same about the role, not its kind, with the name of who holds a key before its id."""
    before, after = (
        None if told is None else ", ".join(_named(one, owners) for one in told.split(", "))
        for told in (change.before, change.after)
    )
    return msgspec.structs.replace(change, subject=role, before=before, after=after)


def _named(keyid: str, owners: Mapping[str, str]) -> str:
    return f"{visible(owners[keyid], _MAX_OWNER)} {keyid}" if keyid in owners else keyid


def _compared(old: Metadata, new: Metadata) -> Sequence[Change]:
    try:
        return compare(old, new)
    except ParseError:  # no canonical form
        return ()


def _kind_of_step(old: Metadata, new: Metadata) -> str:
    if new.version < old.version:
        return ", a rollback"
    return ", another document of one version" if new.version == old.version else ""


def _in_words(change: Change) -> str:
    effect = "" if change.effect is Effect.NEUTRAL else f", which {change.effect} trust"
    before, after = (
        "nothing" if one is None else visible(with_short_digests(one), _MAX_VALUE)
        for one in (change.before, change.after)
    )
    kind = change.kind.replace("_", " ")
    return f"{kind} of {visible(change.subject, 100)}: {before} → {after}{effect}"


def problems_changed(
    before: Mapping[str, str], now: Mapping[str, tuple[str, str]]
) -> Iterator[str]:
    """Places that give no document any more, or for another reason, or that give one again.

    Both are by place: `before` the kind of problem at the crawl before, `now` kind and reason.
    """
    for place, (kind, because) in now.items():
        if before.get(place) != kind:
            yield f"{visible(place, 100)}: {visible(because)}"
    for place in before:
        if place not in now:
            yield f"{visible(place, 100)} can be read again"
