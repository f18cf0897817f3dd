"""`/policies/`: what each team expects of images, what that covers, and the keys and roots it names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from trustui.core.primitives.text import counted, visible
from trustui.pages.images.applying import Asked, asked
from trustui.pages.images.coverage import (
    MOST_REPOSITORIES,
    Applies,
    Images,
    applies,
    covered,
    images,
    parts_of,
    there,
)
from trustui.pages.images.material import (
    MOST_VERSIONS,
    MaterialLine,
    VersionLine,
    indented,
    materials,
    named,
    version_line,
)
from trustui.pages.images.policies import (
    VERSION,
    Cover,
    InForce,
    Version,
    as_in_force,
    best,
    in_force,
    is_removed,
    read,
    versions_in_force,
)
from trustui.pages.images.rules import LintLine, RuleLine, lints_of, rules_of
from trustui.pages.images.shares import Share, of_tags
from trustui.pages.images.standing import repositories_of
from trustui.pages.images.statements import StatementLine, elsewhere, statements_of
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS
from trustui.pages.viewer import Viewer
from trustui.policies.models import ImagePolicy, ImagePolicyVersion
from trustui.policies.models import Language as Written
from trustui.policies.trust import files_at

MOST_QUERIES = 12


class PolicyLine(msgspec.Struct, frozen=True):
    """One policy. `set_at` in UTC."""

    policy_id: int
    policy: str
    team: str
    language: str
    number: int
    set_at: datetime
    set_by: str
    patterns: tuple[str, ...]
    covers: int
    """Repositories that were seen."""
    lints: int
    problem: str
    href: str


class Removal(msgspec.Struct, frozen=True):
    """That a policy was taken out of force, with nothing in its place. `at` in UTC."""

    at: datetime
    by: str
    reason: str


class RemovedLine(msgspec.Struct, frozen=True):
    """A policy by which nothing is expected any more; `number` is its last version."""

    policy_id: int
    policy: str
    team: str
    number: int
    removal: Removal
    href: str


class Uncovered(msgspec.Struct, frozen=True):
    """A repository for which nobody said what to expect."""

    repository_id: int
    full_name: str
    href: str
    tags: Share


class PoliciesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All policies of a person's teams; `title` is the answer."""

    sign: str
    title: str
    lead: str
    policies: tuple[PolicyLine, ...]
    materials: tuple[MaterialLine, ...]
    uncovered: tuple[Uncovered, ...]
    more_uncovered: int
    removed: tuple[RemovedLine, ...]
    """Policies that were taken out of force, the last first."""

    @property
    def has_repositories(self) -> bool:
        """Whether there is any repository that a policy could cover."""
        return bool(self.uncovered) or any(one.covers for one in self.policies)


