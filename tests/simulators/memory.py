"""How much memory something takes while it runs, not only afterwards."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil


class Growth:
    """``bytes`` is the highest resident size seen, less the one at the beginning."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self.bytes = 0

    def look(self) -> None:
        self.bytes = max(self.bytes, self._process.memory_info().rss - self._before)


@contextmanager
def measured() -> Iterator[Growth]:
    growth = Growth()
    stop = threading.Event()

    def sample() -> None:
        while not stop.wait(0.002):
            growth.look()

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield growth
    finally:
        stop.set()
        sampler.join()
        growth.look()
