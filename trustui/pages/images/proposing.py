"""What a policy that somebody wrote would do before it is in force; nothing is stored."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.urls import reverse

from trustui.accounts.models import Team
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import Cover as Covering
from trustui.core.trust_policy.languages import Language
from trustui.pages.comparing import TextLine, texts
from trustui.pages.images.coverage import applies, covered, there
from trustui.pages.images.material import MaterialLine, named
from trustui.pages.images.policies import InForce, in_force, read, winner
from trustui.pages.images.rules import LintLine, RuleLine, lints_of, rules_of
from trustui.pages.images.statements import StatementLine, elsewhere, statements_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.policies import image_policies
from trustui.policies.models import ImagePolicyVersion
from trustui.policies.stating import is_name
from trustui.policies.trust import files_at

MOST_MOVES = 50
"""Repositories that a proposal names one by one, of each kind."""
MOST_QUERIES = 14


class Draft(msgspec.Struct, frozen=True):
    """What somebody would set: for which team, by which name, in which language."""

    team_id: int
    name: str
    language: str
    body: bytes


class Move(msgspec.Struct, frozen=True):
    """A repository of which another thing would be expected."""

    full_name: str
    href: str
    before: str
    """What covers it now, in words."""
    after: str
    is_covered: bool
    """Whether anything would cover it then."""


class InPlaceOf(msgspec.Struct, frozen=True):
    """The version that is in force. `set_at` in UTC."""

    policy_id: int
    number: int
    set_at: datetime
    set_by: str
    reason: str


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What it means, and what would change."""

    sha256: str
    """Of the bytes that were looked at."""
    refused: str
    """Why it cannot be set; empty where it can."""
    seen: int
    """The number of the version in force, 0 for none."""
    replaces: InPlaceOf | None
    rules: tuple[RuleLine, ...] = ()
    statements: tuple[StatementLine, ...] = ()
    lints: tuple[LintLine, ...] = ()
    materials: tuple[MaterialLine, ...] = ()
    covers: int = 0
    """Repositories that it would apply to."""
    gained: tuple[Move, ...] = ()
    lost: tuple[Move, ...] = ()
    altered: tuple[Move, ...] = ()
    """It applies to them already, and would ask something else."""
    more: int = 0
    """Moves that are not told."""
    text: tuple[TextLine, ...] | None = ()
    """The difference to the version in force; None where the two are too long for it."""

    @property
    def is_readable(self) -> bool:
        """Whether its text is a policy at all."""
        return bool(self.rules or self.statements)

    @property
    def has_lints(self) -> bool:
        """Whether anything in it looks odd."""
        of_statements = (
            one.lints or any(store.lints for store in one.stores) for one in self.statements
        )
        return bool(self.lints) or any(of_statements)


def proposal(viewer: Viewer, moment: Moment, draft: Draft) -> Proposal:
    """At most `MOST_QUERIES`. The team is one of this person's; without a name it is only tried."""
    team, name = Team.objects.get(pk=draft.team_id), draft.name.strip()
    before = image_policies.in_force(team, name) if is_name(name) else None
    language, document, problem = read(draft.language, draft.body)
    if name and not problem:
        problem = visible(image_policies.refusal(team, name, draft.language, draft.body), 500)
    told = Proposal(
        sha256=sha256(draft.body),
        refused=problem,
        seen=0 if before is None else before.number,
        replaces=None if before is None else _in_place_of(before),
        text=() if before is None else texts(bytes(before.body), draft.body),
    )
    if language is None:
        return told
    force = in_force([draft.team_id], moment)
    made = _as_if_in_force(draft, before, language, document, moment)
    return _with_effect(viewer, moment, told, force, made)


def _in_place_of(before: ImagePolicyVersion) -> InPlaceOf:
    return InPlaceOf(
        before.policy_id,
        before.number,
        before.set_at,
        visible(before.set_by_name, 100),
        visible(before.reason, 300),
    )


NEW = 0
"""The id that a policy has which is not stored yet."""


def _as_if_in_force(
    draft: Draft,
    before: ImagePolicyVersion | None,
    language: Language,
    document: Any,
    moment: Moment,
) -> InForce:
    return InForce(
        NEW if before is None else before.policy_id,
        draft.name,
        draft.team_id,
        1 if before is None else before.number + 1,
        moment.now,
        language,
        document,
    )


def _with_effect(
    viewer: Viewer, moment: Moment, told: Proposal, force: Sequence[InForce], made: InForce
) -> Proposal:
    then = [made if one.policy_id == made.policy_id else one for one in force]
    if made not in then:
        then.append(made)
    repositories = there(viewer, moment, made.team_id)
    found = applies(repositories, then, made.policy_id, made.document)
    names = () if made.language is None else made.language.files(made.document)
    files = files_at(made.team_id, names, moment.at)
    materials = named(viewer, moment, made.team_id, names)
    lints = lints_of(made.language, made.document, files)
    covers = covered(found, moment)
    statements = statements_of(made.document, covers, lints, materials, files)
    told_moves = list(moves(repositories, force, then, made.policy_id))
    gained, lost, altered = (
        tuple(move for kind, move in told_moves if kind == wanted)
        for wanted in ("gained", "lost", "altered")
    )
    kept = tuple(several[:MOST_MOVES] for several in (gained, lost, altered))
    return msgspec.structs.replace(
        told,
        rules=rules_of(made.document, covers),
        statements=statements,
        lints=elsewhere(lints, statements),
        materials=materials,
        covers=found.count,
        gained=kept[0],
        lost=kept[1],
        altered=kept[2],
        more=len(told_moves) - sum(map(len, kept)),
    )


def moves(
    repositories: Sequence[tuple[int, str]],
    before: Sequence[InForce],
    after: Sequence[InForce],
    policy_id: int,
) -> Iterator[tuple[str, Move]]:
    """Each repository of which a policy would decide from then on, no longer, or otherwise."""
    for pk, name in repositories:
        was, becomes = winner(before, name), winner(after, name)
        kind = _kind(was, becomes, policy_id)
        if kind:
            href = reverse("image-repository", args=[pk])
            yield (
                kind,
                Move(visible(name, 300), href, _words(was), _words(becomes), becomes is not None),
            )


def _kind(
    was: tuple[InForce, Covering] | None,
    becomes: tuple[InForce, Covering] | None,
    policy_id: int,
) -> str:
    is_own_now = was is not None and was[0].policy_id == policy_id
    is_own_then = becomes is not None and becomes[0].policy_id == policy_id
    if is_own_then and not is_own_now:
        return "gained"
    if is_own_now and not is_own_then:
        return "lost"
    if was is not None and becomes is not None and is_own_now and was[1].says != becomes[1].says:
        return "altered"
    return ""


def _words(found: tuple[InForce, Covering] | None) -> str:
    if found is None:
        return "not covered"
    one, cover = found
    part = f", {cover.part}" if cover.part else ""
    return f"{visible(one.policy, 100)}{visible(part, 100)} by {visible(cover.pattern, 200)}"
