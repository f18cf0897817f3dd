"""What a document says besides its signatures: the files or roles that it vouches for."""

from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from trustui.core.formats.tuf.metadata import DelegatedRole, Metadata, Role
from trustui.core.primitives.text import visible

MOST_LISTED = 100
"""Files or roles that are named; the bytes have all of them."""
MOST_PATHS = 8
"""Patterns of a delegated role that are named."""
_NAME = 300


class Digest(msgspec.Struct, frozen=True):
    """A digest of a file, as the document states it; visible text."""

    algorithm: str
    value: str


class ListedFile(msgspec.Struct, frozen=True):
    """A target, or metadata that timestamp or snapshot lists. Visible text."""

    name: str
    version: str
    """Of metadata; empty of targets."""
    length: str
    """Bytes, in digits; empty where none is stated."""
    digests: tuple[Digest, ...]
    asked: str = ""
    """The path of a target, percent-encoded, to ask who can sign for it."""


class ListedRole(msgspec.Struct, frozen=True):
    """A role that root names, or a targets role delegates to. Visible text."""

    name: str
    threshold: str
    keys: int
    paths: tuple[str, ...] = ()
    """Patterns, or beginnings of hashes; none of root's own roles."""
    more_paths: int = 0
    is_terminating: bool = False
    """Whether the search for a path that it covers ends there."""


class Content(msgspec.Struct, frozen=True):
    """The first `MOST_LISTED` of each."""

    files: tuple[ListedFile, ...] = ()
    file_count: int = 0
    roles: tuple[ListedRole, ...] = ()
    role_count: int = 0

    @property
    def more_files(self) -> int:
        """Files that are not named."""
        return self.file_count - len(self.files)

    @property
    def more_roles(self) -> int:
        """Roles that are not named."""
        return self.role_count - len(self.roles)


def content_of(metadata: Metadata) -> Content:
    """TUF 1.0.34 §4.3 to §4.6; of hash bins that share their keys one row stands for all."""
    match metadata.type:
        case "root":
            roles = metadata.signed["roles"]
            return Content(
                roles=tuple(_role(metadata.role(name)) for name in list(roles)[:MOST_LISTED]),
                role_count=len(roles),
            )
        case "targets":
            return _of_targets(metadata)
        case _:
            files = metadata.signed["meta"]
            return Content(_files(files), len(files))


def _of_targets(metadata: Metadata) -> Content:
    files, delegations = metadata.signed["targets"], metadata.delegations
    if delegations is None:
        return Content(_files(files, are_targets=True), len(files))
    roles = [_delegated(one) for one in delegations.roles[:MOST_LISTED]]
    if delegations.succinct is not None:
        bins = delegations.succinct
        first = bins.bin(0).role.name
        last = bins.bin(bins.count - 1).role.name
        all_bins = Role(f"{first} to {last}", bins.keyids, bins.threshold)
        roles.append(_delegated(DelegatedRole(all_bins)))
    count = len(delegations.roles) + (delegations.succinct is not None)
    return Content(_files(files, are_targets=True), len(files), tuple(roles), count)


def _files(
    stated: Mapping[str, Mapping[str, object]], *, are_targets: bool = False
) -> tuple[ListedFile, ...]:
    return tuple(
        _file(name, stated[name], is_target=are_targets) for name in list(stated)[:MOST_LISTED]
    )


def _file(name: str, stated: Mapping[str, object], *, is_target: bool) -> ListedFile:
    hashes = stated.get("hashes")
    pairs = hashes.items() if isinstance(hashes, Mapping) else ()
    return ListedFile(
        visible(name, _NAME),
        str(stated.get("version", "")),
        _digits(stated.get("length")),
        tuple(Digest(visible(one, 20), visible(str(value), 128)) for one, value in pairs),
        quote(name, safe="", errors="replace") if is_target else "",
    )


def _digits(number: object) -> str:
    return f"{number:,}" if isinstance(number, int) else ""


def _role(role: Role) -> ListedRole:
    return ListedRole(
        visible(role.name, _NAME), _digits(role.threshold), len(dict.fromkeys(role.keyids))
    )


def _delegated(edge: DelegatedRole) -> ListedRole:
    paths = edge.paths if edge.paths is not None else edge.path_hash_prefixes or ()
    return msgspec.structs.replace(
        _role(edge.role),
        paths=tuple(visible(one, _NAME) for one in paths[:MOST_PATHS]),
        more_paths=max(0, len(paths) - MOST_PATHS),
        is_terminating=edge.terminating,
    )
