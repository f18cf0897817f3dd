"""The pages of what cannot be answered: what is the matter, and the one thing to do."""

import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import WORDS
from trustui.core.primitives.text import visible
from trustui.pages.viewer import Viewer, viewer_of
from trustui.web.asking import Asking, NotAllowed

RETRY_AFTER = "15"
"""Seconds until a database that was restarted answers again."""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be understood. The exception's text is for the log, not for here."""
    del exception
    because = "The address or the form holds something that this page cannot read."
    return _in_frame(request, 400, {"because": because})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, also for what belongs to other teams: nobody learns that it exists."""
    del exception
    return _in_frame(request, 404, {"path": visible(request.path, 200)})


def not_allowed(request: HttpRequest, refused: NotAllowed) -> HttpResponse:
    """403: which permission is missing, where, and who can give it."""
    viewer = _viewer(request)
    role = viewer.roles.get(refused.team_id or 0)
    shown = {
        "permission": WORDS[refused.act],
        "team": viewer.team_names.get(refused.team_id or 0, ""),
        "role": "" if role is None else role.label,
    }
    return _in_frame(request, 403, shown)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 of the framework's own."""
    del exception
    return _in_frame(request, 403, {})


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without its token, or with one of another session (CSRF_FAILURE_VIEW)."""
    del reason
    return _in_frame(request, 403, {"is_form": True})


def too_many(request: HttpRequest) -> HttpResponse:
    """429: too many attempts from one address or for one account."""
    return _in_frame(request, 429, {})


def server_error(request: HttpRequest) -> HttpResponse:
    """500, and 503 where the database does not answer, which is asked for nothing more."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        answer = _plain(request, "The database does not answer", _AWAY, 503)
        answer.headers["Retry-After"] = RETRY_AFTER
        return answer
    return _plain(request, "Something went wrong here", _FAULT, 500)


_FAULT = (
    "This page could not be made. It is a fault of this program, it stands in its log, and nothing "
    "was changed half-way."
)
_AWAY = (
    "Nothing can be shown until it does. Crawling goes on by itself afterwards; nothing is lost."
)


def _viewer(request: HttpRequest) -> Viewer:
    found = getattr(request, "viewer", None)
    if isinstance(found, Viewer):
        return found
    user = getattr(request, "user", None)  # absent when an early middleware refused
    return Viewer("", 0, {}, {}) if user is None else viewer_of(user)


def _in_frame(request: HttpRequest, status: int, shown: Mapping[str, object]) -> HttpResponse:
    cast("Asking", request).viewer = _viewer(request)  # as `page` does
    return render(request, f"errors/{status}.html", shown, status=status)


def _plain(request: HttpRequest, title: str, because: str, status: int) -> HttpResponse:
    """Without rail, counts or session."""
    shown = {
        "title": title,
        "because": because,
        "status": status,
        "phrase": HTTPStatus(status).phrase,
    }
    return render(None, "errors/plain.html", {**shown, "path": request.path}, status=status)
