"""One request and its answer; a redirect or a retry is a new one."""

from collections.abc import Sequence
from socket import socket
from time import monotonic
from typing import Any

import msgspec
import pycurl

from trustui.core.facts import ProblemKind
from trustui.crawl.addresses import AddressPolicy, Refusal, Target
from trustui.crawl.transfer.body import Body
from trustui.crawl.transfer.handles import NO_ADDRESSES, STOP, Handle, milliseconds
from trustui.crawl.transfer.headers import Headers, shown
from trustui.crawl.transfer.limits import Fault, FetchLimits
from trustui.crawl.transfer.pace import Pace

OK = 200
_SLACK_SECONDS = 1.0
"""libcurl's own deadline comes after ours, which knows its reason."""
_KEPT_OF_REFUSAL = 16 * 1024
"""Bytes; an error as registries and token services write it has a few hundred."""
_GZIP_OVERHEAD = 1024
"""Gzip may make a small or dense body a little longer (RFC 1951 §3.2.4)."""


class Terms(msgspec.Struct, frozen=True, cache_hash=True):
    """What all requests share that may share connections.

    ``account`` tells apart whose credentials they carry; it is a name, not a secret.
    """

    policy: AddressPolicy
    limits: FetchLimits
    ca_file: str | None
    account: str = ""


class Transfer:
    """Callbacks never raise, since libcurl could not say what went wrong: they note a fault.

    ``condition`` is a header line that asks for a document only if it is another one. ``method``,
    ``authorization`` (a field's value), ``body`` (of a POST: a form, or bytes of a ``body_type``) are
    those of an exchange, which ``is_exchange``.
    """

    def __init__(
        self,
        target: Target,
        terms: Terms,
        *,
        max_length: int,
        deadline: float,
        accept: str = "*/*",
        condition: str = "",
        is_exchange: bool = False,
        method: str = "GET",
        authorization: str = "",
        body: str | bytes = "",
        body_type: str = "",
    ) -> None:
        self._began_at = monotonic()
        self.target = target
        self.headers = Headers(terms.limits)
        self.body: Body | None = None
        self.fault: Fault | None = None
        self.error = 0
        self.error_words = ""
        self.condition = condition
        self.is_exchange = is_exchange
        self._method = method
        self._authorization = authorization
        self._sent = body
        self._sent_type = body_type
        self._refusal = bytearray()
        self._terms = terms
        self._max_length = max_length
        self._deadline = deadline
        self._accept = accept
        self._discarded = 0
        self._passed_over: Fault | None = None
        self._was_connected = False
        self._pace = Pace(terms.limits, now=self._began_at, deadline=deadline)

    def arm(self, handle: Handle, addresses: Sequence[str], connect_seconds: float) -> None:
        """Make this the request that ``handle`` is going to carry."""
        lines = [f"Accept: {self._accept}", "Accept-Encoding: gzip"]
        if self.condition:
            lines.append(self.condition)
        if self._authorization:
            lines.append(f"Authorization: {self._authorization}")
        if self._sent_type:
            lines.append(f"Content-Type: {self._sent_type}")
        left = max(self._deadline - self._began_at, 0.001)
        handle.set(pycurl.URL, self.target.url)
        handle.set(pycurl.HTTPHEADER, lines)
        handle.ask_by(self._method, self._sent)
        handle.set(pycurl.CONNECTTIMEOUT_MS, milliseconds(connect_seconds))
        handle.set(pycurl.TIMEOUT_MS, milliseconds(left + _SLACK_SECONDS))
        handle.set(pycurl.RESOLVE, self._entries(addresses))
        handle.arm(self._open_socket, self._connected, self._header, self._write)

    @property
    def refusal(self) -> bytes:
        """The beginning of what an exchange was answered with instead of 200."""
        return bytes(self._refusal)

    @property
    def received_bytes(self) -> int:
        """Of the body, as it was sent."""
        return self._discarded if self.body is None else self.body.encoded

    def is_too_slow(self, now: float) -> bool:
        """To be asked when `due`; the reason is noted."""
        if self.fault is None:
            self.fault = self._pace.judge(now)
        return self.fault is not None

    def due(self, now: float) -> float:
        """When it may be too slow, and not before."""
        return self._pace.due(now)

    def finish(self, error: int, words: str) -> None:
        """Nothing more will come; the handle has left the loop."""
        self.error, self.error_words = error, words
        if not self._was_connected:
            self.fault = self.fault or self._passed_over
        elif not error and self.body is not None:
            self.fault = self.fault or self.body.end()

    def _entries(self, addresses: Sequence[str]) -> list[str]:
        """What the host stands for; with none, libcurl asks the system's resolver."""
        if not addresses:
            return NO_ADDRESSES
        # "+": libcurl forgets it after a while, as it does what it has resolved itself.
        return [f"+{self.target.host}:{self.target.port}:{','.join(addresses)}"]

    def _open_socket(self, _purpose: int, peer: Any) -> Any:
        """libcurl is about to connect exactly this address: no later answer of a name server
        can put another in its place. After a refusal it asks about the next one it knows.
        """
        refusal = self._terms.policy.check_address(str(peer.addr[0]), self.target.host)
        if refusal is None:
            return _Lent(peer.family, peer.socktype, peer.protocol)
        self._passed_over = self._refused(refusal)
        return pycurl.SOCKET_BAD

    def _connected(self, peer: str, _ours: str, _peer_port: int, _our_port: int) -> int:
        """Before the request is sent; for a kept connection too, which asked for no socket."""
        self._was_connected = True
        self._pace.heard_at = monotonic()
        refusal = self._terms.policy.check_address(peer, self.target.host)
        if refusal is None:
            return int(pycurl.PREREQFUNC_OK)
        self.fault = self._refused(refusal)
        return int(pycurl.PREREQFUNC_ABORT)

    def _refused(self, refusal: Refusal) -> Fault:
        return Fault(ProblemKind.REFUSED, f"{self.target.host}: {refusal.because}")

    def _header(self, line: bytes) -> int:
        self._pace.heard_at = monotonic()
        headers = self.headers
        was_complete = headers.complete
        fault = headers.feed(line)
        if fault is None and headers.complete and not was_complete and headers.status == OK:
            fault = self._prepare_body()
        self.fault = fault or self.fault
        return STOP if self.fault else len(line)

    def _prepare_body(self) -> Fault | None:
        if self._method == "HEAD":  # what is said of a body is said of one that does not come
            self.body = Body(gzip=False, max_length=0, limits=self._terms.limits)
            return None
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
        self._pace.received(monotonic(), len(data))
        if self.body is None:
            self._discarded += len(data)
            if self.is_exchange:
                self._refusal += data[: _KEPT_OF_REFUSAL - len(self._refusal)]
            return STOP if self._discarded > self._terms.limits.max_discarded else len(data)
        self.fault = self.fault or self.body.feed(data)
        return STOP if self.fault else len(data)


class _Lent(socket):
    """pycurl duplicates the descriptor as soon as it gets it; ours goes with this object."""

    def __del__(self) -> None:
        self.close()
