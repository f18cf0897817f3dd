"""The thread that claims, prepares and records: all SQL of a runner but the keeper's.

Each turn takes what arrived, writes finished results, prepares and claims. Trouble with the
database ends a turn; everything in hand stays there until a later turn goes well.
"""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import groupby

from trustui.jobs import leases, queue
from trustui.jobs.crash_points import reached
from trustui.jobs.crews import BatchCrew, failure
from trustui.jobs.holdings import Holdings
from trustui.jobs.inbox import Ended, Fate, Finished, Inbox
from trustui.jobs.isolation import Isolation
from trustui.jobs.keeper import Pulse
from trustui.jobs.kinds import Claim, Kind, Result, Task
from trustui.jobs.terms import Terms
from trustui.jobs.trouble import is_trouble, start_afresh
from trustui.jobs.writer import write

_log = logging.getLogger(__name__)

_FIRST_PAUSE = 0.1
_GLANCE = 0.002
"""Between looks whether a batch is complete; each costs as much as two results."""
_OUTAGE = 60.0
"""What a statement may take that waits for a database that is away."""
_WATCH = 0.5
"""Between looks at the time of what runs."""


class Loop:
    """The state of a runner's work. Only its own thread calls `turn`."""

    def __init__(self, kinds: Sequence[Kind], terms: Terms) -> None:
        self.terms = terms
        self.kinds: Mapping[str, Kind] = {
            kind.name: kind for kind in kinds if self._at_once(kind) > 0
        }
        self.inbox = Inbox()
        self.holdings = Holdings()
        self.pulse = Pulse()
        self.stopping = threading.Event()
        self.isolation = Isolation([*terms.isolated, str(terms.lease)], self.inbox)
        self.claim_until = 0.0
        """Monotonic; the owner of the loop moves it."""
        self.finished = 0
        self.is_worn = False
        """A job runs longer than it may in a thread that nothing can end."""
        self.trouble_since: float | None = None
        self.found_nothing = False
        """The last turn saw that nothing is due and held nothing."""
        self._unprepared: deque[tuple[Kind, list[Claim]]] = deque()
        self._unwritten: deque[Finished] = deque()
        self._ended: deque[Ended] = deque()
        self._claimed_at = dict.fromkeys(self.kinds, -math.inf)
        self._look_at = -math.inf
        self._watch_at = -math.inf
        self._claiming = threading.Lock()
        self._batch = terms.batch
        self._pause = 0.0
        self._paused_until = 0.0

    # ---- turns

    def turn(self) -> None:
        """One round of work, then a wait for the next."""
        self.found_nothing = False
        self._receive()
        if time.monotonic() < self._paused_until:
            self.pulse.beat()
            self.inbox.wait(min(self.terms.poll, self._paused_until - time.monotonic()))
            return
        if self.trouble_since is not None:
            self.pulse.beat(allowed=_OUTAGE)
        try:
            did = self._work()
        except Exception as error:
            if not is_trouble(error):
                raise
            self._begin_pause(error)
            return
        self._pause, self.trouble_since = 0.0, None
        if self._unwritten:
            time.sleep(_GLANCE)
        elif not did:
            self.inbox.wait(self._seconds_to_wait())

    def _seconds_to_wait(self) -> float | None:
        if self._may_claim():
            return self.terms.poll
        return _WATCH if self.has_work() else None

    def _work(self) -> bool:
        did = self._settle()
        did |= self._write()
        did |= self._prepare()
        return self._claim() or did

    def _receive(self) -> None:
        for arrival in self.inbox.take():
            if not self.holdings.has(arrival.claim):
                continue
            if isinstance(arrival, Ended):
                self._ended.append(arrival)
            else:
                self._unwritten.append(arrival)

    def _begin_pause(self, error: Exception) -> None:
        start_afresh()
        if self.trouble_since is None:
            self.trouble_since = time.monotonic()
            _log.warning("trouble with the database, trying again: %s", error)
        self._pause = min(max(2 * self._pause, _FIRST_PAUSE), self.terms.longest_pause)
        self._paused_until = time.monotonic() + self._pause

    def has_work(self) -> bool:
        """Whether anything is in hand."""
        return len(self.holdings) > 0

    # ---- ends that no result tells of

    def _settle(self) -> bool:
        did = bool(self._ended)
        while self._ended:
            self._settle_one(self._ended[0])
            self._ended.popleft()
        now = time.monotonic()
        if now >= self._watch_at:
            self._watch_at = now + _WATCH
            did |= self._lose_overdue(now)
        while self._unwritten and now - self._unwritten[0].at > self.terms.keep:
            self._lose(self._unwritten[0].claim, "the database did not take its result")
            self._unwritten.popleft()
        return did

    def _lose_overdue(self, now: float) -> bool:
        overdue = self.holdings.overdue(now)
        ready = {one.claim.job_id for one in self._unwritten} if overdue else set()
        lost = [claim for claim in overdue if claim.job_id not in ready]
        for claim in lost:
            self.is_worn = True
            self._lose(claim, f"it ran longer than {self.kinds[claim.kind].seconds:g} s")
        return bool(lost)

    def _settle_one(self, ended: Ended) -> None:
        claim, now = ended.claim, self.terms.clock()
        match ended.fate:
            case Fate.DIED:
                died = leases.died(claim, ended.because, now=now)
                self.finished += not died
            case Fate.LOST:
                leases.lost(claim, ended.because, now=now)
            case Fate.GIVEN_BACK:
                leases.hand_back([claim], now=now)
        self.holdings.drop([claim])

    def _lose(self, claim: Claim, because: str) -> None:
        _log.error("%s %s: %s", claim.kind, claim.key, because)
        leases.lost(claim, because, now=self.terms.clock())
        self.holdings.drop([claim])

    # ---- writing

    def _write(self) -> bool:
        if not self._unwritten or not self._is_time_to_write():
            return False
        for batch in self._batches():
            self._write_together(batch)
        return True

    def _batches(self) -> list[list[Finished]]:
        """The next results by kind, in the order in which they now stand in the queue."""
        count = min(self._batch, len(self._unwritten))
        results = [self._unwritten.popleft() for _ in range(count)]
        results.sort(key=_kind_of)
        self._unwritten.extendleft(reversed(results))
        batches = []
        for name, group in groupby(results, _kind_of):
            of_kind, most = list(group), self.kinds[name].together
            batches += [of_kind[n : n + most] for n in range(0, len(of_kind), most)]
        return batches

    def _write_together(self, batch: list[Finished]) -> None:
        """The batch stands first in the queue."""
        kind = self.kinds[batch[0].claim.kind]
        self.pulse.beat(allowed=kind.seconds)
        try:
            written = write(batch, kind, self.terms.clock())
        except Exception as error:
            if is_trouble(error):
                # One of them may be what the database cannot take: let the others go first.
                self._batch = 1
                self._unwritten.rotate(-len(batch))
            raise
        for _ in batch:
            self._unwritten.popleft()
        self.holdings.drop([one.claim for one in batch])
        self._look_at = -math.inf
        self._batch = min(2 * self._batch, self.terms.batch)
        self.finished += written.finished
        self.pulse.lost += written.lost
        self.pulse.beat()

    def _is_time_to_write(self) -> bool:
        waiting = len(self._unwritten)
        return (
            waiting >= self._batch
            or waiting >= len(self.holdings) - self.holdings.count_alone()
            or time.monotonic() - self._unwritten[0].at >= self.terms.linger
        )

    # ---- preparing

    def _prepare(self) -> bool:
        did = bool(self._unprepared)
        while self._unprepared:
            kind, claims = self._unprepared[0]
            self.pulse.beat(allowed=kind.seconds)
            tasks = self._tasks(kind, claims)
            self._unprepared.popleft()
            reached("jobs.prepared")
            if tasks:
                crew = BatchCrew(kind, tasks, self.inbox, self.holdings, self.stopping)
                crew.start()
        return did

    def _tasks(self, kind: Kind, claims: Sequence[Claim]) -> list[Task]:
        try:
            tasks = list(kind.prepare(claims))
        except Exception as error:
            if is_trouble(error):
                raise
            if len(claims) == 1:
                _log.exception("%s %s could not be prepared", kind.name, claims[0].key)
                self.inbox.post(failure(claims[0], error))
                return []
            return [task for claim in claims for task in self._tasks(kind, [claim])]
        prepared = {task.claim.job_id for task in tasks}
        for claim in claims:
            if claim.job_id not in prepared:
                self.inbox.post(Finished(Result(claim), time.monotonic(), is_ours=True))
        return tasks

    # ---- claiming

    def _may_claim(self) -> bool:
        is_asked = time.monotonic() < self.claim_until
        return is_asked and not (self.stopping.is_set() or self.is_worn)

    def stop_claiming(self, seconds: float) -> None:
        """Nothing more is claimed; waits, at most so long, for a claim that is under way."""
        self.claim_until = 0.0
        if self._claiming.acquire(timeout=seconds):
            self._claiming.release()

    def _claim(self) -> bool:
        with self._claiming:
            return self._claim_what_is_due()

    def _claim_what_is_due(self) -> bool:
        if not self._may_claim():
            self.pulse.beat()
            return False
        # While results trickle in, a look with each of them would cost more than they do.
        if self._unwritten and time.monotonic() < self._look_at:
            return False
        self._look_at = time.monotonic() + self.terms.poll
        alone = self.terms.alone_at_once - self.holdings.count_alone()
        free = {name: self._free(kind) for name, kind in self.kinds.items()}
        wanted = [name for name in self.kinds if free[name] > 0 or alone > 0]
        due = queue.due_kinds(wanted, self.terms.clock()) if wanted else []
        self.found_nothing = not (due or self.has_work()) and len(wanted) == len(self.kinds)
        is_possible, did = False, False
        for one in sorted(due, key=lambda one: self._claimed_at[one.kind]):
            kind = self.kinds[one.kind]
            if one.has_queued and free[one.kind] > 0:
                is_possible = True
                did |= self._claim_queued(kind, free[one.kind])
            if one.has_suspects and alone > 0:
                is_possible = True
                did |= self._claim_suspects(kind)
        if did or not is_possible:
            self.pulse.beat()
        return did

    def _at_once(self, kind: Kind) -> int:
        return self.terms.at_once.get(kind.name, kind.at_once)

    def _free(self, kind: Kind) -> int:
        """Places for jobs of a kind; none yet while only a few are free and more will be soon."""
        at_once = self._at_once(kind)
        free = at_once - self.holdings.count(kind.name)
        is_worth_it = 4 * free >= at_once
        waited = time.monotonic() - self._claimed_at[kind.name]
        return free if is_worth_it or waited >= self.terms.patience else 0

    def _claim_queued(self, kind: Kind, free: int) -> bool:
        claims = self._take(kind, min(free, self.terms.batch), suspects=False)
        self._claimed_at[kind.name] = time.monotonic()
        if claims:
            self._unprepared.append((kind, claims))
        return bool(claims)

    def _claim_suspects(self, kind: Kind) -> bool:
        free = self.terms.alone_at_once - self.holdings.count_alone()
        claims = self._take(kind, free, suspects=True) if free > 0 else []
        for claim in claims:
            self.isolation.submit(claim, kind.seconds)
        return bool(claims)

    def _take(self, kind: Kind, limit: int, *, suspects: bool) -> list[Claim]:
        now = self.terms.clock()
        claims = leases.claim(
            kind.name,
            owner=self.terms.owner,
            limit=limit,
            lease_seconds=self.terms.lease,
            now=now,
            suspects=suspects,
            exclude=self.holdings.ids(),
        )
        if claims:
            reached("jobs.claimed")
            self.holdings.take(claims, kind, time.monotonic(), is_alone=suspects)
            self.pulse.claimed_at = now
        return claims

    def adopt(self, claim: Claim) -> None:
        """Run a job that another process of ours has claimed, and whose time it keeps."""
        kind = self.kinds[claim.kind]
        self.holdings.take([claim], kind, time.monotonic(), is_alone=True)
        self._unprepared.append((kind, [claim]))


def _kind_of(one: Finished) -> str:
    return one.claim.kind
