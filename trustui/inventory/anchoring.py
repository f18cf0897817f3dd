"""Which root a source is verified from: pinned, confirmed or replaced by a person, with a reason."""

from datetime import datetime

from django.db import transaction

from trustui.accounts.models import User
from trustui.core.facts import Document, Problem
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.crawl.source import Source as Place
from trustui.events.services import record
from trustui.inventory.models import RoleState, Source
from trustui.inventory.recognizing import IMAGE_KINDS
from trustui.policies.models import Anchor, Origin
from trustui.policies.services import PinError, pin

FINGERPRINT_CHARACTERS = 64
"""SHA-256 in hex; a shorter one could be met by another root that was made for it."""


@transaction.atomic
def anchor_source(
    *,
    source: Source,
    body: bytes,
    origin: Origin,
    by: User | None,
    by_name: str,
    reason: str,
    now: datetime,
) -> Anchor:
    """Verify a source from these root bytes from now on. Raises PinError.

    What was trusted before is forgotten: a client that is given another root begins anew. The
    history of what was seen stays.
    """
    source = Source.objects.select_for_update().get(pk=source.pk)
    if source.removed_at is not None:
        raise PinError(f"{source.name} was removed")
    if source.kind in IMAGE_KINDS:
        raise PinError(f"{source.name} holds artefacts: policies say what is expected of them")
    earlier = source.anchor
    if earlier is not None and earlier.sha256 == sha256(body):
        raise PinError(f"this root is pinned already, by {earlier.pinned_by_name}")
    anchor = pin(
        team=source.team,
        body=body,
        origin=origin,
        by=by,
        by_name=by_name,
        reason=reason,
        now=now,
        replaces=earlier,
    )
    source.anchor = anchor
    source.save(update_fields=["anchor"])
    RoleState.objects.filter(source=source).update(trusted=None)
    record(
        kind=_kind(earlier, origin),
        at=now,
        actor=f"person:{anchor.pinned_by_name}",
        subject=source.name,
        reason=anchor.reason,
        team_id=source.team_id,
        source_id=source.pk,
        detail={
            "anchor": anchor.pk,
            "sha256": anchor.sha256,
            "version": anchor.version,
            "origin": str(origin),
            "replaces": None if earlier is None else earlier.sha256,
        },
    )
    return anchor


def _kind(earlier: Anchor | None, origin: Origin) -> str:
    if earlier is not None:
        return "anchor.replaced"
    return "anchor.pinned" if origin is Origin.FILE else "anchor.confirmed"


def confirmed_root(place: Place, fingerprint: str) -> bytes:
    """The place's own first root, when it has the fingerprint that a person knows.

    Raises PinError, saying which fingerprint the place has.
    """
    wanted = fingerprint.replace(":", "").replace(" ", "").lower()
    is_hex = len(wanted) == FINGERPRINT_CHARACTERS and set(wanted) <= set("0123456789abcdef")
    if not is_hex:
        raise PinError(
            f"expected a SHA-256 in {FINGERPRINT_CHARACTERS} hexadecimal digits, "
            f"found {visible(fingerprint, 80)!r}"
        )
    root = first_root(place)
    found = sha256(root.body)
    if found != wanted:
        raise PinError(f"expected a first root with SHA-256 {wanted}, found {found}")
    return root.body


def first_root(place: Place) -> Document:
    """What the place offers as its first root; nobody vouches for it. Raises PinError."""
    root = place.first_root()
    if isinstance(root, Problem):
        raise PinError(f"{visible(root.location, 200)} gives no first root: {root.because}")
    return root
