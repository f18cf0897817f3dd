"""Private addresses of calendars: made once, shown once, found again by their digest alone.

Of the same make as API tokens (`accounts.tokens`), with a prefix of their own: a calendar's address
stands in programs and on servers of others, so it opens nothing but that calendar.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from trustui.accounts.models import Calendar, User
from trustui.accounts.services import AccountError
from trustui.accounts.tokens import digest_of, is_well_formed, new_text

PREFIX = "tuc_"
MOST = 50
"""Calendars of one person that can be read at once."""
MOST_NAME = 100
_HINT = len(PREFIX) + 4
_NOTED_EVERY = timedelta(hours=1)


def make_calendar(
    *, owner: User, name: str, narrowed: Mapping[str, object], now: datetime
) -> tuple[Calendar, str]:
    """A new calendar, and its secret, which cannot be had again. Raises AccountError."""
    name = name.strip()
    if not 0 < len(name) <= MOST_NAME or not name.isprintable():
        raise AccountError(f"expected a name of 1 to {MOST_NAME} printable characters")
    if Calendar.objects.filter(owner=owner, revoked_at=None).count() >= MOST:
        raise AccountError(f"expected at most {MOST} calendars; end one that is not read any more")
    text = new_text(PREFIX)
    calendar = Calendar.objects.create(
        owner=owner,
        name=name,
        digest=digest_of(text),
        hint=text[:_HINT],
        narrowed=dict(narrowed),
        created_at=now,
    )
    return calendar, text


def revoke_calendar(*, calendar: Calendar, now: datetime) -> None:
    """It cannot be read any more; ending it again changes nothing."""
    Calendar.objects.filter(pk=calendar.pk, revoked_at=None).update(revoked_at=now)


def calendar_of(text: str, now: datetime) -> Calendar | None:
    """The calendar of a secret, with its owner; None when it opens nothing.

    One query, and one more each hour that notes its use.
    """
    if not is_well_formed(text, PREFIX):
        return None
    found = (
        Calendar.objects.select_related("owner")
        .filter(digest=digest_of(text), revoked_at=None, owner__is_active=True)
        .first()
    )
    if found is not None and (
        found.last_used_at is None or now - found.last_used_at >= _NOTED_EVERY
    ):
        Calendar.objects.filter(pk=found.pk).update(last_used_at=now)
    return found
