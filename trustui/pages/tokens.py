"""A person's own API tokens: two lists in one query."""

from datetime import datetime

import msgspec

from trustui.accounts.models import ApiToken, Scope
from trustui.pages.viewer import Viewer


class TokenLine(msgspec.Struct, frozen=True):
    """One token; never its text."""

    token_id: int
    name: str
    hint: str
    scope: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_valid: bool


class TokensPage(msgspec.Struct, frozen=True):
    """Newest first."""

    valid: list[TokenLine]
    ended: list[TokenLine]


MOST = 200


def tokens(viewer: Viewer, now: datetime) -> TokensPage:
    """What this person made; whatever permissions, tokens are one's own."""
    rows = ApiToken.objects.filter(owner_id=viewer.user_id).order_by("-id")[:MOST]
    lines = [_line(row, now) for row in rows]
    return TokensPage(
        valid=[line for line in lines if line.is_valid],
        ended=[line for line in lines if not line.is_valid],
    )


def _line(token: ApiToken, now: datetime) -> TokenLine:
    return TokenLine(
        token_id=token.pk,
        name=token.name,
        hint=token.hint,
        scope=Scope(token.scope).label,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
        is_valid=token.revoked_at is None and token.expires_at > now,
    )
