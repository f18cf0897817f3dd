"""Several artefacts of one repository that are read together: each kind of question at once.

What is asked is what each of them would ask by itself: no request is added.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from trustui.core.facts import Problem, ProblemKind
from trustui.core.limits import KIB, MIB
from trustui.core.oci.discovery import Discovery
from trustui.core.oci.requests import ImageRequest
from trustui.crawl.image_source import ImageSource, Referrers
from trustui.images.asking import Asking
from trustui.images.discovering import (
    discovered,
    listed,
    sure_contents,
    usual_questions,
)
from trustui.images.values import Answer, Told

MAX_SMALL = 256 * KIB
"""Bytes of a manifest that is asked for ahead; real ones stay below 20 KiB. A longer one is asked for
when its turn comes, so that no crowd of them stands in memory."""
MAX_BYTES = 64 * MIB
"""That may come for one kind of question, as many as a portion may hold."""

Wanted: TypeAlias = tuple[Asking, ImageRequest]
Questions: TypeAlias = Mapping[str, Sequence[ImageRequest]]
"""By the digest of the artefact that they are about."""


class Together:
    """Artefacts whose usual questions are under way from now on.

    `askings` and `told` are by digest; the latter are the answers of earlier looks.
    """

    def __init__(
        self, source: ImageSource, askings: Mapping[str, Asking], told: Mapping[str, Iterable[Told]]
    ) -> None:
        self.askings = askings
        self._source = source
        self._later: list[Wanted] = []
        """Whether there is a referrers interface is asked once, before the others ask it."""
        self._asked: list[Wanted] = []
        for digest, asking in askings.items():
            for request in asking.expect(usual_questions(digest), told.get(digest, ())):
                if asking.stated_size(request) > MAX_SMALL:
                    continue
                waits = request.kind == "referrers" and self._is_probing
                (self._later if waits else self._asked).append((asking, request))
        self._coming = source.begin([_small(request) for _, request in self._asked])

    @property
    def _is_probing(self) -> bool:
        is_unknown = self._source.referrers is Referrers.UNKNOWN
        return is_unknown and any(one.kind == "referrers" for _, one in self._asked)

    def discover(self, full_name: str, most_bytes: int) -> dict[str, Discovery]:
        """What hangs on each of them; the contents that are surely read are at hand then.

        After the first one those are left out before which so many bytes had come.
        """
        _hear(self._asked, self._coming())
        self._ask(self._later)
        self._expect({one: listed(one, asking) for one, asking in self.askings.items()})
        found: dict[str, Discovery] = {}
        for digest, asking in self.askings.items():
            if found and sum(self.askings[one].size for one in found) >= most_bytes:
                break
            found[digest] = discovered(full_name, digest, asking)
        self._expect({one: sure_contents(discovery) for one, discovery in found.items()})
        return found

    def _expect(self, questions: Questions) -> None:
        wanted = [
            (self.askings[digest], request)
            for digest, requests in questions.items()
            for request in self.askings[digest].expect(requests)
        ]
        self._ask(list(_within_bounds(wanted)))

    def _ask(self, wanted: Sequence[Wanted]) -> None:
        _hear(wanted, self._source.ask_many([_small(request) for _, request in wanted]))


def _within_bounds(wanted: Iterable[Wanted]) -> Iterator[Wanted]:
    size = 0
    for one in wanted:
        size += _small(one[1]).max_length
        if size > MAX_BYTES:
            return
        yield one


def _small(request: ImageRequest) -> ImageRequest:
    if request.kind != "manifest":
        return request
    return msgspec.structs.replace(request, max_length=min(request.max_length, MAX_SMALL))


def _hear(wanted: Sequence[Wanted], answers: Sequence[Answer]) -> None:
    for (asking, request), answer in zip(wanted, answers, strict=True):
        is_cut = isinstance(answer, Problem) and answer.kind is ProblemKind.TOO_LONG
        if not is_cut or _small(request) == request:
            asking.hear(request, answer)
