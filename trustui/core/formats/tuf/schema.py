"""What TUF documents must contain: containers and required members, sentence by sentence.

Kinds of scalars that have a check of their own (versions, thresholds, lengths, dates) are left
to `wellformed`. Large maps are checked column by column, long lists of roles by their type.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import msgspec

from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Object
from trustui.core.primitives.text import quoted

_NAMES = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "an integer"}


def problems(document: Object, expected_type: str, *, map_is_proven: bool = False) -> Iterator[str]:
    """What is missing or of the wrong kind in an envelope, the first problem first.

    `map_is_proven` says that the entries of `meta` or `targets` need no look: reading them
    already proved their form.
    """
    signed = document["signed"]
    if map_is_proven:
        signed = {**signed, "targets" if expected_type == "targets" else "meta": {}}
    yield from _signatures(document.get("signatures"))
    for name in ("version", "expires"):
        if name not in signed:
            yield f"signed has no {name}"
    yield from _SIGNED[expected_type](signed)


def _signatures(signatures: object) -> Iterator[str]:
    if not isinstance(signatures, list):
        yield f"signatures is {_kind(signatures)}, not a list"
        return
    for signature in signatures:
        yield from _members(signature, "a signature", keyid=str, sig=str)


def _root(signed: Object) -> Iterator[str]:
    yield from _members(signed, "signed", keys=dict, roles=dict)
    if type(signed.get("consistent_snapshot", False)) is not bool:
        yield f"consistent_snapshot is {_kind(signed['consistent_snapshot'])}, not true or false"
    yield from _keys(signed.get("keys"))
    roles = signed.get("roles")
    if isinstance(roles, dict):
        if set(roles) != set(TOP_LEVEL_ROLES):
            yield f"roles are {quoted(', '.join(sorted(roles)))}, not the four top-level roles"
        for name, role in roles.items():
            yield from _signing_role(role, f"role {quoted(name, 40)}")


def _timestamp(signed: Object) -> Iterator[str]:
    yield from _meta(signed)
    meta = signed.get("meta")
    if isinstance(meta, dict) and list(meta) != ["snapshot.json"]:
        listed = quoted(", ".join(meta), 80)
        yield f"timestamp lists {listed or 'nothing'}, not snapshot.json alone"


def _meta(signed: Object) -> Iterator[str]:
    yield from _members(signed, "signed", meta=dict)
    yield from _file_columns(signed.get("meta"), "version")


def _targets(signed: Object) -> Iterator[str]:
    yield from _members(signed, "signed", targets=dict)
    yield from _file_columns(signed.get("targets"), "length", "hashes")
    delegations = signed.get("delegations")
    if delegations is not None:
        yield from _delegations(delegations)


def _file_columns(entries: object, *required: str) -> Iterator[str]:
    """Entries of `meta` and `targets`: objects with required members, hashes an object."""
    if not isinstance(entries, dict):
        return
    values = entries.values()
    if not set(map(type, values)) <= {dict}:
        name = next(name for name, entry in entries.items() if type(entry) is not dict)
        yield f"the entry for {quoted(name, 80)} is {_kind(entries[name])}, not an object"
        return
    for member in required:
        for name, entry in entries.items():
            if member not in entry:
                yield f"the entry for {quoted(name, 80)} has no {member}"
    if "version" in required:
        yield from _versions(entries)
    hashes = [entry["hashes"] for entry in values if "hashes" in entry]
    if not set(map(type, hashes)) <= {dict}:
        bad = next(stated for stated in hashes if type(stated) is not dict)
        yield f"hashes of a file is {_kind(bad)}, not an object"


def _versions(entries: dict[str, Object]) -> Iterator[str]:
    versions = [entry.get("version") for entry in entries.values()]
    if not set(map(type, versions)) <= {int} or min(versions, default=1) < 1:  # type: ignore[type-var,operator]
        for name, version in zip(entries, versions, strict=True):
            if type(version) is not int or version < 1:
                yield f"the version listed for {quoted(name, 80)} is {quoted(version)}"


def _delegations(delegations: object) -> Iterator[str]:
    yield from _members(delegations, "delegations", keys=dict)
    if not isinstance(delegations, dict):
        return
    yield from _keys(delegations.get("keys"))
    roles, succinct = delegations.get("roles"), delegations.get("succinct_roles")
    if roles is None and succinct is None:
        yield "delegations has neither roles nor succinct_roles"
    if roles is not None:
        yield from _delegated_roles(roles)
    if succinct is not None:
        yield from _signing_role(succinct, "succinct_roles")
        yield from _members(succinct, "succinct_roles", name_prefix=str)
        yield from _required(succinct, "succinct_roles", "bit_length")


class _SoundRole(msgspec.Struct, gc=False):
    """A delegated role with which nothing is wrong, but for its scalars."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    keyids: list[str]
    threshold: Any
    terminating: bool
    paths: list[str] | None = None
    path_hash_prefixes: list[str] | None = None


