"""The files that policies name: trusted roots, keys, certificates. Each change is a version."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from trustui.accounts.models import Team, User
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.pki.certificates import parse_certificates
from trustui.core.pki.keys import load_key
from trustui.core.primitives.digests import sha256
from trustui.core.trust_policy.given import MAX_TRUST_FILE
from trustui.core.trust_policy.notation.rules import is_store_title
from trustui.core.trust_policy.notation.stores import store_of
from trustui.core.trusted_root import parse_trusted_root
from trustui.events.services import PERSON, WORKER, record
from trustui.policies.models import MaterialKind, TrustMaterial
from trustui.policies.stating import (
    PolicyError,
    check_seen,
    checked_name,
    checked_reason,
    version_detail,
)
from trustui.policies.terms import write_terms

ADDED, REPLACED, ROTATED = "material.added", "material.replaced", "material.rotated"
"""Events; the subject is the name of the material."""
FOLLOWER = "trustui"
"""Who sets a version because a followed root rotated."""

_PARSERS: tuple[tuple[MaterialKind, Callable[[bytes], object]], ...] = (
    (MaterialKind.TRUSTED_ROOT, parse_trusted_root),
    (MaterialKind.PUBLIC_KEY, load_key),
    (MaterialKind.CERTIFICATES, parse_certificates),
)
_PRIVATE = b"PRIVATE KEY-----"


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
    seen: int | None = None,
) -> TrustMaterial:
    """Let policies of a team name these bytes, in place of what they named before.

    `is_followed`: no person gave them, but a TUF source that is followed. `seen` is the number of the
    version in force that the person saw, 0 for none. Raises OvertakenError where another one is in force by
    now, and PolicyError where they are nothing of the three kinds, of another kind than before, no
    trust store while their name is that of one (`ca:NAME`), or in force already.
    """
    by_name, reason = checked_reason(by_name, reason)
    name = checked_name(name, "the material")
    kind = _kind_of(name, body)
    Team.objects.select_for_update().get(pk=team.pk)
    before = in_force(team, name)
    check_seen(name, before, seen)
    _check_replaces(name, before, kind, body)
    versions = TrustMaterial.objects.filter(team=team, name=name)
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
    write_terms(material)
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


def in_force(team: Team, name: str) -> TrustMaterial | None:
    """The version of the material of this name that is in force: one statement."""
    return TrustMaterial.objects.filter(team=team, name=name, is_current=True).first()


def refusal(team: Team, name: str, body: bytes) -> str:
    """Why `set_material` would refuse this now; empty where it would not."""
    try:
        name = checked_name(name, "the material")
        _check_replaces(name, in_force(team, name), _kind_of(name, body), body)
    except PolicyError as error:
        return str(error)
    return ""


def _check_replaces(
    name: str, before: TrustMaterial | None, kind: MaterialKind, body: bytes
) -> None:
    if before is None:
        return
    if before.sha256 == sha256(body):
        raise PolicyError(f"{name} is this already, since version {before.number}")
    if before.kind != kind:
        raise PolicyError(
            f"expected another {before.get_kind_display()} for {name}, found: {kind.label}"
        )


def _kind_of(name: str, body: bytes) -> MaterialKind:
    """As `kind_of`. What has the name of a trust store must be one that Notation would load."""
    kind = kind_of(body)
    if is_store_title(name):
        store = store_of(name, Document("the file", body))
        if isinstance(store, ParseError | Problem):
            raise PolicyError(store.because)
    return kind


def kind_of(body: bytes) -> MaterialKind:
    """What the bytes are. Raises PolicyError with why they are nothing that policies can name.

    Of several reasons the one about what they look like. A private key is refused with all beside it:
    what is given here is shown to the team.
    """
    if len(body) > MAX_TRUST_FILE:
        raise PolicyError(f"expected at most {MAX_TRUST_FILE:,} bytes, found {len(body):,}")
    if _PRIVATE in body:
        raise PolicyError("expected what is public alone, found a private key")
    reasons: dict[MaterialKind, str] = {}
    for kind, parse in _PARSERS:
        try:
            parse(body)
        except ParseError as error:
            reasons[kind] = f"no {kind.label}: {error.because}"
        else:
            return kind
    meant = _meant_as(body)
    raise PolicyError(_NOTHING_KNOWN if meant is None else reasons[meant])


_NOTHING_KNOWN = (
    "expected a Sigstore trusted root (JSON), a public key (PEM or DER) or certificates (PEM), "
    "found none of them"
)


def _meant_as(body: bytes) -> MaterialKind | None:
    """What whoever gave the bytes may have taken them for; None where nothing tells."""
    text = body.lstrip()
    if text.startswith((b"{", b"[")):
        return MaterialKind.TRUSTED_ROOT
    if b"-----BEGIN CERTIFICATE" in text:
        return MaterialKind.CERTIFICATES
    return MaterialKind.PUBLIC_KEY if b"-----BEGIN" in text else None
