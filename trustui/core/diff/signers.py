"""Who may sign for a role: keys by their public value, and the threshold (TUF 1.0.34 §4.3)."""

from collections.abc import Iterable, Iterator

import msgspec

from trustui.core.diff.change import Change, ChangeKind, Effect, changed_members, shown
from trustui.core.formats.tuf.metadata import Key, Metadata, Role
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.primitives.text import counted

KEY_OWNER = "x-tuf-on-ci-keyowner"
_KEY_MEMBERS = frozenset({"keyval"})


class _Holder(msgspec.Struct, frozen=True):
    """One public key of a role with the key ids that it stands under."""

    keyids: tuple[str, ...]
    label: str
    is_usable: bool


def key_owner(key: Key) -> str:
    """Who holds a key, as its publisher says; empty where it does not."""
    owner = key.fields.get(KEY_OWNER)
    return owner if isinstance(owner, str) else ""


def key_label(key: Key) -> str:
    """A key for people: its owner where the publisher says so, and its id."""
    owner = key_owner(key)
    return f"{owner} ({key.keyid})" if owner else key.keyid


def changed_signers(
    subject: str, old: tuple[Role, Metadata], new: tuple[Role, Metadata]
) -> Iterator[Change]:
    """Threshold and keys of one role, each role with the document that gives its keys."""
    yield from _changed_threshold(subject, old[0].threshold, new[0].threshold)
    before, after = _by_value(*old), _by_value(*new)
    usable = sum(holder.is_usable for holder in after.values())
    for value, holder in after.items():
        if value not in before:
            yield _key_added(subject, holder)
        elif set(before[value].keyids) != set(holder.keyids):
            yield _renamed(subject, before[value], holder)
    for value, holder in before.items():
        if value not in after:
            yield _key_removed(subject, holder, usable, new[0].threshold)


def changed_key_objects(old: Metadata, new: Metadata, used: Iterable[Role]) -> Iterator[Change]:
    """Keys that no role of either version uses, and members of keys besides their value."""
    in_use = {keyid for role in used for keyid in role.keyids}
    for keyid in dict.fromkeys([*old.keys, *new.keys]):
        before, after = old.key(keyid), new.key(keyid)
        if before is not None and after is not None:
            yield from changed_members(f"key {keyid}", before.fields, after.fields, _KEY_MEMBERS)
        elif keyid not in in_use:
            kind = ChangeKind.UNUSED_KEY_ADDED if before is None else ChangeKind.UNUSED_KEY_REMOVED
            yield Change(
                kind,
                f"key {keyid}",
                None if before is None else key_label(before),
                None if after is None else key_label(after),
                Effect.NEUTRAL,
                "no role uses this key, so it signs for nothing",
            )


def _by_value(role: Role, delegator: Metadata) -> dict[tuple[bytes, ...], _Holder]:
    """The keys of a role by what makes them the same key, whatever their key ids."""
    found: dict[tuple[bytes, ...], _Holder] = {}
    for keyid in role.keyids:
        key = delegator.key(keyid)
        material = cached_material(key)
        if material is not None:
            value: tuple[bytes, ...] = (material,)
        else:
            value = (b"unusable", (keyid if key is None else key.public).encode())
        earlier = found[value].keyids if value in found else ()
        label = keyid if key is None else key_label(key)
        found[value] = _Holder((*earlier, keyid), label, material is not None)
    return found


def _changed_threshold(subject: str, old: int, new: int) -> Iterator[Change]:
    if new != old:
        effect = Effect.WIDENS if new < old else Effect.NARROWS
        few = "fewer" if new < old else "more"
        yield Change(
            ChangeKind.THRESHOLD,
            subject,
            str(old),
            str(new),
            effect,
            f"{few} keys must agree: {new} instead of {old}",
        )


def _key_added(subject: str, holder: _Holder) -> Change:
    effect = Effect.WIDENS if holder.is_usable else Effect.NEUTRAL
    reason = f"one more key may sign for {shown(subject)}"
    if not holder.is_usable:
        reason = "the key is missing or cannot be read, so it signs for nothing"
    return Change(ChangeKind.KEY_ADDED, subject, None, holder.label, effect, reason)


def _key_removed(subject: str, holder: _Holder, left: int, threshold: int) -> Change:
    reason = f"one key fewer may sign for {shown(subject)}"
    if not holder.is_usable:
        reason = "the key was missing or could not be read, so it never signed"
    elif left < threshold:
        reason = f"{reason}; {counted(left, 'key')} cannot reach the threshold of {threshold}"
    effect = Effect.NARROWS if holder.is_usable else Effect.NEUTRAL
    return Change(ChangeKind.KEY_REMOVED, subject, holder.label, None, effect, reason)


def _renamed(subject: str, before: _Holder, after: _Holder) -> Change:
    return Change(
        ChangeKind.KEYID,
        subject,
        ", ".join(before.keyids),
        ", ".join(after.keyids),
        Effect.NEUTRAL,
        "it is the same public key, and counts once whatever its ids",
    )
