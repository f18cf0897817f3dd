"""What a team expects of images: policies by name, each change a version with a person and a reason."""

from datetime import datetime

from django.db import transaction

from trustui.accounts.models import Team, User
from trustui.core.errors import ParseError
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import Language, language_named
from trustui.events.services import PERSON, record
from trustui.policies.models import ImagePolicy, ImagePolicyVersion, TrustMaterial
from trustui.policies.stating import (
    PolicyError,
    check_seen,
    checked_name,
    checked_reason,
    version_detail,
)

ADDED, CHANGED, REMOVED = "policy.added", "policy.changed", "policy.removed"
"""Events; their detail has the number of the policy as `policy`."""


@transaction.atomic
def set_policy(
    *,
    team: Team,
    name: str,
    language: str,
    body: bytes,
    by: User | None,
    by_name: str,
    reason: str,
    now: datetime,
    seen: int | None = None,
) -> ImagePolicyVersion:
    """Expect this of images from now on, in place of what the policy of this name said.

    `seen` is the number of the version in force that the person saw, 0 for none. Raises
    OvertakenError where another one is in force by now, and PolicyError where the body is no policy in
    its language, names files that are no materials of the team, or is in force already.
    """
    by_name, reason = checked_reason(by_name, reason)
    name = checked_name(name, "the policy")
    Team.objects.select_for_update().get(pk=team.pk)
    check_seen(name, in_force(team, name), seen)
    before = _checked(team, name, language, body)
    policy, _ = ImagePolicy.objects.get_or_create(
        team=team, name=name, defaults={"language": language, "created_at": now}
    )
    policy.versions.filter(is_current=True).update(is_current=False)
    version = ImagePolicyVersion.objects.create(
        policy=policy,
        number=policy.versions.count() + 1,
        body=body,
        sha256=sha256(body),
        is_current=True,
        reason=reason,
        set_by=by,
        set_by_name=by_name,
        set_at=now,
    )
    _tell(ADDED if before is None else CHANGED, version, before, by_name, reason, now)
    return version


@transaction.atomic
def remove_policy(
    *, policy: ImagePolicy, by_name: str, reason: str, now: datetime, seen: int | None = None
) -> None:
    """Expect nothing by this policy any more; its versions stay.

    `seen` is the number of the version in force that the person saw. Raises OvertakenError where another
    one is in force by now, and PolicyError where none is.
    """
    by_name, reason = checked_reason(by_name, reason)
    Team.objects.select_for_update().get(pk=policy.team_id)
    version = policy.versions.filter(is_current=True).first()
    if version is None:
        raise PolicyError(f"{policy.name} is not in force")
    check_seen(policy.name, version, seen)
    version.is_current = False
    version.removed_at, version.removed_by_name, version.removed_because = now, by_name, reason
    version.save(update_fields=["is_current", "removed_at", "removed_by_name", "removed_because"])
    _tell(REMOVED, version, None, by_name, reason, now)


def read_policy(language: str, body: bytes) -> tuple[Language, object]:
    """The language and the document. Raises PolicyError, saying why it is none."""
    try:
        found = language_named(language)
    except LookupError as error:
        raise PolicyError(str(error)) from error
    try:
        return found, found.parse(body)
    except ParseError as error:
        expected = f"; expected {error.expected}" if error.expected else ""
        raise PolicyError(f"this is no policy: {error.because}{expected}") from error


def in_force(team: Team, name: str) -> ImagePolicyVersion | None:
    """The version of the policy of this name that is in force: one statement."""
    versions = ImagePolicyVersion.objects.filter(policy__team=team, policy__name=name)
    return versions.filter(is_current=True).select_related("policy").first()


def refusal(team: Team, name: str, language: str, body: bytes) -> str:
    """Why `set_policy` would refuse this now; empty where it would not."""
    try:
        _checked(team, checked_name(name, "the policy"), language, body)
    except PolicyError as error:
        return str(error)
    return ""


def _checked(team: Team, name: str, language: str, body: bytes) -> ImagePolicyVersion | None:
    """The version that these bytes would replace. Raises PolicyError where they may not."""
    found, document = read_policy(language, body)
    _check_materials(team, found, document)
    policy = ImagePolicy.objects.filter(team=team, name=name).first()
    if policy is not None and policy.language != language:
        raise PolicyError(f"{name} is written in {policy.get_language_display()}")
    before = in_force(team, name)
    if before is not None and before.sha256 == sha256(body):
        raise PolicyError(f"{name} says this already, since version {before.number}")
    return before


def _check_materials(team: Team, found: Language, document: object) -> None:
    there = set(
        TrustMaterial.objects.filter(team=team, is_current=True).values_list("name", flat=True)
    )
    missing = sorted(set(found.files(document)) - there)
    if missing:
        known = ", ".join(sorted(there)[:10]) or "none"
        raise PolicyError(
            f"the policy names {visible(missing[0], 200)!r}, which is no material of the team; there are: {known}"
        )


def _tell(
    kind: str,
    version: ImagePolicyVersion,
    before: ImagePolicyVersion | None,
    by_name: str,
    reason: str,
    now: datetime,
) -> None:
    policy = version.policy
    record(
        kind=kind,
        at=now,
        actor=f"{PERSON}{by_name}",
        subject=policy.name,
        team_id=policy.team_id,
        reason=reason,
        detail={
            "policy": policy.pk,
            "language": policy.language,
            **version_detail(version, before),
        },
    )
