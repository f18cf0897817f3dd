import threading
from collections.abc import Sequence

from trustui.jobs.crews import BatchCrew
from trustui.jobs.holdings import Holdings
from trustui.jobs.inbox import Finished, Inbox
from trustui.jobs.kinds import Claim, Kind, Result, SimpleKind

CLAIMS = [Claim(n, "simple", str(n), {}, 1, 1) for n in range(3)]


class Recorder(SimpleKind):
    name = "simple"
    at_once = 1
    seconds = 1.0

    def record(self, results: Sequence[Result]) -> None:
        """Not called here."""


def test_a_simple_kind_delivers_every_claim_as_it_is() -> None:
    kind: Kind = Recorder()
    tasks = kind.prepare(CLAIMS)
    inbox = Inbox()
    kind.run(tasks, BatchCrew(kind, tasks, inbox, Holdings(), threading.Event()))
    results = [one.result for one in inbox.take() if isinstance(one, Finished)]
    assert results == [Result(claim) for claim in CLAIMS]
