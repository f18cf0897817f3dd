"""What the policies of a team expect of one repository, and the files that this rests on.

Read once, in a few statements; from then on nothing here uses the database.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.given import Read
from trustui.core.trust_policy.languages import Cover, Language, language_named
from trustui.core.trust_policy.notation.selection import Considered
from trustui.core.trust_policy.policies import Policy, PolicyDocument
from trustui.policies.models import ImagePolicyVersion, TrustMaterial

logger = logging.getLogger(__name__)


class PolicyInForce(msgspec.Struct, frozen=True):
    """A version of a policy that is in force."""

    version_id: int
    policy_id: int
    name: str
    number: int
    set_by_name: str
    set_at: datetime
    reason: str
    language: Language
    document: Any


class Material(msgspec.Struct, frozen=True):
    """A version of a material that is in force."""

    name: str
    number: int
    kind: str
    sha256: str
    body: bytes
    set_by_name: str
    reason: str


class Applied(msgspec.Struct, frozen=True):
    """The policy that covers a repository."""

    policy: PolicyInForce
    cover: Cover


class PolicyConsidered(msgspec.Struct, frozen=True):
    """One policy of a team, and why it applies to a repository or not, with every part of it."""

    policy: PolicyInForce
    cover: Cover | None
    """What of it would apply; None where it says nothing of the repository."""
    applies: bool
    because: str
    parts: tuple[Considered, ...]


class TeamTrust(msgspec.Struct, frozen=True):
    """All policies of a team that are in force, the oldest first, and its materials by name."""

    team_id: int
    policies: tuple[PolicyInForce, ...] = ()
    materials: Mapping[str, Material] = {}
    stamp: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    """Numbers of the versions of policies and materials: another one was read at another state."""

    def covering(self, repository: str) -> Applied | None:
        """The policy with the most specific pattern for `HOST/NAME`; of equal ones the oldest."""
        return next(iter(self.covers(repository)), None)

    def covers(self, repository: str) -> tuple[Applied, ...]:
        """The policy that covers `HOST/NAME`, then those that would if it were not there."""
        covers = ((one, one.language.cover(one.document, repository)) for one in self.policies)
        found = [Applied(one, cover) for one, cover in covers if cover is not None]
        # Sorting keeps the order of equal ones, reversed or not: the oldest stands first.
        return tuple(sorted(found, key=lambda one: one.cover.rank, reverse=True))

    def considered(self, repository: str) -> tuple[PolicyConsidered, ...]:
        """Every policy, in the order of the team's, and why it covers `HOST/NAME` or not."""
        covers = self.covers(repository)
        found = {one.policy.version_id: one.cover for one in covers}
        first = covers[0] if covers else None
        return tuple(
            PolicyConsidered(
                one,
                found.get(one.version_id),
                first is not None and first.policy is one,
                _why(found.get(one.version_id), first, one),
                one.language.considered(one.document, repository),
            )
            for one in self.policies
        )

    def uncovered(self) -> PolicyDocument:
        """Every pattern of the team in one document, to say which of them come nearest."""
        patterns = [name for one in self.policies for name in one.language.patterns(one.document)]
        return PolicyDocument((Policy(tuple(patterns), ()),))

    def read(self, name: str) -> Document | Problem:
        """The bytes of a material, as policies name files."""
        found = self.materials.get(name)
        if found is None:
            return Problem(name, ProblemKind.ABSENT, "it is no material of the team")
        return Document(f"{name} version {found.number}", found.body)

    def digest(self, applied: Applied | None) -> str:
        """SHA-256 over what is asked of a repository and the files that this rests on."""
        if applied is None:
            return sha256(b"")
        files = [(name, self._sha256(name)) for name in applied.cover.files]
        asked = applied.cover.says.decode(errors="replace")
        return sha256(msgspec.json.encode([applied.policy.policy_id, asked, files]))

    def rests_on(self, applied: Applied | None) -> dict[str, Any]:
        """The versions by which a repository is judged, as a verdict keeps them."""
        if applied is None:
            return {}
        versions = {
            name: self.materials[name].number
            for name in applied.cover.files
            if name in self.materials
        }
        policy = applied.policy
        return {
            "policy": policy.name,
            "version": policy.number,
            "pattern": applied.cover.pattern,
            "materials": versions,
        }

    def _sha256(self, name: str) -> str:
        return self.materials[name].sha256 if name in self.materials else ""


