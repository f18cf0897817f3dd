"""`trustui migrate`: an empty database gets its tables, also from several processes at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.servers import PostgresServer
from tests.simulators.command_line import Trustui
from tests.simulators.server_process import Installation
from trustui.operate.arguments import Failed
from trustui.operate.migrate import migrate_to


@pytest.mark.servers
def test_it_makes_the_tables_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    made = installation.run("migrate", "--json")
    applied = json.loads(made.stdout)["applied"]
    assert {"accounts.0001_initial", "events.0001_initial"} < set(applied)
    assert f"1 of {len(applied)}: " in made.stderr
    again = installation.run("migrate")
    assert (again.stdout, again.stderr) == ("the database is as this version wants it\n", "")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_several_at_once_make_the_tables_once(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    url = postgres_server.create_database("several_migrate")
    installation = Installation(tmp_path / "data", url)
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda _: installation.run("migrate", "--json"), range(3)))
    assert [one.returncode for one in ended] == [0, 0, 0], [one.stderr for one in ended]
    applied = [len(json.loads(one.stdout)["applied"]) for one in ended]
    assert sorted(applied)[:2] == [0, 0]


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_says_so(trustui: Trustui) -> None:
    assert trustui("migrate", "--json").json == {"applied": []}


@pytest.mark.django_db
def test_a_migration_that_this_version_does_not_have_is_named() -> None:
    with pytest.raises(Failed, match="0999_of_the_future"):
        migrate_to({"events": "0999_of_the_future"})
