"""The server's verbs, run on the test's own database, and a place that they can be told about."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from tests.simulators.append_only import emptying
from tests.simulators.command_line import Trustui, command_line
from tests.simulators.served_folder import ServedFolder, served_folder
from trustui.inventory.crawl_job import CrawlJob
from trustui.pipeline import KINDS


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied() -> Iterator[None]:
    yield from emptying()


@pytest.fixture
def trustui(capsys: pytest.CaptureFixture[str]) -> Trustui:
    return command_line(capsys)


@pytest.fixture
def place(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> ServedFolder:
    """A vendor's repository below a folder that the settings name as a local root."""
    roots = (tmp_path / "mirrors",)
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=roots)
    (crawls,) = [kind for kind in KINDS if isinstance(kind, CrawlJob)]
    monkeypatch.setattr(crawls, "local_roots", roots)
    return served_folder(tmp_path / "mirrors" / "vendor")
