"""Which errand may start now: so many at once, so many per host, none before its time."""

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator

from trustui.crawl.transfer.errand import Errand
from trustui.crawl.transfer.limits import FetchLimits


class Schedule:
    """A lane per host: a slow or silent one holds back only its own."""

    def __init__(self, errands: Iterable[Errand], limits: FetchLimits) -> None:
        self._limits = limits
        self._lanes: defaultdict[str, deque[Errand]] = defaultdict(deque)
        self._later: list[tuple[float, int, Errand]] = []
        self._put_off = 0
        self._busy: Counter[str] = Counter()
        for errand in errands:
            if not errand.is_over:
                self._lanes[errand.host].append(errand)

    @property
    def is_over(self) -> bool:
        return not (self._lanes or self._later or self._busy.total())

    def pause(self, now: float) -> float | None:
        """Seconds until an errand that was put off is due; None when there is none."""
        return max(0.0, self._later[0][0] - now) if self._later else None

    def due(self, now: float) -> Iterator[Errand]:
        """Errands to start; each occupies its lane until it `leaves`."""
        while self._later and self._later[0][0] <= now:
            self.wake()
        for host in list(self._lanes):
            lane = self._lanes[host]
            while lane and self._has_room(host):
                self._busy[host] += 1
                yield lane.popleft()
            if not lane:
                del self._lanes[host]

    def wake(self) -> None:
        """Let the first errand that was put off go, whatever the time."""
        errand = heapq.heappop(self._later)[2]
        self._lanes[errand.host].appendleft(errand)

    def leaves(self, errand: Errand, host: str) -> None:
        """The request to ``host`` is over; the errand goes on elsewhere, later, or has ended."""
        self._busy[host] -= 1
        if errand.is_over:
            return
        self._put_off += 1
        heapq.heappush(self._later, (errand.not_before, self._put_off, errand))

    def _has_room(self, host: str) -> bool:
        return (
            self._busy[host] < self._limits.at_once_per_host
            and self._busy.total() < self._limits.at_once
        )
