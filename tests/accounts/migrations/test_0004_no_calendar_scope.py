"""API tokens for calendars, which opened nothing, end with their scope."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from tests.simulators.people import new_user
from trustui.accounts.models import ApiToken, Role, Scope, Team
from trustui.accounts.tokens import make_token

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_tokens_that_opened_nothing_end_and_no_others() -> None:
    team = Team.objects.create(name="Platform", created_at=NOW)
    owner = new_user("mira", team, Role.VIEWER)
    for name in ("reads", "calendars"):
        make_token(
            owner=owner, name=name, scope=Scope.READ, expires_at=NOW + timedelta(days=7), now=NOW
        )
    ApiToken.objects.filter(name="calendars").update(scope="calendar")
    migration = import_module("trustui.accounts.migrations.0004_no_calendar_scope")
    migration.end_calendar_tokens(apps, connection.schema_editor())
    assert [one.name for one in ApiToken.objects.all()] == ["reads"]
