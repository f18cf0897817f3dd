"""Health checks of containers."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import NginxServer, free_port
from trustui.operate.probe import FRESH_SECONDS, is_answering, is_fresh, main


def test_a_file_is_fresh_for_a_minute(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    file.touch()
    at = file.stat().st_mtime
    assert is_fresh(file, at)
    assert is_fresh(file, at + FRESH_SECONDS)
    assert not is_fresh(file, at + FRESH_SECONDS + 1)


def test_a_file_of_the_future_is_not_fresh(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    file.touch()
    assert not is_fresh(file, file.stat().st_mtime - FRESH_SECONDS - 1)


def test_a_file_that_is_not_there_is_not_fresh(tmp_path: Path) -> None:
    assert not is_fresh(tmp_path / "alive", 0)


def test_only_200_is_well(nginx_server: NginxServer) -> None:
    (nginx_server.root / "healthz").write_text("ok", encoding="utf-8")
    assert is_answering(f"{nginx_server.url}/healthz")
    assert not is_answering(f"{nginx_server.url}/absent")


def test_nobody_there_is_not_well() -> None:
    assert not is_answering(f"http://127.0.0.1:{free_port()}/healthz")


@pytest.mark.parametrize(("age", "status"), [(0, 0), (3600, 1)])
def test_the_exit_status_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float, status: int
) -> None:
    file = tmp_path / "alive"
    file.touch()
    then = time.time() - age
    os.utime(file, (then, then))
    monkeypatch.setattr(sys, "argv", ["probe", str(file)])
    assert main() == status


def test_it_wants_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["probe"])
    assert main() == 2


def test_it_asks_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["probe", f"http://127.0.0.1:{free_port()}/"])
    assert main() == 1


def test_it_imports_no_framework() -> None:
    script = "import sys, trustui.operate.probe; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert {"django", "celery"}.isdisjoint(done.stdout.split())
