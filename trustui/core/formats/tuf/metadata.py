"""The facts of TUF 1.0 metadata (specification §4), frozen, as the signed bytes state them.

Large maps (`meta` of snapshot, `targets`, `keys`) stay as decoded JSON whose form the parser has
checked; an entry becomes a value when it is asked for. Unknown members are kept and never used.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

import msgspec

from trustui.core.primitives.paths import bin_name, bin_number, matches_glob, path_hash

TOP_LEVEL_ROLES = ("root", "timestamp", "snapshot", "targets")

_LOWER_HEX = re.compile("[0-9a-f]{1,8}")

Object: TypeAlias = dict[str, Any]
"""A decoded JSON object; its members are typed by the checks of `wellformed`."""


class Signature(msgspec.Struct, frozen=True):
    """One entry of `signatures`; `sig` is text as it came, usually hex, possibly empty."""

    keyid: str
    sig: str


class Key(msgspec.Struct, frozen=True):
    """One entry of `keys`; `fields` is the whole object, for the formulas of key ids."""

    keyid: str
    keytype: str
    scheme: str
    public: str
    fields: Object


class Role(msgspec.Struct, frozen=True):
    """Who may sign for a role: key ids and how many of them (§4.3)."""

    name: str
    keyids: tuple[str, ...]
    threshold: int


class MetaFile(msgspec.Struct, frozen=True):
    """What timestamp or snapshot says about another metadata file (§4.4)."""

    version: int
    length: int | None = None
    hashes: dict[str, str] | None = None


class TargetFile(msgspec.Struct, frozen=True):
    """What a targets role says about one target (§4.5)."""

    path: str
    length: int
    hashes: dict[str, str]
    custom: Any = None


class DelegatedRole(msgspec.Struct, frozen=True):
    """One edge: whom a delegator trusts for which paths (§4.5)."""

    role: Role
    terminating: bool = False
    paths: tuple[str, ...] | None = None
    path_hash_prefixes: tuple[str, ...] | None = None

    def matching_pattern(self, path: str) -> str | None:
        """The first glob or hash prefix of this edge that covers the path, or None."""
        if self.paths is not None:
            return next((glob for glob in self.paths if matches_glob(glob, path)), None)
        digest = path_hash(path)
        prefixes = self.path_hash_prefixes or ()
        return next((prefix for prefix in prefixes if digest.startswith(prefix)), None)


class SuccinctRoles(msgspec.Struct, frozen=True):
    """Hash bins that share keys and threshold (TAP 15)."""

    keyids: tuple[str, ...]
    threshold: int
    bit_length: int
    name_prefix: str

    @property
    def count(self) -> int:
        """How many bins there are."""
        return 1 << self.bit_length

    def bin(self, number: int) -> DelegatedRole:
        """The edge to one bin; bins do not terminate a search (TAP 15)."""
        name = bin_name(self.name_prefix, self.bit_length, number)
        return DelegatedRole(Role(name, self.keyids, self.threshold))

    def bin_for(self, path: str) -> DelegatedRole:
        """The edge to the only bin that may hold this path."""
        return self.bin(bin_number(path, self.bit_length))

    def number_of(self, name: str) -> int | None:
        """The number of the bin of this name, or None when it is no bin of these."""
        prefix, dash, suffix = name.rpartition("-")
        width = len(f"{self.count - 1:x}")
        if not dash or prefix != self.name_prefix or not _LOWER_HEX.fullmatch(suffix):
            return None
        number = int(suffix, 16)
        return number if len(suffix) == width and number < self.count else None


class Delegations(msgspec.Struct, frozen=True):
    """The `delegations` of a targets role: either named roles or succinct bins."""

    keys: dict[str, Object]
    roles: tuple[DelegatedRole, ...] = ()
    succinct: SuccinctRoles | None = None

    def edges_for(self, path: str) -> Iterator[DelegatedRole]:
        """The edges that cover a path, in the order of the search."""
        if self.succinct is not None:
            yield self.succinct.bin_for(path)
        for edge in self.roles:
            if edge.matching_pattern(path) is not None:
                yield edge


class Metadata(msgspec.Struct, frozen=True, dict=True):
    """One parsed document of any role: `signed` as decoded, and what everybody asks of it."""

    type: str
    version: int
    spec_version: str
    expires: datetime
    signatures: tuple[Signature, ...]
    signed: Object
    digest: str
    """SHA-256 of the document's bytes, lower-case hex."""
    length: int
    seen_at: datetime | None = None

    @cached_property
    def keys(self) -> dict[str, Object]:
        """`keys` of root, or of the delegations of a targets role; else empty."""
        holder = self.signed if self.type == "root" else (self.signed.get("delegations") or {})
        keys: dict[str, Object] = holder.get("keys", {})
        return keys

    def key(self, keyid: str) -> Key | None:
        """The key that this document gives for a key id, if any."""
        found = self._read_keys.get(keyid)
        if found is None and (fields := self.keys.get(keyid)) is not None:
            public = fields["keyval"]["public"]
            found = Key(keyid, fields["keytype"], fields["scheme"], public, fields)
            self._read_keys[keyid] = found
        return found

    @cached_property
    def _read_keys(self) -> dict[str, Key]:
        """Those that somebody asked for: each role asks for its keys again and again."""
        return {}

    def role(self, name: str) -> Role:
        """A top-level role of a root document (§4.3)."""
        stated = self.signed["roles"][name]
        return Role(name, tuple(stated["keyids"]), stated["threshold"])

    @property
    def consistent_snapshot(self) -> bool:
        """Whether a root document asks for consistent snapshots (§6.2)."""
        return self.signed.get("consistent_snapshot") is True

    def meta(self, name: str) -> MetaFile | None:
        """What timestamp or snapshot lists for a metadata file such as `targets.json`."""
        stated = self.signed["meta"].get(name)
        if stated is None:
            return None
        hashes = stated.get("hashes")
        return MetaFile(
            stated["version"], stated.get("length"), None if hashes is None else dict(hashes)
        )

    @property
    def meta_versions(self) -> Iterator[tuple[str, int]]:
        """All files that timestamp or snapshot lists, with their versions."""
        return ((name, stated["version"]) for name, stated in self.signed["meta"].items())

    def target(self, path: str) -> TargetFile | None:
        """What a targets document says about one path; None when it does not list it."""
        stated = self.signed["targets"].get(path)
        if stated is None:
            return None
        return TargetFile(path, stated["length"], dict(stated["hashes"]), stated.get("custom"))

    @cached_property
    def delegations(self) -> Delegations | None:
        """The delegations of a targets document, or None."""
        stated = self.signed.get("delegations")
        if stated is None:
            return None
        succinct = stated.get("succinct_roles")
        return Delegations(
            keys=stated["keys"],
            roles=tuple(_edge(role) for role in stated.get("roles") or ()),
            succinct=None if succinct is None else _succinct(succinct),
        )


def _edge(stated: Object) -> DelegatedRole:
    paths, prefixes = stated.get("paths"), stated.get("path_hash_prefixes")
    return DelegatedRole(
        role=Role(stated["name"], tuple(stated["keyids"]), stated["threshold"]),
        terminating=stated["terminating"],
        paths=None if paths is None else tuple(paths),
        path_hash_prefixes=None if prefixes is None else tuple(prefixes),
    )


def _succinct(stated: Object) -> SuccinctRoles:
    return SuccinctRoles(
        keyids=tuple(stated["keyids"]),
        threshold=stated["threshold"],
        bit_length=stated["bit_length"],
        name_prefix=stated["name_prefix"],
    )
