"""Which repositories each part of a policy applies to, and how what is tagged there stands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.urls import reverse

from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import NotationPolicy
from trustui.core.trust_policy.notation.selection import statement_for
from trustui.core.trust_policy.policies import Policy, PolicyDocument, covering
from trustui.pages.images.policies import InForce, best
from trustui.pages.images.shares import Share, of_tags
from trustui.pages.images.standing import moves_at, repositories_of, with_state
from trustui.pages.moment import Moment
from trustui.pages.paging import sliced
from trustui.pages.viewer import Viewer
from trustui.pages.words import State, state_of

MOST_REPOSITORIES = 2_000
"""Repositories that coverage is told of one by one."""


class Covered(msgspec.Struct, frozen=True):
    """A repository that a part of a policy applies to."""

    full_name: str
    href: str
    tags: Share


class ImageLine(msgspec.Struct, frozen=True):
    """An image by one of its tags, and how it stands."""

    full_name: str
    tag: str
    digest: str
    href: str
    state: State
    part: str
    """The rule or statement that decides about it."""


class Images(msgspec.Struct, frozen=True):
    """Some of them, by name; `after` is the cursor of the next."""

    lines: tuple[ImageLine, ...] = ()
    after: str | None = None


class Applies(msgspec.Struct, frozen=True):
    """The repositories that a policy applies to, by the position of the part that decides."""

    by_part: Mapping[int, tuple[tuple[int, str], ...]] = {}
    """Ids and names."""

    @property
    def count(self) -> int:
        """How many repositories."""
        return sum(map(len, self.by_part.values()))


def there(viewer: Viewer, moment: Moment, team_id: int) -> list[tuple[int, str]]:
    """Ids and names of the repositories of a team, at most `MOST_REPOSITORIES`: one query."""
    rows = repositories_of(viewer, moment).filter(source__team=team_id)
    return list(rows.order_by("full_name", "id").values_list("pk", "full_name")[:MOST_REPOSITORIES])


def applies(
    repositories: Iterable[tuple[int, str]], force: Sequence[InForce], policy_id: int, document: Any
) -> Applies:
    """Where the document of a policy decides, as long as it is one of those in force."""
    found: dict[int, list[tuple[int, str]]] = {}
    for pk, name in repositories:
        cover = best(force, name)
        if cover is not None and cover.policy_id == policy_id:
            part = part_of(document, name)
            if part is not None:
                found.setdefault(part, []).append((pk, name))
    return Applies({part: tuple(several) for part, several in found.items()})


def part_of(document: Any, full_name: str) -> int | None:
    """The position of the rule or statement that decides about `HOST/NAME`; None: none does."""
    if isinstance(document, PolicyDocument):
        chosen = covering(document, full_name)
        return None if chosen is None else _position(document.policies, chosen.policy)
    if isinstance(document, NotationPolicy):
        statement, _ = statement_for(document.document, full_name)
        return _position(document.document.statements, statement)
    return None


def parts_of(document: Any) -> tuple[str, ...]:
    """What the rules or statements are called, in their order."""
    if isinstance(document, PolicyDocument):
        return tuple(_name_of(one) for one in document.policies)
    if isinstance(document, NotationPolicy):
        return tuple(visible(one.name, 200) for one in document.document.statements)
    return ()


_PATTERNS = 3
"""That name a rule."""


def _name_of(rule: Policy) -> str:
    shown = ", ".join(visible(one, 100) for one in rule.repositories[:_PATTERNS])
    more = len(rule.repositories) - _PATTERNS
    return f"{shown} and {more:,} more" if more > 0 else shown


def _position(several: Sequence[object], wanted: object) -> int | None:
    return next((n for n, one in enumerate(several) if one is wanted), None)


def covered(found: Applies, moment: Moment) -> dict[int, tuple[Covered, ...]]:
    """The same with how their tags stand: one query, none where there is nothing."""
    ids = [pk for several in found.by_part.values() for pk, _ in several]
    tags = of_tags(ids, moment) if ids else {}
    return {
        part: tuple(
            Covered(
                visible(name, 300),
                reverse("image-repository", args=[pk]),
                tags.get(pk, Share()),
            )
            for pk, name in several
        )
        for part, several in found.by_part.items()
    }


def images(
    found: Applies,
    titles: Sequence[str],
    moment: Moment,
    part: int | None,
    after: str | None,
    size: int,
) -> Images:
    """What is tagged in the repositories of one part, or of all: one query. Raises PagingError."""
    parts = {
        pk: number
        for number, several in found.by_part.items()
        if part in {None, number}
        for pk, _ in several
    }
    if not parts:
        return Images()
    moves = moves_at(moment).filter(tag__repository__in=parts).select_related("tag__repository")
    rows: QuerySet[Any] = with_state(moves, moment)
    slice_ = sliced(rows, ("tag__repository__full_name", "tag__name", "id"), after, size)
    lines = tuple(
        ImageLine(
            visible(one.tag.repository.full_name, 300),
            visible(one.tag.name, 200),
            one.digest,
            reverse("artefact", args=[one.tag.repository_id, one.digest]),
            state_of(one.state),
            titles[parts[one.tag.repository_id]],
        )
        for one in slice_.rows
    )
    return Images(lines, slice_.after)
