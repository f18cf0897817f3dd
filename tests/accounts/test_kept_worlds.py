"""What `tests/simulators/kept.py` puts back is what was made."""

import pytest
from django.core.management.color import no_style
from django.db import connection, transaction

from tests.simulators.append_only import filled_tables
from tests.simulators.kept import kept
from tests.simulators.people import new_user
from tests.simulators.watched import START
from trustui.accounts.models import Role, Team, User

pytestmark = pytest.mark.django_db

_OF_USERS = [{"table": User._meta.db_table, "column": "id"}]


def everything() -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in filled_tables():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  our own names
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def mira() -> User:
    return new_user("mira", Team.objects.create(name="Platform", created_at=START), Role.VIEWER)


def test_a_world_is_put_back_as_it_was_made() -> None:
    found = []
    for _ in range(2):
        with transaction.atomic():
            user = kept("a user", mira)
            found.append((everything(), user.username, user.memberships.get().role))
            new_user("otto")
            user.username = "changed by a test"
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert len(found[0][0]) == 3


def test_where_rows_stand_already_it_is_made_beside_them() -> None:
    new_user("otto")
    kept("a user", mira)
    assert set(User.objects.values_list("username", flat=True)) == {"mira", "otto"}


def test_where_ids_begin_again_nothing_is_put_back() -> None:
    made = []

    def otto() -> User:
        made.append("otto")
        return new_user("otto")

    for _ in range(2):
        with transaction.atomic():
            kept("another user", otto)
            transaction.set_rollback(True)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_by_name_sql(no_style(), _OF_USERS):
            cursor.execute(statement)
    kept("another user", otto)
    assert made == ["otto", "otto"]
