"""The files that policies name: trusted roots, keys, certificates. Each change is a version."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from trustui.accounts.models import Team, User
from trustui.core.errors import ParseError
from trustui.core.pki.certificates import parse_certificates
from trustui.core.pki.keys import load_key
from trustui.core.primitives.digests import sha256
from trustui.core.trust_policy.given import MAX_TRUST_FILE
from trustui.core.trusted_root import parse_trusted_root
from trustui.events.services import PERSON, WORKER, record
from trustui.policies.models import MaterialKind, TrustMaterial
from trustui.policies.stating import PolicyError, checked_name, checked_reason, version_detail

ADDED, REPLACED, ROTATED = "material.added", "material.replaced", "material.rotated"
"""Events; the subject is the name of the material."""
FOLLOWER = "trustui"
"""Who sets a version because a followed root rotated."""

_PARSERS: tuple[tuple[MaterialKind, Callable[[bytes], object]], ...] = (
    (MaterialKind.TRUSTED_ROOT, parse_trusted_root),
    (MaterialKind.PUBLIC_KEY, load_key),
    (MaterialKind.CERTIFICATES, parse_certificates),
)


@transaction.atomic
def set_material(
    *,
    team: Team,
    name: str,
    body: bytes,
    origin: str,
    by: User | None,
    by_name: str,
    reason: str,
    now: datetime,
    is_followed: bool = False,
) -> TrustMaterial:
    """Let policies of a team name these bytes, in place of what they named before.

    `is_followed`: no person gave them, but a TUF source that is followed. Raises PolicyError where
    they are nothing of the three kinds, of another kind than before, or in force already.
    """
    by_name, reason = checked_reason(by_name, reason)
    name = checked_name(name, "the material")
    kind = kind_of(body)
    Team.objects.select_for_update().get(pk=team.pk)
    versions = TrustMaterial.objects.filter(team=team, name=name)
    before = versions.filter(is_current=True).first()
    if before is not None and before.sha256 == sha256(body):
        raise PolicyError(f"{name} is this already, since version {before.number}")
    if before is not None and before.kind != kind:
        raise PolicyError(
            f"expected another {before.get_kind_display()} for {name}, found: {kind.label}"
        )
    versions.filter(is_current=True).update(is_current=False)
    material = TrustMaterial.objects.create(
        team=team,
        name=name,
        number=versions.count() + 1,
        kind=kind,
        body=body,
        sha256=sha256(body),
        is_current=True,
        origin=origin,
        reason=reason,
        set_by=by,
        set_by_name=by_name,
        set_at=now,
        replaces=before,
    )
    replaced = ROTATED if is_followed else REPLACED
    record(
        kind=ADDED if before is None else replaced,
        at=now,
        actor=WORKER if is_followed else f"{PERSON}{by_name}",
        subject=name,
        team_id=team.pk,
        reason=reason,
        detail={
            "kind": str(kind),
            "origin": origin,
            **version_detail(material, before),
        },
    )
    return material


def kind_of(body: bytes) -> MaterialKind:
    """What the bytes are. Raises PolicyError with why they are nothing that policies can name."""
    if len(body) > MAX_TRUST_FILE:
        raise PolicyError(f"expected at most {MAX_TRUST_FILE:,} bytes, found {len(body):,}")
    problems = []
    for kind, parse in _PARSERS:
        try:
            parse(body)
        except ParseError as error:
            problems.append(f"no {kind.label}: {error.because}")
        else:
            return kind
    raise PolicyError("; ".join(problems))
