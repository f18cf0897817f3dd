"""What a route asks of whoever comes: declared on the route, so that nothing is open by oversight.

A system check refuses routes that declare nothing (`trustui.web.checks`), and a generated matrix
asks every route as every kind of person (tests/web/test_permission_matrix.py).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

import msgspec

from trustui.accounts.permissions import Act

R = TypeVar("R", bound=Callable[..., Any])


class Whom(StrEnum):
    """Who may come where no team's permission is asked for."""

    ANYONE = "anyone"
    PERSON = "person"
    """Anybody who signed in, about what is that person's own."""


Need: TypeAlias = Act | Whom


class Needs(msgspec.Struct, frozen=True):
    """What reading and posting ask for; `post` None: there is nothing to post."""

    get: Need
    post: Need | None = None
    is_fresh: bool = False
    """Posting asks for the password again when it was not given within five minutes."""


def declare(route: R, needs: Needs) -> R:
    """Write on a route what it needs; whoever makes the route sees to it that this is held to."""
    route.needs = needs  # type: ignore[attr-defined]
    return route


def needs_of(route: object) -> Needs | None:
    """What a route declares; None for one that declares nothing."""
    found = getattr(route, "needs", None)
    return found if isinstance(found, Needs) else None
