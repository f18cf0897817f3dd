"""`/sources/…/` of a registry, and `/images/`: repositories, and how much of each is to be trusted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import msgspec
from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.core.primitives.text import counted, visible
from trustui.inventory.models import Source
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.pages.components import Fact
from trustui.pages.images.answering import Answering, Login, answering, login_of, takes_logins
from trustui.pages.images.listed_repositories import (
    Filter,
    Shape,
    counts,
    is_in,
    listed,
    shape_of,
)
from trustui.pages.images.policies import Cover, InForce, best, in_force
from trustui.pages.images.repository import look_of, title_of
from trustui.pages.images.shares import (
    COUNTED,
    KEPT,
    SUMMED,
    Counted,
    Kept,
    OverTime,
    Share,
    all_of,
    digests_then,
    is_too_much,
    kept,
    over_time,
    sign_of,
    summed,
    tags_then,
    together,
)
from trustui.pages.keeping import Keeper
from trustui.pages.kept_query import KeptQuery
from trustui.pages.known import source_of
from trustui.pages.moment import Moment
from trustui.pages.paging import MOST_ROWS, ROWS, PagingError, read_cursor, write_cursor
from trustui.pages.positions import checked_size
from trustui.pages.viewer import Viewer
from trustui.pages.words import ago

ORDER = ("full_name", "id")
MOST_QUERIES = 14
MUCH = 2_000
"""Tags from which on what is counted of them, as of an instant that has passed, is kept for a moment."""
_Shares: TypeAlias = tuple[Mapping[int, Share], Mapping[int, Share]]
"""Of tags and of digests, by repository."""
_totals: Keeper[_Shares] = Keeper(lambda found: together(found[0].values()).all >= MUCH)
_pictures: Keeper[OverTime | None] = Keeper(lambda _: True)


class RepositoryLine(msgspec.Struct, frozen=True):
    """One repository. Times in UTC."""

    repository_id: int
    source_id: int
    source: str
    full_name: str
    name: str
    href: str
    sign: str
    word: str
    tags: Share
    digests: Share
    policy: str
    """The policy that covers it; empty: none does."""
    referrers: str
    looked_at: datetime | None
    because: str
    """Why what is known is incomplete; empty where everything was read."""


class RepositoriesPage(msgspec.Struct, frozen=True):
    """The list over all registries; `title` is the answer."""

    sign: str
    title: str
    lines: tuple[RepositoryLine, ...]
    after: str | None
    all: int
    tags: Share
    digests: Share
    sources: tuple[tuple[int, str], ...]
    """Registries that have any, with their names."""


class RegistryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A registry that is a source. Times in UTC."""

    source_id: int
    team_id: int
    source: str
    location: str
    sign: str
    title: str
    lead: str
    facts: tuple[Fact, ...]
    repositories: RepositoriesPage
    over_time: OverTime | None
    answering: Answering | None
    """None where no crawl had ended yet."""
    takes_logins: bool
    login: Login | None
    """None: it is asked as nobody."""
    may_crawl: bool


def repositories(
    viewer: Viewer, moment: Moment, chosen: Filter, after: str | None = None, size: int = ROWS
) -> RepositoriesPage:
    """A constant number of queries, below `MOST_QUERIES`. Raises PagingError."""
    shape, about = shape_of(chosen)
    is_past = moment.at != moment.now
    look = _shown_in_state_then if is_past and chosen.state else _shown
    found = look(viewer, moment, chosen, after, size)
    policies = in_force(viewer.teams, moment)
    there = _holding.rows(viewer, moment, shape, ("name", "id"), MOST_ROWS, about=about)
    return RepositoriesPage(
        sign=sign_of(found.all_tags),
        title=title_of(found.all_tags),
        lines=tuple(_line(row, found.tags, found.digests, policies, moment) for row in found.rows),
        after=found.after,
        all=found.total,
        tags=found.all_tags,
        digests=found.all_digests,
        sources=tuple((pk, visible(name, 200)) for pk, name in there),
    )


