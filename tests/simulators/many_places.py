"""Many repositories over HTTP in memory: a `Door` that answers from files, as nginx would."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.primitives.digests import sha256
from trustui.crawl.fetch import Result, Unchanged, Wanted
from trustui.crawl.switchboard import SwitchboardClosed


class MemoryDoor:
    """Serves files by URL, the last asked for first; its clock stands at `at`.

    `problems` gives some URLs an answer of another kind. After `closes_after` answers the door is
    closed. `validates` is false for a place that knows no conditional requests.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        at: datetime,
        *,
        problems: Mapping[str, ProblemKind] | None = None,
        closes_after: int | None = None,
        validates: bool = True,
    ) -> None:
        self.files = files
        self.at = at
        self.problems = problems or {}
        self.closes_after = closes_after
        self.validates = validates
        self.asked: list[str] = []

    def each(self, requests: Sequence[Wanted]) -> Iterator[tuple[int, Result]]:
        for number in reversed(range(len(requests))):
            if self.closes_after is not None and len(self.asked) >= self.closes_after:
                raise SwitchboardClosed("the line was closed")
            self.asked.append(requests[number].url)
            yield number, self._answer(requests[number])

    def _answer(self, wanted: Wanted) -> Result:
        if wanted.url in self.problems:
            return Problem(wanted.url, self.problems[wanted.url], "the test wants it so")
        body = self.files.get(wanted.url)
        if body is None:
            return Problem(wanted.url, ProblemKind.ABSENT, "404")
        tag = f'"{sha256(body)[:16]}"' if self.validates else ""
        if tag and wanted.validator == tag:
            return Unchanged(wanted.url, self.at, tag, served_at=self.at)
        return Document(wanted.url, body, seen_at=self.at, validator=tag, served_at=self.at)
