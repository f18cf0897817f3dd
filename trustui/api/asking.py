"""A route of the API: what it needs, what may be asked, what it tells; and how it is answered.

Each operation is a function from `Ask` to a Struct of `trustui.pages`, so that pages and API say
the same; None is 404. Its permission, its parameters and its answer are declared once, held to
here, and written into the OpenAPI document (schema.py).
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from trustui.accounts.models import ApiToken, Scope, User
from trustui.accounts.needs import Needs, Whom, declare
from trustui.accounts.permissions import Act
from trustui.api.operations import JSON, Operation
from trustui.api.problems import Kind, Refused, handle, not_allowed, not_found
from trustui.api.questions import Body, Query, read_body, read_query
from trustui.api.schema import Schema
from trustui.api.signing_in import BrowserAuthentication, TokenAuthentication
from trustui.events.services import PERSON
from trustui.pages.moment import Moment, moment_of
from trustui.pages.viewer import Viewer, viewer_of
from trustui.pages.visible_json import visible_json

Q = TypeVar("Q", bound=Query)
B = TypeVar("B", bound=Body | None)
_FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})


@dataclass(frozen=True)
class Ask(Generic[Q, B]):
    """A request that was understood."""

    request: HttpRequest
    user: User
    token: ApiToken | None
    viewer: Viewer
    moment: Moment
    query: Q
    read: Callable[[], B]

    @cached_property
    def body(self) -> B:
        """What was posted; None where nothing can be. Raises Refused.

        Read once somebody may act on what the address names: others learn nothing from mistakes.
        """
        return self.read()

    @property
    def actor(self) -> str:
        """As events name whoever acts."""
        return f"{PERSON}{self.viewer.name}"

    @property
    def may_act(self) -> bool:
        """Whether whoever asks by a token gave it more than reading."""
        return self.token is None or self.token.scope == Scope.ACT

    def must(self, act: Act, team_id: int) -> None:
        """Raise 404 for what is not this person's, 403 for what this person may not do."""
        if team_id not in self.viewer.roles:
            raise not_found()
        if not self.viewer.may(act, team_id):
            raise not_allowed(act)


class AlwaysJson(BaseContentNegotiation):  # type: ignore[misc]  # the framework has no types
    """There is one form; whatever is accepted, it is sent (RFC 9110 §12.1)."""

    def select_renderer(
        self, request: Request, renderers: list[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """The only one."""
        del request, format_suffix
        return renderers[0], JSON


class Endpoint(APIView):  # type: ignore[misc]  # as above
    """A route; `endpoint` makes a class of its own of each."""

    operations: ClassVar[Mapping[str, Operation]] = {}
    tag: ClassVar[str] = ""
    authentication_classes = (TokenAuthentication, BrowserAuthentication)
    permission_classes = ()
    renderer_classes = (JSONRenderer,)
    parser_classes = ()
    content_negotiation_class = AlwaysJson
    http_method_names = ("get", "head", "post")
    schema = Schema()

    def get_exception_handler(self) -> Callable[..., HttpResponse | None]:
        """Problems."""
        return handle

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nobody gets further without an account."""
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise NotAuthenticated("Send a token: Authorization: Bearer tui_…")

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Answers are one person's."""
        del request, args, kwargs
        patch_vary_headers(response, ("Authorization", "Cookie"))
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def endpoint(
    address: str, name: str, tag: str, get: Operation, post: Operation | None = None
) -> URLPattern:
    """The route of these operations."""
    operations = {"get": get} if post is None else {"get": get, "post": post}
    methods = {method: _method(one) for method, one in operations.items()}
    kind: Any = type("Endpoint", (Endpoint,), {"operations": operations, "tag": tag, **methods})
    needs = Needs(get.need, None if post is None else post.need)
    route: URLPattern = path(address, declare(kind.as_view(), needs), name=name)
    return route


def _method(operation: Operation) -> Callable[..., HttpResponse]:
    def answer(_self: Endpoint, request: Request, **where: Any) -> HttpResponse:
        ask = _understood(operation, request)
        found = operation.answer(ask, **where)
        if found is None:
            raise not_found()
        return _told(operation, ask, found)

    answer.__doc__ = operation.answer.__doc__
    return answer


def _understood(operation: Operation, request: Request) -> Ask[Any, Any]:
    plain: HttpRequest = request._request  # noqa: SLF001  Django's own, which pages read too
    viewer = viewer_of(request.user)
    need = operation.need
    if need is not Whom.PERSON and need is not Act.SEE and not viewer.may_anywhere(Act(need)):
        raise not_allowed(Act(need))
    if operation.is_act and request.auth is not None and request.auth.scope != Scope.ACT:
        raise Refused(Kind.TOKEN_SCOPE, "This token may read, not act.")
    query = read_query(operation.query, plain.GET)
    moment = moment_of(getattr(query, "at", ""), getattr(query, "valid_at", ""), datetime.now(UTC))
    if operation.is_act and not moment.is_now:
        raise Refused(Kind.PAST, "Leave out `at` and `valid_at`.")

    def read() -> Body | None:
        kind = operation.body
        if kind is None:
            return None
        return read_body(kind, plain.content_type or "", _sent(plain))

    return Ask(plain, request.user, request.auth, viewer, moment, query, read)


def _sent(request: HttpRequest) -> bytes:
    """The body; of a form, which the CSRF check has read already, only whether there is one."""
    if request.content_type in _FORMS:
        return b"a form" if request.META.get("CONTENT_LENGTH", "") not in {"", "0"} else b""
    return request.body


def _told(operation: Operation, ask: Ask[Any, Any], found: object) -> HttpResponse:
    body = found if isinstance(found, bytes) else visible_json(found)
    answer = HttpResponse(body, status=operation.status, content_type=operation.media_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    after = getattr(found, "after", None)
    if after and "after" in operation.query.__struct_fields__:
        pairs = {**ask.request.GET.dict(), "after": after}
        answer.headers["Link"] = f'<{ask.request.path}?{urlencode(pairs)}>; rel="next"'
    if operation.body is not None:
        return answer
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    checked = get_conditional_response(ask.request, etag=etag, response=answer)
    assert isinstance(checked, HttpResponse)
    return checked
