"""When a session ends by itself: twelve hours after it began, or an hour after its last request."""

from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

BEGAN = "began_at"
SEEN = "seen_at"
_NOTED_EVERY = 60
"""Seconds; a session is not written at each request."""


class SessionEndMiddleware:
    """Signs people out whose session is over; its place is behind AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """End the session or note that it goes on."""
        # Without a session of its own the request is not asked who it is: probes need no database.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = datetime.now(UTC).timestamp()
            if is_over(request.session, now):
                logout(request)
            else:
                note(request.session, now)
        return self._get_response(request)


def is_over(session: MutableMapping[str, Any], now: float) -> bool:
    """Whether a session has lasted or rested too long. `now` is in seconds, as stored."""
    began, seen = session.get(BEGAN, now), session.get(SEEN, now)
    has_lasted = now - began >= settings.SESSION_COOKIE_AGE
    return bool(has_lasted or now - seen >= settings.SESSION_IDLE_SECONDS)


def note(session: MutableMapping[str, Any], now: float) -> None:
    """Write down when it began, and, once a minute, that it is in use."""
    if BEGAN not in session:
        session[BEGAN] = now
    if now - session.get(SEEN, 0) >= _NOTED_EVERY:
        session[SEEN] = now
