"""`/keys/…`: one public key: what it may sign, what breaks without it, what a thief could do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Max, Min, QuerySet

from trustui.core.impact import Impact, RoleImpact
from trustui.core.primitives.text import counted, visible
from trustui.inventory.listing import Signed, signed_by
from trustui.inventory.models import RoleSignature, SourceKey
from trustui.inventory.text import identity
from trustui.pages.kept_query import KeptQuery
from trustui.pages.kept_repository import KeptRepository, kept_repositories
from trustui.pages.kept_worth import gathered, holder
from trustui.pages.known import known
from trustui.pages.listed_keys import MOST, SHOWN, Use, uses_of
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, write_cursor
from trustui.pages.positions import checked_size, read_position
from trustui.pages.standings import sources_of
from trustui.pages.tree import see
from trustui.pages.viewer import Viewer

MOST_REPOSITORIES = 2
"""Repositories of which is told what the key is worth there; others are asked for."""
MOST_ROLES = 100
"""Roles of one repository that are told."""
MOST_NAMES = 4
"""Of roles in one sentence."""
QUERIES = 9
"""Of the page, with all repositories of which everything passed."""
QUERIES_OF_ONE = 8
"""Of another one that is asked for, which is verified, at most."""


class Name(msgspec.Struct, frozen=True):
    """A key id that the key goes by."""

    keyid: str
    sources: int


class Signing(msgspec.Struct, frozen=True):
    """What the key signed of one role. Times in UTC."""

    since: datetime
    """When the first document that bears its signature was first seen."""
    newest: datetime
    documents: int


class RoleWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What the key means to one role."""

    role: str
    role_id: str
    """Empty for hash bins."""
    delegator: str
    delegator_id: str
    threshold: int
    keys: int
    """Different public keys of the role."""
    is_held: bool
    """Whether the role lists the key; otherwise it falls with a role that does."""
    signing: Signing | None
    if_lost: str
    lost_sign: str
    if_stolen: str
    stolen_sign: str


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What the key means to one repository: the blast radius, alone and together with no other."""

    source_id: int
    source: str
    owner: str
    """As the metadata names who holds it; empty where it does not."""
    lost: str
    lost_sign: str
    stolen: str
    stolen_sign: str
    roles: tuple[RoleWorth, ...]
    more_roles: int
    is_whole: bool
    """False: there are more delegations than were verified."""


class KeyPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page of a key says."""

    fingerprint: str
    keytype: str
    scheme: str
    public: str
    title: str
    sources: int
    names: tuple[Name, ...]
    has_more_names: bool
    uses: tuple[Use, ...]
    """Every role that lists it now, repository after repository."""
    is_cut: bool
    """Not every role is told."""
    worth: tuple[Worth, ...]
    others: tuple[tuple[int, str], ...]
    """The other repositories with roles that list it, id and name: those beyond the first few, and
    those that have to be verified for it, as not everything passed there."""
    signed: tuple[Signed, ...]
    after: str | None

    @property
    def has_several_ids(self) -> bool:
        """Whether it goes by more than one id."""
        return len(self.names) > 1


def key(
    viewer: Viewer,
    moment: Moment,
    fingerprint: str,
    after: str | None = None,
    size: int = ROWS,
    *,
    within: int | None = None,
) -> KeyPage | None:
    """The page; None where no source of this person's names the key.

    A repository of which not everything passed is verified for it only as `within`, which takes
    several times as long. At most `QUERIES`, then `QUERIES_OF_ONE` more. Raises PagingError.
    """
    position = read_position(after, int, str, int)
    about = (fingerprint,)
    names = _names_of.rows(viewer, moment, order=("keyid",), limit=MOST + 1, about=about)
    told = _told.rows(viewer, moment, limit=1, about=about)
    if not names or not told:
        return None
    by_key, is_cut = uses_of(viewer, moment, [fingerprint])
    uses = by_key.get(fingerprint, ())
    places = dict.fromkeys((one.source_id, one.source) for one in uses)
    chosen = _chosen([pk for pk, _ in places], within)
    signings = _signings(chosen, [one.keyid_id for one in names])
    worth = _worths(viewer, moment, fingerprint, chosen, uses, signings, within)
    told_of = {one.source_id for one in worth}
    signed = signed_by(
        fingerprint,
        teams=viewer.teams,
        after=None if position is None else (position[0], position[1], position[2]),
        limit=checked_size(size),
    )
    return KeyPage(
        fingerprint=fingerprint,
        keytype=told[0].keytype,
        scheme=told[0].scheme,
        public=told[0].public,
        title=_title(uses[:MOST], is_cut=is_cut or len(uses) > MOST),
        sources=told[0].sources,
        names=tuple(Name(visible(one.keyid, SHOWN), one.sources) for one in names[:MOST]),
        has_more_names=len(names) > MOST,
        uses=uses[:MOST],
        is_cut=is_cut or len(uses) > MOST,
        worth=worth,
        others=tuple((pk, name) for pk, name in places if pk not in told_of and pk != within),
        signed=signed.rows,
        after=None if signed.next is None else write_cursor(signed.next),
    )