class PolicyPage(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a policy. Times in UTC."""

    policy_id: int
    team_id: int
    policy: str
    team: str
    language: str
    number: int
    sha256: str
    set_at: datetime
    set_by: str
    reason: str
    is_in_force: bool
    removal: Removal | None
    """By whom and why it was taken out of force; None: it was not, or another version replaced it."""
    title: str
    lead: str
    rules: tuple[RuleLine, ...]
    """Of a document of expectations."""
    statements: tuple[StatementLine, ...]
    """Of a trust policy document of Notation."""
    lints: tuple[LintLine, ...]
    """Those that stand beside none of these."""
    parts: tuple[str, ...]
    """What the rules or statements are called, in their order."""
    covers: int
    """Repositories that were seen and that it applies to, where it is in force."""
    images: Images
    """What is tagged there."""
    asked: Asked | None
    """Whether it applies to the reference that was asked for."""
    problem: str
    """Why it cannot be read; empty where it can."""
    text: str
    versions: tuple[VersionLine, ...]
    materials: tuple[MaterialLine, ...]
    """What it names."""


# The list ---------------------------------------------------------------------------------------


def policies(viewer: Viewer, moment: Moment) -> PoliciesPage:
    """At most `MOST_QUERIES` queries."""
    found = versions_in_force(viewer.teams, moment)
    there = _repositories.rows(viewer, moment, None, ("full_name", "id"), MOST_REPOSITORIES)
    force = as_in_force(found)
    covers = [(pk, name, _best(force, team, name)) for pk, name, team in there]
    bare = [(pk, name) for pk, name, cover in covers if cover is None]
    tags = of_tags([pk for pk, _ in bare], moment)
    counts: dict[int, int] = {}
    for _, _, cover in covers:
        if cover is not None:
            counts[cover.policy_id] = counts.get(cover.policy_id, 0) + 1
    lines = tuple(_policy_line(row, counts) for row in found)
    return PoliciesPage(
        sign="none" if bare or not lines else "ok",
        title=_title(len(lines), len(bare)),
        lead="A policy says whose signatures a repository's images must bear. What none covers is never verified.",
        policies=lines,
        materials=materials(viewer, moment, found),
        uncovered=tuple(
            Uncovered(
                pk,
                visible(name, 300),
                reverse("image-repository", args=[pk]),
                tags.get(pk, Share()),
            )
            for pk, name in bare[:MOST_VERSIONS]
        ),
        more_uncovered=max(0, len(bare) - MOST_VERSIONS),
        removed=_removed(viewer, moment),
    )


def _title(count: int, bare: int) -> str:
    if not count:
        return "No policy yet"
    told = "1 policy" if count == 1 else f"{count:,} policies"
    if bare:
        return f"{told}, {'1 repository is' if bare == 1 else f'{bare:,} repositories are'} not covered"
    return f"{told}, every repository is covered"


def _best(force: Sequence[InForce], team: int, name: str) -> Cover | None:
    return best([one for one in force if one.team_id == team], name)


class _Repository(NamedTuple):
    id: int
    full_name: str
    team_id: int


def _there(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[Any]":
    return repositories_of(viewer, moment)


def _removed(viewer: Viewer, moment: Moment) -> tuple[RemovedLine, ...]:
    """Those that nothing took the place of: one query."""
    rows = _removals.rows(viewer, moment, None, ("-removed_at", "-id"), MOST_VERSIONS)
    return tuple(
        RemovedLine(
            row.policy_id,
            visible(row.policy, 200),
            row.team,
            row.number,
            _removal(row),
            reverse("policy", args=[row.policy_id]),
        )
        for row in rows
    )


def _removed_then(viewer: Viewer, moment: Moment, _: None) -> "QuerySet[ImagePolicyVersion]":
    later = ImagePolicyVersion.objects.filter(
        policy=OuterRef("policy"), number__gt=OuterRef("number"), set_at__lte=moment.at
    )
    return ImagePolicyVersion.objects.filter(
        ~Exists(later), policy__team__in=viewer.teams, removed_at__lte=moment.at
    )


_repositories = KeptQuery(_there, ("id", "full_name", "source__team_id"), _Repository)
_removals = KeptQuery(_removed_then, VERSION, Version)


def _removal(row: Version | ImagePolicyVersion) -> Removal:
    assert row.removed_at is not None
    return Removal(
        row.removed_at, visible(row.removed_by_name, 100), visible(row.removed_because, 500)
    )


def _policy_line(row: Version, counts: dict[int, int]) -> PolicyLine:
    language, document, problem = read(row.language, bytes(row.body))
    return PolicyLine(
        policy_id=row.policy_id,
        policy=visible(row.policy, 200),
        team=row.team,
        language=str(Written(row.language).label),
        number=row.number,
        set_at=row.set_at,
        set_by=visible(row.set_by_name, 100),
        patterns=()
        if language is None
        else tuple(visible(one, 200) for one in language.patterns(document)),
        covers=counts.get(row.policy_id, 0),
        lints=0 if language is None else sum(1 for _ in language.lint(document)),
        problem=problem,
        href=reverse("policy", args=[row.policy_id]),
    )


# One version ------------------------------------------------------------------------------------


class Wanted(msgspec.Struct, frozen=True):
    """What of a policy is asked for."""

    number: int | None = None
    """The version; None: the one in force."""
    part: int | None = None
    """The position of the rule or statement whose images are listed; None: of all of them."""
    after: str | None = None
    size: int = ROWS
    reference: str = ""
    """Of which image it is asked whether this applies to it; empty: of none."""


NEWEST = Wanted()


def policy(
    viewer: Viewer, moment: Moment, policy_id: int, wanted: Wanted = NEWEST
) -> PolicyPage | None:
    """One version; None for what this person does not see. At most `MOST_QUERIES`. Raises PagingError."""
    row = (
        ImagePolicy.objects.select_related("team")
        .filter(pk=policy_id, team__in=viewer.teams)
        .first()
    )
    if row is None:
        return None
    versions = list(
        ImagePolicyVersion.objects.filter(policy=policy_id, set_at__lte=moment.at).order_by(
            "-number"
        )[:MOST_VERSIONS]
    )
    shown = next((one for one in versions if wanted.number in {None, one.number}), None)
    if shown is None:
        return None
    newest = versions[0]
    is_gone = is_removed(shown, moment)
    is_in_force = shown == newest and not is_gone and (newest.is_current or moment.at != moment.now)
    language, document, problem = read(row.language, bytes(shown.body))
    force = in_force([row.team_id], moment) if is_in_force else []
    found = (
        applies(there(viewer, moment, row.team_id), force, policy_id, document)
        if is_in_force
        else Applies()
    )
    names = () if language is None else language.files(document)
    files = files_at(row.team_id, names, moment.at)
    material_lines = named(viewer, moment, row.team_id, names)
    covers = covered(found, moment)
    lints = lints_of(language, document, files)
    statements = statements_of(document, covers, lints, material_lines, files)
    parts = parts_of(document)
    return PolicyPage(
        policy_id=policy_id,
        team_id=row.team_id,
        policy=visible(row.name, 200),
        team=row.team.name,
        language=str(Written(row.language).label),
        number=shown.number,
        sha256=shown.sha256,
        set_at=shown.set_at,
        set_by=visible(shown.set_by_name, 100),
        reason=visible(shown.reason, 500),
        is_in_force=is_in_force,
        removal=_removal(shown) if is_gone else None,
        title=f"{visible(row.name, 200)}, version {shown.number:,}",
        lead=_lead(parts, found.count, is_in_force=is_in_force, is_read=language is not None),
        rules=rules_of(document, covers),
        statements=statements,
        lints=elsewhere(lints, statements),
        parts=parts,
        covers=found.count,
        images=images(found, parts, moment, wanted.part, wanted.after, wanted.size),
        asked=asked(language, document, force, policy_id, wanted.reference),
        problem=problem,
        text=indented(bytes(shown.body)),
        versions=tuple(version_line(one, shown) for one in versions),
        materials=material_lines,
    )


def _lead(parts: Sequence[str], covers: int, *, is_in_force: bool, is_read: bool) -> str:
    if not is_read:
        return "It cannot be read here."
    told = counted(len(parts), "part")
    if not is_in_force:
        return f"{told}. This version is no longer in force."
    where = "1 repository that was" if covers == 1 else f"{covers:,} repositories that were"
    return f"{told}; it applies to {where} seen."