def _are_sound(roles: object) -> bool:
    """Whether the loop below would find nothing: 16,384 bins take it a tenth of a second."""
    try:
        sound = msgspec.convert(roles, list[_SoundRole])
    except msgspec.ValidationError:
        return False
    return len({role.name for role in sound}) == len(sound)


def _delegated_roles(roles: object) -> Iterator[str]:
    if not isinstance(roles, list):
        yield f"delegations.roles is {_kind(roles)}, not a list"
        return
    if _are_sound(roles):
        return
    names: set[str] = set()
    for role in roles:
        wrong = list(_members(role, "a delegated role", name=str, terminating=bool))
        yield from wrong
        if wrong:
            continue
        what = f"delegated role {quoted(role['name'], 40)}"
        yield from _signing_role(role, what)
        for member in ("paths", "path_hash_prefixes"):
            if role.get(member) is not None:
                yield from _texts(role[member], f"{member} of {what}")
        if not role["name"]:
            yield "a delegated role has an empty name"
        if role["name"] in names:
            yield f"{what} is delegated to twice by one delegator"
        names.add(role["name"])


def _signing_role(role: object, what: str) -> Iterator[str]:
    yield from _members(role, what, keyids=list)
    yield from _required(role, what, "threshold")
    if isinstance(role, dict):
        yield from _texts(role.get("keyids", []), f"keyids of {what}")


def _keys(keys: object) -> Iterator[str]:
    if not isinstance(keys, dict):
        return
    for keyid, key in keys.items():
        what = f"key {quoted(keyid, 16)}"
        yield from _members(key, what, keytype=str, scheme=str, keyval=dict)
        if isinstance(key, dict):
            yield from _members(key.get("keyval"), f"keyval of {what}", public=str)


def _texts(values: object, what: str) -> Iterator[str]:
    if not isinstance(values, list):
        yield f"{what} is {_kind(values)}, not a list"
    elif not set(map(type, values)) <= {str}:
        yield f"{what} holds something that is not text"


def _members(value: object, what: str, **kinds: type) -> Iterator[str]:
    """What is wrong with an object whose members must be of these kinds."""
    if not isinstance(value, dict):
        yield f"{what} is {_kind(value)}, not an object"
        return
    for name, kind in kinds.items():
        if name not in value:
            yield f"{what} has no {name}"
        elif type(value[name]) is not kind:
            yield f"{name} of {what} is {_kind(value[name])}, not {_NAMES[kind]}"


def _required(value: object, what: str, name: str) -> Iterator[str]:
    if isinstance(value, dict) and name not in value:
        yield f"{what} has no {name}"


def _kind(value: object) -> str:
    """The kind of a value; scalars are quoted, as their kind is best seen from themselves."""
    return _NAMES[type(value)] if type(value) in {dict, list, str} else quoted(value)


_SIGNED: dict[str, Callable[[Any], Iterator[str]]] = {
    "root": _root,
    "timestamp": _timestamp,
    "snapshot": _meta,
    "targets": _targets,
}
