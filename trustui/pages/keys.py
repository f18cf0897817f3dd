"""`/keys/`: every public key that metadata names, and which of them several repositories share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.db.models import Count, Exists, F, Max, Min, OuterRef, QuerySet, Value

from trustui.core.primitives.text import counted, visible
from trustui.inventory.models import ListedKey, PublicKey, RoleSignature, SourceKey
from trustui.pages.keeping import Keeper
from trustui.pages.kept_query import KeptQuery
from trustui.pages.key_ranking import KeyRow, ranked, ranked_slice
from trustui.pages.listed_keys import SHOWN, Use, in_force, told_of, uses_of
from trustui.pages.moment import Moment
from trustui.pages.paging import MOST_ROWS, ROWS, Slice, sliced
from trustui.pages.positions import checked_size, read_position
from trustui.pages.standings import is_of, sources_of
from trustui.pages.viewer import Viewer

FEW = 4
"""Roles that the inventory names of one key."""
TOP = "top"
SHARED, ALIASED, UNUSED, RETIRED = "shared", "aliased", "unused", "retired"
KINDS: Mapping[str, str] = {
    TOP: "for a top-level role",
    SHARED: "in several sources",
    ALIASED: "under several ids",
    UNUSED: "may sign, no signature seen",
    RETIRED: "in no role now",
}
"""What a key may be, in words."""
BY_ROLE, BY_FINGERPRINT = "", "fingerprint"
ORDERS: Mapping[str, str] = {
    BY_ROLE: "most important roles first",
    BY_FINGERPRINT: "by fingerprint",
}
"""How keys can be listed, in words."""
MOST_KEYS = 20
MOST_SOURCES = 12
"""Of the matrix."""
MUCH = 10_000
"""Keys, from which on what takes long to count is counted every few seconds only."""
MOST_RANKED = 1_000
"""Keys that are put in order by their roles; more are listed by fingerprint, as the database has them."""
MOST_IDS = 5_000
"""Of keys that a statement is told one by one."""
_LONGEST_TEXT = 200


class Filter(msgspec.Struct, frozen=True):
    """What to show; empty shows everything."""

    kind: str = ""
    source: int | None = None
    text: str = ""
    order: str = BY_ROLE


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One key of the inventory."""

    fingerprint: str
    keytype: str
    scheme: str
    sources: int
    source: str
    """The first of them, by name."""
    source_id: int | None
    """Of that one, where it is the only one."""
    ids: int
    """Key ids that it goes by."""
    roles: tuple[str, ...]
    """The first few that it may sign now, by name; none: no role in force lists it."""
    more_roles: int
    has_signed: bool
    """Whether any document that was seen bears a signature under one of its ids."""
    owner: str
    """As the metadata names who holds it; empty where it does not."""

    @property
    def is_unused(self) -> bool:
        """Whether a role trusts it and nothing was ever signed by it."""
        return bool(self.roles) and not self.has_signed


class Cell(msgspec.Struct, frozen=True):
    """What a key may sign in a source; no roles: the source names it, and nothing in force does."""

    source_id: int
    source: str
    is_named: bool
    roles: tuple[str, ...]


class MatrixRow(msgspec.Struct, frozen=True):
    """A key in the matrix."""

    fingerprint: str
    keytype: str
    sources: int
    cells: tuple[Cell, ...]


class Matrix(msgspec.Struct, frozen=True):
    """Keys that several sources share, those in most of them first, against these sources."""

    sources: tuple[tuple[int, str], ...]
    rows: tuple[MatrixRow, ...]
    more_sources: int
    is_cut: bool


class KeysPage(msgspec.Struct, frozen=True, kw_only=True):
    """The inventory; `title` is the answer, of all keys or of those of one source."""

    title: str
    source: str
    """The name of the source that it is narrowed to; empty where it is not, or to none of theirs."""
    lines: tuple[Line, ...]
    order: str
    """By which it is listed: by fingerprint where there are too many for any other order."""
    after: str | None
    is_cut: bool
    """Not every delegation was looked at: a key may serve more roles than are told."""
    all: int
    matrix: Matrix | None
    """On the first page of the whole inventory, where keys are shared."""


def filter_of(given: Mapping[str, str]) -> Filter:
    """From a query string; what is no known choice narrows nothing."""
    kind, source = given.get("kind", ""), given.get("source", "")
    is_number = source.isascii() and source.isdecimal() and len(source) < len(str(2**63))
    return Filter(
        kind=kind if kind in KINDS else "",
        source=int(source) if is_number else None,
        text=given.get("text", "").replace("\0", "").strip()[:_LONGEST_TEXT],
        order=given.get("sort", "") if given.get("sort") in ORDERS else BY_ROLE,
    )


