"""Tagged artefacts that clients refuse or that could not be checked, grouped by cause."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db.models import F, QuerySet
from django.urls import reverse

from trustui.check_pages import load_pages
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import TrustState
from trustui.pages.before import change_lines
from trustui.pages.images.standing import moves_at, repositories_of, verdicts_at, with_state
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.pages.words import SIGNS, WORDS
from trustui.verdicts.models import ArtefactStanding

WRONG = (
    str(TrustState.FAILING),
    str(TrustState.COULD_NOT_CHECK),
    str(TrustState.NOT_SIGNED),
)
"""States that an artefact is shown for: a client with the policy refuses it, or nobody knows."""
MOST = 1_000
"""Tags that are looked at, the newest moves."""
LINES = 20
"""Of one group that are shown on the page of what fails."""
_WHAT = "artefact"


class FailingArtefact(msgspec.Struct, frozen=True):
    """One artefact, with the tags that name it. `since` in UTC."""

    repository_id: int
    source_id: int
    team: str
    """Who looks after its registry."""
    full_name: str
    tags: tuple[str, ...]
    digest: str
    because: str
    since: datetime
    href: str
    """Of its verdict."""

    @property
    def name(self) -> str:
        """`HOST/NAME:TAG`, with how many more tags."""
        more = f" and {len(self.tags) - 1:,} more" if len(self.tags) > 1 else ""
        return f"{self.full_name}:{self.tags[0]}{more}"


class ImageGroup(msgspec.Struct, frozen=True):
    """Artefacts with one cause, the newest first."""

    state: str
    sign: str
    title: str
    check: str
    has_help: bool
    just_before: tuple[str, ...]
    artefacts: tuple[FailingArtefact, ...]

    @property
    def count(self) -> int:
        """How many artefacts."""
        return len(self.artefacts)

    @property
    def since(self) -> datetime:
        """Since when the newest of them is so."""
        return self.artefacts[0].since

    @property
    def teams(self) -> list[str]:
        """Who looks after them, each once."""
        return sorted({one.team for one in self.artefacts})

    @property
    def first(self) -> tuple[FailingArtefact, ...]:
        """Those that are shown at once."""
        return self.artefacts[:LINES]


class FailingImages(msgspec.Struct, frozen=True):
    """All of them, the newest group first."""

    groups: tuple[ImageGroup, ...]
    is_cut: bool

    @property
    def count(self) -> int:
        """How many artefacts."""
        return sum(group.count for group in self.groups)

    @property
    def words(self) -> str:
        """`3 images fail`; empty where none does."""
        count = self.count
        return (
            f"{counted(count, 'image')} {'does' if count == 1 else 'do'} not verify"
            if count
            else ""
        )


NOTHING = FailingImages((), is_cut=False)


def failing_images(viewer: Viewer, moment: Moment) -> FailingImages:
    """Two queries."""
    rows = _tags.rows(viewer, moment, None, ("-first_seen_at", "-id"), MOST + 1)
    if not rows:
        return NOTHING
    tags: dict[tuple[int, str], list[str]] = {}
    names: dict[int, tuple[int, str, str]] = {}
    for repository, source, team, full_name, tag, digest in rows[:MOST]:
        tags.setdefault((repository, digest), []).append(visible(tag, 200))
        names[repository] = source, visible(team, 100), visible(full_name, 300)
    found = [one for one in _verdicts(tags, moment) if (one[0], one[1]) in tags]
    found.sort(key=lambda one: one[-1], reverse=True)
    return FailingImages(tuple(_grouped(found, tags, names)), len(rows) > MOST)


class _Tag(NamedTuple):
    """A tag of an artefact that does not verify."""

    repository: int
    source: int
    team: str
    full_name: str
    name: str
    digest: str


def _wrong_tags(viewer: Viewer, moment: Moment, _: object) -> "QuerySet[Any]":
    there = repositories_of(viewer, moment)
    moves = moves_at(moment).filter(tag__repository__in=there.values("pk"))
    return with_state(moves, moment).filter(state__in=WRONG)


_tags = KeptQuery(
    _wrong_tags,
    (
        *("tag__repository", "tag__repository__source", "tag__repository__source__team__name"),
        *("tag__repository__full_name", "tag__name", "digest"),
    ),
    _Tag,
)


def _verdicts(wanted: Iterable[tuple[int, str]], moment: Moment) -> list[Any]:
    """Repository, digest, state, check, because, changes, verdict and since of each."""
    pairs = list(wanted)
    repositories, digests = {pk for pk, _ in pairs}, {digest for _, digest in pairs}
    columns = ("repository", "digest", "trust_state")
    rows: QuerySet[Any, Any]
    if moment.at == moment.now:
        held = ArtefactStanding.objects.filter(repository__in=repositories, digest__in=digests)
        rows = held.values_list(
            *columns,
            *("verdict__first_failing", "verdict__because", "verdict__changes", "verdict"),
            "since",
        )
    else:
        made = verdicts_at(moment).filter(repository__in=repositories, digest__in=digests)
        rows = made.annotate(since=F("at")).values_list(
            *columns, *("first_failing", "because", "changes", "pk"), "since"
        )
    return list(rows)


def _grouped(
    rows: Sequence[Any],
    tags: dict[tuple[int, str], list[str]],
    names: dict[int, tuple[int, str, str]],
) -> Iterable[ImageGroup]:
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        groups.setdefault((row[2], row[3]), []).append(row)
    for (state, check), several in groups.items():
        page = load_pages().get(check)
        told = "" if page is None else page.failing_on(_WHAT)
        lines, routine = change_lines(several[0][5])
        yield ImageGroup(
            state=state,
            sign=SIGNS[TrustState(state)],
            title=_title(TrustState(state), told or visible(several[0][4], 200)),
            check=check,
            has_help=page is not None,
            just_before=tuple(
                "".join(part.text for part in line.parts) for line in [*lines, *routine][:2]
            ),
            artefacts=tuple(_artefact(row, tags, names) for row in several),
        )


def _title(state: TrustState, told: str) -> str:
    """What fails needs no word before it: the sign and the page say so."""
    if state is TrustState.FAILING and told:
        return f"{told[0].upper()}{told[1:]}"
    return f"{WORDS[state].capitalize()}: {told}"


def _artefact(
    row: Any, tags: dict[tuple[int, str], list[str]], names: dict[int, tuple[int, str, str]]
) -> FailingArtefact:
    repository, digest, _, _, because, _, verdict, since = row
    source, team, full_name = names[repository]
    return FailingArtefact(
        repository_id=repository,
        source_id=source,
        team=team,
        full_name=full_name,
        tags=tuple(tags[repository, digest]),
        digest=digest,
        because=visible(because, 300),
        since=since,
        href=reverse("artefact-verdict", args=[repository, verdict]),
    )
