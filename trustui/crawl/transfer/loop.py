"""libcurl's multi interface on poll(2): no limit on file descriptors, and a bell to wake it.

`CurlMulti.select` would do with less, but fails for descriptors above 1023. poll was faster than
epoll here, since libcurl gives up and takes on each socket anew with every request.
"""

import math
import os
import select
import threading
import time
from collections.abc import Iterator
from typing import Any, Self

import pycurl

_EVENTS = {
    pycurl.POLL_IN: select.POLLIN,
    pycurl.POLL_OUT: select.POLLOUT,
    pycurl.POLL_INOUT: select.POLLIN | select.POLLOUT,
}
_READABLE = ~select.POLLOUT
"""All but room for writing: an error or a hang-up is learned by reading, as libcurl does."""


class Loop:
    """Waits for the sockets and timers of any number of `Multi`. One thread; `ring` is for all."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._owners: dict[int, Multi] = {}
        self._timers: dict[Multi, float] = {}
        self._bell, self._button = os.pipe()
        self._is_ringing = False
        self._is_closed = False
        self._ringing = threading.Lock()
        self._poll.register(self._bell, select.POLLIN)

    def turn(self, seconds: float) -> set["Multi"]:
        """Wait for something to happen, at most so long, and let libcurl act on it.

        Returns those multis that may have finished handles.
        """
        touched: set[Multi] = set()
        for descriptor, happened in self._poll.poll(self._milliseconds(seconds)):
            owner = self._owners.get(descriptor)
            if owner is not None:  # else the bell, or what came before has closed it
                owner.act(descriptor, happened)
                touched.add(owner)
            elif descriptor == self._bell:
                self._answer()
        if self._timers:
            touched.update(self._fire(time.monotonic()))
        return touched

    def ring(self) -> None:
        """End the present or next wait at once. From any thread, at any time."""
        with self._ringing:
            if not self._is_ringing:
                self._is_ringing = True
                os.write(self._button, b"!")

    def close(self) -> None:
        with self._ringing:
            self._is_ringing = True  # for ever: the descriptors may soon be somebody else's
            if not self._is_closed:
                self._is_closed = True
                os.close(self._bell)
                os.close(self._button)

    def __del__(self) -> None:
        self.close()

    def watch(self, owner: "Multi", descriptor: int, events: int | None) -> None:
        """For `Multi`: which events of a descriptor libcurl waits for; None for no longer any."""
        if events is None:
            if self._owners.pop(descriptor, None) is not None:
                self._poll.unregister(descriptor)
            return
        self._owners[descriptor] = owner
        self._poll.register(descriptor, events)  # replaces what was registered before

    def set_timer(self, owner: "Multi", due: float | None) -> None:
        """For `Multi`: when libcurl wants to be called whatever happens; None for never."""
        if due is None:
            self._timers.pop(owner, None)
        else:
            self._timers[owner] = due

    def _milliseconds(self, seconds: float) -> int:
        if self._timers:
            seconds = min(seconds, min(self._timers.values()) - time.monotonic())
        return max(0, math.ceil(seconds * 1000))

    def _answer(self) -> None:
        os.read(self._bell, 1)
        # Only now: who rings after this line writes again, who rang before it left its message
        # where it is found after this turn.
        self._is_ringing = False

    def _fire(self, now: float) -> Iterator["Multi"]:
        for owner in [owner for owner, due in self._timers.items() if due <= now]:
            self._timers.pop(owner, None)
            owner.time_out()
            yield owner


class Multi:
    """Runs handles side by side and keeps their connections for the next ones."""

    def __init__(self, loop: Loop, max_connections: int) -> None:
        self._loop = loop
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, max_connections)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def add(self, handle: Any) -> None:
        self._multi.add_handle(handle)

    def remove(self, handle: Any) -> None:
        self._multi.remove_handle(handle)

    def finished(self) -> Iterator[tuple[Any, int, str]]:
        """Handles that are done, with libcurl's error number (0: none) and its words."""
        queued = 1
        while queued:
            queued, done, failed = self._multi.info_read()
            yield from ((handle, 0, "") for handle in done)
            yield from failed

    def close(self) -> None:
        self._multi.close()
        self._loop.set_timer(self, None)

    def act(self, descriptor: int, happened: int) -> None:
        mask = pycurl.CSELECT_IN if happened & _READABLE else 0
        mask |= pycurl.CSELECT_OUT if happened & select.POLLOUT else 0
        self._multi.socket_action(descriptor, mask)

    def time_out(self) -> None:
        self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _watch(self, event: int, descriptor: int, _multi: Any, _data: Any) -> None:
        self._loop.watch(self, descriptor, _EVENTS.get(event))

    def _set_timer(self, milliseconds: int) -> None:
        due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000
        self._loop.set_timer(self, due)
