"""The import contracts of pyproject.toml hold, and each of them catches a violation."""

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
        "a top-level package that has no place in the layers",
        "shortcuts/__init__.py",
        "",
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


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: violation.named)
def test_a_violation_is_caught(violation: Violation, tmp_path: Path) -> None:
    project = copy_of_the_package(tmp_path)
    for addition in violation.also:
        module, _, text = addition.partition("=")
        add_module(project, module, text)
    add_module(project, violation.module, violation.text)

    report = lint_imports(project)

    assert report.returncode == 1, report.stdout
    assert violation.contract in broken(report.stdout)


def test_every_contract_has_a_violation_that_it_catches() -> None:
    report = lint_imports(PROJECT)
    kept = {
        line.removesuffix(" KEPT").strip()
        for line in report.stdout.splitlines()
        if line.endswith(" KEPT")
    }
    assert kept == {violation.contract for violation in VIOLATIONS}


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
