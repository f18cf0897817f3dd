"""Headers that keep hostile names from doing anything in a browser (THREAT_MODEL.md)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from trustui.web.asking import NotAllowed, SignInAgain, sign_in_again
from trustui.web.errors import not_allowed

_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def policy() -> str:
    """The content security policy: no inline script or style, nothing from elsewhere."""
    return "; ".join(f"{name} {' '.join(given)}" for name, given in settings.SECURE_CSP.items())


class HeadersMiddleware:
    """Sets what Django 5.2 does not; a view that needs less (raw bytes) sets its own first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._headers = {"Content-Security-Policy": policy(), **_HEADERS}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that the answer does not have yet."""
        response = self._get_response(request)
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class RefusalMiddleware:
    """Turns what cannot be answered into a page that says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to add to answers that came about."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """403 with the act that is not allowed; the sign-in page where only it helps."""
        match error:
            case NotAllowed():
                return not_allowed(request, error)
            case SignInAgain():
                return sign_in_again(request)
            case _:
                return None
