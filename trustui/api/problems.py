"""What cannot be answered, as problem details (RFC 9457): which problem, and what was expected."""

import sys
from collections.abc import Mapping
from enum import Enum
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

from trustui.accounts.permissions import WORDS, Act
from trustui.accounts.services import AccountError
from trustui.inventory.recognizing import SourceError
from trustui.pages.due import AskedError
from trustui.pages.events import EventFilterError
from trustui.pages.moment import MomentError
from trustui.pages.paging import PagingError
from trustui.pages.visible_json import visible_json
from trustui.verdicts.accepting import AcceptingError

MEDIA_TYPE = "application/problem+json"
SCHEME = "Bearer"
"""How one signs in (RFC 6750)."""
RETRY_AFTER = "15"
"""Seconds until a database that was restarted, or a busy verifier, answers again."""


class Kind(Enum):
    """Each problem: the end of its `type`, its status, its title."""

    BAD_REQUEST = "bad-request", 400, "The request cannot be understood"
    NOT_SIGNED_IN = "not-signed-in", 401, "Nobody is signed in"
    NOT_ALLOWED = "not-allowed", 403, "This is not allowed"
    TOKEN_SCOPE = "token-scope", 403, "The token is good for less"
    NOT_FOUND = "not-found", 404, "There is no such thing"
    METHOD = "method", 405, "The method does nothing here"
    PAST = "past", 409, "Nothing is done in the past"
    TOO_LARGE = "too-large", 413, "The request is too large"
    MEDIA_TYPE = "media-type", 415, "The body is not JSON"
    REFUSED = "refused", 422, "It cannot be done"
    FAULT = "fault", 500, "Something went wrong here"
    BUSY = "busy", 503, "Busy just now"
    AWAY = "database-away", 503, "The database does not answer"

    @property
    def type(self) -> str:
        """Its URI."""
        return f"urn:trustui:problem:{self.value[0]}"

    @property
    def status(self) -> int:
        """Of HTTP."""
        return self.value[1]

    @property
    def title(self) -> str:
        """In words."""
        return self.value[2]


class Wrong(msgspec.Struct, frozen=True):
    """One thing that is wrong with a request."""

    where: str
    """A parameter's name, or a path in the body such as `$.reason`."""
    expected: str
    found: str


class Problem(msgspec.Struct, frozen=True):
    """The body of each answer that is none."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Wrong, ...] = ()


class Refused(Exception):  # noqa: N818  it is an answer
    """A problem found while answering."""

    def __init__(self, kind: Kind, detail: str, errors: tuple[Wrong, ...] = ()) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.errors = kind, detail, errors


def not_allowed(act: Act) -> Refused:
    """The permission that is missing."""
    return Refused(Kind.NOT_ALLOWED, f"You may not {WORDS[act]} ({act}).")


def not_found() -> Refused:
    """Also for what belongs to other teams: nobody learns that it exists."""
    return Refused(
        Kind.NOT_FOUND, "Nothing of yours is here. What there is stands in /api/schema/."
    )


def problem(
    kind: Kind,
    detail: str,
    errors: tuple[Wrong, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer."""
    body = Problem(kind.type, kind.title, kind.status, detail, errors)
    answer = HttpResponse(visible_json(body), status=kind.status, content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """For Django REST framework; None for a fault of ours, which goes on to `server_error`."""
    found = _refused(error)
    if found is None:
        return None
    set_rollback()
    headers = {}
    if found.kind is Kind.NOT_SIGNED_IN:
        headers["WWW-Authenticate"] = getattr(error, "challenge", SCHEME)
    if found.kind is Kind.METHOD:
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    if found.kind is Kind.BUSY:
        headers["Retry-After"] = RETRY_AFTER
    return problem(found.kind, found.detail, found.errors, headers)


def _refused(error: Exception) -> Refused | None:
    match error:
        case Refused():
            return error
        case Http404():
            return not_found()
        case PagingError() | MomentError() | EventFilterError() | AskedError():
            return Refused(Kind.BAD_REQUEST, str(error), _of_sentence(str(error)))
        case SourceError() | AccountError() | AcceptingError():
            return Refused(Kind.REFUSED, str(error))
        case RequestDataTooBig():
            return Refused(Kind.TOO_LARGE, str(error))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Refused(Kind.NOT_SIGNED_IN, str(error))
        case exceptions.MethodNotAllowed():
            return Refused(Kind.METHOD, "Allow tells which methods do something.")
        case exceptions.PermissionDenied() | PermissionDenied():
            return Refused(Kind.NOT_ALLOWED, str(error))
        case _:
            return None


def _of_sentence(text: str) -> tuple[Wrong, ...]:
    """Pages say `name: expected …, found …`."""
    where, _, rest = text.partition(": expected ")
    expected, _, found = rest.rpartition(", found ")
    return (Wrong(where, expected, found),) if expected else ()


def server_error(request: HttpRequest) -> HttpResponse:
    """500, and 503 where the database does not answer."""
    del request
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        away = "Nothing can be told until it does; nothing is lost."
        return problem(Kind.AWAY, away, headers={"Retry-After": RETRY_AFTER})
    return problem(Kind.FAULT, "It is a fault of this program, and it stands in its log.")
