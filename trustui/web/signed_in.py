"""Who is signed in: the two questions of every page, by statements that are written once.

Django writes them anew for each request, which takes longer than their answers do. What is found,
and when nothing is, stays Django's.
"""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from trustui.accounts.models import User
from trustui.pages.kept_models import KeptModels


def _of_key(
    _viewer: None, _moment: object, _chosen: None, key: str, now: object
) -> "QuerySet[Session]":
    return Session.objects.filter(session_key=key, expire_date__gt=now)


def _of_id(_viewer: None, _moment: object, _chosen: None, user_id: int) -> "QuerySet[User]":
    return User.objects.filter(pk=user_id)


_sessions = KeptModels(_of_key, Session)
_users = KeptModels(_of_id, User)


class SessionStore(db.SessionStore):
    """Sessions in the database; `SESSION_ENGINE` names this module."""

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        # A cookie may hold what no database takes as text, such as the character 0.
        found = _sessions.first(about=(key, timezone.now())) if key.isalnum() else None
        if found is None:
            self._session_key = None
        return found


class Accounts(AuthenticationBackend):  # type: ignore[misc]
    """Accounts by name and password, as django-allauth checks them."""

    def get_user(self, user_id: int) -> User | None:
        """The account of a session, unless it is locked."""
        found = _users.first(about=(user_id,))
        return found if found is not None and self.user_can_authenticate(found) else None
