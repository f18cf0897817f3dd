"""The repository page: the verdict, who delegates to whom, who can sign for a path, the roles."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from django.urls import reverse

from trustui.check_pages import load_pages
from trustui.core.diff.signers import key_owner
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.graph import Link, Match, Node, NodeKind, Walk, who_can_sign
from trustui.core.impact.listings import Listing, listings
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.core.trace import TrustState
from trustui.inventory.text import identity
from trustui.pages.before import rows_until, streak
from trustui.pages.components import TreeRow
from trustui.pages.dates import day_words
from trustui.pages.known import Known, known
from trustui.pages.moment import Moment
from trustui.pages.pictures.tree_layout import layout
from trustui.pages.pictures.tree_picture import (
    Picture,
    node_name,
    path_words,
    size_words,
    state_word,
    tree_picture,
    walked_nodes,
)
from trustui.pages.tree import Seen, kind_of, see
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS, WORDS, age
from trustui.verdicts.models import Verdict

ROLES = 50
LONGEST_PATH = 1_000
"""Characters of a path that is asked about."""
_KEYS = 5
_ORPHANS = 20


class Head(msgspec.Struct, frozen=True):
    """The answer: `begins` is the state for how long, `told` what is wrong."""

    sign: str
    begins: str
    told: str
    verdict_id: int | None


class Key(msgspec.Struct, frozen=True):
    """A key of a role; `fingerprint` is empty where the key cannot be read."""

    keyid: str
    fingerprint: str
    owner: str = ""
    """As the metadata names who holds it; empty where it does not."""


class RoleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of roles."""

    role: str
    role_id: str
    delegator: str
    sign: str
    word: str
    threshold: int
    keys: int
    signed: int | None
    version: str
    expires: datetime | None
    listed: tuple[Key, ...]
    """The first few of its keys."""
    more_keys: int
    if_lost: str
    """What holds when any one of its keys is lost."""
    is_grave: bool


class Asked(msgspec.Struct, frozen=True):
    """One role that covers a path, in the order of the search."""

    role: str
    role_id: str
    why: str
    needed: str
    is_asked: bool
    is_terminating: bool
    sign: str = "none"
    word: str = ""
    """Whether what was read of it verifies; its sign stands before."""
    entry: str = ""
    """Whether it lists the path; empty where nothing was read."""
    listed: tuple[Key, ...] = ()
    """The first few of its keys."""
    more_keys: int = 0


class WalkPart(msgspec.Struct, frozen=True):
    """Who can sign for a path, and where the search stops."""

    path: str
    stopped_at: str
    because: str
    asked: tuple[Asked, ...]
    refused: str = ""
    """Why a client asks nobody now, as a clause."""


class RepositoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says."""

    source_id: int
    team_id: int
    source: str
    location: str
    head: Head
    size: str
    """How many roles, bins and levels; empty where no root could be read."""
    picture: Picture | None
    starts_at: str
    """The role that the picture begins with; empty for root."""
    rows: tuple[TreeRow, ...]
    walk: WalkPart | None
    roles: tuple[RoleLine, ...]
    after: str | None
    is_whole: bool
    orphans: tuple[str, ...]
    more_orphans: int


def repository(
    viewer: Viewer,
    moment: Moment,
    source_id: int,
    *,
    path: str = "",
    start: str = "",
    after: str = "",
) -> RepositoryPage | None:
    """The page; None where the source is not this person's. At most ten queries, and one for each
    document of a hash bin on the way of `path`.

    `start` and `after` are role ids: what the picture begins with, and the last role of the page
    before.
    """
    found = known(viewer, moment, source_id)
    if found is None:
        return None
    seen = see(found)
    is_read = is_known(found)
    nodes = seen.tree.nodes if is_read else ()
    walk = who_can_sign(seen.repository, path[:LONGEST_PATH]) if path and nodes else None
    first = _start(nodes, start)
    roles, following = _roles(seen, after) if is_read else ((), None)
    orphans = seen.tree.orphans or () if seen.is_whole else ()
    return RepositoryPage(
        source_id=source_id,
        team_id=found.source.team_id,
        source=found.source.name,
        location=visible(found.source.location, 300),
        head=head_of(found, seen, moment),
        size=size_words(seen.tree) if nodes else "",
        picture=tree_picture(seen.tree, walk, first) if nodes else None,
        starts_at=visible(nodes[first].role, 200) if first else "",
        rows=_rows(seen, walk, first, source_id) if nodes else (),
        walk=None if walk is None else _walk_part(walk, seen),
        roles=roles,
        after=following,
        is_whole=seen.is_whole,
        orphans=tuple(visible(name, 200) for name in orphans[:_ORPHANS]),
        more_orphans=max(0, len(orphans) - _ORPHANS),
    )


def every_role(viewer: Viewer, moment: Moment, source_id: int) -> Iterator[RoleLine] | None:
    """All rows of the table of roles; None where the source is not this person's."""
    found = known(viewer, moment, source_id)
    return None if found is None else roles_in(see(found))


