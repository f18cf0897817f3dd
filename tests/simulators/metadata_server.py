"""Files in memory over HTTP on the loopback address, for clients that are no Python programs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def serving(files: Mapping[str, bytes], unavailable: frozenset[str]) -> Iterator[str]:
    """Serve files by their exact request path, 500 for `unavailable` and 404 for all others.

    Gives the address, without a slash at its end.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet an answer: else each waits 40 ms for the acknowledgement of its headers.
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            body = files.get(self.path, b"")
            status = 500 if self.path in unavailable else 200 if self.path in files else 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Requests are no news."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
