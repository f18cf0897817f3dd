"""The key that signs checkpoints. It is never in the database that it vouches for."""

import secrets

from django.conf import settings

from trustui.core.errors import ParseError
from trustui.core.primitives.signed_note import (
    Signer,
    Verifier,
    is_name,
    parse_signer,
    parse_verifier,
)
from trustui.settings.environment import Misconfigured
from trustui.settings.secrets import kept_secret

FILE_NAME = "log.key"
"""In the data folder, readable for its owner only."""


def new_key(origin: str) -> Signer:
    """A new random key for the log of this name. Raises Misconfigured for what is no name."""
    if not is_name(origin):
        raise Misconfigured(
            f"TRUSTUI_LOG_ORIGIN: expected a name without white space and plus signs, found {origin!r}"
        )
    return Signer(origin, secrets.token_bytes(32))


def log_signer() -> Signer:
    """The key of TRUSTUI_LOG_KEY, or else the one in the data folder, made on first need.

    Its name is the log's origin. Raises Misconfigured where the text is no key, or OSError.
    """
    return _keys()[0]


def log_verifiers() -> tuple[Verifier, ...]:
    """The public keys of this log: of the signer, and of those before it, where they are listed."""
    signer, earlier = _keys()
    return (signer.verifier, *earlier)


def _keys() -> tuple[Signer, tuple[Verifier, ...]]:
    """The text is a private key; public keys that signed before may follow, after white space."""
    environment = settings.TRUSTUI
    path = environment.data / FILE_NAME
    text = environment.log_key or kept_secret(path, lambda: new_key(environment.log_origin).text)
    first, *earlier = text.split() or [""]
    try:
        return parse_signer(first), tuple(parse_verifier(one) for one in earlier)
    except ParseError as error:
        where = "TRUSTUI_LOG_KEY" if environment.log_key else str(path)
        raise Misconfigured(
            f"{where}: expected a key as `trustui events key --new` makes it: {error.because}"
        ) from error