def roles_in(seen: Seen) -> Iterator[RoleLine]:
    """Each named role once per delegator that trusts it."""
    listed = {(one.delegator_name, one.role.name): one for one in listings(seen.repository)}
    for node in seen.tree.nodes:
        if node.bins is None:
            yield _line(node, listed.get((node.delegator or "root", node.role)))


def is_known(found: Known) -> bool:
    """Whether anything can be said of its roles: before the first crawl they do not fail yet."""
    return found.verdict is not None or (found.crawl is not None and found.crawl[1] <= found.at)


# The answer --------------------------------------------------------------------------------------


def head_of(found: Known, seen: Seen, moment: Moment) -> Head:
    """Of the verdict in force; judged at another instant, of what verifying says."""
    verdict = found.verdict
    if verdict is None:
        told = (
            "nothing is concluded of it" if moment.is_now else "nothing had been concluded by then"
        )
        return Head("unknown", "Not checked yet", told, None)
    if moment.valid_at != moment.at:
        return _judged(seen, verdict)
    state = TrustState(verdict.trust_state)
    begins = WORDS[state][:1].upper() + WORDS[state][1:]
    rows = rows_until(found.source.pk, moment.at)
    lasted = age(moment.at - streak(rows, verdict.pk)[0].at)
    if not lasted.startswith("less"):
        begins = f"{begins} for {lasted}" if state is not TrustState.EXPIRES_SOON else begins
    return Head(
        SIGNS[state],
        begins,
        what_fails(verdict.first_failing, verdict.failing_on, verdict.because),
        verdict.pk,
    )


def _judged(seen: Seen, verdict: Verdict) -> Head:
    begins = WORDS[seen.state][:1].upper() + WORDS[seen.state][1:]
    told = what_fails(seen.first_failing or "", seen.failing_on, "")
    return Head(SIGNS[seen.state], begins, told, verdict.pk)


def what_fails(check: str, on: str, because: str) -> str:
    """A failing check as a clause: `the timestamp has expired`; empty where none fails."""
    page = load_pages().get(check)
    if page is None:
        return visible(because, 160) if check else ""
    name = on.removeprefix("final ")
    return page.failing_on(visible(name.rpartition(" v")[0] or name, 60))


# The tree as a table -----------------------------------------------------------------------------


def _start(nodes: tuple[Node, ...], role_id: str) -> int:
    if not role_id:
        return 0
    found = (
        index
        for index, node in enumerate(nodes)
        if node.kind is NodeKind.ROLE and identity(node.role) == role_id
    )
    return next(found, 0)


def _rows(seen: Seen, walk: Walk | None, start: int, source_id: int) -> tuple[TreeRow, ...]:
    """The nodes of the picture as rows of a treegrid, in the same order."""
    nodes = seen.tree.nodes
    walked = walked_nodes(nodes, walk)
    spots = layout([node.parent for node in nodes], start)
    roles = f"{reverse('repository', args=[source_id])}roles/"
    siblings: dict[int | None, list[int]] = {}
    for spot in spots:
        siblings.setdefault(_parent(nodes, spot.index, start), []).append(spot.index)
    return tuple(
        _row(
            nodes[spot.index],
            row_id=f"node-{spot.index}",
            level=spot.column + 1,
            place=siblings[_parent(nodes, spot.index, start)],
            index=spot.index,
            is_open=True if siblings.get(spot.index) else None,
            is_walked=spot.index in walked,
            roles=roles,
        )
        for spot in spots
    )


def _parent(nodes: tuple[Node, ...], index: int, start: int) -> int | None:
    return None if index == start else nodes[index].parent


def _row(
    node: Node,
    *,
    row_id: str,
    level: int,
    place: list[int],
    index: int,
    is_open: bool | None,
    is_walked: bool,
    roles: str,
) -> TreeRow:
    bins = node.bins
    return TreeRow(
        row_id=row_id,
        level=level,
        position=place.index(index) + 1,
        siblings=len(place),
        name=node_name(node),
        sign=SIGNS[node.state],
        word=state_word(node) if bins is None else bin_words(node),
        href="" if bins is not None else f"{roles}{identity(node.role)}/",
        note=kind_of(node),
        threshold=f"{node.threshold:,} of {node.keys:,}",
        version="" if node.version is None else visible(str(node.version), 40),
        expires="" if node.expires is None else day_words(node.expires),
        paths=path_words(node),
        is_open=is_open,
        is_walked=is_walked,
    )


