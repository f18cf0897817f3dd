"""What every view needs to know of a request: who asks, for which instants, for a page or a part.

`page` and `public` also hold what a route needs, method by method. Each route of the project passes
through one of them (a system check refuses others), and tests/web/test_permission_matrix.py asks
every route as every kind of person.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeAlias, cast, overload

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRefresh

from trustui.accounts.needs import Need, Needs, Whom, declare
from trustui.accounts.permissions import CHANGES_TRUST, Act
from trustui.pages.moment import Moment, MomentError, moment_of
from trustui.pages.viewer import Viewer, viewer_of

P = ParamSpec("P")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Asking(HttpRequest):
    """A request after `page` has looked at it."""

    viewer: Viewer
    moment: Moment


Route: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]
"""What `urls` takes."""
View: TypeAlias = Callable[Concatenate[Asking, P], HttpResponse]


def public(
    get: Callable[Concatenate[HttpRequest, P], HttpResponse], *, posts: bool = False
) -> Route[P]:
    """A route that needs no account: probes, signing in."""

    @wraps(get)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method not in SAFE and not posts:
            return HttpResponseNotAllowed(sorted(SAFE))
        return get(request, *args, **kwargs)

    return cast("Route[P]", declare(answer, Needs(Whom.ANYONE, Whom.ANYONE if posts else None)))


@overload
def page(view: View[P]) -> Route[P]: ...
@overload
def page(
    *, get: Need = Act.SEE, post: Need | None = None, is_fresh: bool = False
) -> Callable[[View[P]], Route[P]]: ...


def page(
    view: View[P] | None = None,
    *,
    get: Need = Act.SEE,
    post: Need | None = None,
    is_fresh: bool = False,
) -> Route[P] | Callable[[View[P]], Route[P]]:
    """For people who signed in; sets `request.viewer` and `request.moment`.

    `get` and `post` are what the methods need: an act, which has to be allowed in some team (the
    view asks `must` about the team in question), or `Whom.PERSON`. Without `post` nothing can be
    posted. An act that changes trust asks for the password again, as `is_fresh` does.
    An instant that cannot be looked at is a 400 that says why; in the past nothing is done (409).
    """
    needs = Needs(get, post, is_fresh or post in CHANGES_TRUST)

    def decorate(inner: View[P]) -> Route[P]:
        @wraps(inner)
        def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            asking = cast("Asking", request)  # it becomes one here
            asking.viewer = viewer_of(request.user)
            refused = _set_moment(asking) or _refused(asking, needs)
            return refused or inner(asking, *args, **kwargs)

        return cast("Route[P]", declare(answer, needs))

    return decorate if view is None else decorate(view)


def must(request: Asking, act: Act, team_id: int) -> None:
    """Raise 404 for what is not this person's, 403 for what this person may not do."""
    if team_id not in request.viewer.roles:
        raise Http404
    if not request.viewer.may(act, team_id):
        raise NotAllowed(act, team_id)
    if act in CHANGES_TRUST and request.method not in SAFE:
        must_be_fresh(request)


def must_be_fresh(request: HttpRequest) -> None:
    """Ask for the password again before acts that change trust, then go on with what was posted.

    Files do not survive that: a form with a file asks when it is shown.
    """
    records = get_authentication_records(request, request.user)
    if records and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        return
    if not get_reauthentication_flows(request.user):
        raise SignInAgain
    raise ReauthenticationRequired


class NotAllowed(Exception):  # noqa: N818  it is shown to a person
    """The page of a permission that is missing: which one, and where."""

    def __init__(self, act: Act, team_id: int | None) -> None:
        super().__init__(act)
        self.act = act
        self.team_id = team_id


class SignInAgain(Exception):  # noqa: N818  it is answered with a page
    """Only signing in anew proves that it is still the same person: the provider keeps the password."""


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page instead of the page.

    Going back in the browser's history is asked for by htmx too, and needs the page.
    """
    headers = request.headers
    if "true" in (headers.get("HX-Boosted"), headers.get("HX-History-Restore-Request")):
        return False
    return headers.get("HX-Request") == "true"


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """End this session and come back to where the person was."""
    back = request.get_full_path() if request.method in SAFE else request.path
    logout(request)
    return redirect_to_login(back, settings.LOGIN_URL)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if wants_part(request):
        return HttpResponseClientRefresh()  # the whole page is sent to the sign-in page then
    back = request.get_full_path() if request.method in SAFE else request.path
    return redirect_to_login(back, settings.LOGIN_URL)


def _set_moment(request: Asking) -> HttpResponse | None:
    now = datetime.now(UTC)
    request.moment = moment_of(None, None, now)
    try:
        request.moment = moment_of(request.GET.get("at"), request.GET.get("valid_at"), now)
    except MomentError as error:
        return render(request, "errors/400.html", {"because": str(error)}, status=400)
    return None


def _refused(request: Asking, needs: Needs) -> HttpResponse | None:
    """What the declaration alone decides; raises NotAllowed."""
    if request.method in SAFE:
        need = needs.get
    elif request.method != "POST" or needs.post is None:
        return HttpResponseNotAllowed(
            ["GET", "HEAD"] if needs.post is None else ["GET", "HEAD", "POST"]
        )
    else:
        need = needs.post
    # Everybody may look: what there is to see is decided team by team, and may be nothing.
    if isinstance(need, Act) and need != Act.SEE and not request.viewer.may_anywhere(need):
        raise NotAllowed(need, None)
    if request.method in SAFE:
        return None
    if not request.moment.is_now:
        return render(request, "errors/409.html", status=409)
    if needs.is_fresh:
        must_be_fresh(request)
    return None
