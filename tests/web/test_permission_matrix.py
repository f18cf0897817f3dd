"""Every route, asked by every kind of person, about what is theirs and what is not.

Made from the routes themselves: a new route is asked as soon as it exists, by what it declares.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import pytest
from django.db import transaction
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client

from tests.scale import so_many
from tests.simulators.people import HIDDEN_NAME, Cast, Route, routes, sign_in
from trustui.accounts.models import Role, User
from trustui.accounts.needs import Needs, Whom, needs_of
from trustui.accounts.permissions import ALLOWED, Act

ROUTES = sorted(routes(), key=lambda route: route.pattern)
OF_A_TEAM = {
    "event_id",
    "job_id",
    "source_id",
    "verdict_id",
    "role_id",
    "sha256",
    "fingerprint",
    "team_id",
    "user_id",
    "repository_id",
    "identity_id",
    "policy_id",
    "material_id",
}
"""Parameters that name what belongs to a team."""
OF_A_PERSON = {"token_id", "calendar_id"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PARTS = 12
"""In which the routes are asked: people and what they look after are made once a part."""
EACH = so_many(5, 1)
"""An ordinary run asks every fifth question of about thirty, beginning elsewhere at the next route."""


@dataclass(frozen=True)
class Asked:
    """One question to the site."""

    who: str
    role: Role | None
    """None for a stranger and for somebody without a team."""
    side: str
    method: str


def questions(needs: Needs) -> Iterator[Asked]:
    declared = {"GET"} | ({"POST"} if needs.post else set())
    for side in ("own", "other"):
        for method in METHODS:
            yield Asked("administrator", Role.ADMINISTRATOR, side, method)
        for method in sorted(declared):
            yield Asked("anonymous", None, side, method)
            yield Asked("teamless", None, side, method)
            for role in Role:
                if role != Role.ADMINISTRATOR:
                    yield Asked(str(role), role, side, method)


REACHED = {200, 202, 204, 286, 301, 302, 303, 304, 400, 409, 422}
"""The view itself answered, if only that the empty form will not do; 286 ends htmx's polling."""
SIGN_IN_FIRST = 401
"""Stands for the way to the sign-in page too."""
ON_THE_WAY = ("/account/sign-in/", "/account/confirm/")
FOR_THE_OPERATOR = {"metrics"}
"""Tells of every team, to this machine alone (tests/web/test_metrics.py)."""


def expected(needs: Needs, route: Route, asked: Asked) -> set[int]:
    """The statuses that the declaration allows."""
    if needs.get is Whom.ANYONE:
        return set(range(200, 500))
    if asked.who == "anonymous":
        return {SIGN_IN_FIRST, 404}
    need = {"GET": needs.get, "POST": needs.post}.get(asked.method)
    if need is None:
        return {403, 404, 405}
    if isinstance(need, Whom):
        return _of_oneself(route, asked)
    found = _of_a_team(need, route, asked)
    if asked.method == "GET" and isinstance(needs.post, Act) and not _may(needs.post, asked):
        return found | {403}  # the form of an act may be for those alone who may do it
    return found


def _of_oneself(route: Route, asked: Asked) -> set[int]:
    is_own = asked.who == "administrator" and asked.side == "own"
    if route.parameters & OF_A_PERSON:
        return REACHED if is_own else {404}
    return REACHED | {403, 404, 405}  # whoever has no passkey has none to rename


def _may(act: Act, asked: Asked) -> bool:
    return asked.role is not None and act in ALLOWED[asked.role]


def _of_a_team(need: Act, route: Route, asked: Asked) -> set[int]:
    is_allowed = _may(need, asked)
    if route.parameters & OF_A_TEAM and (asked.side == "other" or asked.role is None):
        return {404} if is_allowed else {403, 404}
    if need is Act.SEE or is_allowed:
        return REACHED
    return {403}


