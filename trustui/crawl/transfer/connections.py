"""The connections that requests of the same terms share, and the handles they ride on."""

from trustui.crawl.transfer.handles import Handle
from trustui.crawl.transfer.loop import Loop, Multi
from trustui.crawl.transfer.request import Terms

_KEPT_CONNECTIONS = 128
"""Descriptors are few; a crawl needs only as many as it has requests at once."""


class Connections:
    """Never shared between different policies, authorities or credentials."""

    def __init__(self, loop: Loop, terms: Terms) -> None:
        self.multi = Multi(loop, min(terms.limits.at_once, _KEPT_CONNECTIONS))
        self.used_at = 0.0
        self.busy = 0
        self._ca_file = terms.ca_file
        self._idle: list[Handle] = []

    def handle(self) -> Handle:
        """One that no other request uses: a kept one costs a third of a new one."""
        return self._idle.pop() if self._idle else Handle(self._ca_file)

    def start(self, handle: Handle) -> None:
        self.busy += 1
        self.multi.add(handle.curl)

    def end(self, handle: Handle, now: float) -> None:
        """The request is over, or is stopped by this."""
        self.multi.remove(handle.curl)
        self.busy -= 1
        self.used_at = now
        handle.disarm()
        self._idle.append(handle)

    def close(self) -> None:
        self.multi.close()
        for handle in self._idle:
            handle.curl.close()
