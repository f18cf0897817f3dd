"""A server on 127.0.0.x that answers each path as a test tells it, well or badly.

One thread per connection; everything it sent or saw is counted. It knows no HTTP but what the
door needs: it reads a request's head and hands the bare socket to a behaviour.
"""

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Self


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    at: float
    """`time.monotonic()`."""
    method: str = "GET"
    body: bytes = b""


class Client:
    """The other end of one connection, for behaviours."""

    def __init__(self, server: "FaultServer", connection: socket.socket) -> None:
        self._server = server
        self._connection = connection

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def drip(self, data: bytes, pause: float) -> None:
        """One byte at a time."""
        for byte in data:
            self.send(bytes([byte]))
            self.wait(pause)

    def wait(self, seconds: float) -> None:
        """Do nothing, but not longer than the server lives."""
        if self._server.stopping.wait(seconds):
            raise ConnectionAbortedError

    def reset(self) -> None:
        """End with RST instead of FIN."""
        linger = struct.pack("ii", 1, 0)
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        raise ConnectionAbortedError


Behaviour = Callable[[Client], None]


class FaultServer:
    """Paths are served as `on` says; anything else is a 404. Closes everything at exit."""

    def __init__(
        self, address: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None
    ) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family, backlog=256)
        self._tls = tls
        self._behaviours: dict[str, list[Behaviour]] = {}
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.address = address
        self.port: int = self._listener.getsockname()[1]
        self.stopping = threading.Event()
        self._peers: set[object] = set()
        self._own = 0
        self.accepted = 0
        self.busy = 0
        self.busiest = 0
        self.requests: list[Request] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def on(self, path: str, *behaviours: Behaviour) -> str:
        """The n-th request gets the n-th behaviour, further ones the last. Returns the URL."""
        self._behaviours[path] = list(behaviours)
        return self.url(path)

    def otherwise(self, request: Request) -> Behaviour:
        """What a path that no test told about is answered with."""
        del request
        return answer(404)

    def url(self, path: str = "/") -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{self.address}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def connections(self) -> int:
        """How many there were before this call: ours is the next, and they are taken in order."""
        with socket.create_connection((self.address, self.port), timeout=5) as own:
            ours = own.getsockname()
            give_up = time.monotonic() + 5
            while ours not in self._peers and time.monotonic() < give_up:
                time.sleep(0.001)
        self._own += 1
        return self.accepted - self._own

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.accepted += 1
                self._peers.add(peer)
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                connection = self._tls.wrap_socket(plain, server_side=True)
            with connection.makefile("rb") as lines:
                while request := _read_head(lines):
                    self._answer(request, Client(self, connection))
        with self._lock:
            self._open.discard(plain)
        connection.close()
        plain.close()

    def _answer(self, request: Request, client: Client) -> None:
        with self._lock:
            self.requests.append(request)
            asked_before = self.paths().count(request.path) - 1
            told = self._behaviours.get(request.path) or [self.otherwise(request)]
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
        try:
            told[min(asked_before, len(told) - 1)](client)
        finally:
            with self._lock:
                self.busy -= 1


def _read_head(lines: IO[bytes]) -> Request | None:
    first = next(lines, b"").decode("latin-1").split()
    if len(first) < 2:
        return None
    headers = {}
    for line in lines:
        if not line.strip():
            break
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body = lines.read(int(headers.get("content-length", 0)))
    return Request(first[1], headers, time.monotonic(), first[0], body)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *, after: float = 0.0
) -> Behaviour:
    """A proper answer, ``after`` so many seconds."""

    def behave(client: Client) -> None:
        client.wait(after)
        client.send(head(status, {"Content-Length": str(len(body)), **(headers or {})}) + body)

    return behave


def redirect(location: str, status: int = 302) -> Behaviour:
    return answer(status, headers={"Location": location})


def raw(data: bytes) -> Behaviour:
    """Exactly these bytes, then the end of the connection."""

    def behave(client: Client) -> None:
        client.send(data)
        raise ConnectionAbortedError

    return behave


def silent(client: Client) -> None:
    client.wait(60)


def gzip_bomb(client: Client) -> None:
    """10 MB that inflate to 10 GB, if anybody reads on: one flushed block again and again."""
    client.send(head(200, {"Content-Encoding": "gzip", "Connection": "close"}))
    start, block = _gzip_start_and_block()
    client.send(start)
    for _ in range(10_000):
        client.send(block)


def _gzip_start_and_block() -> tuple[bytes, bytes]:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return gzip.compress(b"", mtime=0)[:10], block
