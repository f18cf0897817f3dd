"""python-tuf's client over files in memory, at an instant of our choice: the oracle."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

_BASE = "https://repository.test/"


class FilesInMemory(FetcherInterface):
    """Answers from a mapping of file names to bytes, 404 for anything else."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self.asked: list[str] = []

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = urlsplit(url).path.removeprefix("/")
        self.asked.append(name)
        if name not in self._files:
            raise DownloadHTTPError(f"{name} is not served", 404)
        yield self._files[name]


def python_tuf_client(
    files: Mapping[str, bytes],
    root: bytes,
    at: datetime,
    folder: Path,
    state: Mapping[str, bytes] | None = None,
) -> Updater:
    """A client that trusts `root` and lives at `at`; `state` is what it has cached before.

    `files` as `Publisher.files`. The client raises tuf's own errors, from here on.
    """
    (folder / "metadata").mkdir()
    (folder / "downloads").mkdir()
    for name, body in (state or {}).items():
        (folder / "metadata" / name).write_bytes(body)
    client = Updater(
        str(folder / "metadata"),
        _BASE,
        target_dir=str(folder / "downloads"),
        target_base_url=f"{_BASE}targets/",
        fetcher=FilesInMemory(files),
        bootstrap=root,
    )
    client._trusted_set.reference_time = at
    return client
