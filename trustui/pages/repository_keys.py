"""`/sources/…/keys/`: the keys of one repository against its roles, those that matter most first."""

from collections.abc import Iterable, Mapping, Sequence
from weakref import WeakKeyDictionary

import msgspec

from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.impact import Impact, KeyUsage, RoleImpact
from trustui.core.impact.listings import Listing, given_keys, listings
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import counted, visible
from trustui.inventory.text import identity
from trustui.pages.components import Fact
from trustui.pages.known import known
from trustui.pages.moment import Moment
from trustui.pages.tree import Seen, Worths, see
from trustui.pages.viewer import Viewer

MOST_KEYS = 60
MOST_ROLES = 16
"""Of the matrix; what does not fit is counted."""
_SHOWN = 200


class Column(msgspec.Struct, frozen=True):
    """A role as one delegator trusts it."""

    role: str
    role_id: str
    """Empty for hash bins."""
    delegator: str
    """Empty for root, which names the keys of the top-level roles."""
    threshold: int
    keys: int


class Cell(msgspec.Struct, frozen=True):
    """A key and a role. No word: they have nothing to do with one another."""

    column: str
    sign: str
    word: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A key."""

    keyid: str
    fingerprint: str
    """Empty where it cannot be read; then it signs for nothing."""
    owner: str
    keytype: str
    ids: int
    roles: int
    """How many list it, also those that the matrix does not show."""
    cells: tuple[Cell, ...]
    lost: tuple[str, ...]
    """Roles that cannot be signed any more without it."""
    stolen: tuple[str, ...]
    """Roles that it forges alone, then those that fall with one of these."""
    takes_all: bool
    """Whether it can publish a new root alone."""


class RepositoryKeysPage(msgspec.Struct, frozen=True, kw_only=True):
    """The matrix; `title` is the answer."""

    source_id: int
    source: str
    title: str
    lead: str
    facts: tuple[Fact, ...]
    columns: tuple[Column, ...]
    more_columns: int
    rows: tuple[Row, ...]
    more_rows: int
    is_whole: bool


def repository_keys(viewer: Viewer, moment: Moment, source_id: int) -> RepositoryKeysPage | None:
    """The page; None where the source is not this person's. At most eight queries."""
    found = known(viewer, moment, source_id)
    if found is None:
        return None
    seen = see(found)
    page = _kept.get(seen.worths)
    if page is None:
        page = _kept[seen.worths] = _page(seen)
    return msgspec.structs.replace(
        page, source_id=source_id, source=found.source.name, is_whole=seen.is_whole
    )


_kept: WeakKeyDictionary[Worths, RepositoryKeysPage] = WeakKeyDictionary()
"""What follows from a verified repository alone, as long as that is remembered."""


def _page(seen: Seen) -> RepositoryKeysPage:
    """But for what the source is called."""
    listed = sorted(listings(seen.repository), key=_usage_of_listing)
    columns = listed[:MOST_ROLES]
    bearing = _bearing(seen.repository, columns)
    every = seen.worths.impact_of_each()
    rows = sorted((_row(usage, worth, columns, bearing) for usage, worth in every), key=_weight)
    return RepositoryKeysPage(
        source_id=0,
        source="",
        title=_title(rows),
        lead=_lead(rows),
        facts=_facts(rows, [usage for usage, _ in every]),
        columns=tuple(_column(one) for one in columns),
        more_columns=len(listed) - len(columns),
        rows=tuple(rows[:MOST_KEYS]),
        more_rows=max(0, len(rows) - MOST_KEYS),
        is_whole=seen.is_whole,
    )


def _usage_of_listing(one: Listing) -> tuple[bool, int]:
    """The top-level roles as they come, then those with the most keys."""
    is_delegated = one.delegator_name != "root"
    return is_delegated, -len(one.materials) if is_delegated else 0


def _column(one: Listing) -> Column:
    is_bins = one.role.name.endswith("-*")
    return Column(
        role=visible(one.role.name, _SHOWN),
        role_id="" if is_bins else identity(one.role.name),
        delegator="" if one.delegator_name == "root" else visible(one.delegator_name, _SHOWN),
        threshold=one.role.threshold,
        keys=len(set(one.role.keyids)),
    )


# Keys that a document bears and its role does not list -------------------------------------------


def _bearing(repository: Repository, columns: Iterable[Listing]) -> dict[tuple[str, str], set[str]]:
    """By role and delegator, the fingerprints of other keys under whose ids documents are signed."""
    by_id: dict[str, set[str]] = {}
    for key in given_keys(repository):
        material = cached_material(key)
        if material is not None:
            by_id.setdefault(key.keyid, set()).add(sha256(material))
    found: dict[tuple[str, str], set[str]] = {}
    for listing in columns:
        own = {sha256(material) for material in listing.materials}
        for document in listing.documents.values():
            for signature in document.signatures:
                if signature.keyid not in listing.role.keyids:
                    others = by_id.get(signature.keyid, set()) - own
                    edge = listing.role.name, listing.delegator_name
                    found.setdefault(edge, set()).update(others)
    return found


