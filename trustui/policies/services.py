"""Pinning a root: who trusts which bytes, and why."""

from datetime import datetime

from trustui.accounts.models import Team, User
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.limits import TufLimits
from trustui.core.primitives.digests import sha256
from trustui.policies.models import Anchor, Origin

TUF_ROOT = "tuf_root"


class PinError(ValueError):
    """What a person wants to pin cannot be; the message says what was expected and found."""


def pin(
    *,
    team: Team,
    body: bytes,
    origin: Origin,
    by: User | None,
    by_name: str,
    reason: str,
    now: datetime,
    replaces: Anchor | None = None,
) -> Anchor:
    """Keep these bytes as a root of trust. The event is the caller's, who knows what for.

    Raises PinError where they are no TUF root, or where name or reason is missing.
    """
    if not by_name.strip() or not reason.strip():
        raise PinError("pinning a root needs the name of a person and a reason")
    root = read_root(body)
    return Anchor.objects.create(
        team=team,
        kind=TUF_ROOT,
        body=body,
        sha256=sha256(body),
        version=str(root.version)[:40],
        origin=origin,
        reason=reason.strip(),
        pinned_by=by,
        pinned_by_name=by_name.strip()[:200],
        pinned_at=now,
        replaces=replaces,
    )


def read_root(body: bytes) -> Metadata:
    """The facts of a root document. Raises PinError, saying why it is none."""
    limit = TufLimits().root_bytes
    if len(body) > limit:
        raise PinError(f"expected a root of at most {limit:,} bytes, found {len(body):,}")
    try:
        root = parse(Document("the root to pin", body))
    except ParseError as error:
        raise PinError(f"this is no root metadata: {error}") from error
    if root.type != "root":
        raise PinError(f"expected root metadata, found {root.type} metadata")
    return root