def keys(
    viewer: Viewer,
    moment: Moment,
    chosen: Filter | None = None,
    after: str | None = None,
    size: int = ROWS,
) -> KeysPage:
    """At most twenty queries. Raises PagingError."""
    chosen = chosen or Filter()
    key_count, source_count = _kept_totals(viewer, moment)
    is_all = chosen == Filter(order=chosen.order)
    is_much = is_all and key_count > MOST_RANKED  # known without asking for a thousand of them
    few = None
    if chosen.order == BY_ROLE and not is_much:
        few = _at_most_ranked(viewer, moment, chosen)
    if few is not None:
        shown = ranked_slice(ranked(viewer, moment, few), after, checked_size(size))
    else:
        shown = _by_fingerprint(viewer, moment, chosen, after, size)
    lines, is_cut = lines_of(viewer, moment, shown.rows)
    is_whole = is_all and not after
    title, source = _title(key_count, source_count), ""
    if chosen.source is not None:
        title, source = _title_of(viewer, moment, chosen.source)
    return KeysPage(
        title=title,
        source=source,
        lines=lines,
        order=BY_FINGERPRINT if few is None else BY_ROLE,
        after=shown.after,
        is_cut=is_cut,
        all=key_count,
        matrix=_matrix(viewer, moment, key_count) if is_whole and source_count > 1 else None,
    )


def _names(viewer: Viewer, moment: Moment) -> "QuerySet[SourceKey]":
    """Every name of a key, as the sources of this person give it."""
    return SourceKey.objects.filter(source__in=sources_of(viewer, moment).values("pk"))


def found(viewer: Viewer, moment: Moment, chosen: Filter) -> "QuerySet[PublicKey]":
    """Every key that a filter lets through, in no order."""
    own = sources_of(viewer, moment).values("pk")
    names = _names(viewer, moment)
    if chosen.source is not None:
        names = names.filter(source=chosen.source)
    rows = PublicKey.objects.filter(Exists(names.filter(key=OuterRef("pk"))))
    if chosen.text:
        begins = names.filter(keyid__startswith=chosen.text)
        alike = PublicKey.objects.filter(fingerprint__startswith=chosen.text.lower())
        # As a union each half is found by its own index; as one condition every key is read.
        rows = rows.filter(pk__in=alike.values("pk").union(begins.values("key")))
    if chosen.kind in {SHARED, ALIASED}:
        of_what = "source" if chosen.kind == SHARED else "keyid_id"
        rows = rows.filter(pk__in=_kept_several(viewer, moment, names, of_what, chosen.source))
    listed = ListedKey.objects.filter(key=OuterRef("pk"), delegation_set__in=in_force(own))
    if chosen.kind == TOP:
        rows = rows.filter(Exists(listed.filter(delegation_set__is_root=True)))
    if chosen.kind == UNUSED:
        rows = rows.filter(Exists(listed)).exclude(Exists(_signing(names)))
    if chosen.kind == RETIRED:
        rows = rows.exclude(Exists(listed))
    return rows


def every(viewer: Viewer, moment: Moment, chosen: Filter) -> Iterator[KeyRow]:
    """All that a filter lets through, by fingerprint: a statement, or one for each portion."""
    if not _is_counted(chosen):
        return _rows.every(viewer, moment, chosen, ("fingerprint",))
    rows = found(viewer, moment, chosen).order_by("fingerprint")
    return (KeyRow(*one) for one in rows.values_list(*_COLUMNS).iterator(MOST_ROWS))


def _at_most_ranked(viewer: Viewer, moment: Moment, chosen: Filter) -> list[KeyRow] | None:
    """All of them; None where there are more than are ordered by their roles. One query."""
    limit = MOST_RANKED + 1
    if _is_counted(chosen):
        cells = found(viewer, moment, chosen).order_by("id").values_list(*_COLUMNS)[:limit]
        rows = [KeyRow(*one) for one in cells]
    else:
        rows = _rows.rows(viewer, moment, chosen, ("id",), limit)
    return None if len(rows) > MOST_RANKED else rows


def _by_fingerprint(
    viewer: Viewer, moment: Moment, chosen: Filter, after: str | None, size: int
) -> Slice[KeyRow]:
    read_position(after, str)
    if not _is_counted(chosen):
        return _rows.sliced(viewer, moment, chosen, ("fingerprint",), after, size)
    shown = sliced(found(viewer, moment, chosen), ("fingerprint",), after, size)
    rows = [KeyRow(row.pk, row.fingerprint, row.keytype, row.scheme) for row in shown.rows]
    return Slice(rows, shown.after)


