"""Keys by what they may sign: those of roots first, then the rest of the top level, then delegated roles.

Keys alike stand repository by repository.
"""

import bisect
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db.models import Min, QuerySet

from trustui.inventory.models import Delegation, ListedKey, SourceKey
from trustui.inventory.text import identity
from trustui.pages.kept_query import KeptQuery
from trustui.pages.listed_keys import in_force
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError, Slice, read_cursor, write_cursor
from trustui.pages.standings import sources_of
from trustui.pages.viewer import Viewer

_TOP: Mapping[str, int] = {
    identity(name): rank for rank, name in enumerate(("root", "targets", "snapshot", "timestamp"))
}
"""What whoever has the key could do: replace every key, choose files, or withhold them."""
_DELEGATED, _NOWHERE = len(_TOP), len(_TOP) + 1
_CURSOR = 3


class KeyRow(msgspec.Struct, frozen=True, order=True):
    """What a key is listed by and shown as, beside what is told of it."""

    id: int
    fingerprint: str
    keytype: str
    scheme: str


class Ranked(msgspec.Struct, frozen=True, order=True):
    """The place of a key: by what it may sign, then repository by repository."""

    rank: int
    source: str
    """The first, by name, whose metadata names it."""
    fingerprint: str
    row: KeyRow


def ranked(viewer: Viewer, moment: Moment, rows: Sequence[KeyRow]) -> list[Ranked]:
    """These keys in their order, as this person's sources trust them: at most three queries."""
    keys = (tuple(row.id for row in rows),)
    ids: dict[tuple[int, str], int] = {}
    ranks = dict.fromkeys(keys[0], _NOWHERE)
    for one in _listed.rows(viewer, moment, about=keys):
        ids[one.delegation_set, one.keyid] = one.key
        if not one.is_root:
            ranks[one.key] = _DELEGATED
    sets = tuple(sorted({one for one, _ in ids}))
    for top in _top.rows(about=(sets,)):
        for keyid in top.keyids:
            named = ids.get((top.delegation_set, keyid))
            if named is not None:
                ranks[named] = min(ranks[named], _TOP[top.name_id])
    sources = {one.key: one.source for one in _first.rows(viewer, moment, about=keys)}
    return sorted(
        Ranked(ranks[row.id], sources.get(row.id, ""), row.fingerprint, row) for row in rows
    )


class _Listed(msgspec.Struct, frozen=True):
    key: int
    delegation_set: int
    keyid: str
    is_root: bool


class _Delegated(msgspec.Struct, frozen=True):
    delegation_set: int
    name_id: str
    keyids: list[str]


class _First(msgspec.Struct, frozen=True):
    key: int
    source: str


def _listing(viewer: Viewer, moment: Moment, _: None, keys: Sequence[int]) -> "QuerySet[ListedKey]":
    own = sources_of(viewer, moment).values("pk")
    return ListedKey.objects.filter(key__pk__in=keys, delegation_set__in=in_force(own))


def _of_roots(_: Viewer, __: Moment, ___: None, sets: Sequence[int]) -> "QuerySet[Delegation]":
    return Delegation.objects.filter(
        delegation_set__pk__in=sets, delegation_set__is_root=True, name_id__in=_TOP
    )


def _naming(viewer: Viewer, moment: Moment, _: None, keys: Sequence[int]) -> "QuerySet[Any, Any]":
    own = sources_of(viewer, moment).values("pk")
    named = SourceKey.objects.filter(key__pk__in=keys, source__in=own)
    return named.values("key").annotate(first=Min("source__name"))


_listed = KeptQuery(
    _listing, ("key", "delegation_set", "keyid", "delegation_set__is_root"), _Listed
)
_top = KeptQuery(_of_roots, _Delegated.__struct_fields__, _Delegated)
_first = KeptQuery(_naming, ("key", "first"), _First)


def ranked_slice(order: Sequence[Ranked], after: str | None, size: int) -> Slice[KeyRow]:
    """The next keys in this order. Raises PagingError."""
    begin = 0
    if after:
        rank, source, fingerprint = read_cursor(after, _CURSOR)
        if not isinstance(rank, int) or not (
            isinstance(source, str) and isinstance(fingerprint, str)
        ):
            raise PagingError("after: expected what this list gave as its next page")
        begin = bisect.bisect_right(
            [(one.rank, one.source, one.fingerprint) for one in order], (rank, source, fingerprint)
        )
    shown = [one.row for one in order[begin : begin + size]]
    last = order[begin + size - 1] if begin + size < len(order) else None
    cursor = None if last is None else write_cursor([last.rank, last.source, last.fingerprint])
    return Slice(shown, cursor)
