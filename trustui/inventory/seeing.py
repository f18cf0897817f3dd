"""From the documents of crawls to sightings, projections and the states of roles.

`see` is the whole of it: any number of crawls, each of another source, with the same number of
statements.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.repository import AnchorOrigin, Repository
from trustui.core.primitives.digests import sha256
from trustui.inventory.changes import MAX_COMPARED, Step
from trustui.inventory.projecting import Form, Written, known_versions, move_back, project
from trustui.inventory.reaching import mark_reachable, read_blobs
from trustui.inventory.role_states import (
    ROOT,
    Before,
    State,
    StateKey,
    states_of,
    write_states,
)
from trustui.inventory.sightings import (
    Again,
    Newest,
    PlaceKey,
    Showing,
    newest,
    raise_to_trusted,
    see_again,
    write_blobs,
    write_sightings,
)
from trustui.inventory.text import identity
from trustui.inventory.values import CrawlResult, Seen

VersionKey: TypeAlias = tuple[int, str, str]
"""Source, role id and SHA-256."""


class Crawled(msgspec.Struct, frozen=True):
    """A crawl whose row is written; `anchor_id` is what its source is verified from now."""

    id: int
    result: CrawlResult
    anchor_id: int | None

    @property
    def source_id(self) -> int:
        """Of what source."""
        return self.result.order.source_id

    @property
    def repository(self) -> Repository | None:
        """What a client would make of it; None where that is not what it is to be verified from."""
        order = self.result.order
        is_vouched_for = order.root_origin is not AnchorOrigin.NOBODY
        is_current = order.anchor_id == self.anchor_id
        return self.result.repository if is_vouched_for and is_current else None


@dataclass(frozen=True)
class Look:
    """A document that a crawl gave, beside what stood at its place before."""

    crawled: Crawled
    seen: Seen
    sha256: str
    role_id: str
    place_key: PlaceKey
    before: Newest | None

    @property
    def is_new(self) -> bool:
        """Whether it opens a sighting: the bytes are other ones than those there before."""
        return self.before is None or self.before.sha256 != self.sha256

    @property
    def version_key(self) -> VersionKey:
        """Which role version it is, if it is one."""
        return self.crawled.source_id, self.role_id, self.sha256

    @property
    def state_key(self) -> StateKey:
        """Whose document it is."""
        return self.crawled.source_id, self.role_id


@dataclass
class Sight:
    """What came of a batch, by crawl id."""

    new: dict[int, list[Look]] = field(default_factory=dict)
    """Documents that opened a sighting, in the order in which they were seen."""
    first: dict[VersionKey, Written] = field(default_factory=dict)
    """Role versions that nobody saw before, of all crawls."""
    versions: dict[VersionKey, Written] = field(default_factory=dict)
    """Role versions of everything that was seen."""
    steps: dict[int, list[Step]] = field(default_factory=dict)
    """Roles of which another document is served now."""


def see(crawls: Sequence[Crawled], now: datetime) -> Sight:
    """Write what was seen. The caller has locked the sources; each stands for one crawl only."""
    looks = _looks(crawls)
    sight = Sight()
    for look in looks:
        if look.is_new:
            sight.new.setdefault(look.crawled.id, []).append(look)
    see_again([*_confirmed(crawls), *_seen_again(looks)])
    if not looks:
        return sight
    new = [look for look in looks if look.is_new]
    blobs = write_blobs({look.sha256: look.seen.document.body for look in new}, now)
    last = {look.place_key: look.before.ordinal for look in new if look.before is not None}
    write_sightings([_showing(look) for look in new], last, blobs, now)
    trusted = _trusted(crawls)
    sight.versions = known_versions([*(look.version_key for look in looks), *trusted.values()])
    parsed = _project(new, blobs, sight)
    _trust_what_was_not_asked_for(looks, trusted.values(), sight.versions)
    turns = _turns(crawls, looks, trusted, sight.versions)
    before = states_of(turns)
    states = list(_states(turns, before))
    write_states(states)
    mark_reachable((state.source_id for state in states), parsed)
    sight.steps = _steps(turns, before, states, parsed)
    return sight


# Sightings ---------------------------------------------------------------------------------------


def _looks(crawls: Sequence[Crawled]) -> list[Look]:
    found = [
        (crawled, seen, (crawled.source_id, identity(seen.place), seen.origin))
        for crawled in crawls
        for seen in crawled.result.seen
    ]
    before = newest(key for _, _, key in found) if found else {}
    return [
        Look(
            crawled,
            seen,
            sha256(seen.document.body),
            identity(seen.role),
            key,
            before.get(key),
        )
        for crawled, seen, key in found
    ]


def _confirmed(crawls: Iterable[Crawled]) -> Iterator[Again]:
    for crawled in crawls:
        for sighting_id in crawled.result.confirmed:
            yield Again(sighting_id, crawled.result.finished_at, crawled.id)


def _seen_again(looks: Iterable[Look]) -> Iterator[Again]:
    for look in looks:
        if look.before is not None and not look.is_new:
            yield Again(
                look.before.id,
                look.crawled.result.finished_at,
                look.crawled.id,
                look.seen.standing,
                look.seen.document.validator,
            )


def _showing(look: Look) -> Showing:
    seen, result = look.seen, look.crawled.result
    read_at = seen.document.seen_at or result.finished_at
    was_read_now = result.started_at <= read_at <= result.finished_at
    return Showing(
        source_id=look.crawled.source_id,
        crawl_id=look.crawled.id,
        place=seen.place,
        role=seen.role,
        version=seen.version,
        sha256=look.sha256,
        standing=seen.standing,
        first_seen_at=read_at if was_read_now else result.finished_at,
        last_seen_at=result.finished_at,
        origin=seen.origin,
        validator=seen.document.validator,
    )


# Projections -------------------------------------------------------------------------------------


def _project(new: Sequence[Look], blobs: Mapping[str, int], sight: Sight) -> dict[int, Metadata]:
    """Write what is new for search; gives the documents at hand by blob."""
    at_hand = _at_hand(new)
    parsed: dict[int, Metadata] = {}
    forms: dict[VersionKey, Form] = {}
    earlier: dict[int, tuple[datetime, str]] = {}
    for look in new:
        known, at = sight.versions.get(look.version_key), _showing(look).first_seen_at
        if known is not None:
            if at < known.first_seen_at:
                earlier[known.id] = (at, look.seen.origin)
            continue
        metadata = at_hand.get(look.sha256) or _parsed(look.seen.document)
        if metadata is not None and look.version_key not in forms:
            blob_id, source_id = blobs[look.sha256], look.crawled.source_id
            parsed[blob_id] = metadata
            forms[look.version_key] = Form(
                source_id, look.seen.role, look.role_id, blob_id, metadata, at, look.seen.origin
            )
    move_back(earlier)
    written = project(forms.values()).rows
    sight.first = {key: written[form.key] for key, form in forms.items()}
    sight.versions |= sight.first
    return parsed


def _at_hand(new: Sequence[Look]) -> dict[str, Metadata]:
    """What the verifications have parsed already, by SHA-256."""
    found: dict[str, Metadata] = {}
    for repository in {id(one.crawled): one.crawled.result.repository for one in new}.values():
        if repository is not None:
            single = (repository.timestamp, repository.snapshot)
            found |= {one.digest: one for one in repository.roots}
            found |= {one.digest: one for one in single if one is not None}
            found |= {one.digest: one for one in repository.roles.values()}
    return found


def _parsed(document: Document) -> Metadata | None:
    try:
        return parse(document)
    except ParseError:
        return None


# The states of roles -----------------------------------------------------------------------------


class _Turn(msgspec.Struct):
    """What a crawl says about one role."""

    crawl_id: int
    role: str
    served: Written | None = None
    origin: str = ""
    place_id: str = ""
    trusted_id: int | None = None
    is_dropped: bool = False


def _trusted(crawls: Iterable[Crawled]) -> dict[tuple[int, str], VersionKey]:
    """By source and role what a client keeps from now on, where that is not what it had."""
    found: dict[tuple[int, str], VersionKey] = {}
    for crawled in crawls:
        repository, order = crawled.repository, crawled.result.order
        for role, document in () if repository is None else repository.trusted.items():
            if document is not order.trusted.get(role):
                key = crawled.source_id, identity(role), sha256(document.body)
                found[crawled.source_id, role] = key
    return found


def _trust_what_was_not_asked_for(
    looks: Iterable[Look], trusted: Iterable[VersionKey], versions: Mapping[VersionKey, Written]
) -> None:
    """A root that was seen before anybody pinned it is not asked for again."""
    keys = set(trusted) - {look.version_key for look in looks}
    documents = [(key[0], key[1], versions[key].blob_id) for key in keys if key in versions]
    if documents:
        raise_to_trusted(documents)


def _turns(
    crawls: Sequence[Crawled],
    looks: Sequence[Look],
    trusted: Mapping[tuple[int, str], VersionKey],
    versions: Mapping[VersionKey, Written],
) -> dict[StateKey, _Turn]:
    turns: dict[StateKey, _Turn] = {}
    readable = [
        (look, versions[look.version_key]) for look in looks if look.version_key in versions
    ]
    for look, version in sorted(readable, key=_age):
        turn = turns.setdefault(look.state_key, _Turn(look.crawled.id, look.seen.role))
        turn.served, turn.origin = version, look.seen.origin
        turn.place_id = look.place_key[1]
    ids = {crawled.source_id: crawled for crawled in crawls}
    for (source_id, role), key in trusted.items():
        if key in versions:
            turn = turns.setdefault(key[:2], _Turn(ids[source_id].id, role))
            turn.trusted_id = versions[key].id
    for crawled in crawls:
        for role in crawled.result.dropped if crawled.repository is not None else ():
            key_of_role = crawled.source_id, identity(role)
            turns.setdefault(key_of_role, _Turn(crawled.id, role)).is_dropped = True
    return turns


def _age(readable: tuple[Look, Written]) -> tuple[bool, str, bool, int]:
    """What was seen at the place comes after what was given, and the newest sighting last."""
    look, version = readable
    rank = version.version_rank if look.role_id == ROOT else ""
    known = 0 if look.is_new or look.before is None else look.before.id
    return not look.seen.origin, rank, look.is_new, known


def _states(turns: Mapping[StateKey, _Turn], before: Mapping[StateKey, Before]) -> Iterator[State]:
    """The rows that change."""
    for key, turn in turns.items():
        row = before.get(key)
        state = _first_state(key, turn) if row is None else _next_state(key, turn, row)
        if state is not None:
            yield state


def _first_state(key: StateKey, turn: _Turn) -> State | None:
    if turn.served is None:
        return None
    served = turn.served
    return State(
        *(key[0], turn.role, key[1], served.id),
        origin=turn.origin,
        place_id=turn.place_id,
        trusted_id=turn.trusted_id,
        expires_at=served.expires_at,
    )


def _next_state(key: StateKey, turn: _Turn, row: Before) -> State | None:
    """What is given, as a pinned root is, never takes the place of what is served."""
    served = turn.served if not turn.origin or row.origin else None
    trusted_id = turn.trusted_id or (None if turn.is_dropped else row.trusted_id)
    where = (row.origin, row.place_id) if served is None else (turn.origin, turn.place_id)
    state = State(
        *(key[0], turn.role, key[1], row.served_id if served is None else served.id),
        *(*where, trusted_id, row.expires_at if served is None else served.expires_at),
    )
    is_same = (row.served_id, row.origin, row.place_id, row.trusted_id) == (
        *(state.served_id, *where, state.trusted_id),
    )
    return None if is_same else state


def _steps(
    turns: Mapping[StateKey, _Turn],
    before: Mapping[StateKey, Before],
    states: Iterable[State],
    parsed: Mapping[int, Metadata],
) -> dict[int, list[Step]]:
    """Other documents than before, by crawl, with what is needed to compare them."""
    changed = {state.key for state in states if _is_served_anew(state, before.get(state.key))}
    pairs = [(turns[key], before.get(key)) for key in turns if key in changed]
    wanted = {one.blob_id for turn, row in pairs for one in (turn.served, row) if one is not None}
    needed = wanted - parsed.keys() if any(row is not None for _, row in pairs) else set()
    at_hand = {**parsed, **read_blobs(needed, MAX_COMPARED)}
    steps: dict[int, list[Step]] = {}
    for turn, row in pairs:
        assert turn.served is not None
        step = Step(
            turn.role,
            None if row is None else row.version,
            turn.served.version,
            None if row is None else at_hand.get(row.blob_id),
            at_hand.get(turn.served.blob_id),
        )
        steps.setdefault(turn.crawl_id, []).append(step)
    return steps


def _is_served_anew(state: State, row: Before | None) -> bool:
    return row is None or row.served_id != state.served_id
