"""A way to PostgreSQL that sometimes breaks between a COMMIT and its answer."""

import socket
import threading
from contextlib import suppress


class ForgetfulProxy:
    """Forwards everything; of every `each`th COMMIT the answer is lost and the connection too."""

    def __init__(self, host: str, port: int, each: int) -> None:
        self._target = (host, port)
        self._each = each
        self._commits = 0
        self._lock = threading.Lock()
        self.lost = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._open += [client, server]
            forgets = threading.Event()
            for source, sink, is_query in ((client, server, True), (server, client, False)):
                threading.Thread(
                    target=self._forward, args=(source, sink, forgets, is_query), daemon=True
                ).start()

    def _forward(
        self, source: socket.socket, sink: socket.socket, forgets: threading.Event, is_query: bool
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if is_query and b"COMMIT" in data and self._is_time():
                    forgets.set()
                if not is_query and forgets.is_set():
                    break  # the server has answered: it is committed
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _is_time(self) -> bool:
        with self._lock:
            self._commits += 1
            if self._commits % self._each:
                return False
            self.lost += 1
            return True
