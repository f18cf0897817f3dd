"""A body within its caps, with at most one layer of gzip taken off while it streams in."""

import zlib

from trustui.core.facts import ProblemKind
from trustui.crawl.transfer.limits import Fault, FetchLimits

_GZIP = 16 + zlib.MAX_WBITS


class Body:
    """Bytes as they come. Whatever is fed, it never holds more than ``max_length`` + 1 bytes.

    Raises nothing: `feed` and `end` answer with a `Fault` or None.
    """

    def __init__(self, *, gzip: bool, max_length: int, limits: FetchLimits) -> None:
        self._max_length = max_length
        self._limits = limits
        self._inflater = zlib.decompressobj(_GZIP) if gzip else None
        self._chunks: list[bytes] = []
        self._length = 0
        self.encoded = 0

    @property
    def content(self) -> bytes:
        return b"".join(self._chunks)

    def feed(self, data: bytes) -> Fault | None:
        self.encoded += len(data)
        if self._inflater is None:
            return self._take(data, self._max_length)
        allowed = min(
            self._max_length,
            max(self._limits.ratio_floor, self._limits.max_ratio * self.encoded),
        )
        try:
            # One byte more than allowed is enough to know, and is all that is ever inflated.
            decoded = self._inflater.decompress(data, allowed - self._length + 1)
        except zlib.error:
            return Fault(ProblemKind.UNREADABLE, "the body is not the gzip it was declared to be")
        if self._inflater.unused_data:
            return Fault(ProblemKind.UNREADABLE, "there are bytes after the end of the gzip")
        return self._take(decoded, allowed)

    def end(self) -> Fault | None:
        """To be asked once the transfer is complete."""
        if self._inflater is not None and not self._inflater.eof:
            return Fault(ProblemKind.UNREADABLE, "the gzip body is truncated", is_passing=True)
        return None

    def _take(self, data: bytes, allowed: int) -> Fault | None:
        self._length += len(data)
        if self._length <= allowed:
            self._chunks.append(data)
            return None
        if allowed < self._max_length:
            because = f"the body inflates more than {self._limits.max_ratio} times"
        else:
            because = f"the body is longer than the {self._max_length} bytes allowed"
        return Fault(ProblemKind.TOO_LONG, because)
