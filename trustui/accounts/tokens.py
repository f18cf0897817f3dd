"""API tokens: made once, shown once, found again by their digest alone.

A token is `tui_`, 32 random bytes and a checksum, in base 62: scanners of leaked secrets know it by
its prefix, and a mistyped one is refused without asking the database.
"""

import hashlib
import secrets
import zlib
from datetime import datetime, timedelta

from trustui.accounts.models import ApiToken, Scope, User
from trustui.accounts.services import AccountError

PREFIX = "tui_"
LONGEST = timedelta(days=366)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_DIGITS = 43
"""32 bytes in base 62."""
_CHECK_DIGITS = 6
"""32 bits in base 62."""
_HINT = len(PREFIX) + 4
_NOTED_EVERY = timedelta(minutes=1)
MOST = 50
"""Tokens of one person that are valid at once."""
MOST_NAME = 100


def make_token(
    *, owner: User, name: str, scope: Scope, expires_at: datetime, now: datetime
) -> tuple[ApiToken, str]:
    """A new token, and its text, which cannot be had again. Raises AccountError."""
    name = name.strip()
    if not 0 < len(name) <= MOST_NAME or not name.isprintable():
        raise AccountError(f"expected a name of 1 to {MOST_NAME} printable characters")
    if not now < expires_at <= now + LONGEST:
        raise AccountError("expected an end within one year from now")
    if ApiToken.objects.filter(owner=owner, revoked_at=None, expires_at__gt=now).count() >= MOST:
        raise AccountError(f"expected at most {MOST} tokens; revoke one that is not used any more")
    text = new_text()
    token = ApiToken.objects.create(
        owner=owner,
        name=name,
        digest=digest_of(text),
        hint=text[:_HINT],
        scope=scope,
        created_at=now,
        expires_at=expires_at,
    )
    return token, text


def revoke_token(*, token: ApiToken, now: datetime) -> None:
    """It opens nothing any more; revoking it again changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def token_of(text: str, now: datetime) -> ApiToken | None:
    """The token that was sent, with its owner; None when it opens nothing.

    One query, and one more each minute that notes its use.
    """
    if not is_well_formed(text):
        return None
    found = (
        ApiToken.objects.select_related("owner")
        .filter(digest=digest_of(text), revoked_at=None, expires_at__gt=now, owner__is_active=True)
        .first()
    )
    if found is not None and (
        found.last_used_at is None or now - found.last_used_at >= _NOTED_EVERY
    ):
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def is_well_formed(text: str, prefix: str = PREFIX) -> bool:
    """Whether this can be a token at all: its prefix, its length, its checksum."""
    body = text.removeprefix(prefix)
    if body == text or len(body) != _SECRET_DIGITS + _CHECK_DIGITS or not body.isascii():
        return False
    return _checksum(body[:_SECRET_DIGITS]) == body[_SECRET_DIGITS:]


def digest_of(text: str) -> str:
    """What is stored. A plain hash will do: nobody guesses 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()


def new_text(prefix: str = PREFIX) -> str:
    """A new secret; nobody has it until it is handed out."""
    secret = _base62(int.from_bytes(secrets.token_bytes(32)), _SECRET_DIGITS)
    return f"{prefix}{secret}{_checksum(secret)}"


def _checksum(secret: str) -> str:
    return _base62(zlib.crc32(secret.encode()), _CHECK_DIGITS)


def _base62(number: int, digits: int) -> str:
    text = ""
    for _ in range(digits):
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text