def _why(cover: Cover | None, first: Applied | None, one: PolicyInForce) -> str:
    if cover is None or first is None:
        return "it says nothing of this repository"
    own = visible(cover.pattern, 120)
    if first.policy is one:
        return f"{own} is the most specific pattern that matches"
    other, pattern = visible(first.policy.name, 80), visible(first.cover.pattern, 120)
    if cover.rank == first.cover.rank:
        return f"{own} matches, and {other!r} says the same pattern and is older"
    return f"{own} matches, and {pattern} of {other!r} is more specific"


def coverage(trust: TeamTrust, repositories: Iterable[str]) -> dict[tuple[int, str], list[str]]:
    """Which of these `HOST/NAME` each part of each policy applies to, in their order.

    By the number of the policy and the name of the part (`Cover.part`); what nothing covers is left out.
    """
    found: dict[tuple[int, str], list[str]] = {}
    for name in repositories:
        applied = trust.covering(name)
        if applied is not None:
            key = applied.policy.policy_id, applied.cover.part
            found.setdefault(key, []).append(name)
    return found


def files_at(team_id: int, names: Collection[str], at: datetime) -> Read:
    """The materials of these names as they were at an instant (UTC): one statement."""
    rows = TrustMaterial.objects.filter(team=team_id, name__in=names, set_at__lte=at)
    newest = {row.name: _material(row) for row in rows.order_by("name", "number")}
    return TeamTrust(team_id, materials=newest).read


def trust_of(team_ids: Collection[int]) -> dict[int, TeamTrust]:
    """What is in force for these teams: two statements.

    A policy that this version of trustui cannot read any more covers nothing: what it covered is
    then not verified, and the log says why.
    """
    policies: dict[int, list[PolicyInForce]] = {}
    ids: dict[int, list[int]] = {}
    rows = ImagePolicyVersion.objects.filter(is_current=True, policy__team__in=team_ids)
    for row in rows.select_related("policy").order_by("policy"):
        team_id = row.policy.team_id
        ids.setdefault(team_id, []).append(row.pk)
        one = _in_force(row)
        if one is not None:
            policies.setdefault(team_id, []).append(one)
    materials: dict[int, list[TrustMaterial]] = {}
    for material in TrustMaterial.objects.filter(is_current=True, team__in=team_ids).order_by("pk"):
        materials.setdefault(material.team_id, []).append(material)
    return {
        team_id: TeamTrust(
            team_id,
            tuple(policies.get(team_id, ())),
            {one.name: _material(one) for one in materials.get(team_id, ())},
            (
                tuple(sorted(ids.get(team_id, ()))),
                tuple(one.pk for one in materials.get(team_id, ())),
            ),
        )
        for team_id in team_ids
    }


def stamps(team_ids: Collection[int]) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """The stamp of each team's trust now, without reading it: two statements."""
    policies: dict[int, list[int]] = {team: [] for team in team_ids}
    found = ImagePolicyVersion.objects.filter(is_current=True, policy__team__in=team_ids)
    for team, pk in found.order_by("pk").values_list("policy__team", "pk"):
        policies[team].append(pk)
    materials: dict[int, list[int]] = {team: [] for team in team_ids}
    there = TrustMaterial.objects.filter(is_current=True, team__in=team_ids)
    for team, pk in there.order_by("pk").values_list("team", "pk"):
        materials[team].append(pk)
    return {team: (tuple(policies[team]), tuple(materials[team])) for team in team_ids}


def _in_force(row: ImagePolicyVersion) -> PolicyInForce | None:
    try:
        language = language_named(row.policy.language)
        document = language.parse(bytes(row.body))
    except (ParseError, LookupError):
        logger.exception("policy %s version %s cannot be read", row.policy.name, row.number)
        return None
    return PolicyInForce(
        row.pk,
        row.policy_id,
        row.policy.name,
        row.number,
        row.set_by_name,
        row.set_at,
        row.reason,
        language,
        document,
    )


def _material(row: TrustMaterial) -> Material:
    return Material(
        row.name,
        row.number,
        row.kind,
        row.sha256,
        bytes(row.body),
        row.set_by_name,
        row.reason,
    )


def trust_by(version: ImagePolicyVersion, materials: Mapping[str, int]) -> TeamTrust | None:
    """One version of a policy, with its `policy`, and these versions of materials, in force or not.

    None where this version of trustui cannot read it. One statement.
    """
    one = _in_force(version)
    if one is None:
        return None
    team_id = version.policy.team_id
    named = TrustMaterial.objects.filter(team=team_id, name__in=materials)
    found = [row for row in named if materials[row.name] == row.number]
    return TeamTrust(team_id, (one,), {row.name: _material(row) for row in found})
