"""The `auths` of a Docker configuration file: a login for exactly one registry.

Nothing else of it is read: no credential helper is run, no header is taken over.
"""

import base64
import binascii
from collections.abc import Mapping

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.limits import JsonLimits
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret

MAX_CONFIG = 1024 * 1024


def login_in(document: Document, host: str) -> Login | None:
    """The login for HOST[:PORT], or None where `auths` has none for exactly this one.

    Raises ParseError, in words without secrets, for what is no such file or no login.
    """
    value = load(document.body, JsonLimits(max_bytes=MAX_CONFIG)).value
    auths = value.get("auths", {}) if isinstance(value, dict) else None
    if not isinstance(auths, dict):
        raise ParseError("this is no Docker configuration", expected='a JSON object with "auths"')
    found = [entry for name, entry in auths.items() if _host_of(name) == host.lower()]
    if len(found) > 1:
        raise ParseError(f"the Docker configuration has {len(found)} logins for one host")
    if not found:
        return None
    if not isinstance(found[0], dict):
        raise ParseError("the login in the Docker configuration is none", expected="a JSON object")
    return _login(found[0])


def _host_of(name: str) -> str:
    """Older clients wrote a URL: what stands before the path counts."""
    return name.partition("://")[2].partition("/")[0].lower() if "://" in name else name.lower()


def _login(entry: Mapping[str, JsonValue]) -> Login | None:
    token = _text(entry, "identitytoken")
    if token:
        return Login("", Secret(token), is_refresh_token=True)
    encoded = _text(entry, "auth")
    if not encoded:
        name, password = _text(entry, "username"), _text(entry, "password")
        return Login(name, Secret(password)) if name else None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ParseError('"auth" in the Docker configuration is not base64 of text') from error
    if not colon:
        raise ParseError(
            '"auth" in the Docker configuration has no colon', expected="USER:PASSWORD"
        )
    return Login(name, Secret(password.rstrip("\0")))


def _text(entry: Mapping[str, JsonValue], name: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise ParseError(f'"{name}" in the Docker configuration is no text')
    return value
