"""Places that asked to be left alone for a while, so that nobody else asks them meanwhile."""

Origin = tuple[str, str, int]
"""Scheme, host and port, as in `Target.origin`."""

MAX_HOLDS = 1024
"""A crowd of hostile hosts may fill the table, but not the memory."""


class Holds:
    """Times are seconds of a clock that never goes back."""

    def __init__(self, limit: int = MAX_HOLDS) -> None:
        self._limit = limit
        self._until: dict[Origin, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def put(self, origin: Origin, until: float, now: float) -> None:
        """Nobody is to ask ``origin`` before ``until``; a later time already given stays."""
        until = max(until, self._until.pop(origin, until))
        if until <= now:
            return
        if len(self._until) >= self._limit:
            self._make_room(now)
        self._until[origin] = until

    def remaining(self, origin: Origin, now: float) -> float:
        """Seconds that ``origin`` still wants to be left alone; 0 when it may be asked."""
        until = self._until.get(origin)
        if until is None:
            return 0.0
        if until <= now:
            del self._until[origin]
            return 0.0
        return until - now

    def _make_room(self, now: float) -> None:
        """What is over goes; where nothing is, what is over first."""
        self._until = {origin: until for origin, until in self._until.items() if until > now}
        if len(self._until) >= self._limit:
            del self._until[min(self._until, key=self._until.__getitem__)]