def _shown(
    viewer: Viewer, moment: Moment, chosen: Filter, after: str | None, size: int
) -> "_Listing":
    shape, about = shape_of(chosen)
    shown = _rows.sliced(viewer, moment, shape, ORDER, after, size, about=about)
    if moment.at == moment.now:
        tags, digests = _by_repository(kept([row.id for row in shown.rows]))
        all_tags, all_digests = _all_now(viewer, chosen)
    else:
        tags, digests = _shares_then(viewer, moment, chosen)
        all_tags, all_digests = (together(some.values()) for some in (tags, digests))
    count = _number_of.rows(viewer, moment, shape, about=about)
    return _Listing(
        shown.rows,
        shown.after,
        count[0].count if count else 0,
        tags,
        digests,
        all_tags,
        all_digests,
    )


def _shown_in_state_then(
    viewer: Viewer, moment: Moment, chosen: Filter, after: str | None, size: int
) -> "_Listing":
    """No state of then is kept: it follows from what is counted, of all that were there."""
    shape, about = shape_of(chosen)
    tags, digests = _shares_then(viewer, moment, chosen)
    named = _names.rows(viewer, moment, shape, ORDER, about=about)
    listing = [one for one in named if is_in(chosen.state, tags.get(one.id))]
    first, size = _begin(listing, after), checked_size(size)
    some = listing[first : first + size]
    rows: list[_Row] = []
    if some:
        # Always as many, so that one statement serves.
        ids = tuple(one.id for one in some) + (some[0].id,) * (size - len(some))
        by_ids = msgspec.structs.replace(shape, is_by_ids=True)
        rows = _rows.rows(viewer, moment, by_ids, ORDER, about=(*about, ids))
    ids_of_all = {one.id for one in listing}
    all_tags, all_digests = (
        together(share for pk, share in shares.items() if pk in ids_of_all)
        for shares in (tags, digests)
    )
    has_more = first + size < len(listing)
    return _Listing(
        rows,
        write_cursor(list(some[-1])) if has_more else None,
        len(listing),
        tags,
        digests,
        all_tags,
        all_digests,
    )


def _begin(listing: Sequence["_Name"], after: str | None) -> int:
    """The place behind the row of a cursor. Raises PagingError."""
    if not after:
        return 0
    position = tuple(read_cursor(after, len(ORDER)))
    for place, one in enumerate(listing, 1):
        if one == position:
            return place
    raise PagingError("after: expected what this list gave as its next page, found that of another")


def _by_repository(rows: Sequence[Kept]) -> tuple[Mapping[int, Share], Mapping[int, Share]]:
    return {one.of: one.tags for one in rows}, {one.of: one.digests for one in rows}


def _all_now(viewer: Viewer, chosen: Filter) -> tuple[Share, Share]:
    """Of tags and of digests, over all that are listed: one query."""
    shape, about = shape_of(chosen)
    found = _sums.rows(viewer, None, shape, about=about)
    return (found[0].tags, found[0].digests) if found else (Share(), Share())


def _shares_then(viewer: Viewer, moment: Moment, chosen: Filter) -> _Shares:
    """Of tags and of digests of all that were listed, whatever their state, each by repository: two
    queries.
    """
    chosen = msgspec.structs.replace(chosen, state="")
    key = (moment.at, chosen, *sorted(viewer.teams))
    shape, about = shape_of(chosen)
    return _totals.get(
        key,
        lambda: (
            summed(_tags_then.rows(viewer, moment, shape, about=about)),
            summed(_digests_then.rows(viewer, moment, shape, about=about)),
        ),
    )


