"""`/keys/`: every public key that metadata names; and one of them: its ids, its roles, its work."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec
from django.db.models import Count

from trustui.core.primitives.text import counted, visible
from trustui.inventory.listing import KeyInUse, Signed, signed_by
from trustui.inventory.listing import keys as keys_in_use
from trustui.inventory.models import Delegation, ListedKey, PublicKey, RoleState, SourceKey
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, write_cursor
from trustui.pages.positions import checked_size, read_position
from trustui.pages.standings import sources_of
from trustui.pages.viewer import Viewer

FEW = 4
"""Roles that the inventory names of one key."""
MOST = 200
"""Ids, and roles, that the page of one key lists."""
MOST_SETS = 2_000
MOST_DELEGATIONS = 5_000
"""Of sets of keys and of delegations that are looked at: hash bins may be thousands."""
_SHOWN = 200


class Line(msgspec.Struct, frozen=True):
    """One key of the inventory."""

    fingerprint: str
    keytype: str
    scheme: str
    sources: int
    roles: tuple[str, ...]
    """The first few that it may sign now, by name; none: no role in force lists it."""
    more_roles: int


class KeysPage(msgspec.Struct, frozen=True):
    """The inventory, by fingerprint; `title` is the answer."""

    title: str
    lines: tuple[Line, ...]
    after: str | None
    is_cut: bool
    """Not every delegation was looked at: a key may serve more roles than are told."""


class Name(msgspec.Struct, frozen=True):
    """A key id that the key goes by."""

    keyid: str
    sources: int


class Use(msgspec.Struct, frozen=True):
    """A role that the key may sign now, in one source, as its delegator trusts it."""

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


class KeyPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of a key says."""

    fingerprint: str
    keytype: str
    scheme: str
    public: str
    sources: int
    names: tuple[Name, ...]
    has_more_names: bool
    uses: tuple[Use, ...]
    is_cut: bool
    """Not every role is told."""
    signed: tuple[Signed, ...]
    after: str | None

    @property
    def has_several_ids(self) -> bool:
        """Whether it goes by more than one id."""
        return len(self.names) > 1


def keys(viewer: Viewer, moment: Moment, after: str | None = None, size: int = ROWS) -> KeysPage:
    """Five queries. Raises PagingError."""
    position = read_position(after, str)
    own = sources_of(viewer, moment).values("pk")
    totals = SourceKey.objects.filter(source__in=own).aggregate(
        keys=Count("key", distinct=True), sources=Count("source", distinct=True)
    )
    found = keys_in_use(
        source_ids=cast("Collection[int]", own),  # a subquery, however many there are
        after=None if position is None else position[0],
        limit=checked_size(size),
    )
    roles, is_cut = _roles(own, [row.fingerprint for row in found.rows])
    return KeysPage(
        title=_title(totals["keys"], totals["sources"]),
        lines=tuple(_line(row, roles.get(row.fingerprint, [])) for row in found.rows),
        after=None if found.next is None else write_cursor([found.next]),
        is_cut=is_cut,
    )


def key(
    viewer: Viewer, moment: Moment, fingerprint: str, after: str | None = None, size: int = ROWS
) -> KeyPage | None:
    """The page; None where no source of this person's names the key. At most seven queries.

    Raises PagingError.
    """
    position = read_position(after, int, str, int)
    own = sources_of(viewer, moment).values("pk")
    named = SourceKey.objects.filter(source__in=own, key__fingerprint=fingerprint)
    names = list(
        named.values_list("keyid_id", "keyid")
        .annotate(Count("source"))
        .order_by("keyid")[: MOST + 1]
    )
    material = PublicKey.objects.filter(fingerprint=fingerprint).first()
    if not names or material is None:
        return None
    sources = named.aggregate(count=Count("source", distinct=True))["count"]
    uses, is_cut = _uses(own, fingerprint)
    signed = signed_by(
        fingerprint,
        teams=viewer.teams,
        after=None if position is None else (position[0], position[1], position[2]),
        limit=checked_size(size),
    )
    return KeyPage(
        fingerprint=fingerprint,
        keytype=material.keytype,
        scheme=material.scheme,
        public=material.public,
        sources=sources,
        names=tuple(Name(visible(keyid, _SHOWN), count) for _, keyid, count in names[:MOST]),
        has_more_names=len(names) > MOST,
        uses=uses[:MOST],
        is_cut=is_cut or len(uses) > MOST,
        signed=signed.rows,
        after=None if signed.next is None else write_cursor(signed.next),
    )


