"""The wheel is whole: installed alone, without a network, it verifies, explains and starts fast."""

import json
import resource
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

import trustui
from trustui.demo.publisher import Publisher

PROJECT = Path(__file__).resolve().parent.parent.parent

START_UP_SECONDS = 0.35
"""CPU time of one `verify` of a small repository, interpreter and all."""

NOT_FOR_THE_COMMAND_LINE = ["django", "rest_framework", "celery", "redis"]


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it; what the wheel needs is lent by our own."""

    python: Path
    trustui: Path

    def run(
        self, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, *self.options_of(environment), self.trustui, *arguments],
            cwd=cwd,
            env={"PATH": "/usr/bin:/bin", **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @staticmethod
    def options_of(environment: Mapping[str, str] | None) -> list[str]:
        """With a PYTHONPATH to watch, every import is reported on standard error."""
        return ["-X", "importtime"] if environment else []


@dataclass(frozen=True)
class SmallRepository:
    location: Path
    root: Path

    def verify(self) -> list[str]:
        at = "2026-06-02T00:00:00Z"
        return ["verify", "tuf", f"{self.location}", "--root", f"{self.root}", "--at", at, "--json"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    destination = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", destination],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    (built,) = destination.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--quiet"]
    subprocess.run([*pip, "install", "--no-index", "--no-deps", str(wheel)], check=True)
    lend_our_packages(home)
    return Installed(python, home / "bin" / "trustui")


def lend_our_packages(home: Path) -> None:
    """Put our packages behind its own; a .pth line adds a folder, but not that folder's .pth."""
    (own,) = home.glob("lib/python*/site-packages")
    (own / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SmallRepository:
    publisher = Publisher(seed="packaging", start=datetime(2026, 6, 1, tzinfo=UTC))
    publisher.add_target("targets", "a/x.bin", b"x")
    publisher.publish()
    location = tmp_path_factory.mktemp("repository")
    for name, body in publisher.metadata.items():
        (location / name).write_bytes(body)
    root = tmp_path_factory.mktemp("pinned") / "root.json"
    root.write_bytes(publisher.document("root", 1))
    return SmallRepository(location, root)


def test_the_wheel_holds_the_package_its_types_and_its_texts(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "trustui/py.typed" in names
    assert "trustui/docs/formats/tuf.md" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"trustui", f"trustui-{trustui.__version__}.dist-info"}


def test_the_wheel_holds_every_module(wheel: Path) -> None:
    modules = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "trustui").rglob("*.py")}
    assert modules <= set(zipfile.ZipFile(wheel).namelist())


def test_it_runs_from_the_wheel_and_not_from_the_checkout(
    installed: Installed, tmp_path: Path
) -> None:
    where = subprocess.run(
        [installed.python, "-c", "import trustui; print(trustui.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(installed.python.parent.parent)


def test_it_tells_its_version(installed: Installed, tmp_path: Path) -> None:
    told = installed.run("--version", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert trustui.__version__ in told.stdout


def test_it_explains_a_check_from_the_packaged_text(installed: Installed, tmp_path: Path) -> None:
    explained = installed.run("explain", "tuf.timestamp.freeze.expired", cwd=tmp_path)
    assert explained.returncode == 0, explained.stderr
    assert "tuf.timestamp.freeze.expired" in explained.stdout
    assert "5.4.4" in explained.stdout


def test_it_verifies_a_small_repository(
    installed: Installed, repository: SmallRepository, tmp_path: Path
) -> None:
    verified = installed.run(*repository.verify(), cwd=tmp_path)
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)["outcome"] == "passed"


def test_verifying_imports_no_web_framework(
    installed: Installed, repository: SmallRepository, tmp_path: Path
) -> None:
    """Importable stand-ins are laid out, so that even a guarded import would be seen."""
    for name in NOT_FOR_THE_COMMAND_LINE:
        (tmp_path / f"{name}.py").touch()
    watched = installed.run(
        *repository.verify(), cwd=tmp_path, environment={"PYTHONPATH": str(tmp_path)}
    )
    assert watched.returncode == 0, watched.stderr
    imported = {line.rpartition("|")[2].strip() for line in watched.stderr.splitlines()}
    assert "trustui.core" in imported
    assert imported.isdisjoint(NOT_FOR_THE_COMMAND_LINE)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["explain", "tuf.root.anchor"]])
def test_the_base_install_needs_no_web_framework(
    installed: Installed, tmp_path: Path, arguments: list[str]
) -> None:
    for name in NOT_FOR_THE_COMMAND_LINE:
        (tmp_path / f"{name}.py").touch()
    watched = installed.run(*arguments, cwd=tmp_path, environment={"PYTHONPATH": str(tmp_path)})
    assert watched.returncode == 0, watched.stderr
    imported = {line.rpartition("|")[2].strip() for line in watched.stderr.splitlines()}
    assert imported.isdisjoint(NOT_FOR_THE_COMMAND_LINE)


@pytest.mark.servers
def test_the_server_runs_from_the_wheel(installed: Installed, tmp_path: Path) -> None:
    environment = {"TRUSTUI_DATA": str(tmp_path / "data")}
    migrated = installed.run("migrate", "--json", cwd=tmp_path, environment=environment)
    assert migrated.returncode == 0, migrated.stderr
    assert "inventory.0001_initial" in json.loads(migrated.stdout)["applied"]
    status = installed.run("status", cwd=tmp_path, environment=environment)
    assert (status.returncode, status.stdout.splitlines()[0]) == (0, "sources: none")


def test_what_the_server_needs_is_an_extra(wheel: Path) -> None:
    metadata = (
        zipfile.ZipFile(wheel).read(f"trustui-{trustui.__version__}.dist-info/METADATA").decode()
    )
    needs = [line for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
    base = {line.split()[1].partition(">")[0] for line in needs if "extra ==" not in line}
    assert base == {"asn1crypto", "cryptography", "dulwich", "msgspec", "pycurl"}
    assert any(line.startswith("Requires-Dist: django<") for line in needs)


@pytest.mark.servers
def test_verifying_starts_fast(
    installed: Installed, repository: SmallRepository, tmp_path: Path
) -> None:
    installed.run(*repository.verify(), cwd=tmp_path)  # the first run compiles
    measured = [cpu_of_one_run(installed, repository, tmp_path) for _ in range(5)]
    assert median(measured) < START_UP_SECONDS, measured


def cpu_of_one_run(installed: Installed, repository: SmallRepository, cwd: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    verified = installed.run(*repository.verify(), cwd=cwd)
    assert verified.returncode == 0, verified.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