def awaited(page: KeyPage) -> tuple[int, str] | None:
    """The first repository, id and name, of those to be told of that has to be verified for it."""
    is_short = len(page.worth) < MOST_REPOSITORIES
    return page.others[0] if is_short and page.others else None


class _Named(msgspec.Struct, frozen=True):
    """An id that the key goes by, and in how many sources."""

    keyid_id: str
    keyid: str
    sources: int


class _Told(msgspec.Struct, frozen=True):
    """The key itself, and how many sources name it."""

    keytype: str
    scheme: str
    public: str
    sources: int


def _naming(viewer: Viewer, moment: Moment, _: None, fingerprint: str) -> "QuerySet[SourceKey]":
    own = sources_of(viewer, moment).values("pk")
    return SourceKey.objects.filter(source__in=own, key__fingerprint=fingerprint)


def _by_name(viewer: Viewer, moment: Moment, _: None, fingerprint: str) -> "QuerySet[Any, Any]":
    names = _naming(viewer, moment, None, fingerprint)
    return names.values("keyid_id", "keyid").annotate(Count("source"))


def _by_material(viewer: Viewer, moment: Moment, _: None, fingerprint: str) -> "QuerySet[Any, Any]":
    names = _naming(viewer, moment, None, fingerprint)
    told: QuerySet[Any, Any] = names.values(*_MATERIAL).annotate(Count("source", distinct=True))
    return told


_MATERIAL = ("key__keytype", "key__scheme", "key__public")
_names_of = KeptQuery(_by_name, ("keyid_id", "keyid", "source__count"), _Named)
_told = KeptQuery(_by_material, (*_MATERIAL, "source__count"), _Told)


def _title(uses: Sequence[Use], *, is_cut: bool) -> str:
    if not uses:
        return "No role lists this key now"
    places = dict.fromkeys(one.source for one in uses)
    roles = list(dict.fromkeys(one.role for one in uses))
    if len(places) == 1 and len(roles) < MOST_NAMES and not is_cut:
        return f"This key may sign {_names(roles)} of {next(iter(places))}"
    what = f"{len(uses):,} or more roles" if is_cut else counted(len(uses), "role")
    return f"This key may sign {what}" + (
        f" in {len(places):,} repositories" if len(places) > 1 else f" of {next(iter(places))}"
    )


def _chosen(places: Sequence[int], within: int | None) -> tuple[int, ...]:
    if within is not None and within in places:
        return (within,)
    return tuple(places[:MOST_REPOSITORIES])


# Since when it signs -----------------------------------------------------------------------------


class _Signings(msgspec.Struct, frozen=True):
    source_id: int
    role_id: str
    since: datetime
    newest: datetime
    documents: int


def _signings(
    source_ids: Sequence[int], keyid_ids: Sequence[str]
) -> dict[tuple[int, str], Signing]:
    """By source and role id: one query."""
    rows = _signed_of.rows(about=(tuple(source_ids), tuple(keyid_ids)))
    return {
        (one.source_id, one.role_id): Signing(one.since, one.newest, one.documents) for one in rows
    }


def _by_role(
    _: Viewer, __: Moment, ___: None, source_ids: Sequence[int], keyid_ids: Sequence[str]
) -> "QuerySet[Any, Any]":
    rows = RoleSignature.objects.filter(
        source__pk__in=source_ids, keyid_id__in=keyid_ids, is_empty=False
    )
    told = rows.values("source", "role_version__role_id")
    return told.annotate(Min(_SEEN), Max(_SEEN), Count("role_version", distinct=True))


_SEEN = "role_version__first_seen_at"
_signed_of = KeptQuery(
    _by_role,
    ("source", "role_version__role_id", f"{_SEEN}__min", f"{_SEEN}__max", "role_version__count"),
    _Signings,
)


# What it is worth --------------------------------------------------------------------------------


class _Gathered(msgspec.Struct, frozen=True):
    """What follows from one repository for the key."""

    source: str
    owner: str
    impact: Impact
    is_whole: bool


def _worths(
    viewer: Viewer,
    moment: Moment,
    fingerprint: str,
    source_ids: Sequence[int],
    uses: Sequence[Use],
    signings: Mapping[tuple[int, str], Signing],
    within: int | None,
) -> tuple[Worth, ...]:
    """In the order of the sources, where it can be told: of one that fails, only of `within`."""
    listing = {one.role_id for one in uses if one.source_id in source_ids and one.role_id}
    kept = kept_repositories(viewer, moment, source_ids, sorted(listing))
    worths = []
    for source_id in source_ids:
        found = _kept(kept.get(source_id), fingerprint)
        if found is None and source_id == within:
            found = _verified(viewer, moment, source_id, fingerprint)
        of_source = {role: told for (source, role), told in signings.items() if source == source_id}
        if found is not None:
            worths.append(_worth(source_id, found, of_source))
    return tuple(worths)


