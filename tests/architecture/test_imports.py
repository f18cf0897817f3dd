"""The import contracts of pyproject.toml hold, and each of them catches a violation."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
RUFF = Path(sys.executable).with_name("ruff")


@dataclass(frozen=True)
class Violation:
    """A module that must not be: where, what it says, and the contract that forbids it."""

    named: str
    module: str
    text: str
    contract: str
    also: tuple[str, ...] = ()
    """Further modules to add, empty, so that the violation has something to violate."""


VIOLATIONS = [
    Violation(
        "the core imports the crawler",
        "core/primitives/bad.py",
        "import trustui.crawl.fetch",
        "Imports point down",
    ),
    Violation(
        "the crawler imports the command line",
        "crawl/bad.py",
        "import trustui.cli",
        "Imports point down",
    ),
    Violation(
        "the event log knows what it tells of",
        "events/bad.py",
        "import trustui.inventory.models",
        "Imports point down",
    ),
    Violation(
        "a job is run by whoever serves pages",
        "web/bad.py",
        "import trustui.operate.worker",
        "Imports point down",
    ),
    Violation("the core opens sockets", "core/bad.py", "import socket", "The core is pure"),
    Violation("the core reads files", "core/bad.py", "import pathlib", "The core is pure"),
    Violation("the core knows a database", "core/bad.py", "import django", "The core is pure"),
    Violation(
        "a verb of the command line fetches by itself",
        "cli/bad.py",
        "import pycurl",
        "Only the door opens connections",
    ),
    Violation(
        "a source fetches by itself",
        "crawl/sources/bad/__init__.py",
        "import http.client",
        "Only the door opens connections",
    ),
    Violation(
        "the crawler knows a database",
        "crawl/bad.py",
        "import django.conf",
        "Crawling and the command line know no database",
    ),
    Violation(
        "the command line knows the server",
        "cli/bad.py",
        "import trustui.operate.start",
        "Crawling and the command line know no database",
    ),
    Violation(
        "one format imports another",
        "core/formats/bad/__init__.py",
        "import trustui.core.formats.tuf",
        "Formats do not know one another",
    ),
    Violation(
        "one source imports another",
        "crawl/sources/bad/__init__.py",
        "import trustui.crawl.sources.worse",
        "Sources do not know one another",
        also=("crawl/sources/worse/__init__.py",),
    ),
    Violation(
        "a primitive imports a format",
        "core/primitives/bad.py",
        "import trustui.core.formats.tuf",
        "Inside the core",
    ),
]

ALONE = [
    Violation(
        "a top-level package that has no place in the layers",
        "shortcuts/__init__.py",
        "",
        "Imports point down",
    ),
    Violation(
        "a module of the core that has no place in its layers",
        "core/shortcuts.py",
        "",
        "Inside the core",
    ),
    Violation(
        "two modules import each other",
        "cli/bad.py",
        "import trustui.cli.worse",
        "No cycles anywhere",
        also=("cli/worse.py=import trustui.cli.bad",),
    ),
]
"""What a contract says of these hides what it would say of others."""


def lint_imports(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def broken(report: str) -> set[str]:
    return {
        line.removesuffix(" BROKEN").strip()
        for line in report.splitlines()
        if line.endswith(" BROKEN")
    }


def copy_of_the_package(destination: Path) -> Path:
    shutil.copy(PROJECT / "pyproject.toml", destination)
    shutil.copytree(
        PROJECT / "trustui",
        destination / "trustui",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return destination


def add_module(project: Path, module: str, text: str) -> None:
    path = project / "trustui" / module
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def test_every_contract_is_kept() -> None:
    report = lint_imports(PROJECT)
    assert report.returncode == 0, report.stdout
    assert " 0 broken" in report.stdout


def section(report: str, contract: str) -> str:
    """What a report says about one broken contract."""
    heading = f"{contract}\n{'-' * len(contract)}\n"
    return report.partition(heading)[2].partition("\n---")[0]


@pytest.fixture(scope="module")
def report_of_all(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of a package that holds every violation, each in modules of its own."""
    project = copy_of_the_package(tmp_path_factory.mktemp("violated"))
    for number, one in enumerate(VIOLATIONS):
        add_violation(project, one, str(number))
    report = lint_imports(project)
    assert report.returncode == 1, report.stdout
    return report.stdout


def add_violation(project: Path, one: Violation, number: str = "") -> None:
    """Its modules, with a number to their names."""
    for addition in (f"{one.module}={one.text}", *one.also):
        module, _, text = addition.partition("=")
        add_module(project, numbered(module, number), numbered(text, number))


def numbered(text: str, number: str) -> str:
    return re.sub(r"\b(bad|worse)\b", rf"\g<1>{number}", text)


@pytest.mark.parametrize("number", range(len(VIOLATIONS)), ids=lambda n: VIOLATIONS[n].named)
def test_a_violation_is_caught(number: int, report_of_all: str) -> None:
    one = VIOLATIONS[number]
    path = numbered(one.module, str(number)).removesuffix(".py").removesuffix("/__init__")
    assert one.contract in broken(report_of_all)
    assert f"trustui.{path.replace('/', '.')}" in section(report_of_all, one.contract)


@pytest.mark.parametrize("one", ALONE, ids=lambda one: one.named)
def test_a_violation_that_hides_others_is_caught_alone(one: Violation, tmp_path: Path) -> None:
    project = copy_of_the_package(tmp_path)
    add_violation(project, one)
    report = lint_imports(project)
    assert report.returncode == 1, report.stdout
    assert one.contract in broken(report.stdout)


def test_every_contract_has_a_violation_that_it_catches() -> None:
    report = lint_imports(PROJECT)
    kept = {
        line.removesuffix(" KEPT").strip()
        for line in report.stdout.splitlines()
        if line.endswith(" KEPT")
    }
    assert kept == {violation.contract for violation in (*VIOLATIONS, *ALONE)}


@pytest.mark.parametrize(
    "call", ["datetime.datetime.now(datetime.UTC)", 'os.environ["HOME"]', "time.monotonic()"]
)
def test_the_clock_and_the_environment_are_banned_from_the_core_only(
    call: str, tmp_path: Path
) -> None:
    """Import contracts see modules, not their members; these are banned by ruff instead."""
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    module = call.partition(".")[0]
    for layer in ("core", "crawl"):
        path = tmp_path / "trustui" / layer / "bad.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"import {module}\n\nfound = {call}\n", encoding="utf-8")
    report = subprocess.run(
        [RUFF, "check", "--no-cache", "--select", "TID251", "--output-format", "concise", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "trustui/core/bad.py:3:" in report.stdout
    assert "trustui/crawl/bad.py" not in report.stdout
