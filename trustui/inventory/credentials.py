"""Logins of sources, encrypted at rest. The keys are in the settings and never in the database.

A ring of AES-256-GCM keys (NIST SP 800-38D): the first seals, all of them open. What is sealed is bound
to its source and to the place that the source has: moved to another row, or a source that was moved
to another host by whoever can write to the database, it does not open.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from trustui.core.primitives.text import has_hidden_characters
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry import KIND, token_host_target
from trustui.events.services import record
from trustui.inventory.models import Credential, Source
from trustui.settings.environment import Misconfigured
from trustui.settings.secrets import kept_secret

FILE_NAME = "credentials.key"
"""In the data folder, readable for its owner only."""
MOST_USERNAME, MOST_SECRET = 300, 16_384
_KEY_BYTES, _NONCE_BYTES = 32, 12
_PREFIX = "trustui-key-"
_FORM = b"\x01"
"""The first byte of what is sealed: nonce, then text and tag."""
_SHOWN = 16
"""Characters of a key's id in the sentence of an event."""
_PORTION = 500
"""Rows sealed anew in one transaction."""


class CredentialError(ValueError):
    """What was asked for cannot be done; the message holds no secret."""


class _Text(msgspec.Struct, frozen=True):
    username: str
    password: str
    token_host: str
    is_refresh_token: bool


class _Key(msgspec.Struct, frozen=True):
    id: str
    cipher: AESGCM


def new_key() -> str:
    """A new random key, as TRUSTUI_CREDENTIAL_KEYS takes it."""
    return _PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")


@transaction.atomic
def set_login(
    *, source: Source, login: Login, actor: str, by_name: str, now: datetime, reason: str = ""
) -> None:
    """Let a source log in from now on, in place of a login that it had. Raises CredentialError."""
    source = Source.objects.select_for_update().get(pk=source.pk)
    _check(source, login)
    key = _ring()[0]
    row = {
        "username": login.username,
        "sealed": _seal(key, source, login),
        "key_id": key.id,
        "set_by_name": by_name[:200],
        "set_at": now,
    }
    Credential.objects.update_or_create(source=source, defaults=row)
    detail = {"username": login.username, "token_host": login.token_host}
    _record("credential.set", source, actor, now, reason, detail)


@transaction.atomic
def remove_login(*, source: Source, actor: str, now: datetime, reason: str = "") -> bool:
    """Forget a source's login; whether it had one."""
    deleted, _ = Credential.objects.filter(source=source).delete()
    if deleted:
        _record("credential.removed", source, actor, now, reason, {})
    return deleted > 0


def login_of(source: Source) -> Login | None:
    """The login of a source, or None. Raises CredentialError where no key of the ring opens it."""
    row = Credential.objects.filter(source=source).first()
    return None if row is None else _open(_by_id(), row, source)


def logins_of(sources: Mapping[int, Source]) -> dict[int, Login | CredentialError]:
    """Those that have one, by the source's number: one query for a batch of crawls."""
    keys = _by_id() if sources else {}
    found: dict[int, Login | CredentialError] = {}
    for row in Credential.objects.filter(source_id__in=list(sources)):
        try:
            found[row.source_id] = _open(keys, row, sources[row.source_id])
        except CredentialError as error:
            found[row.source_id] = error
    return found


def rotate(*, actor: str, now: datetime, reason: str = "") -> int:
    """Seal everything with the first key of the ring; how many rows were under another one.

    In portions, each of them whole: readers meanwhile open old rows and new ones. Raises
    CredentialError when a row does not open; what was sealed before that stays so.
    """
    keys, first = _by_id(), _ring()[0]
    total = 0
    while portion := _reseal(keys, first):
        total += portion
    if total:
        record(
            kind="credentials.rotated",
            at=now,
            actor=actor,
            subject=first.id[:_SHOWN],
            reason=reason,
            detail={"rows": total, "key": first.id},
        )
    return total


