"""What trust material that somebody gives holds, and what would rest on it; nothing is stored."""

from collections.abc import Sequence

import msgspec

from trustui.accounts.models import Team
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.images.models import FollowedRoot
from trustui.pages.comparing import TextLine, texts
from trustui.pages.images.coverage import there
from trustui.pages.images.policies import InForce, in_force, winner
from trustui.pages.images.proposing import InPlaceOf
from trustui.pages.images.windows import WindowLine, windows_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.policies import materials
from trustui.policies.models import MaterialKind, TrustMaterial
from trustui.policies.stating import PolicyError, is_name

MOST_QUERIES = 8


class MaterialDraft(msgspec.Struct, frozen=True):
    """What somebody would give: to which team, by which name."""

    team_id: int
    name: str
    body: bytes


class HeldLine(msgspec.Struct, frozen=True):
    """Something that the material holds, or no longer would."""

    line: WindowLine
    change: str
    """`added`, `removed`, or empty for what stays."""
    sign: str


class MaterialProposal(msgspec.Struct, frozen=True, kw_only=True):
    """What it is, and what would change."""

    sha256: str
    size: int
    """Bytes."""
    kind: str
    """What the bytes are; empty where they are nothing that policies can name."""
    refused: str
    seen: int
    """The number of the version in force, 0 for none."""
    replaces: InPlaceOf | None
    """`policy_id` is the id of the material's version."""
    follows: str
    """The target that it is followed from, whose next change replaces this; empty: none."""
    held: tuple[HeldLine, ...]
    used_by: tuple[str, ...]
    """Policies in force that name it."""
    rests: int
    """Repositories that would be verified again."""
    text: tuple[TextLine, ...] | None
    """The difference of trusted roots; None where they are too long for it."""


def material_proposal(viewer: Viewer, moment: Moment, draft: MaterialDraft) -> MaterialProposal:
    """At most `MOST_QUERIES`. The team is one of this person's; without a name it is only looked at."""
    team, name = Team.objects.get(pk=draft.team_id), draft.name.strip()
    before = materials.in_force(team, name) if is_name(name) else None
    kind, problem = _kind(draft.body)
    refused = problem or (materials.refusal(team, name, draft.body) if name else "")
    force = in_force([draft.team_id], moment)
    return MaterialProposal(
        sha256=sha256(draft.body),
        size=len(draft.body),
        kind="" if kind is None else str(kind.label),
        refused=visible(refused, 500),
        seen=0 if before is None else before.number,
        replaces=None if before is None else _in_place_of(before),
        follows=_followed(team, name) if is_name(name) else "",
        held=_held(before, kind, draft.body),
        used_by=tuple(visible(one.policy, 200) for one in force if name in _names(one)),
        rests=_resting(there(viewer, moment, draft.team_id), force, name),
        text=_text(before, kind, draft.body),
    )


def _kind(body: bytes) -> tuple[MaterialKind | None, str]:
    try:
        return materials.kind_of(body), ""
    except PolicyError as error:
        return None, str(error)


def _in_place_of(before: TrustMaterial) -> InPlaceOf:
    return InPlaceOf(
        before.pk,
        before.number,
        before.set_at,
        visible(before.set_by_name, 100),
        visible(before.reason, 300),
    )


def _followed(team: Team, name: str) -> str:
    row = FollowedRoot.objects.filter(team=team, material=name, ended_at=None)
    found = row.select_related("source").first()
    return "" if found is None else visible(f"{found.path} of {found.source.name}", 300)


def _held(
    before: TrustMaterial | None, kind: MaterialKind | None, body: bytes
) -> tuple[HeldLine, ...]:
    new = () if kind is None else windows_of(kind, body)[0]
    if before is None:
        return tuple(HeldLine(one, "", "none") for one in new)
    old = windows_of(before.kind, bytes(before.body))[0]
    return (
        *(HeldLine(one, *(("", "none") if one in old else ("added", "soon"))) for one in new),
        *(HeldLine(one, "removed", "bad") for one in old if one not in new),
    )


def _names(one: InForce) -> Sequence[str]:
    return () if one.language is None else one.language.files(one.document)


def _resting(repositories: Sequence[tuple[int, str]], force: Sequence[InForce], name: str) -> int:
    found = (winner(force, full_name) for _, full_name in repositories)
    return sum(one is not None and name in one[1].files for one in found)


def _text(
    before: TrustMaterial | None, kind: MaterialKind | None, body: bytes
) -> tuple[TextLine, ...] | None:
    if before is None or kind is not MaterialKind.TRUSTED_ROOT or before.kind != kind:
        return ()
    return texts(bytes(before.body), body)