def _title(keys: int, sources: int) -> str:
    if not keys:
        return "No keys yet"
    return f"{counted(keys, 'key')} in {counted(sources, 'source')}"


def _line(row: KeyInUse, roles: Sequence[str]) -> Line:
    return Line(
        fingerprint=row.fingerprint,
        keytype=row.keytype,
        scheme=row.scheme,
        sources=row.sources,
        roles=tuple(visible(one, _SHOWN) for one in roles[:FEW]),
        more_roles=max(0, len(roles) - FEW),
    )


# Which roles list a key now ---------------------------------------------------------------------


def _listed(own: Any, fingerprints: Collection[str]) -> tuple[dict[int, dict[str, str]], bool]:
    """By delegation set that is in force somewhere, the ids of these keys with whose they are."""
    in_force = RoleState.objects.filter(source__in=own, is_listed=True)
    rows = ListedKey.objects.filter(
        key__fingerprint__in=fingerprints,
        delegation_set__in=in_force.values("served__delegation_set"),
    )
    found: dict[int, dict[str, str]] = {}
    cells = rows.order_by("delegation_set", "id").values_list(
        "delegation_set", "keyid", "key__fingerprint"
    )
    read = list(cells[: MOST_SETS + 1])
    for pk, keyid, fingerprint in read[:MOST_SETS]:
        found.setdefault(pk, {})[keyid] = fingerprint or ""
    return found, len(read) > MOST_SETS


def _delegations(sets: Collection[int]) -> tuple[list[Delegation], bool]:
    rows = Delegation.objects.filter(delegation_set__in=sets).defer("paths", "prefixes")
    found = list(rows.order_by("delegation_set", "position")[: MOST_DELEGATIONS + 1])
    return found[:MOST_DELEGATIONS], len(found) > MOST_DELEGATIONS


def _roles(own: Any, fingerprints: Collection[str]) -> tuple[dict[str, list[str]], bool]:
    """By fingerprint, the names of the roles that list the key, each once: two queries."""
    listed, is_short = _listed(own, fingerprints)
    delegations, is_cut = _delegations(listed)
    names: dict[str, dict[str, None]] = {}
    for one in delegations:
        ids = listed[one.delegation_set_id]
        for fingerprint in {ids[keyid] for keyid in one.keyids if keyid in ids}:
            names.setdefault(fingerprint, {})[_name(one)] = None
    return {fingerprint: sorted(found) for fingerprint, found in names.items()}, (
        is_cut or is_short
    )


def _name(one: Delegation) -> str:
    return one.name if one.bins is None else f"{one.name}: {one.bins:,} bins"


def _uses(own: Any, fingerprint: str) -> tuple[tuple[Use, ...], bool]:
    """The roles that list the key, source by source: three queries."""
    listed, is_short = _listed(own, [fingerprint])
    delegations, is_cut = _delegations(listed)
    by_set: dict[int, list[Delegation]] = {}
    for one in delegations:
        by_set.setdefault(one.delegation_set_id, []).append(one)
    delegators = (
        RoleState.objects.filter(
            source__in=own, is_listed=True, served__delegation_set__in=list(listed)
        )
        .order_by("source__name", "id")
        .values_list("source", "source__name", "role", "role_id", "served__delegation_set")
    )
    rows = list(delegators[: MOST + 1])
    uses = tuple(_uses_of(rows, by_set, listed))
    return uses, is_cut or is_short or len(rows) > MOST


def _uses_of(
    rows: Sequence[tuple[Any, ...]],
    delegations: Mapping[int, Sequence[Delegation]],
    listed: Mapping[int, Mapping[str, str]],
) -> Iterator[Use]:
    for source_id, source, delegator, delegator_id, pk in rows:
        for one in delegations.get(pk, ()):
            keyids = [keyid for keyid in dict.fromkeys(one.keyids) if keyid in listed[pk]]
            if keyids:
                yield Use(
                    source_id=source_id,
                    source=source,
                    role=visible(_name(one), _SHOWN),
                    role_id=one.name_id if one.bins is None else "",
                    delegator=visible(delegator, _SHOWN),
                    delegator_id=delegator_id,
                    threshold=one.threshold,
                    keys=len(set(one.keyids)),
                    keyids=tuple(visible(keyid, _SHOWN) for keyid in keyids),
                )
