"""What a registry is sent as Authorization, and what is done when it says that this is not enough.

One `Doorkeeper` belongs to one opened registry. It keeps its tokens in memory only, each for the
scope that it was asked for, and gives up on a scope after two of them.
"""

import time
from collections.abc import Callable

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.primitives.text import visible
from trustui.crawl.addresses import Refusal
from trustui.crawl.fetch import AddressPolicy, Reply
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry.challenges import Challenge, parse_challenges
from trustui.crawl.sources.oci_registry.location import Where
from trustui.crawl.sources.oci_registry.realms import Realm, judge_realm
from trustui.crawl.sources.oci_registry.tokens import Ask, basic, request_token
from trustui.crawl.transfer.headers import shown

MOST_TOKENS = 2
"""Asked for one question: the first may have been spoiled on the way, a third is a loop."""
_MAX_SERVICE = 256
_MAX_SCOPE = 256
NO_LOGIN = "it wants a user name and password, and none was given"


class _Held(msgspec.Struct, frozen=True):
    secret: Secret
    until: float


class _Service(msgspec.Struct, frozen=True):
    """Where tokens come from. `scope` is the registry's own word where it is of its own kind."""

    realm: Realm
    service: str
    scope: str


class Doorkeeper:
    """`ask` carries requests to token services. Times are seconds of a clock that never goes back."""

    def __init__(
        self,
        where: Where,
        login: Login | None,
        policy: AddressPolicy,
        ask: Ask,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._where = where
        self._login = login
        self._policy = policy
        self._ask = ask
        self._monotonic = monotonic
        self._basic: Secret | None = None
        self._service: _Service | None = None
        self._held: dict[str, _Held] = {}
        self._given_up: dict[str, Problem] = {}

    def secret(self, scope: str) -> Secret | Problem | None:
        """What to send for a scope before anything was refused; a Problem once it was given up.

        A registry that wanted a token for one scope wants one for the next: it is asked for first.
        """
        if scope in self._given_up:
            return self._given_up[scope]
        if self._basic is not None:
            return self._basic
        held = self._held.get(scope)
        if held is not None and self._monotonic() < held.until:
            return held.secret
        if self._service is None:
            return None
        return self._kept(scope, self._fetch(self._service, scope))

    def known_secret(self, scope: str) -> Secret | Problem | None:
        """As `secret`, without asking anybody for a new one."""
        held = self._held.get(scope)
        return self._given_up.get(scope) or self._basic or (None if held is None else held.secret)

    def next_secret(self, scope: str, refused: Reply, tries: int) -> Secret | Problem:
        """What to send after the registry itself answered 401, or why nothing helps.

        ``tries`` counts from 1 for a question that was sent without anything, else from 2.
        """
        secret = self._after(scope, refused, tries)
        if isinstance(secret, Problem):
            because = f"it answered 401: {secret.because}"
            secret = msgspec.structs.replace(secret, location=refused.location, because=because)
        return self._kept(scope, secret)

    def _kept(self, scope: str, secret: Secret | Problem) -> Secret | Problem:
        """Where nothing helps, the scope is given up, unless somebody only asked us to wait."""
        if isinstance(secret, Problem) and secret.retry_after is None:
            self._given_up[scope] = secret
        return secret

    def _after(self, scope: str, refused: Reply, tries: int) -> Secret | Problem:
        if tries > MOST_TOKENS:
            return _no(f"it refuses what was given for {visible(scope)!r}{self._withheld()}")
        try:
            challenges = parse_challenges(refused.fields.get("www-authenticate", ()))
        except ParseError as error:
            return _no(f"what it wants cannot be read: {error.because}")
        by_scheme = {one.scheme: one for one in reversed(challenges)}
        if "bearer" in by_scheme:
            return self._bearer(by_scheme["bearer"], scope)
        if "basic" in by_scheme:
            return self._plain(tries)
        listed = ", ".join(shown(one) for one in by_scheme) or "nothing that it names"
        return _no(f"it wants {listed}; only Basic and Bearer can be answered")

    def _withheld(self) -> str:
        withheld = self._service.realm.withheld if self._service else ""
        return f"; {withheld}" if withheld else ""

    # Basic -------------------------------------------------------------------------------------

    def _plain(self, tries: int) -> Secret | Problem:
        if self._login is None:
            return _no(NO_LOGIN)
        if self._login.is_refresh_token:
            return _no("it wants a user name and password, and a refresh token was given")
        if refusal := self._unprotected():
            return refusal
        if tries > 1:
            return _no("it refuses the user name or the password")
        secret = basic(self._login)
        if isinstance(secret, Secret):
            self._basic = secret
        return secret

    def _unprotected(self) -> Problem | None:
        """Without TLS a login goes only to a host that a person allowed by name."""
        target = self._where.target
        if target.scheme == "https" or self._policy.allows(target.host):
            return None
        because = f"the login is not sent without TLS to {target.host}; allow the host by name"
        return Problem("", ProblemKind.REFUSED, because)

    # Bearer ------------------------------------------------------------------------------------

    def _bearer(self, challenge: Challenge, scope: str) -> Secret | Problem:
        named = challenge.parameters
        if "realm" not in named:
            return _no("it wants a token and does not say where from")
        service = named.get("service", "")
        if len(service) > _MAX_SERVICE:
            return _no("the name of its token service is longer than any is")
        realm = judge_realm(named["realm"], self._where.target, self._login)
        if isinstance(realm, Refusal):
            return Problem("", ProblemKind.REFUSED, realm.because)
        is_own = realm.target.origin == self._where.target.origin
        if self._login is not None and is_own and (refusal := self._unprotected()):
            return refusal
        self._service = _Service(realm, service, _own_scope(named.get("scope", "")))
        return self._fetch(self._service, scope)

    def _fetch(self, service: _Service, scope: str) -> Secret | Problem:
        wanted = service.scope or scope
        token = request_token(service.realm, service.service, wanted, self._login, self._ask)
        if isinstance(token, Problem):
            because = token.because + self._withheld()
            return msgspec.structs.replace(token, because=because)
        self._held[scope] = _Held(token.secret, self._monotonic() + token.seconds)
        return token.secret


def _own_scope(stated: str) -> str:
    """A scope of the registry's own kind; "" where it has the common kinds, of which we know what
    we need: a registry cannot have us ask for another repository, or for more than reading.
    """
    is_common = any(part.startswith(("repository:", "registry:")) for part in stated.split())
    return "" if is_common or len(stated) > _MAX_SCOPE else stated


def _no(because: str) -> Problem:
    return Problem("", ProblemKind.UNREADABLE, because)
