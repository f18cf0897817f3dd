"""The verbs that need a database are handed over, by name and only when they are asked for."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.simulators.command_line import Trustui
from trustui.cli import server
from trustui.operate import start


def test_the_help_lists_every_verb_of_the_server(trustui: Trustui) -> None:
    answer = trustui("--help")
    assert answer.status == 0
    told = " ".join(answer.out.split())
    assert [verb for verb, purpose in server.VERBS.items() if f"{verb} {purpose}" not in told] == []


def test_the_help_loads_no_framework() -> None:
    code = (
        "import sys\n"
        "from trustui.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "found = {'django', 'celery', 'psycopg', 'redis', 'gunicorn'} & set(sys.modules)\n"
        "sys.exit(str(found) if found else 0)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_verb_is_handed_over_with_all_that_follows(
    trustui: Trustui, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Sequence[str]] = []

    def main(arguments: Sequence[str]) -> int:
        handed.append(arguments)
        return 7

    monkeypatch.setattr(start, "main", main)
    assert trustui("source", "list", "--json").status == 7
    assert handed == [["source", "list", "--json"]]


def test_the_base_install_says_what_is_missing(
    trustui: Trustui, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "find_spec", lambda _name: None)
    answer = trustui("migrate")
    assert answer.status == 2
    assert "expected the install trustui[server], found the base install" in answer.err


@pytest.mark.parametrize(
    ("arguments", "handed_over"),
    [
        ([], False),
        (["verify", "tuf"], False),
        (["status"], True),
        (["policy"], True),
        (["policy", "list"], True),
        (["policy", "lint", "policy.json"], False),
    ],
)
def test_acts_without_a_database_are_not_handed_over(
    arguments: list[str], handed_over: bool
) -> None:
    assert server.is_handed_over(arguments) is handed_over