def _is_counted(chosen: Filter) -> bool:
    """Whether the statement names keys that were counted a moment ago, so that none is kept."""
    return chosen.kind in {SHARED, ALIASED}


_COLUMNS = KeyRow.__struct_fields__


class _Numbers(msgspec.Struct, frozen=True):
    """In how many sources a key is named, by how many ids, and the first of each."""

    key: int
    sources: int
    ids: int
    source: str
    source_id: int


class _Signed(msgspec.Struct, frozen=True):
    id: int


def _grouped(viewer: Viewer, moment: Moment, _: None, keys: Sequence[int]) -> "QuerySet[Any, Any]":
    own = is_of(viewer, moment, "source__")  # joined already, for its name
    return (
        SourceKey.objects.filter(own, key__pk__in=keys)
        .values("key")
        .annotate(
            Count("source", distinct=True),
            Count("keyid_id", distinct=True),
            Min("source__name"),
            Min("source"),
        )
    )


def _that_signed(
    viewer: Viewer, moment: Moment, _: None, keys: Sequence[int]
) -> "QuerySet[PublicKey]":
    return PublicKey.objects.filter(Exists(_signing(_names(viewer, moment))), pk__in=keys)


_rows = KeptQuery(found, _COLUMNS, KeyRow)
_numbers = KeptQuery(
    _grouped,
    ("key", "source__count", "keyid_id__count", "source__name__min", "source__min"),
    _Numbers,
)
_signed = KeptQuery(_that_signed, ("id",), _Signed)


def lines_of(
    viewer: Viewer, moment: Moment, rows: Sequence[KeyRow]
) -> tuple[tuple[Line, ...], bool]:
    """Keys as the inventory tells them, and whether roles are missing: five queries."""
    ids = (tuple(row.id for row in rows),)
    numbers = {one.key: one for one in _numbers.rows(viewer, moment, about=ids)}
    signed = {one.id for one in _signed.rows(viewer, moment, about=ids)}
    told = told_of(viewer, moment, {row.id: row.fingerprint for row in rows})
    roles = told.roles
    lines = tuple(
        Line(
            fingerprint=row.fingerprint,
            keytype=row.keytype,
            scheme=row.scheme,
            sources=numbers[row.id].sources,
            source=numbers[row.id].source,
            source_id=numbers[row.id].source_id if numbers[row.id].sources == 1 else None,
            ids=numbers[row.id].ids,
            roles=tuple(visible(one, SHOWN) for one in roles.get(row.fingerprint, [])[:FEW]),
            more_roles=max(0, len(roles.get(row.fingerprint, [])) - FEW),
            has_signed=row.id in signed,
            owner=told.owners.get(row.fingerprint, ""),
        )
        for row in rows
    )
    return lines, told.is_cut


def _signing(names: "QuerySet[SourceKey]") -> "QuerySet[SourceKey]":
    """The names of a key under which something was signed in the source that gives the name."""
    signature = RoleSignature.objects.filter(
        source=OuterRef("source"), keyid_id=OuterRef("keyid_id")
    )
    return names.filter(Exists(signature.filter(is_empty=False)), key=OuterRef("pk"))


def _title(keys: int, sources: int) -> str:
    if not keys:
        return "No keys yet"
    return f"{counted(keys, 'key')} in {counted(sources, 'source')}"


class _OfSource(msgspec.Struct, frozen=True):
    name: str
    count: int


def _keys_in(viewer: Viewer, moment: Moment, _: None, source_id: int) -> "QuerySet[Any, Any]":
    own = sources_of(viewer, moment).filter(pk=source_id)
    return own.annotate(count=Count("keys__key", distinct=True))


_of_source = KeptQuery(_keys_in, _OfSource.__struct_fields__, _OfSource)


def _title_of(viewer: Viewer, moment: Moment, source_id: int) -> tuple[str, str]:
    """How many keys a source names, and its name; nothing of what is not this person's."""
    for one in _of_source.rows(viewer, moment, about=(source_id,)):
        name = visible(one.name, 200)
        return f"{counted(one.count, 'key') if one.count else 'No keys'} of {name}", name
    return "No keys of such a source", ""


# Keys that are shared ----------------------------------------------------------------------------


def _with_several(names: "QuerySet[SourceKey]", of_what: str) -> "QuerySet[SourceKey, Any]":
    """Keys with more than one of something; the first and the last cost less than all of them."""
    grouped = names.order_by().values("key").annotate(first=Min(of_what), last=Max(of_what))
    return grouped.exclude(first=F("last"))