def bin_words(node: Node) -> str:
    """How many bins are in which state: `1,020 verified, 4 failing`."""
    if node.bins is None:
        return ""
    if len(node.bins.states) <= 1:
        return WORDS[node.state]
    return ", ".join(f"{count:,} {WORDS[state]}" for state, count in node.bins.states.items())


# Who can sign ------------------------------------------------------------------------------------


_WHY = {
    Match.TOP_LEVEL: "the top level is asked first",
    Match.BIN: "the hash of the path leads to this bin",
}


_VERIFIES = {
    True: ("ok", "verified"),
    False: ("bad", "failing"),
    None: ("none", "nothing of it was verified"),
}
_ENTRIES = {True: "lists it", False: "does not list it", None: ""}


def _walk_part(walk: Walk, seen: Seen) -> WalkPart:
    check = walk.rests_on or ""
    return WalkPart(
        path=visible(walk.path, 300),
        stopped_at=visible(walk.stopped_at or "", 200),
        because=walk.because,
        asked=tuple(_asked(link, seen.repository) for link in walk.links[:ROLES]),
        refused=what_fails(check, seen.failing_on if check == seen.first_failing else "", ""),
    )


def _asked(link: Link, repository: Repository) -> Asked:
    delegator = repository.root if link.delegator is None else repository.roles.get(link.delegator)
    keys = () if delegator is None else _held(link.keyids, delegator)
    sign, word = _VERIFIES[link.is_good]
    return Asked(
        role=link.role,
        role_id=identity(link.role),
        why=_WHY.get(link.match) or f"covers {visible(link.matched_by or '', 100)}",
        needed=f"{link.threshold:,} of {len(set(link.keyids)):,}",
        is_asked=link.is_asked,
        is_terminating=link.terminating,
        sign=sign,
        word=word,
        entry=_ENTRIES[link.lists_path],
        listed=keys[:_KEYS],
        more_keys=max(0, len(keys) - _KEYS),
    )


# The roles ---------------------------------------------------------------------------------------


def _roles(seen: Seen, after: str) -> tuple[tuple[RoleLine, ...], str | None]:
    """Each named role once per delegator that trusts it, a page of them, and the next cursor."""
    nodes = [node for node in seen.tree.nodes if node.bins is None]
    ids = [_edge_id(node) for node in nodes]
    first = ids.index(after) + 1 if after in ids else 0
    shown = nodes[first : first + ROLES]
    wanted = {(node.delegator or "root", node.role) for node in shown}
    listed = {
        (one.delegator_name, one.role.name): one
        for one in listings(seen.repository)
        if (one.delegator_name, one.role.name) in wanted
    }
    lines = tuple(_line(node, listed.get((node.delegator or "root", node.role))) for node in shown)
    return lines, ids[first + ROLES - 1] if first + ROLES < len(ids) else None


def _edge_id(node: Node) -> str:
    return identity(f"{node.delegator or ''} → {node.role}")


def _line(node: Node, listing: Listing | None) -> RoleLine:
    keys = () if listing is None else keys_of(listing)
    left = (0 if listing is None else len(listing.materials)) - 1
    return RoleLine(
        role=node.role,
        role_id=identity(node.role),
        delegator="" if node.depth <= 1 else visible(node.delegator or "", 200),
        sign=SIGNS[node.state],
        word=state_word(node),
        threshold=node.threshold,
        keys=node.keys,
        signed=node.signed if node.signed is not None and node.signed < node.threshold else None,
        version="" if node.version is None else visible(str(node.version), 40),
        expires=node.expires,
        listed=keys[:_KEYS],
        more_keys=max(0, len(keys) - _KEYS),
        if_lost=if_one_is_lost(node.threshold, left),
        is_grave=left < node.threshold,
    )


def keys_of(listing: Listing) -> tuple[Key, ...]:
    """The keys of a role as its delegator lists them, each id once."""
    return _held(listing.role.keyids, listing.delegator)


def _held(keyids: Iterable[str], delegator: Metadata) -> tuple[Key, ...]:
    found = []
    for keyid in dict.fromkeys(keyids):
        key = delegator.key(keyid)
        material = cached_material(key)
        found.append(
            Key(
                visible(keyid, 128),
                "" if material is None else sha256(material),
                "" if key is None else visible(key_owner(key), 60),
            )
        )
    return tuple(found)


def if_one_is_lost(threshold: int, left: int) -> str:
    """In the words of `core.impact`: what the keys that are left can do."""
    if left < threshold:
        return "cannot sign"
    margin = ", no margin" if left == threshold else ""
    return f"still {threshold:,} of {left:,}{margin}"
