"""Which errand may start now: so many at once, so many per host, none before its time."""

import heapq
from collections import deque
from collections.abc import Iterator

from trustui.crawl.transfer.errand import Errand
from trustui.crawl.transfer.limits import FetchLimits


class Lane:
    """One host: its requests under way, and who waits for a turn, party after party.

    A party of thousands holds back another one's single errand by one turn only.
    """

    def __init__(self) -> None:
        self.busy = 0
        self.has_turn = False
        self._waiting: dict[object, deque[Errand]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, errand: Errand, *, first: bool) -> None:
        queue = self._waiting.setdefault(errand.party, deque())
        if first:
            queue.appendleft(errand)
        else:
            queue.append(errand)

    def take(self) -> Errand:
        party, queue = next(iter(self._waiting.items()))
        del self._waiting[party]
        errand = queue.popleft()
        if queue:
            self._waiting[party] = queue  # behind the others
        return errand

    def drop(self, party: object) -> None:
        self._waiting.pop(party, None)


class Schedule:
    """A lane per host: a slow or silent one holds back only its own.

    Hosts take turns. The last quarter of all places is kept for hosts that have none yet, so
    that a crowd of slow hosts cannot take everything.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._crowded_from = limits.at_once - limits.at_once // 4
        self._lanes: dict[str, Lane] = {}
        self._turns: deque[str] = deque()
        self._later: list[tuple[float, int, Errand]] = []
        self._put_off = 0
        self._busy = 0

    @property
    def is_over(self) -> bool:
        return not (self._lanes or self._later)

    def add(self, errand: Errand) -> None:
        self._wait(errand, first=False)

    def pause(self, now: float) -> float | None:
        """Seconds until an errand that was put off is due; None when there is none."""
        return max(0.0, self._later[0][0] - now) if self._later else None

    def due(self, now: float) -> Iterator[Errand]:
        """Errands to start; each occupies its lane until it `leaves`."""
        while self._later and self._later[0][0] <= now:
            self.wake()
        crowded_out: list[str] = []
        try:
            while self._turns and self._busy < self._limits.at_once:
                host = self._turns.popleft()
                lane = self._lanes[host]
                if lane.busy and self._busy >= self._crowded_from:
                    crowded_out.append(host)
                    continue
                lane.has_turn = False
                errand = lane.take()
                lane.busy += 1
                self._busy += 1
                self._give_turn(host, lane)
                yield errand
        finally:
            self._turns.extend(crowded_out)

    def wake(self) -> None:
        """Let the first errand that was put off go, whatever the time."""
        self._wait(heapq.heappop(self._later)[2], first=True)

    def leaves(self, errand: Errand, host: str) -> None:
        """The request to ``host`` is over; the errand goes on elsewhere, later, or has ended."""
        lane = self._lanes[host]
        lane.busy -= 1
        self._busy -= 1
        self._give_turn(host, lane)
        if errand.is_over:
            return
        self._put_off += 1
        heapq.heappush(self._later, (errand.not_before, self._put_off, errand))

    def drop(self, party: object) -> None:
        """Forget the party's errands that are not under way."""
        self._later = [entry for entry in self._later if entry[2].party is not party]
        heapq.heapify(self._later)
        for host, lane in list(self._lanes.items()):
            lane.drop(party)
            if lane.has_turn and not lane:
                lane.has_turn = False
                self._turns.remove(host)
            self._give_turn(host, lane)

    def _wait(self, errand: Errand, *, first: bool) -> None:
        lane = self._lanes.setdefault(errand.host, Lane())
        lane.put(errand, first=first)
        self._give_turn(errand.host, lane)

    def _give_turn(self, host: str, lane: Lane) -> None:
        if not lane:
            if not lane.busy:
                del self._lanes[host]
        elif not lane.has_turn and lane.busy < self._limits.at_once_per_host:
            lane.has_turn = True
            self._turns.append(host)
