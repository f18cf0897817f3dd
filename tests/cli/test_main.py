"""The command as a whole: its verbs, its exit statuses, and a reader that goes away."""

import argparse
import io
import os
import re
import subprocess
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from tests.simulators.command_line import Trustui
from tests.simulators.written import NOON_OF_DAY_3, Written
from trustui import __version__
from trustui.cli import explain
from trustui.cli.main import VERBS, main, parser
from trustui.cli.server import VERBS as SERVER_VERBS
from trustui.core.primitives.instants import write_instant

AT = write_instant(NOON_OF_DAY_3)
TOO_LATE = write_instant(NOON_OF_DAY_3 + timedelta(days=20))


def process(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "trustui.cli.main", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def test_a_repository_that_passes_ends_with_0(trustui: Trustui, place: Written) -> None:
    answer = trustui("verify", "tuf", place.metadata, "--root", place.root, "--at", AT)
    assert (answer.status, answer.err) == (0, "")


def test_a_repository_that_fails_ends_with_1(trustui: Trustui, place: Written) -> None:
    answer = trustui("verify", "tuf", place.metadata, "--root", place.root, "--at", TOO_LATE)
    assert (answer.status, answer.err) == (1, "")


def test_a_repository_without_an_anchor_ends_with_3(trustui: Trustui, place: Written) -> None:
    answer = trustui("verify", "tuf", place.metadata, "--at", AT)
    assert (answer.status, answer.err) == (3, "")


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "frobnicate",
        "verify",
        "verify tuf",
        "verify notary place",
        "verify tuf place --frobnicate",
        "verify tuf place --at yesterday",
        "verify tuf place --valid-at 2026-03-04",
        "verify tuf place --root root.json --trust-first-root",
        "verify tuf place --artifact file",
        "verify tuf place --artifact file --target a --target b",
        "verify tuf ftp://vendor.example/metadata",
        "verify tuf https://vendor.example --allow-address not/a/host",
        "explain tuf.no.such.check",
        "demo --directory",
        "demo --print --port 8000",
    ],
)
def test_arguments_that_cannot_be_understood_end_with_2(trustui: Trustui, arguments: str) -> None:
    answer = trustui(*arguments.split())
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.splitlines()[-1].startswith("trustui")


def test_the_version_is_the_package_s_own(trustui: Trustui) -> None:
    assert trustui("--version") == (0, f"trustui {__version__}\n", "")


def test_the_help_names_every_verb(trustui: Trustui) -> None:
    answer = trustui("--help")
    names = [*VERBS, *SERVER_VERBS]
    assert answer.status == 0
    assert [
        name for name in names if not re.search(rf"^    {name}\b", answer.out, re.MULTILINE)
    ] == []


def test_every_verb_has_something_to_run() -> None:
    assert parser().parse_args(["explain", "tuf.a"]).run is not None
    for verb in VERBS:
        assert callable(import_module(f"trustui.cli.{verb}").add_parser)


@pytest.mark.parametrize("form", ["--every-step", "--json"])
def test_a_reader_that_goes_away_is_no_traceback(place: Written, form: str) -> None:
    arguments = ("verify", "tuf", place.metadata, "--root", place.root, "--at", AT, form)
    with process(*arguments) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (1, "")


def test_after_a_reader_went_away_nothing_more_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_arguments: argparse.Namespace) -> int:
        print("too late")
        raise BrokenPipeError

    monkeypatch.setattr(explain, "run", gone)
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["explain", "tuf.a"]) == 1
    assert (tmp_path / "out").read_bytes() == b""


def test_it_prints_to_whatever_stands_for_standard_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["explain", "tuf.timestamp.freeze.expired"]) == 0
    assert out.getvalue().startswith("The timestamp")


def test_a_terminal_that_lacks_the_letters_gets_their_numbers(place: Written) -> None:
    arguments = ("verify", "tuf", place.metadata, "--root", place.root, "--at", AT)
    with process(*arguments, PYTHONIOENCODING="ascii") as running:
        out, err = running.communicate()
    assert (running.returncode, err) == (0, "")
    assert out.startswith(r"\u2713 Verified")
