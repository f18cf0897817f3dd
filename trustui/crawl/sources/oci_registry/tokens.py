"""Asking a token service: one token for one scope, by GET as its specification says, or OAuth2.

Sources: the distribution project's token specification ("Requesting a Token") and its OAuth2 form
(`grant_type`). What comes back is used within bounds, and never shown.
"""

import base64
import re
from collections.abc import Callable
from urllib.parse import urlencode

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.limits import JsonLimits
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.crawl.fetch import Exchange, Reply
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry.realms import Realm
from trustui.crawl.sources.oci_registry.refusals import METHOD_NOT_ALLOWED, NOT_FOUND, problem_of

Ask = Callable[[Exchange], Reply | Problem]

MAX_ANSWER = 64 * 1024
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
"""One that does not fit would end the line it is sent in, or fill the whole request."""
_DEFAULT_SECONDS, _MOST_SECONDS = 60, 3_600
"""The specification's default; and how long a token is believed at most."""
_MARGIN_SECONDS = 10
_CLIENT = "trustui"


class Token(msgspec.Struct, frozen=True):
    """A bearer token, and for how many seconds from now it is used."""

    secret: Secret
    seconds: float


def basic(login: Login) -> Secret | Problem:
    """The value of Authorization (RFC 7617); a Problem for a user name with a colon."""
    if ":" in login.username:
        return Problem(
            "", ProblemKind.REFUSED, "a user name with a colon cannot be sent (RFC 7617)"
        )
    pair = f"{login.username}:{login.password.reveal()}".encode("utf-8", "surrogatepass")
    return Secret(f"Basic {base64.b64encode(pair).decode('ascii')}")


def request_token(
    realm: Realm, service: str, scope: str, login: Login | None, ask: Ask
) -> Token | Problem:
    """A token for the scope; without the login where it may not go there."""
    login = None if realm.withheld else login
    if login is not None and login.is_refresh_token:
        return _answered(ask(_post(realm, service, scope, login)))
    exchange = _get(realm, service, scope, login)
    if isinstance(exchange, Problem):
        return exchange
    reply = ask(exchange)
    is_missing = isinstance(reply, Reply) and reply.status in {NOT_FOUND, METHOD_NOT_ALLOWED}
    if is_missing and login is not None:
        reply = ask(_post(realm, service, scope, login))
    return _answered(reply)


def _get(realm: Realm, service: str, scope: str, login: Login | None) -> Exchange | Problem:
    authorization = None if login is None else basic(login)
    if isinstance(authorization, Problem):
        return authorization
    url = realm.target.url
    query = urlencode([*_service(service), ("scope", scope)])
    joined = "&" if "?" in realm.target.resource else "?"
    return Exchange(f"{url}{joined}{query}", MAX_ANSWER, authorization=authorization)


def _post(realm: Realm, service: str, scope: str, login: Login) -> Exchange:
    if login.is_refresh_token:
        grant = [("grant_type", "refresh_token"), ("refresh_token", login.password.reveal())]
    else:
        grant = [
            ("grant_type", "password"),
            ("username", login.username),
            ("password", login.password.reveal()),
        ]
    fields = [*grant, *_service(service), ("client_id", _CLIENT), ("scope", scope)]
    form = Secret(urlencode(fields, errors="surrogatepass"))
    return Exchange(realm.target.url, MAX_ANSWER, method="POST", form=form)


def _service(service: str) -> list[tuple[str, str]]:
    return [("service", service)] if service else []


def _answered(reply: Reply | Problem) -> Token | Problem:
    if isinstance(reply, Problem):
        return msgspec.structs.replace(reply, because=f"its token service: {reply.because}")
    if reply.status != 200:  # noqa: PLR2004  the only status that brings a token
        because = f"its token service gave no token: {problem_of(reply).because}"
        return Problem(reply.location, ProblemKind.UNREADABLE, because)
    try:
        value = load(reply.body, JsonLimits(max_bytes=MAX_ANSWER)).value
    except ParseError as error:
        because = f"its token service's answer cannot be read: {error.because}"
        return Problem(reply.location, ProblemKind.UNREADABLE, because)
    text = _token_in(value)
    if text is None:
        because = "its token service answered without a token that can be sent"
        return Problem(reply.location, ProblemKind.UNREADABLE, because)
    return Token(Secret(f"Bearer {text}"), _seconds_in(value))


def _token_in(value: JsonValue) -> str | None:
    """`token`, or `access_token` where that is empty or missing."""
    given = value if isinstance(value, dict) else {}
    for name in ("token", "access_token"):
        text = given.get(name)
        if isinstance(text, str) and text:
            return text if _TOKEN.fullmatch(text) else None
    return None


def _seconds_in(value: JsonValue) -> float:
    stated = value.get("expires_in") if isinstance(value, dict) else None
    if isinstance(stated, bool) or not isinstance(stated, int):
        stated = _DEFAULT_SECONDS
    return max(0, min(stated, _MOST_SECONDS) - _MARGIN_SECONDS)
