"""Serves revocation lists and OCSP answers to a client that asks over HTTP."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class _Handler(BaseHTTPRequestHandler):
    server: "_Http"

    def do_GET(self) -> None:
        """A responder is asked below its address, as RFC 6960 appendix A.1 says."""
        asked = f"{self.server.url}{self.path}"
        found = [body for url, body in self.server.answers.items() if asked.startswith(url)]
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(found[0]) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(found[0])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of the base
        """Say nothing."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class RevocationServer:
    """`answers` by address may grow while it serves; what is not there is not found."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self._http = _Http(self.answers)
        self.url = self._http.url
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
