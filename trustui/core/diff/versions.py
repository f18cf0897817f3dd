"""The semantic difference of two versions of one role."""

from collections.abc import Iterator
from datetime import timedelta

from trustui.core.diff.change import Change, ChangeKind, Effect, as_text, changed_members
from trustui.core.diff.delegations import changed_delegations
from trustui.core.diff.listings import changed_files, changed_targets
from trustui.core.diff.signers import changed_key_objects, changed_signers
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Metadata
from trustui.core.primitives.canonical_json import canonical
from trustui.core.primitives.instants import span_in_words, write_instant

_SIGNING = frozenset({"keyids", "threshold"})
_COMMON = frozenset({"_type", "spec_version", "version", "expires"})
_KNOWN = {
    "root": _COMMON | {"keys", "roles", "consistent_snapshot"},
    "timestamp": _COMMON | {"meta"},
    "snapshot": _COMMON | {"meta"},
    "targets": _COMMON | {"targets", "delegations"},
}
SAME_LIFETIME = 0.1
"""Lifetimes that differ by less than this share are the same: nobody publishes to the minute."""


def compare(old: Metadata, new: Metadata) -> tuple[Change, ...]:
    """What changed from `old` to `new`; empty only when all that is signed is the same.

    Nothing is verified here. Raises ValueError when they are documents of different types.
    """
    if old.type != new.type:
        raise ValueError(
            f"Expected two versions of one role, instead got {old.type} and {new.type}"
        )
    if canonical(old.signed) == canonical(new.signed):
        return tuple(_changed_signatures(old, new))
    changes = [*_changed_version(old, new), *_changed_signatures(old, new)]
    changes += _changed_expiry(old, new)
    if old.spec_version != new.spec_version:
        changes.append(_changed_spec_version(old, new))
    changes += _changed_content(old, new)
    changes += changed_members(old.type, old.signed, new.signed, _KNOWN[old.type])
    return tuple(changes)


def _changed_content(old: Metadata, new: Metadata) -> Iterator[Change]:
    match old.type:
        case "root":
            yield from _changed_root(old, new)
        case "targets":
            yield from changed_delegations(old, new)
            yield from changed_targets(old, new)
        case _:
            yield from changed_files(old, new)


def _changed_root(old: Metadata, new: Metadata) -> Iterator[Change]:
    for name in TOP_LEVEL_ROLES:
        yield from changed_signers(name, (old.role(name), old), (new.role(name), new))
        before, after = old.signed["roles"][name], new.signed["roles"][name]
        yield from changed_members(name, before, after, _SIGNING)
    used = [root.role(name) for root in (old, new) for name in TOP_LEVEL_ROLES]
    yield from changed_key_objects(old, new, used)
    if old.consistent_snapshot != new.consistent_snapshot:
        yield _changed_consistency(old, new)


def _changed_consistency(old: Metadata, new: Metadata) -> Change:
    reason = "a client may meet a publication half done, or files replaced under their names (§6.2)"
    if new.consistent_snapshot:
        reason = (
            "every file is asked for by its version or hash, so none is replaced in place (§6.2)"
        )
    return Change(
        ChangeKind.CONSISTENT_SNAPSHOT,
        "root",
        as_text(old.signed, "consistent_snapshot"),
        as_text(new.signed, "consistent_snapshot"),
        Effect.NARROWS if new.consistent_snapshot else Effect.WIDENS,
        reason,
    )


def _changed_version(old: Metadata, new: Metadata) -> Iterator[Change]:
    """For documents whose signed parts differ."""
    before, after = f"v{old.version}", f"v{new.version}"
    if new.version > old.version:
        kind, effect, reason = ChangeKind.VERSION, Effect.NEUTRAL, "a newer version takes its place"
    elif new.version < old.version:
        kind, effect = ChangeKind.ROLLBACK, Effect.WIDENS
        reason = "an older document is offered again; clients that saw the newer one refuse it"
    else:
        kind, effect = ChangeKind.EQUIVOCATION, Effect.WIDENS
        reason = "two different documents claim one version: clients cannot tell which is newer"
        before, after = f"{before} {old.digest}", f"{after} {new.digest}"
    yield Change(kind, old.type, before, after, effect, reason)


def _changed_signatures(old: Metadata, new: Metadata) -> Iterator[Change]:
    before = sorted(one.keyid for one in old.signatures if one.sig)
    after = sorted(one.keyid for one in new.signatures if one.sig)
    if before != after:
        yield Change(
            ChangeKind.SIGNATURES,
            old.type,
            ", ".join(before),
            ", ".join(after),
            Effect.NEUTRAL,
            "other keys have signed; which of them count is for the delegator to say",
        )


def _changed_expiry(old: Metadata, new: Metadata) -> Iterator[Change]:
    """A document that lives longer can be served for longer by whoever withholds its successor.

    Where both publications are known it is the lifetimes that are compared, since every renewal
    has a later date; otherwise the dates.
    """
    if old.expires == new.expires:
        return
    longer = new.expires - old.expires
    reason = f"a copy of it can be served {span_in_words(longer)} {_longer_or_less(longer)}"
    if old.seen_at is not None and new.seen_at is not None:
        before, after = old.expires - old.seen_at, new.expires - new.seen_at
        longer = after - before
        reason = f"it lives for {span_in_words(after)} instead of {span_in_words(before)}"
        if abs(longer) <= abs(before) * SAME_LIFETIME:
            longer, reason = (
                timedelta(),
                f"it was renewed, and lives for {span_in_words(after)} as before",
            )
    yield Change(
        ChangeKind.EXPIRY,
        old.type,
        write_instant(old.expires),
        write_instant(new.expires),
        _effect_of(longer),
        reason,
    )


def _longer_or_less(longer: timedelta) -> str:
    return "longer" if longer > timedelta() else "less long"


def _effect_of(longer: timedelta) -> Effect:
    if not longer:
        return Effect.NEUTRAL
    return Effect.WIDENS if longer > timedelta() else Effect.NARROWS


def _changed_spec_version(old: Metadata, new: Metadata) -> Change:
    return Change(
        ChangeKind.SPEC_VERSION,
        old.type,
        old.spec_version,
        new.spec_version,
        Effect.NEUTRAL,
        "it says that it follows another version of the specification",
    )