def _matrix(viewer: Viewer, moment: Moment, key_count: int) -> Matrix | None:
    """Eight queries; None where no key is in two sources."""
    shared = _kept_shared(viewer, moment, key_count)
    if not shared:
        return None
    pairs = _names(viewer, moment).filter(key__in=[pk for pk, *_ in shared])
    most = pairs.values_list("source", "source__name").annotate(n=Count("key", distinct=True))
    columns = [(pk, name) for pk, name, _ in most.order_by("-n", "source__name")[:MOST_SOURCES]]
    ids = [source for source, _ in columns]
    named: dict[int, set[int]] = {}
    for key, source in pairs.filter(source__in=ids).values_list("key", "source").distinct():
        named.setdefault(key, set()).add(source)
    all_sources = pairs.aggregate(n=Count("source", distinct=True))["n"]
    fingerprints = [fingerprint for _, fingerprint, *_ in shared]
    uses, is_cut = uses_of(viewer, moment, fingerprints, ids)
    rows = tuple(
        MatrixRow(
            fingerprint,
            keytype,
            count,
            _cells(columns, named.get(pk, set()), uses.get(fingerprint, ())),
        )
        for pk, fingerprint, keytype, count in shared
    )
    return Matrix(tuple(columns), rows, all_sources - len(columns), is_cut)


def _shared(viewer: Viewer, moment: Moment) -> list[tuple[int, str, str, int]]:
    """Id, fingerprint, type and how many sources, of the keys in the most sources: two queries."""
    most = _in_several.rows(viewer, moment, order=("-n", "key"), limit=MOST_KEYS)
    if not most:
        return []
    told = _names(viewer, moment).filter(key__in=[one.key for one in most])
    cells = told.values_list("key", "key__fingerprint", "key__keytype")
    return sorted(
        cells.annotate(n=Count("source", distinct=True)).order_by(),
        key=lambda row: (-row[3], row[1]),
    )


class _Shared(msgspec.Struct, frozen=True):
    key: int
    n: int


def _with_several_sources(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any, Any]":
    return _with_several(_names(viewer, moment), "source").annotate(n=Count("pk"))


_in_several = KeptQuery(_with_several_sources, _Shared.__struct_fields__, _Shared)


# What is slow to count where there is much --------------------------------------------------------


class _Counted(msgspec.Struct, frozen=True):
    keys: int
    sources: int


def _totals_of(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any, Any]":
    """One row, for a constant is the same in every name; none where nobody may see any."""
    alike = _names(viewer, moment).order_by().annotate(alike=Value(1)).values("alike")
    return alike.annotate(keys=Count("key", distinct=True), sources=Count("source", distinct=True))


_counted = KeptQuery(_totals_of, _Counted.__struct_fields__, _Counted)
_totals: Keeper[tuple[int, int]] = Keeper(lambda found: found[0] >= MUCH)
_several: Keeper[tuple[int, list[int]]] = Keeper(lambda found: found[0] >= MUCH)
_most_shared: Keeper[tuple[int, list[tuple[int, str, str, int]]]] = Keeper(
    lambda found: found[0] >= MUCH
)


def _kept_totals(viewer: Viewer, moment: Moment) -> tuple[int, int]:
    """How many keys in how many sources: at most one query."""

    def count() -> tuple[int, int]:
        found = next(iter(_counted.rows(viewer, moment)), _Counted(0, 0))
        return found.keys, found.sources

    return _totals.get(_asked(viewer, moment), count)


def _kept_shared(viewer: Viewer, moment: Moment, key_count: int) -> list[tuple[int, str, str, int]]:
    asked = _asked(viewer, moment)
    return _most_shared.get(asked, lambda: (key_count, _shared(viewer, moment)))[1]


def _kept_several(
    viewer: Viewer,
    moment: Moment,
    names: "QuerySet[SourceKey]",
    of_what: str,
    source_id: int | None,
) -> Any:
    """The ids of keys with more than one of something, or the statement that finds them."""
    several = _with_several(names, of_what).values_list("key", flat=True)
    if source_id is not None:
        return several
    of_mine = of_what, _asked(viewer, moment)
    totals = _kept_totals(viewer, moment)
    _, ids = _several.get(of_mine, lambda: (totals[0], list(several[: MOST_IDS + 1])))
    return several if len(ids) > MOST_IDS else ids


def _asked(viewer: Viewer, moment: Moment) -> tuple[object, ...]:
    return (None if moment.at == moment.now else moment.at), *sorted(viewer.teams)


def _cells(
    columns: Sequence[tuple[int, str]], named: set[int], uses: Sequence[Use]
) -> tuple[Cell, ...]:
    roles: dict[int, list[str]] = {}
    for use in uses:
        roles.setdefault(use.source_id, []).append(use.role)
    return tuple(
        Cell(source, name, source in named, tuple(dict.fromkeys(roles.get(source, ()))))
        for source, name in columns
    )