@transaction.atomic
def _reseal(keys: Mapping[str, _Key], first: _Key) -> int:
    rows = list(
        Credential.objects.select_for_update(of=("self",))
        .exclude(key_id=first.id)
        .select_related("source")
        .order_by("pk")[:_PORTION]
    )
    for row in rows:
        login = _open(keys, row, row.source)
        row.sealed, row.key_id = _seal(first, row.source, login), first.id
    Credential.objects.bulk_update(rows, ["sealed", "key_id"])
    return len(rows)


# The ring -------------------------------------------------------------------------------------------


def _ring() -> tuple[_Key, ...]:
    """The keys of the settings, or the one in the data folder, made on first need.

    Raises Misconfigured where a text is no key, without the text, or OSError.
    """
    environment = settings.TRUSTUI
    path = environment.data / FILE_NAME
    text = environment.credential_keys or kept_secret(path, new_key)
    where = "TRUSTUI_CREDENTIAL_KEYS" if environment.credential_keys else str(path)
    return tuple(_key(one, where) for one in text.split()) or (_key("", where),)


def _by_id() -> dict[str, _Key]:
    return {key.id: key for key in _ring()}


def _key(text: str, where: str) -> _Key:
    try:
        encoded = text.removeprefix(_PREFIX).encode("ascii")
        raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    if len(raw) != _KEY_BYTES or not text.startswith(_PREFIX):
        raise Misconfigured(
            f"{where}: expected keys as `trustui credentials new-key` makes them, separated by white "
            "space, found something else"
        )
    return _Key(hashlib.sha256(b"trustui credential key " + raw).hexdigest(), AESGCM(raw))


def _seal(key: _Key, source: Source, login: Login) -> bytes:
    text = msgspec.json.encode(
        _Text(login.username, login.password.reveal(), login.token_host, login.is_refresh_token)
    )
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORM + nonce + key.cipher.encrypt(nonce, text, _FORM + _bound_to(source))


def _open(keys: Mapping[str, _Key], row: Credential, source: Source) -> Login:
    key = keys.get(row.key_id)
    if key is None:
        raise CredentialError(
            f"the login of {source.name} was sealed by a key that TRUSTUI_CREDENTIAL_KEYS has no more"
        )
    sealed = bytes(row.sealed)
    nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        opened = key.cipher.decrypt(nonce, text, sealed[:1] + _bound_to(source))
    except (InvalidTag, ValueError) as error:  # ValueError: too short for a nonce
        raise CredentialError(
            f"the login of {source.name} does not open: the row or the place of its source was "
            "changed; log in again"
        ) from error
    found = msgspec.json.decode(opened, type=_Text)
    return Login(found.username, Secret(found.password), found.token_host, found.is_refresh_token)


def _bound_to(source: Source) -> bytes:
    return f"trustui login of source {source.pk} at {source.location}".encode()


# Parts of the above ---------------------------------------------------------------------------------


def _check(source: Source, login: Login) -> None:
    if source.removed_at is not None:
        raise CredentialError(f"{source.name} was removed")
    if source.kind != KIND.name:
        raise CredentialError(f"expected a source of the kind {KIND.name}, found {source.kind}")
    name, secret = login.username, login.password.reveal()
    if len(name) > MOST_USERNAME or has_hidden_characters(name) or ":" in name:
        raise CredentialError(
            f"expected a user name of at most {MOST_USERNAME} characters that can be shown, "
            "without a colon"
        )
    if login.token_host and token_host_target(login.token_host) is None:
        raise CredentialError("expected HOST or HOST:PORT as the token host")
    if not (name or login.is_refresh_token):
        raise CredentialError("expected a user name, found none")
    if not 0 < len(secret) <= MOST_SECRET or not secret.isprintable():
        raise CredentialError(
            f"expected a password of 1 to {MOST_SECRET:,} characters without line breaks"
        )


def _record(
    kind: str, source: Source, actor: str, now: datetime, reason: str, detail: Mapping[str, object]
) -> None:
    record(
        kind=kind,
        at=now,
        actor=actor,
        subject=source.name,
        reason=reason,
        team_id=source.team_id,
        source_id=source.pk,
        detail=dict(detail),
    )
