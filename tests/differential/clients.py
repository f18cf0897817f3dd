"""The clients that are compared, each answering what it makes of every visit of a scenario."""

import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tuf.api.exceptions import DownloadHTTPError, DownloadLengthMismatchError
from tuf.ngclient.config import UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

from tests.differential.scenario import MAX_ROTATIONS, Scenario, Visit
from tests.simulators.tuf_places import Client, TufPlace, Verdict
from trustui.core.facts import ProblemKind
from trustui.core.limits import TufLimits
from trustui.core.trace import Outcome

TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")
_BASE = "https://repository.test/"


class Answer(NamedTuple):
    """What a client says at one visit."""

    refreshed: bool
    """Whether the top-level roles verified."""
    found: Mapping[str, str] | None
    """The hashes of the target, when it was found and everything up to it verified."""
    kept: Mapping[str, bytes]
    """The top-level documents that it trusts from now on."""

    @property
    def words(self) -> str:
        if self.refreshed:
            return "target found" if self.found is not None else "target not found"
        return "refused"


class Ours:
    """This project's verifier, with the state that it keeps."""

    def __init__(self, scenario: Scenario) -> None:
        self._path = scenario.path
        limits = TufLimits(max_root_rotations=MAX_ROTATIONS)
        self._client = Client(scenario.root, scenario.at, limits=limits)
        self._kept: dict[str, bytes] = {}

    def visit(self, visit: Visit) -> tuple[Answer, Verdict]:
        problems = dict.fromkeys(visit.unavailable, ProblemKind.UNREADABLE)
        verdict = self._client.verify(TufPlace(visit.files, problems), self._path)
        assert not [step for step in verdict.trace.steps if "itself broke" in step.because]
        groups = {group.id: group.outcome for group in verdict.trace.groups}
        refreshed = all(groups.get(name) is Outcome.PASSED for name in TOP_LEVEL)
        kept = verdict.repository.trusted
        self._kept |= {name: kept[name].body for name in TOP_LEVEL if name in kept}
        return Answer(refreshed, self._found(verdict), dict(self._kept)), verdict

    def _found(self, verdict: Verdict) -> Mapping[str, str] | None:
        if verdict.outcome is not Outcome.PASSED:
            return None
        (step,) = verdict.steps("tuf.target.found")
        metadata = verdict.repository.roles[step.found or ""]
        target = metadata.target(self._path)
        assert target is not None
        return target.hashes


class Memory(FetcherInterface):
    """python-tuf's door to a visit; no files in between."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    def _fetch(self, url: str) -> Iterator[bytes]:
        raise AssertionError(f"{url}: bytes are asked for by download_bytes alone")

    def download_bytes(self, url: str, max_length: int) -> bytes:
        name = urlsplit(url).path.removeprefix("/")
        if name in self._visit.unavailable:
            raise DownloadHTTPError(f"{name} cannot be had", 500)
        if name not in self._visit.files:
            raise DownloadHTTPError(f"{name} is not served", 404)
        body = self._visit.files[name]
        if len(body) > max_length:
            raise DownloadLengthMismatchError(f"{name} is longer than {max_length}")
        return body


class PythonTuf:
    """python-tuf's client; its state lives in a folder, its clock stands at an instant."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self._root = scenario.root
        self._at: datetime = scenario.at
        self._path = scenario.path
        self._folder = folder

    def visit(self, visit: Visit) -> tuple[Answer, str]:
        refreshed, found, error = False, None, ""
        try:
            # It warns of old names of key types; that is no part of its verdict.
            with warnings.catch_warnings(action="ignore"):
                client = self._open(visit)
                client.refresh()
                refreshed = True
                target = client.get_targetinfo(self._path)
            found = None if target is None else target.hashes
        except Exception as raised:  # noqa: BLE001  an oracle may break in any way
            error = deepest(raised)
        return Answer(refreshed, found, self._kept()), error

    def _open(self, visit: Visit) -> Updater:
        bootstrap = None if (self._folder / "root.json").exists() else self._root
        client = Updater(
            str(self._folder),
            _BASE,
            fetcher=Memory(visit),
            config=UpdaterConfig(max_root_rotations=MAX_ROTATIONS),
            bootstrap=bootstrap,
        )
        client._trusted_set.reference_time = self._at
        return client

    def _kept(self) -> dict[str, bytes]:
        paths = {name: self._folder / f"{name}.json" for name in TOP_LEVEL}
        return {name: path.read_bytes() for name, path in paths.items() if path.exists()}


def deepest(error: BaseException) -> str:
    """The words of the error that caused all others."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"
