"""What verdicts about artefacts do about what happened: other trust means other verdicts."""

from collections.abc import Collection, Iterable, Sequence

from trustui.events.models import Event
from trustui.images.models import FollowedRoot, ImageRepository
from trustui.jobs import queue
from trustui.policies import image_policies, materials
from trustui.policies.trust import TeamTrust, trust_of
from trustui.revocation.keeping import CHANGED as TOLD
from trustui.revocation.models import Concern
from trustui.verdicts.image_concluding import ask_again
from trustui.verdicts.image_sweeping import VERIFY
from trustui.verdicts.models import ArtefactStanding, Cause
from trustui.verdicts.root_following import FOLLOWED
from trustui.verdicts.root_job import FOLLOW
from trustui.verdicts.sweeping import EVERYTHING

NAME = "images"
"""Of the consumer."""
POLICIES = frozenset({image_policies.ADDED, image_policies.CHANGED, image_policies.REMOVED})
MATERIALS = frozenset({materials.ADDED, materials.REPLACED, materials.ROTATED})
SHOWN = frozenset({"metadata.appeared", "verdict.changed"})
"""After these a source may vouch for another file than before."""


def handle(events: Sequence[Event]) -> None:
    """Have verified again what changed policies and materials cover, from the store and in portions.

    What a source of followed roots showed has these compared with it.
    """
    changed = [event for event in events if event.kind in POLICIES | MATERIALS]
    told = [event for event in events if event.kind == TOLD]
    asked = [VERIFY] if changed or told else []
    if asked:
        at = max(event.at for event in (*changed, *told))
        causes = dict.fromkeys(concerned(told), Cause.REVOCATION)
        ask_again(causes | dict.fromkeys(affected(changed), Cause.ANCHOR), at)
    if _may_have_rotated(events):
        asked.append(FOLLOW)
    if asked:
        due_at = queue.clock(max(event.at for event in events))
        queue.enqueue_many(
            [
                queue.Ask(kind=kind, key=EVERYTHING, due_at=due_at, priority=queue.URGENT)
                for kind in asked
            ]
        )


def concerned(events: Iterable[Event]) -> list[int]:
    """Repositories with verdicts that rest on what a place now says of certificates."""
    found: set[int] = set()
    for event in events:
        about = Concern.objects.filter(
            place=event.detail["place"],
            serial__in=event.detail["certificates"],
            repository__source__removed_at=None,
            repository__gone_at=None,
        )
        found.update(about.values_list("repository", flat=True))
    return sorted(found)


def affected(events: Iterable[Event]) -> list[int]:
    """Repositories that a changed policy or material covers now, or that rest on it so far."""
    policies: set[int] = set()
    names: dict[int, set[str]] = {}
    teams: set[int] = set()
    for event in events:
        if event.team_id is None:
            continue
        teams.add(event.team_id)
        if event.kind in POLICIES:
            policies.add(int(event.detail["policy"]))
        else:
            names.setdefault(event.team_id, set()).add(event.subject)
    trusts = trust_of(sorted(teams))
    live = ImageRepository.objects.filter(
        source__team__in=teams, source__removed_at=None, gone_at=None
    )
    rows = live.values_list("pk", "full_name", "source__team").order_by("pk")
    covered = {
        pk
        for pk, full_name, team in rows
        if _is_covered(trusts[team], full_name, policies, names.get(team, frozenset()))
    }
    rested = ArtefactStanding.objects.filter(
        repository__source__removed_at=None,
        repository__gone_at=None,
        verdict__policy__policy__in=policies,
    )
    return sorted(covered | set(rested.values_list("repository", flat=True).distinct()))


def _is_covered(
    trust: TeamTrust, full_name: str, policies: Collection[int], names: Collection[str]
) -> bool:
    applied = trust.covering(full_name)
    if applied is None:
        return False
    return applied.policy.policy_id in policies or not set(names).isdisjoint(applied.cover.files)


def _may_have_rotated(events: Sequence[Event]) -> bool:
    if any(event.kind == FOLLOWED for event in events):
        return True
    shown = {event.source_id for event in events if event.kind in SHOWN}
    return bool(shown) and FollowedRoot.objects.filter(source__in=shown, ended_at=None).exists()
