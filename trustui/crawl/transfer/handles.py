"""libcurl handles with every door shut that the product does not use."""

import ssl
from functools import cache
from pathlib import Path
from typing import Any

import pycurl

from trustui import __version__

NO_ADDRESSES = ["-none.invalid:1"]
"""For RESOLVE: forget a name that nobody ever asks for. pycurl passes over an empty list, and
what the last request set would stay."""
STOP = -1
"""What a libcurl callback returns to end the transfer."""
_USER_AGENT = f"trustui/{__version__}"
_QUICK_EXIT = 322
"""CURLOPT_QUICK_EXIT; pycurl has no name for it."""
_BUFFER_BYTES = 64 * 1024
_AUTHORIZATION = "Authorization:"
_NO_FIELDS = ["Accept: */*"]
"""pycurl passes over an empty list of header lines, too."""


class Handle:
    """A handle for one request after another. Between two of them it can do nothing.

    Options that are the same for both requests are not set again: each costs as much as a
    header line.
    """

    def __init__(self, ca_file: str | None) -> None:
        self.curl = curl = pycurl.Curl()
        self._options: dict[int, object] = {}
        self._method = "GET"
        curl.setopt(pycurl.USERAGENT, _USER_AGENT)
        curl.setopt(pycurl.HTTP_CONTENT_DECODING, 0)  # decoded by us, within caps
        curl.setopt(pycurl.BUFFERSIZE, _BUFFER_BYTES)
        _close_side_doors(curl)
        _set_trust(curl, ca_file)
        self.disarm()

    def set(self, option: int, value: object) -> None:
        if self._options.get(option) != value:
            self.curl.setopt(option, value)
            self._options[option] = value

    def ask_by(self, method: str, body: str | bytes) -> None:
        """GET, HEAD, or POST with a form or with bytes."""
        if method == self._method == "GET":
            return
        self.curl.setopt(pycurl.NOBODY, int(method == "HEAD"))
        if method == "POST":
            self.curl.setopt(pycurl.POSTFIELDS, body)
        elif method == "GET":
            self.curl.setopt(pycurl.HTTPGET, 1)
        self._method = method

    def arm(self, open_socket: Any, connected: Any, header: Any, write: Any) -> None:
        """With libcurl's callbacks of these names."""
        setopt = self.curl.setopt
        setopt(pycurl.OPENSOCKETFUNCTION, open_socket)
        setopt(pycurl.PREREQFUNCTION, connected)
        setopt(pycurl.HEADERFUNCTION, header)
        setopt(pycurl.WRITEFUNCTION, write)

    def disarm(self) -> None:
        """Let go of the last request: no socket, no byte, and nothing of it stays in memory."""
        self.arm(_no_socket, _no_request, _nothing, _nothing)
        if self._method == "POST":
            self.curl.setopt(pycurl.POSTFIELDS, "")
            self.ask_by("GET", "")
        headers = self._options.get(pycurl.HTTPHEADER)
        if isinstance(headers, list) and any(one.startswith(_AUTHORIZATION) for one in headers):
            self.set(pycurl.HTTPHEADER, _NO_FIELDS)


def milliseconds(seconds: float) -> int:
    """For libcurl's time limits, to which 0 would mean "none"."""
    return max(1, int(seconds * 1000))


def _close_side_doors(handle: Any) -> None:
    """Whatever libcurl would do unasked: other protocols, proxies, redirects, saved logins."""
    handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.HTTP09_ALLOWED, 0)
    handle.setopt(pycurl.FOLLOWLOCATION, 0)  # each hop is checked anew, by us
    handle.setopt(pycurl.PROXY, "")  # "" also switches the environment's proxies off
    handle.setopt(pycurl.NOPROXY, "*")
    handle.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
    handle.setopt(pycurl.PATH_AS_IS, 1)  # what was checked is what is sent
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(_QUICK_EXIT, 1)  # a deadline is not held back by a name server that hangs


def _set_trust(handle: Any, ca_file: str | None) -> None:
    """Certificates are checked against the system's authorities, or only those of ``ca_file``."""
    handle.setopt(pycurl.SSL_VERIFYPEER, 1)
    handle.setopt(pycurl.SSL_VERIFYHOST, 2)
    handle.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
    if ca_file is not None:
        handle.setopt(pycurl.CAINFO, ca_file)
        return
    for option, path in _system_authorities():
        handle.setopt(option, path)


@cache
def _system_authorities() -> list[tuple[int, str]]:
    """Where this system keeps them, which a libcurl from a wheel does not know."""
    system = ssl.get_default_verify_paths()
    places = [(pycurl.CAINFO, system.cafile), (pycurl.CAPATH, system.capath)]
    return [(option, path) for option, path in places if path and Path(path).exists()]


def _no_socket(_purpose: int, _peer: Any) -> Any:
    return pycurl.SOCKET_BAD


def _no_request(_peer: str, _ours: str, _peer_port: int, _our_port: int) -> int:
    return int(pycurl.PREREQFUNC_ABORT)


def _nothing(_data: bytes) -> int:
    return STOP
