"""Who asks: whoever a token belongs to, or whoever signed in with this browser."""

from datetime import UTC, datetime

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from trustui.accounts.models import ApiToken, User
from trustui.accounts.tokens import token_of
from trustui.api.problems import SCHEME


class TokenAuthentication(BaseAuthentication):  # type: ignore[misc]  # the framework has no types
    """`Authorization: Bearer tui_…` (RFC 6750); the token is then `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """None where no token was sent. Raises AuthenticationFailed for one that opens nothing."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        token = token_of(text.strip(), datetime.now(UTC))
        if token is None:
            refused = AuthenticationFailed("The token opens nothing: expired, revoked or mistyped.")
            refused.challenge = f'{SCHEME} error="invalid_token"'
            raise refused
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """What makes a refusal a 401."""
        del request
        return SCHEME


class BrowserAuthentication(SessionAuthentication):  # type: ignore[misc]  # as above
    """The session of the pages; acts need its CSRF token in `X-CSRFToken`."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """None for a request without a session: then nobody's session is looked for."""
        user = request._request.user  # noqa: SLF001  as its parent
        if not isinstance(user, User) or not user.is_active:
            return None
        self.enforce_csrf(request._request)  # noqa: SLF001  whose form it reads
        return user, None
