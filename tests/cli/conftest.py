"""The command, and a repository that it can be asked about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators.command_line import Trustui, command_line
from tests.simulators.fault_server import FaultServer
from tests.simulators.written import Written, vendor, write_repository
from trustui.demo.publisher import Publisher


@pytest.fixture
def trustui(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Trustui:
    """On no terminal, 80 columns wide."""
    monkeypatch.delenv("COLUMNS", raising=False)
    return command_line(capsys)


@pytest.fixture
def repo() -> Publisher:
    return vendor()


@pytest.fixture
def place(repo: Publisher, tmp_path: Path) -> Written:
    """The vendor's repository on disk."""
    return write_repository(repo, tmp_path / "vendor")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running
