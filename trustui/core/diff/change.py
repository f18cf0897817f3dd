"""The words of a difference: what kind of change, about what, and whether it widens trust."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from trustui.core.formats.tuf.metadata import Object
from trustui.core.primitives.text import visible


class Effect(StrEnum):
    """What a change does to trust, judged for itself."""

    WIDENS = "widens"
    """More can be signed, by more people, with fewer of them, or for longer."""
    NARROWS = "narrows"
    NEUTRAL = "neutral"


class ChangeKind(StrEnum):
    """Every kind of change that has a name."""

    VERSION = "version"
    ROLLBACK = "rollback"
    EQUIVOCATION = "equivocation"
    SIGNATURES = "signatures"
    EXPIRY = "expiry"
    SPEC_VERSION = "spec_version"
    CONSISTENT_SNAPSHOT = "consistent_snapshot"
    KEY_ADDED = "key_added"
    KEY_REMOVED = "key_removed"
    KEYID = "keyid"
    """The same public key under other key ids."""
    UNUSED_KEY_ADDED = "unused_key_added"
    UNUSED_KEY_REMOVED = "unused_key_removed"
    THRESHOLD = "threshold"
    DELEGATION_ADDED = "delegation_added"
    DELEGATION_REMOVED = "delegation_removed"
    DELEGATIONS_REORDERED = "delegations_reordered"
    PATH_ADDED = "path_added"
    PATH_REMOVED = "path_removed"
    TERMINATING = "terminating"
    BINS = "bins"
    """Other bins of the same delegation: their number or their names."""
    TARGET_ADDED = "target_added"
    TARGET_REMOVED = "target_removed"
    TARGET_CHANGED = "target_changed"
    TARGET_CUSTOM = "target_custom"
    FILE_ADDED = "file_added"
    """Snapshot or timestamp lists one more metadata file."""
    FILE_REMOVED = "file_removed"
    FILE_VERSION = "file_version"
    FILE_ROLLBACK = "file_rollback"
    FILE_BINDING = "file_binding"
    """By what a listed file is bound besides its version: hashes and length."""
    MEMBER = "member"
    """A member that the specification does not know, or that decides nothing."""


class Change(msgspec.Struct, frozen=True):
    """One difference. `subject`, `before` and `after` may be foreign text: show them visible."""

    kind: ChangeKind
    subject: str
    """The role, edge, target or member that the change is about."""
    before: str | None
    """None where there was nothing."""
    after: str | None
    effect: Effect
    reason: str
    """Why it has this effect, in a plain sentence."""


def changed_members(
    subject: str, old: Object, new: Object, known: frozenset[str]
) -> Iterator[Change]:
    """Members that differ and have no rule of their own; they decide nothing for a client."""
    for name in dict.fromkeys([*old, *new]):
        before, after = as_text(old, name), as_text(new, name)
        if name not in known and before != after:
            yield Change(
                ChangeKind.MEMBER,
                f"{subject}: {name}",
                before,
                after,
                Effect.NEUTRAL,
                "clients do not use this member; people and tools of the publisher may",
            )


def as_text(holder: Object, name: str) -> str | None:
    """A member as compact JSON, None where it is absent; equal texts are equal values."""
    if name not in holder:
        return None
    return msgspec.json.encode(holder[name], order="sorted").decode()


def shown(name: str) -> str:
    """A foreign name for a reason."""
    return visible(name, 60)
