"""Who is what in a team."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from trustui.accounts.models import Membership, Role, Team, User

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.django_db
def test_a_person_has_one_role_in_a_team() -> None:
    alice = User.objects.create_user("alice")
    team = Team.objects.create(name="Delivery", created_at=NOW)
    Membership.objects.create(user=alice, team=team, role=Role.VIEWER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=alice, team=team, role=Role.ADMINISTRATOR)
