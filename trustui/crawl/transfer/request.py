"""One request and its answer on one libcurl handle; a redirect or a retry is a new one."""

import ssl
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from socket import socket
from typing import Any

import msgspec
import pycurl

from trustui import __version__
from trustui.core.facts import ProblemKind
from trustui.crawl.addresses import AddressPolicy, Refusal, Target
from trustui.crawl.transfer.body import Body
from trustui.crawl.transfer.headers import Headers, shown
from trustui.crawl.transfer.limits import Fault, FetchLimits
from trustui.crawl.transfer.pace import Pace

OK = 200
STOP = -1
"""What a libcurl callback returns to end the transfer."""
_USER_AGENT = f"trustui/{__version__}"
_QUICK_EXIT = 322
"""CURLOPT_QUICK_EXIT; pycurl has no name for it."""
_SLACK_SECONDS = 1.0
"""libcurl's own deadline comes after ours, which knows its reason."""
_BUFFER_BYTES = 64 * 1024
_GZIP_OVERHEAD = 1024
"""Gzip may make a small or dense body a little longer (RFC 1951 §3.2.4)."""


class Terms(msgspec.Struct, frozen=True):
    """What all transfers of one `Fetch` share."""

    policy: AddressPolicy
    limits: FetchLimits
    ca_file: str | None


class Transfer:
    """Callbacks never raise, since libcurl could not say what went wrong: they note a fault."""

    def __init__(
        self,
        target: Target,
        terms: Terms,
        *,
        max_length: int,
        accept: str,
        deadline: float,
        addresses: Sequence[str] = (),
    ) -> None:
        now = time.monotonic()
        self.target = target
        self.headers = Headers(terms.limits)
        self.body: Body | None = None
        self.fault: Fault | None = None
        self.error = 0
        self.error_words = ""
        self._terms = terms
        self._max_length = max_length
        self._discarded = 0
        self._passed_over: Fault | None = None
        self._was_connected = False
        self._pace = Pace(terms.limits, now=now, deadline=deadline)
        self._sockets: list[socket] = []
        self.handle = self._new_handle(accept, max(deadline - now, 0.001), addresses)

    def is_too_slow(self) -> bool:
        """To be asked now and then; the reason is noted."""
        if self.fault is None:
            self.fault = self._pace.judge(time.monotonic())
        return self.fault is not None

    def finish(self, error: int, words: str) -> None:
        """Nothing more will come; the handle has left the loop."""
        self.error, self.error_words = error, words
        if not self._was_connected:
            self.fault = self.fault or self._passed_over
        elif not error and self.body is not None:
            self.fault = self.fault or self.body.end()
        self.handle.close()
        for one in self._sockets:
            one.close()

    def _new_handle(self, accept: str, seconds: float, addresses: Sequence[str]) -> Any:
        handle = pycurl.Curl()
        handle.setopt(pycurl.URL, self.target.url)
        handle.setopt(pycurl.USERAGENT, _USER_AGENT)
        # Credentials would be added here, for the one `Target.origin` they were given for.
        handle.setopt(pycurl.HTTPHEADER, [f"Accept: {accept}", "Accept-Encoding: gzip"])
        handle.setopt(pycurl.HTTP_CONTENT_DECODING, 0)  # decoded by us, within caps
        handle.setopt(pycurl.BUFFERSIZE, _BUFFER_BYTES)
        _close_side_doors(handle)
        _set_trust(handle, self._terms.ca_file)
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, _milliseconds(self._terms.limits.connect_seconds))
        handle.setopt(pycurl.TIMEOUT_MS, _milliseconds(seconds + _SLACK_SECONDS))
        if addresses:
            entry = f"{self.target.host}:{self.target.port}:{','.join(addresses)}"
            handle.setopt(pycurl.RESOLVE, [entry])
        handle.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        handle.setopt(pycurl.PREREQFUNCTION, self._connected)
        handle.setopt(pycurl.HEADERFUNCTION, self._header)
        handle.setopt(pycurl.WRITEFUNCTION, self._write)
        return handle

    def _open_socket(self, _purpose: int, peer: Any) -> Any:
        """libcurl is about to connect exactly this address: no later answer of a name server
        can put another in its place. After a refusal it asks about the next one it knows.
        """
        refusal = self._terms.policy.check_address(str(peer.addr[0]), self.target.host)
        if refusal is not None:
            self._passed_over = self._refused(refusal)
            return pycurl.SOCKET_BAD
        opened = socket(peer.family, peer.socktype, peer.protocol)
        # pycurl duplicates the descriptor after this call; ours is closed at the end.
        self._sockets.append(opened)
        return opened

    def _connected(self, peer: str, _ours: str, _peer_port: int, _our_port: int) -> int:
        """Before the request is sent; for a kept connection too, which asked for no socket."""
        self._was_connected = True
        self._pace.heard(time.monotonic())
        refusal = self._terms.policy.check_address(peer, self.target.host)
        if refusal is None:
            return int(pycurl.PREREQFUNC_OK)
        self.fault = self._refused(refusal)
        return int(pycurl.PREREQFUNC_ABORT)

    def _refused(self, refusal: Refusal) -> Fault:
        return Fault(ProblemKind.REFUSED, f"{self.target.host}: {refusal.because}")

    def _header(self, line: bytes) -> int:
        self._pace.heard(time.monotonic())
        was_complete = self.headers.complete
        self.fault = self.fault or self.headers.feed(line)
        if self.headers.complete and not was_complete and self.headers.status == OK:
            self.fault = self.fault or self._prepare_body()
        return STOP if self.fault else len(line)

    def _prepare_body(self) -> Fault | None:
        encodings = self.headers.encodings
        gzip = encodings in (["gzip"], ["x-gzip"])  # equivalent (RFC 9110 §8.4.1.3)
        if encodings and not gzip:
            because = f"encoded as {shown(', '.join(encodings))}; only gzip, once, is read"
            return Fault(ProblemKind.UNREADABLE, because)
        declared = self.headers.declared_length or 0
        if declared > self._max_length + (_GZIP_OVERHEAD if gzip else 0):
            because = f"{declared} bytes announced, {self._max_length} are allowed"
            return Fault(ProblemKind.TOO_LONG, because)
        self.body = Body(gzip=gzip, max_length=self._max_length, limits=self._terms.limits)
        return None

    def _write(self, data: bytes) -> int:
        self._pace.received(time.monotonic(), len(data))
        if self.body is None:
            self._discarded += len(data)
            return STOP if self._discarded > self._terms.limits.max_discarded else len(data)
        self.fault = self.fault or self.body.feed(data)
        return STOP if self.fault else len(data)


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


def _milliseconds(seconds: float) -> int:
    # 0 would mean "no limit" to libcurl.
    return max(1, int(seconds * 1000))