def registry(
    viewer: Viewer,
    moment: Moment,
    source: Source,
    chosen: Filter | None = None,
    after: str | None = None,
    size: int = ROWS,
) -> RegistryPage:
    """The page of a source that this person sees: what narrows the list narrows nothing above it.

    Raises PagingError.
    """
    everything = Filter(source=source.pk)
    narrowed = msgspec.structs.replace(chosen or everything, source=source.pk)
    page = repositories(viewer, moment, narrowed, after, size)
    whole = page if narrowed == everything else repositories(viewer, moment, everything)
    return RegistryPage(
        source_id=source.pk,
        team_id=source.team_id,
        source=source.name,
        location=visible(source.location),
        sign=whole.sign,
        title=whole.title,
        lead=_lead(whole),
        facts=_facts(whole, moment),
        repositories=page,
        over_time=_picture(viewer, moment, source, whole),
        answering=answering(source, moment),
        takes_logins=takes_logins(source),
        login=login_of(source, moment),
        may_crawl=moment.is_now
        and source.removed_at is None
        and viewer.may(Act.CRAWL, source.team_id),
    )


def _picture(
    viewer: Viewer, moment: Moment, source: Source, whole: RepositoriesPage
) -> OverTime | None:
    """Of all of it; `whole` says how much there is."""
    if is_too_much(whole.tags, whole.digests):
        return None
    key = (None if moment.at == moment.now else moment.at, source.pk)
    shape, about = shape_of(Filter(source=source.pk))
    there = listed(viewer, moment, shape, *about).values("pk")
    return _pictures.get(key, lambda: over_time(there, moment))


def registry_of(viewer: Viewer, source_id: int) -> Source | None:
    """A source of this person that holds artefacts; None for any other: one query."""
    found = source_of(viewer, source_id)
    return found if found is not None and found.kind in IMAGE_KINDS else None


def is_seen(viewer: Viewer, source_id: int) -> bool:
    """Whether this person sees such a source, of whatever kind: one query."""
    return bool(_seen.rows(viewer, None, None, (), 1, about=(source_id,)))


def exported(viewer: Viewer, moment: Moment, chosen: Filter) -> Iterator[RepositoryLine]:
    """Every repository of the list."""
    shape, about = shape_of(chosen)
    if moment.at == moment.now:
        tags, digests = _by_repository(_counted.rows(viewer, None, shape, about=about))
    else:
        tags, digests = _shares_then(viewer, moment, chosen)
    policies = in_force(viewer.teams, moment)
    is_past = moment.at != moment.now
    for row in _rows.every(viewer, moment, shape, ORDER, about=about):
        if is_past and not is_in(chosen.state, tags.get(row.id)):
            continue
        yield _line(row, tags, digests, policies, moment)


class _Row(NamedTuple):
    """A repository, as the store has it."""

    id: int
    source_id: int
    source: str
    team_id: int
    full_name: str
    name: str
    looked_at: datetime | None
    referrers: str
    referrers_probed_at: datetime | None
    because: str
    gone_at: datetime | None


class _Name(NamedTuple):
    """A repository, as far as the order of the list goes."""

    full_name: str
    id: int


class _Listing(NamedTuple):
    """Rows of the list, how the tags and digests of these stand, and those of all that are listed."""

    rows: Sequence[_Row]
    after: str | None
    total: int
    tags: Mapping[int, Share]
    digests: Mapping[int, Share]
    all_tags: Share
    all_digests: Share


class _Registry(NamedTuple):
    id: int
    name: str


class _Number(msgspec.Struct, frozen=True):
    count: int


def _all_counts(viewer: Viewer, moment: Moment, shape: Shape, *about: Any) -> "QuerySet[Any, Any]":
    return all_of(counts(viewer, moment, shape, *about))


def _number_found(
    viewer: Viewer, moment: Moment, shape: Shape, *about: Any
) -> "QuerySet[Any, Any]":
    # Grouped by what all have: one row, as of an aggregate.
    there = listed(viewer, moment, shape, *about)
    count: QuerySet[Any, Any] = there.values(one=Value(1)).annotate(count=Count("pk"))
    return count


def _holders(viewer: Viewer, moment: Moment, shape: Shape, *about: Any) -> "QuerySet[Source]":
    there = listed(viewer, moment, shape, *about)
    return Source.objects.filter(Exists(there.filter(source=OuterRef("pk"))))