@pytest.mark.parametrize("part", range(PARTS))
def test_routes_answer_those_whom_they_are_for_and_nobody_else(
    part: int, cast_with_images: Cast
) -> None:
    cast = cast_with_images
    clients = _clients(cast)
    wrong = [
        (route.pattern, asked, why)
        for route in ROUTES[part::PARTS]
        for asked, why in _wrong(route, cast, clients)
    ]
    assert wrong == []


def _wrong(
    route: Route, cast: Cast, clients: Mapping[str, Client]
) -> Iterator[tuple[Asked, int | str]]:
    needs = needs_of(route.view)
    assert needs is not None, route.pattern
    for asked in islice(questions(needs), ROUTES.index(route) % EACH, None, EACH):
        side = cast.own if asked.side == "own" else cast.other
        status, body = _ask(clients[asked.who], asked.method, route.address(side.examples))
        if status not in expected(needs, route, asked):
            yield asked, status
        if HIDDEN_NAME in body and route.pattern not in FOR_THE_OPERATOR:
            yield asked, "tells of the other team"


def _clients(cast: Cast) -> dict[str, Client]:
    people: dict[str, User] = {str(role): user for role, user in cast.people.items()}
    clients = {name: sign_in(Client(), user) for name, user in people.items()}
    clients["teamless"] = sign_in(Client(), cast.teamless)
    clients["anonymous"] = Client()
    return clients


def _ask(client: Client, method: str, address: str) -> tuple[int, str]:
    """What the site answers; whatever that did is undone."""
    client.raise_request_exception = False
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        answer = client.generic(method, address)
        is_sent_on = answer.headers.get("Location", "").startswith(ON_THE_WAY)
        found = SIGN_IN_FIRST if is_sent_on else answer.status_code, _text(answer)
        transaction.set_rollback(True)
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies[name] = value
    return found


def _text(answer: HttpResponseBase) -> str:
    if isinstance(answer, StreamingHttpResponse):
        return answer.getvalue().decode(errors="replace")
    return getattr(answer, "content", b"").decode(errors="replace")


def test_a_route_that_forgets_whose_something_is_would_be_caught() -> None:
    needs, route = (
        Needs(Act.SEE, Act.CRAWL),
        Route("sources/<int:source_id>/", None, frozenset({"source_id"})),
    )

    def allowed(who: str, role: Role | None, side: str, method: str) -> set[int]:
        return expected(needs, route, Asked(who, role, side, method))

    assert 200 not in allowed("viewer", Role.VIEWER, "other", "GET")
    assert 200 not in allowed("administrator", Role.ADMINISTRATOR, "other", "POST")
    assert 200 not in allowed("teamless", None, "own", "GET")
    assert allowed("viewer", Role.VIEWER, "own", "POST") == {403}
    assert allowed("anonymous", None, "own", "GET") == {SIGN_IN_FIRST, 404}
    assert 200 not in allowed("administrator", Role.ADMINISTRATOR, "own", "DELETE")
    assert 200 in allowed("viewer", Role.VIEWER, "own", "GET")


def test_something_is_open_to_nobody_but_probes_and_signing_in() -> None:
    opened = {
        route.pattern
        for route in ROUTES
        if (needs := needs_of(route.view)) and needs.get is Whom.ANYONE
    }
    assert all(
        pattern.startswith(("account/sign-", "account/oidc/", "account/closed/", "calendar/<"))
        or pattern in {"healthz", "readyz", "livez/workers", "metrics"}
        for pattern in opened
    ), opened


def test_acts_that_change_trust_ask_for_the_password_again(cast_with_images: Cast) -> None:
    cast = cast_with_images
    for route in ROUTES:
        needs = needs_of(route.view)
        if needs is None or not needs.is_fresh:
            continue
        client = sign_in(Client(), cast.own.administrator, is_fresh=False)
        answer = client.post(route.address(cast.own.examples))
        assert answer.status_code == 302, route
        assert answer.headers["Location"].startswith("/account/"), route