# Rows --------------------------------------------------------------------------------------------


_SIGNS = {True: "ok", False: "none", None: "unknown"}
_WORDS = {
    True: "signs what is served",
    False: "listed, has not signed what is served",
    None: "listed, its document was not read",
}
NOT_LISTED = "soon", "bears its signature, although the role does not list it"
OLD_ROOT = "noted", "signs it as one of the root before"
OF_BINS = "unknown", "listed for bins, which this page does not read"


def _row(
    usage: KeyUsage,
    worth: Impact,
    columns: Sequence[Listing],
    bearing: Mapping[tuple[str, str], set[str]],
) -> Row:
    signed = {(one.role, one.delegator): one.signed for one in usage.roles}
    owner = usage.label.removesuffix(f" ({usage.keyids[0]})")
    return Row(
        keyid=visible(usage.keyids[0], 128),
        fingerprint=usage.fingerprint or "",
        owner="" if owner == usage.label else visible(owner, _SHOWN),
        keytype=visible(usage.keytype, 40),
        ids=len(usage.keyids),
        roles=len(usage.roles),
        cells=tuple(_cell(one, usage, signed, bearing) for one in columns),
        lost=_names(one for one in worth.roles if one.held and not one.can_still_sign),
        stolen=_names(
            one
            for one in sorted(worth.roles, key=lambda one: not one.can_be_forged)
            if one.can_be_forged or one.falls_with is not None
        ),
        takes_all=worth.is_everything,
    )


def _names(roles: Iterable[RoleImpact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(visible(one.role, _SHOWN) for one in roles))


def _cell(
    listing: Listing,
    usage: KeyUsage,
    signed: Mapping[tuple[str, str], bool | None],
    bearing: Mapping[tuple[str, str], set[str]],
) -> Cell:
    edge = listing.role.name, listing.delegator_name
    column = visible(listing.role.name, _SHOWN)
    if edge in signed:
        if signed[edge] is None and edge[0].endswith("-*"):
            return Cell(column, *OF_BINS)
        return Cell(column, _SIGNS[signed[edge]], _WORDS[signed[edge]])
    if usage.fingerprint in bearing.get(edge, ()):
        return Cell(column, *(OLD_ROOT if listing.role.name == "root" else NOT_LISTED))
    return Cell(column, "", "")


def _weight(row: Row) -> tuple[bool, int, int, str]:
    """Those first that a thief would like most."""
    return not row.takes_all, -len(row.stolen), -row.roles, row.keyid


# The answer --------------------------------------------------------------------------------------


def _title(rows: Sequence[Row]) -> str:
    if not rows:
        return "No root has been read yet"
    grave = sum(bool(row.stolen) for row in rows)
    told = counted(len(rows), "key")
    if not grave:
        return f"{told}, none of which forges anything alone"
    if grave == len(rows):
        return f"{told}, each of which forges something alone"
    return f"{told}, {grave:,} of which {'forges' if grave == 1 else 'forge'} something alone"


def _lead(rows: Sequence[Row]) -> str:
    takes_all = sum(row.takes_all for row in rows)
    if takes_all:
        whose = "One key is" if takes_all == 1 else f"Each of {takes_all:,} keys is"
        return f"{whose} enough to publish a new root, and so to replace every key."
    return "No single key is enough to publish a new root."


def _facts(rows: Sequence[Row], usages: Sequence[KeyUsage]) -> tuple[Fact, ...]:
    stops = sum(bool(row.lost) for row in rows)
    idle = sum(one.is_used and not one.has_signed for one in usages)
    unused = sum(not one.is_used for one in usages)
    aliased = sum(row.ids > 1 for row in rows)
    return (
        Fact(
            "If one is lost",
            "soon" if stops else "ok",
            f"{counted(stops, 'key')} without a spare" if stops else "all roles can be signed",
            "a role cannot be signed any more without it" if stops else "whichever it is",
        ),
        Fact(
            "Signs nothing served",
            "none" if idle else "ok",
            counted(idle, "key") if idle else "no key",
            "listed by a role; not on its document of now",
        ),
        Fact(
            "In no role",
            "none" if unused else "ok",
            counted(unused, "key") if unused else "no key",
            "named by a document, trusted for nothing",
        ),
        Fact(
            "Under several ids",
            "soon" if aliased else "ok",
            counted(aliased, "key") if aliased else "no key",
            "a client that counts ids counts it twice",
        ),
    )
