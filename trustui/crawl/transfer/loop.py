"""libcurl's multi interface on a selector: no polling, no limit on file descriptors.

`CurlMulti.select` would do with less, but fails for descriptors above 1023.
"""

import selectors
import time
from collections.abc import Iterator
from typing import Any

import pycurl

_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}


class Loop:
    """Runs handles side by side and keeps their connections for the next ones."""

    def __init__(self, max_connections: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._due: float | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, max_connections)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)

    def add(self, handle: Any) -> None:
        self._multi.add_handle(handle)

    def remove(self, handle: Any) -> None:
        self._multi.remove_handle(handle)

    def turn(self, seconds: float) -> None:
        """Wait for something to happen, at most so long, and let libcurl act on it."""
        for key, happened in self._selector.select(self._wait(seconds)):
            mask = pycurl.CSELECT_IN if happened & selectors.EVENT_READ else 0
            mask |= pycurl.CSELECT_OUT if happened & selectors.EVENT_WRITE else 0
            if key.fd in self._selector.get_map():  # what came before may have closed it
                self._multi.socket_action(key.fd, mask)
        if self._due is not None and self._due <= time.monotonic():
            self._due = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self) -> Iterator[tuple[Any, int, str]]:
        """Handles that are done, with libcurl's error number (0: none) and its words."""
        queued = 1
        while queued:
            queued, done, failed = self._multi.info_read()
            yield from ((handle, 0, "") for handle in done)
            yield from failed

    def close(self) -> None:
        self._multi.close()
        self._selector.close()

    def _wait(self, seconds: float) -> float:
        if self._due is None:
            return seconds
        return max(0.0, min(seconds, self._due - time.monotonic()))

    def _watch(self, event: int, descriptor: int, _multi: Any, _data: Any) -> None:
        known = descriptor in self._selector.get_map()
        if event == pycurl.POLL_REMOVE:
            if known:
                self._selector.unregister(descriptor)
        elif known:
            self._selector.modify(descriptor, _EVENTS[event])
        else:
            self._selector.register(descriptor, _EVENTS[event])

    def _set_timer(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000
