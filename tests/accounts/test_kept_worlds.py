"""What `tests/simulators/kept.py` puts back is what was made."""

import pytest
from django.db import connection, transaction

from tests.simulators.append_only import filled_tables
from tests.simulators.kept import kept
from tests.simulators.people import new_user
from tests.simulators.watched import START
from trustui.accounts.models import Role, Team, User

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in filled_tables():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  our own names
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def mira() -> User:
    return new_user("mira", Team.objects.create(name="Platform", created_at=START), Role.VIEWER)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="elsewhere each test makes its own")
def test_a_world_is_put_back_as_it_was_made() -> None:
    found = []
    for _ in range(2):
        with transaction.atomic():
            user = kept("a user", mira)
            found.append((everything(), user.username, user.memberships.get().role))
            user.username = "changed by a test"
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert len(found[0][0]) == 3


def test_where_rows_stand_already_it_is_made_beside_them() -> None:
    new_user("otto")
    kept("a user", mira)
    assert set(User.objects.values_list("username", flat=True)) == {"mira", "otto"}
