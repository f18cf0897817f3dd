"""Many small TUF repositories on one HTTP server, which writes down what it sent."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

import msgspec

from trustui.core.primitives.digests import sha256
from trustui.demo.publisher import Publisher

TIMESTAMP = "timestamp.json"
_BETWEEN_CHANGES = 0.05


class Answer(msgspec.Struct, frozen=True):
    """One answer with a body. `at` is when its last byte was about to be sent, in seconds."""

    at: float
    source: str
    place: str
    sha256: str


def read_log(path: Path) -> list[Answer]:
    """What was sent whole, in the order of sending."""
    lines = path.read_bytes().splitlines()
    answers = [msgspec.json.decode(line, type=Answer) for line in lines]
    return sorted(answers, key=lambda answer: answer.at)


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients are killed here all the time."""


class Repositories:
    """Repositories `1` to `count`, each below its number; log in `folder/served`."""

    def __init__(self, count: int, folder: Path, seed: int) -> None:
        self.log = folder / "served"
        self.log.touch()
        self.delay = 0.0
        """Seconds that each answer waits."""
        self._chance = Random(seed)
        self._lock = threading.Lock()
        self._repos = {
            str(number): Publisher(f"{seed} {number}", datetime.now(UTC))
            for number in range(1, count + 1)
        }
        self._files: dict[str, dict[str, bytes]] = {}
        for name in self._repos:
            self._publish(name)
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def names(self) -> list[str]:
        return list(self._repos)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{name}/"

    def root(self, name: str) -> bytes:
        return self._repos[name].document("root", 1)

    def change(self, name: str) -> None:
        """Publish anew, or serve an older timestamp again, which the next change repairs."""
        repo, files = self._repos[name], self._files[name]
        if repo.version("timestamp") > 1 and self._chance.random() < 1 / 4:
            old = repo.document("timestamp", repo.version("timestamp") - 1)
            with self._lock:
                self._files[name] = {**files, TIMESTAMP: old}
            return
        if self._chance.random() < 1 / 2:
            version = repo.version("targets")
            repo.add_target("targets", f"app-{version}", b"%d" % version)
        self._publish(name)

    def renew(self, name: str) -> None:
        """Publish anew what stays as large as it was."""
        self._publish(name)

    def _publish(self, name: str) -> None:
        repo = self._repos[name]
        repo.publish(max(datetime.now(UTC), repo.now))
        with self._lock:
            self._files[name] = dict(repo.metadata)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Meanwhile one after the other changes, about twenty in a second."""
        end = threading.Event()

        def change() -> None:
            while not end.wait(_BETWEEN_CHANGES):
                self.change(self._chance.choice(self.names))

        thread = threading.Thread(target=change, daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def answer(self, source: str, place: str) -> bytes | None:
        """The file as it is now."""
        with self._lock:
            return self._files.get(source, {}).get(place)

    def note(self, answer: Answer) -> None:
        """It was sent whole."""
        with self._lock, self.log.open("ab") as log:
            log.write(msgspec.json.encode(answer) + b"\n")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        repositories = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                time.sleep(repositories.delay)
                _, source, place = self.path.split("/", 2)
                body = repositories.answer(source, place)
                if body is None:
                    self._send(404, b"")
                    return
                digest = sha256(body)
                if self.headers["If-None-Match"] == f'"{digest}"':
                    self._send(304, b"", digest)
                    return
                at = time.time()
                self._send(200, body, digest)
                repositories.note(Answer(at, source, place, digest))

            def _send(self, status: int, body: bytes, digest: str = "") -> None:
                self.send_response(status)
                if digest:
                    self.send_header("ETag", f'"{digest}"')
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Only what was sent whole is of interest."""

        return Handler
