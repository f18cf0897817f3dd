"""Which roles list a key now, as the documents that are served say: from the store, of many keys."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.db.models import QuerySet

from trustui.core.primitives.text import visible
from trustui.inventory.models import Delegation, ListedKey, RoleState
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.standings import is_of, sources_of
from trustui.pages.stated import LARGEST, holds_mark, read
from trustui.pages.viewer import Viewer

MOST = 200
"""Roles of one key that are told, and documents that name the keys of roles."""
MOST_SETS = 2_000
MOST_DELEGATIONS = 5_000
"""Of sets of keys and of delegations that are looked at: hash bins may be thousands."""
SHOWN = 200
"""Characters of a name."""


class Use(msgspec.Struct, frozen=True):
    """A role that a key may sign now, in one source, as its delegator trusts it."""

    source_id: int
    source: str
    role: str
    role_id: str
    """Empty for hash bins."""
    delegator: str
    delegator_id: str
    threshold: str
    keys: int
    keyids: tuple[str, ...]
    """Under which ids; with more than one, flagged: a client may count it more than once."""


def in_force(own: Any) -> Any:
    """The delegation sets of what is served and a client can come to, of these sources."""
    states = RoleState.objects.filter(source__in=own, is_listed=True)
    return states.values("served__delegation_set")


class Told(msgspec.Struct, frozen=True):
    """Of some keys, by fingerprint, what documents in force say."""

    roles: Mapping[str, list[str]]
    """The names of the roles that list the key, each once."""
    owners: Mapping[str, str]
    """Who holds the key; keys of which nobody says it are left out."""
    is_cut: bool
    """Not everything was looked at."""


def told_of(viewer: Viewer, moment: Moment, keys: Mapping[int, str]) -> Told:
    """Of these keys, ids with fingerprints, as this person's sources name them now.

    At most three queries.
    """
    about = (tuple(keys),)
    limit = MOST_SETS + 1
    rows = _rows.rows(viewer, moment, order=("delegation_set", "id"), limit=limit, about=about)
    read = [_Listed(one.delegation_set, one.keyid, keys[one.key]) for one in rows]
    listed = _by_set(read)
    order = ("delegation_set", "position")
    limit = MOST_DELEGATIONS + 1
    sets = (tuple(listed),)
    delegations = _delegating.rows(order=order, limit=limit, about=sets)
    names: dict[str, dict[str, None]] = {}
    for one in delegations[:MOST_DELEGATIONS]:
        ids = listed[one.delegation_set_id]
        for fingerprint in {ids[keyid] for keyid in one.keyids if keyid in ids}:
            names.setdefault(fingerprint, {})[_name(one)] = None
    return Told(
        {fingerprint: sorted(found) for fingerprint, found in names.items()},
        _owners(viewer, moment, listed),
        len(delegations) > MOST_DELEGATIONS or len(read) > MOST_SETS,
    )


class _Listed(msgspec.Struct, frozen=True):
    """That a set of delegations names a key, and by which id."""

    delegation_set: int
    keyid: str
    fingerprint: str | None


class _OfKey(msgspec.Struct, frozen=True):
    """The same by the id of the key."""

    delegation_set: int
    keyid: str
    key: int


class _Delegation(msgspec.Struct, frozen=True):
    delegation_set_id: int
    name: str
    name_id: str
    threshold: str
    bins: int | None
    keyids: list[str]


class _Document(msgspec.Struct, frozen=True):
    delegation_set: int
    body: Any


def _of_keys(
    viewer: Viewer, moment: Moment, _: None, keys: Collection[int]
) -> "QuerySet[ListedKey]":
    in_own = in_force(sources_of(viewer, moment).values("pk"))
    return ListedKey.objects.filter(key__pk__in=keys, delegation_set__in=in_own)


def _in_sets(_: Viewer, __: Moment, ___: None, sets: Collection[int]) -> "QuerySet[Delegation]":
    return Delegation.objects.filter(delegation_set__pk__in=sets)


def _serving(
    viewer: Viewer, moment: Moment, _: None, sets: Collection[int]
) -> "QuerySet[RoleState]":
    rows = RoleState.objects.filter(is_listed=True, served__delegation_set__pk__in=sets)
    return rows.filter(is_of(viewer, moment, "source__"))  # joined already, for its name


def _stating(
    viewer: Viewer, moment: Moment, _: None, sets: Collection[int]
) -> "QuerySet[RoleState]":
    """Of the first few of these those that say whose a key is."""
    first = _serving(viewer, moment, None, sets).order_by("source__name", "id")[:MOST]
    rows = RoleState.objects.filter(pk__in=first.values("pk"), served__blob__size__lte=LARGEST)
    return rows.filter(holds_mark())


_rows = KeptQuery(_of_keys, _OfKey.__struct_fields__, _OfKey)
_delegating = KeptQuery(_in_sets, _Delegation.__struct_fields__, _Delegation)
_documents = KeptQuery(_stating, ("served__delegation_set", "served__blob__body"), _Document)


def _owners(
    viewer: Viewer, moment: Moment, listed: Mapping[int, Mapping[str, str]]
) -> dict[str, str]:
    """By fingerprint; the first document that says it counts."""
    sets, order = (tuple(listed),), ("source__name", "id")
    found: dict[str, str] = {}
    for one in _documents.rows(viewer, moment, order=order, about=sets):
        owners = read(bytes(one.body)).owners
        for keyid, fingerprint in listed[one.delegation_set].items():
            if keyid in owners:
                found.setdefault(fingerprint, owners[keyid])
    return found


def uses_of(
    viewer: Viewer,
    moment: Moment,
    fingerprints: Collection[str],
    sources: Collection[int] | None = None,
    most: int = MOST,
) -> tuple[dict[str, tuple[Use, ...]], bool]:
    """By fingerprint, the roles that list the key, source by source: three queries.

    Of all that this person sees, or of these `sources` of them. The other value is whether not
    everything was looked at.
    """
    among = () if sources is None else (tuple(sources),)
    about, order = (tuple(fingerprints), *among), ("delegation_set", "id")
    read = _by_fingerprint.rows(viewer, moment, order=order, limit=MOST_SETS + 1, about=about)
    listed = _by_set(read)
    sets, order = (tuple(listed),), ("delegation_set", "position")
    delegations = _delegating.rows(order=order, limit=MOST_DELEGATIONS + 1, about=sets)
    by_set: dict[int, list[_Delegation]] = {}
    for one in delegations[:MOST_DELEGATIONS]:
        by_set.setdefault(one.delegation_set_id, []).append(one)
    about, order = (*sets, *among), ("source__name", "id")
    rows = _delegators.rows(viewer, moment, order=order, limit=most + 1, about=about)
    found: dict[str, list[Use]] = {}
    for fingerprint, use in _uses(rows[:most], by_set, listed):
        found.setdefault(fingerprint, []).append(use)
    counts = (len(read), MOST_SETS), (len(delegations), MOST_DELEGATIONS), (len(rows), most)
    is_cut = any(count > bound for count, bound in counts)
    return {fingerprint: tuple(uses) for fingerprint, uses in found.items()}, is_cut


class _Delegator(msgspec.Struct, frozen=True):
    """What is served of a role that delegates."""

    source_id: int
    source: str
    role: str
    role_id: str
    delegation_set: int


def _of_fingerprints(
    viewer: Viewer,
    moment: Moment,
    _: None,
    fingerprints: Collection[str],
    sources: Collection[int] | None = None,
) -> "QuerySet[ListedKey]":
    own = sources_of(viewer, moment)
    if sources is not None:
        own = own.filter(pk__in=sources)
    rows = ListedKey.objects.filter(key__fingerprint__in=fingerprints)
    return rows.filter(delegation_set__in=in_force(own.values("pk")))


def _delegating_with(
    viewer: Viewer,
    moment: Moment,
    _: None,
    sets: Collection[int],
    sources: Collection[int] | None = None,
) -> "QuerySet[RoleState]":
    rows = _serving(viewer, moment, None, sets)
    return rows if sources is None else rows.filter(source__pk__in=sources)


_by_fingerprint = KeptQuery(
    _of_fingerprints, ("delegation_set", "keyid", "key__fingerprint"), _Listed
)
_delegators = KeptQuery(
    _delegating_with,
    ("source", "source__name", "role", "role_id", "served__delegation_set"),
    _Delegator,
)


def _by_set(rows: Sequence[_Listed]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for one in rows[:MOST_SETS]:
        found.setdefault(one.delegation_set, {})[one.keyid] = one.fingerprint or ""
    return found


def _name(one: _Delegation) -> str:
    return one.name if one.bins is None else f"{one.name}: {one.bins:,} bins"


def _uses(
    rows: Sequence[_Delegator],
    delegations: Mapping[int, Sequence[_Delegation]],
    listed: Mapping[int, Mapping[str, str]],
) -> Iterator[tuple[str, Use]]:
    for row in rows:
        ids = listed[row.delegation_set]
        delegator = visible(row.role, SHOWN)
        for one in delegations.get(row.delegation_set, ()):
            by_key: dict[str, list[str]] = {}
            for keyid in dict.fromkeys(one.keyids):
                if keyid in ids:
                    by_key.setdefault(ids[keyid], []).append(keyid)
            for fingerprint, keyids in by_key.items():
                yield (
                    fingerprint,
                    Use(
                        source_id=row.source_id,
                        source=row.source,
                        role=visible(_name(one), SHOWN),
                        role_id=one.name_id if one.bins is None else "",
                        delegator=delegator,
                        delegator_id=row.role_id,
                        threshold=one.threshold,
                        keys=len(set(one.keyids)),
                        keyids=tuple(visible(keyid, SHOWN) for keyid in keyids),
                    ),
                )