def _tags_found(viewer: Viewer, moment: Moment, shape: Shape, *about: Any) -> "QuerySet[Any, Any]":
    return tags_then(listed(viewer, moment, shape, *about).values("pk"), moment)


def _digests_found(
    viewer: Viewer, moment: Moment, shape: Shape, *about: Any
) -> "QuerySet[Any, Any]":
    return digests_then(listed(viewer, moment, shape, *about).values("pk"), moment)


def _own(viewer: Viewer, _: Moment, __: None, source_id: int) -> "QuerySet[Source]":
    return Source.objects.filter(pk=source_id, team__in=viewer.teams)


_rows = KeptQuery(
    listed, ("id", "source_id", "source__name", "source__team_id", *_Row._fields[4:]), _Row
)
_names = KeptQuery(listed, _Name._fields, _Name)
_holding = KeptQuery(_holders, _Registry._fields, _Registry)
_number_of = KeptQuery(_number_found, _Number.__struct_fields__, _Number)
_counted = KeptQuery(counts, KEPT, Kept)
_sums = KeptQuery(_all_counts, SUMMED, Kept)
_tags_then = KeptQuery(_tags_found, COUNTED, Counted)
_digests_then = KeptQuery(_digests_found, COUNTED, Counted)
_seen = KeptQuery(_own, _Registry._fields, _Registry)


def _line(
    row: _Row,
    tags: Mapping[int, Share],
    digests: Mapping[int, Share],
    policies: Sequence[InForce],
    moment: Moment,
) -> RepositoryLine:
    own = tags.get(row.id, Share())
    mine = [one for one in policies if one.team_id == row.team_id]
    cover: Cover | None = best(mine, row.full_name)
    look = look_of(row, moment)
    return RepositoryLine(
        repository_id=row.id,
        source_id=row.source_id,
        source=visible(row.source, 200),
        full_name=visible(row.full_name, 300),
        name=visible(row.name, 300),
        href=reverse("image-repository", args=[row.id]),
        sign=sign_of(own),
        word="gone" if row.gone_at is not None else own.in_short,
        tags=own,
        digests=digests.get(row.id, Share()),
        policy="" if cover is None else visible(cover.policy, 100),
        referrers=look.referrers,
        looked_at=look.looked_at,
        because=look.because,
    )


def _lead(page: RepositoriesPage) -> str:
    uncovered = sum(not line.policy for line in page.lines)
    told = ["1 repository" if page.all == 1 else f"{page.all:,} repositories"]
    told.append(counted(page.tags.all, "tag"))
    told.append(counted(page.digests.all, "digest"))
    lead = ", ".join(told) + "."
    if uncovered and not page.after:
        lead += f" No policy covers {uncovered:,} of them."
    return lead


def _facts(page: RepositoriesPage, moment: Moment) -> tuple[Fact, ...]:
    partial = [line for line in page.lines if line.because]
    looked = [line.looked_at for line in page.lines if line.looked_at is not None]
    oldest = min(looked, default=None)
    return (
        Fact("Tags signed", "noted", f"{page.tags.signed:,} of {page.tags.all:,}", _percent(page.tags.signed, page.tags.all)),
        Fact("Tags trusted", page.sign, f"{page.tags.trusted:,} of {page.tags.all:,}", _percent(page.tags.trusted, page.tags.all)),
        Fact("Digests trusted", sign_of(page.digests), f"{page.digests.trusted:,} of {page.digests.all:,}", f"{page.digests.signed:,} signed"),
        Fact("Reach", "unknown", f"{len(partial):,} read in part", partial[0].because)
        if partial
        else Fact("Reach", "none", "not kept", "only the newest look is")
        if oldest is None and moment.at < moment.now
        else Fact("Reach", "ok" if oldest else "unknown", "answered" if oldest else "not looked at yet", f"all of it since {ago(oldest, moment.at)}" if oldest else ""),
    )  # fmt: skip


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // whole} %" if whole else "no tags yet"