def _kept(kept: KeptRepository | None, fingerprint: str) -> _Gathered | None:
    """None where what a client keeps does not tell everything."""
    found = None if kept is None else gathered(kept, fingerprint)
    if kept is None or found is None:
        return None
    return _Gathered(kept.source, found.owner, found.impact, is_whole=True)


def _verified(viewer: Viewer, moment: Moment, source_id: int, fingerprint: str) -> _Gathered | None:
    """None where the repository does not name the key."""
    found = known(viewer, moment, source_id)
    if found is None:
        return None
    seen = see(found)
    named = holder(seen.repository, fingerprint)
    if named is None:
        return None
    material, owner = named
    return _Gathered(found.source.name, owner, seen.worths.impact(material), seen.is_whole)


def _worth(source_id: int, found: _Gathered, signings: Mapping[str, Signing]) -> Worth:
    """One repository in words; `signings` by role id."""
    roles = sorted(found.impact.roles, key=lambda one: not one.held)
    lost, lost_sign = _lost(found.impact)
    stolen, stolen_sign = _stolen(found.impact)
    return Worth(
        source_id=source_id,
        source=found.source,
        owner=found.owner,
        lost=lost,
        lost_sign=lost_sign,
        stolen=stolen,
        stolen_sign=stolen_sign,
        roles=tuple(role_worth(one, signings) for one in roles[:MOST_ROLES]),
        more_roles=max(0, len(roles) - MOST_ROLES),
        is_whole=found.is_whole,
    )


def role_worth(one: RoleImpact, signings: Mapping[str, Signing]) -> RoleWorth:
    """One role in words; `signings` by role id."""
    is_bins = one.role.endswith("-*")
    stolen_sign = "bad" if one.can_be_forged or one.falls_with is not None else "none"
    return RoleWorth(
        role=visible(one.role, SHOWN),
        role_id="" if is_bins else identity(one.role),
        delegator=visible(one.delegator, SHOWN),
        delegator_id=identity(one.delegator),
        threshold=one.threshold,
        keys=one.held + one.remaining,
        is_held=bool(one.held),
        signing=signings.get(identity(one.role)),
        if_lost=one.if_lost,
        lost_sign=_lost_sign(one),
        if_stolen=one.if_stolen,
        stolen_sign=stolen_sign,
    )


def _lost_sign(one: RoleImpact) -> str:
    if not one.held:
        return "none"
    if not one.can_still_sign:
        return "bad"
    return "soon" if one.margin == 0 or one.still_verifies is False else "ok"


def _lost(worth: Impact) -> tuple[str, str]:
    """What breaks when nobody has the key any more, and how grave that is."""
    held = [one for one in worth.roles if one.held]
    dead = [one.role for one in held if not one.can_still_sign]
    bare = [one.role for one in held if one.can_still_sign and one.margin == 0]
    if dead:
        cannot = f"{_names(dead)} cannot be signed any more"
        if "root" in dead:
            return f"{cannot}: no new root can be published, and no key replaced", "bad"
        return f"{cannot} until the keys are replaced", "bad"
    if bare:
        has = "has" if len(bare) == 1 else "have"
        return f"Everything can still be signed; {_names(bare)} {has} no margin left", "soon"
    return "Everything can still be signed, with keys to spare", "ok"


def _stolen(worth: Impact) -> tuple[str, str]:
    """What a thief of this key alone could do."""
    if worth.is_everything:
        return "The thief can publish a new root, and so replace every key of the repository", "bad"
    fallen = sum(one.falls_with is not None for one in worth.roles)
    below = f"; {counted(fallen, 'role')} below {'falls' if fallen == 1 else 'fall'} with it"
    forged = [one for one in worth.roles if one.can_be_forged]
    believed = [one for one in forged if not one.needs]
    if believed:
        told = f"The thief can sign for {_names([one.role for one in believed])} alone"
        if len(believed) == 1:
            told = f"{told}: {believed[0].if_stolen}"
        return told + (below if fallen else ""), "bad"
    if forged:
        needs = _names([name for one in forged for name in one.needs])
        told = f"The thief can sign for {_names([one.role for one in forged])} alone, which clients"
        return f"{told} believe once {needs} can be forged too" + (below if fallen else ""), "soon"
    return "Alone it forges nothing: every role needs more keys than this one", "ok"


def _names(roles: Sequence[str]) -> str:
    """A few names, then how many more."""
    names = [visible(one, 60) for one in dict.fromkeys(roles)]
    if len(names) > MOST_NAMES:
        few = names[: MOST_NAMES - 1]
        return f"{', '.join(few)} and {counted(len(names) - len(few), 'more role')}"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
