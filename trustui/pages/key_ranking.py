"""Keys by what they may sign: those of roots first, then the rest of the top level, then delegated roles.

Keys alike stand repository by repository.
"""

import bisect
from collections.abc import Mapping
from typing import Any

import msgspec
from django.db.models import Min

from trustui.inventory.models import Delegation, ListedKey, PublicKey, SourceKey
from trustui.inventory.text import identity
from trustui.pages.listed_keys import in_force
from trustui.pages.paging import PagingError, Slice, read_cursor, write_cursor

MOST_RANKED = 1_000
"""Keys; more are listed by fingerprint, as the database has them."""
_TOP: Mapping[str, int] = {
    identity(name): rank for rank, name in enumerate(("root", "targets", "snapshot", "timestamp"))
}
"""What whoever has the key could do: replace every key, choose files, or withhold them."""
_DELEGATED, _NOWHERE = len(_TOP), len(_TOP) + 1
_CURSOR = 3


class Ranked(msgspec.Struct, frozen=True, order=True):
    """The place of a key: by what it may sign, then repository by repository."""

    rank: int
    source: str
    """The first, by name, whose metadata names it."""
    fingerprint: str
    pk: int = 0


def ranked(own: Any, found: Any) -> list[Ranked] | None:
    """Every key of a query in its place, as `own` sources trust it: at most four queries.

    None where there are more than `MOST_RANKED`.
    """
    keys = dict(found.values_list("pk", "fingerprint").order_by("pk")[: MOST_RANKED + 1])
    if len(keys) > MOST_RANKED:
        return None
    listed = ListedKey.objects.filter(key__in=list(keys), delegation_set__in=in_force(own))
    ids: dict[tuple[int, str], int] = {}
    ranks = dict.fromkeys(keys, _NOWHERE)
    for key, one, keyid, is_root in listed.values_list(
        "key", "delegation_set", "keyid", "delegation_set__is_root"
    ):
        ids[one, keyid] = key
        if not is_root:
            ranks[key] = _DELEGATED
    top = Delegation.objects.filter(
        delegation_set__in={one for one, _ in ids}, delegation_set__is_root=True, name_id__in=_TOP
    )
    for delegation_set, name_id, keyids in top.values_list("delegation_set", "name_id", "keyids"):
        for keyid in keyids:
            named = ids.get((delegation_set, keyid))
            if named is not None:
                ranks[named] = min(ranks[named], _TOP[name_id])
    named_by = SourceKey.objects.filter(key__in=list(keys), source__in=own).order_by()
    sources = dict(named_by.values_list("key").annotate(Min("source__name")))
    return sorted(
        Ranked(ranks[pk], sources.get(pk, ""), fingerprint, pk) for pk, fingerprint in keys.items()
    )


def ranked_slice(order: list[Ranked], after: str | None, size: int) -> Slice[PublicKey]:
    """The next keys in this order: one query. Raises PagingError."""
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
    shown = order[begin : begin + size]
    rows = PublicKey.objects.in_bulk([one.pk for one in shown])
    last = order[begin + size - 1] if begin + size < len(order) else None
    cursor = None if last is None else write_cursor([last.rank, last.source, last.fingerprint])
    return Slice([rows[one.pk] for one in shown if one.pk in rows], cursor)
