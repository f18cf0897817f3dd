"""The questions of one look at one artefact: each is asked once, and every answer is kept.

Content whose digest is known comes from the store, once the place has confirmed that it still has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.references import digest_of, has_digest
from trustui.core.oci.requests import ImageRequest
from trustui.core.primitives.digests import sha256
from trustui.crawl.image_source import Head, ImageSource
from trustui.images.values import Answer, KnownRepository, Memory, Told

Key: TypeAlias = tuple[str, str]
"""Kind and name of a question."""


class Heads:
    """What tags and digests of one repository stand for now; each is asked once."""

    def __init__(self, source: ImageSource) -> None:
        self._source = source
        self._known: dict[str, Head | Problem] = {}

    def ask(self, names: Sequence[str]) -> list[Head | Problem]:
        """In the order of `names`."""
        new = [one for one in dict.fromkeys(names) if one not in self._known]
        if new:
            self._known.update(zip(new, self._source.heads(new), strict=True))
        return [self._known[name] for name in names]

    def say(self, name: str, answer: Head | Problem) -> None:
        """What is known without asking."""
        self._known.setdefault(name, answer)

    def known(self, name: str) -> Head | Problem | None:
        """What was answered or said; None where nobody asked."""
        return self._known.get(name)


class Asking:
    """How one artefact of a repository is read; `ask` is a `core.oci.requests.Ask`."""

    def __init__(
        self, source: ImageSource, heads: Heads, known: KnownRepository | None, memory: Memory
    ) -> None:
        self.told: dict[Key, Told] = {}
        """In the order of asking."""
        self.documents: dict[str, Document] = {}
        """By SHA-256."""
        self._source = source
        self._heads = heads
        self._known = known
        self._memory = memory
        self._answers: dict[Key, Answer] = {}
        self._bodies: dict[str, bytes] = {}
        self._kept: set[str] = set()

    def expect(
        self, requests: Sequence[ImageRequest], told: Iterable[Told] = ()
    ) -> list[ImageRequest]:
        """Which of the questions that will be asked the place has to answer; `hear` takes them.

        `told` are the answers of an earlier look: what the store keeps of them is read at once.
        """
        requests = [
            one
            for key, one in {_key(one): one for one in requests}.items()
            if key not in self._answers
        ]
        names = [request.name for request in requests if request.kind == "manifest"]
        digests = [name for name in (*names, *(one.name for one in told)) if self._keeps(name)]
        heads = (self._heads.known(name) for name in names)
        digests += [head.digest for head in heads if isinstance(head, Head)]
        self._read([one for one in digests if self._keeps(one)])
        self._heads.ask([one for one in names if self._keeps(one)])
        return [one for one in requests if self._from_store(one) is None]

    def hear(self, request: ImageRequest, answer: Answer) -> None:
        """The answer of the place to a question that will be asked."""
        self._answers.setdefault(_key(request), answer)

    def ask(self, request: ImageRequest) -> Answer:
        """The answer of the place, or the kept bytes that it confirmed."""
        key = _key(request)
        if key not in self._answers:
            self._answers[key] = self._from_store(request) or self._source.ask(request)
        answer = self._answers[key]
        if key not in self.told:
            self.told[key] = Told.of(*key, answer)
            if isinstance(answer, Document):
                self.documents.setdefault(self.told[key].sha256, answer)
        return answer

    def stated_size(self, request: ImageRequest) -> int:
        """Bytes of a manifest as the place said without its content; 0 where it said nothing."""
        head = self._heads.known(request.name) if request.kind == "manifest" else None
        return (head.size or 0) if isinstance(head, Head) else 0

    def heard(self, request: ImageRequest) -> Answer | None:
        """What was answered so far; None where nobody asked."""
        return self._answers.get(_key(request))

    @property
    def size(self) -> int:
        """Bytes of what was read."""
        return sum(len(one.body) for one in self.documents.values())

    @property
    def new(self) -> dict[str, Document]:
        """The documents that the store does not keep, by SHA-256."""
        return {name: one for name, one in self.documents.items() if name not in self._kept}

    def by_digest(self, kind: str) -> dict[str, Told]:
        """The answers that gave manifests, or blobs, by the digest that these truly have."""
        found: dict[str, Told] = {}
        for (asked, name), told in self.told.items():
            if asked == kind and told.sha256:
                body = self.documents[told.sha256].body
                digest = name if ":" in name else digest_of(body)
                if has_digest(body, digest):
                    found[digest] = told
        return found

    @property
    def is_all_true(self) -> bool:
        """Whether whatever was named by a digest has it."""
        return all(
            has_digest(self.documents[told.sha256].body, name)
            for (kind, name), told in self.told.items()
            if kind != "referrers" and ":" in name and told.sha256
        )

    def _keeps(self, name: str) -> bool:
        return self._known is not None and name in self._known.digests

    def _read(self, digests: Sequence[str]) -> None:
        missing = [one for one in dict.fromkeys(digests) if one not in self._bodies]
        if missing and self._known is not None:
            self._bodies.update(self._memory.bodies(self._known.id, missing))

    def _from_store(self, request: ImageRequest) -> Document | None:
        """What is kept of a question, where the place says that this is still the answer."""
        if self._known is None or request.kind == "referrers":
            return None
        if request.kind == "blob":
            body = self._body(request, request.name)
            return (
                None if body is None else Document(f"{self._source.location}@{request.name}", body)
            )
        if ":" in request.name:
            head = self._heads.ask([request.name])[0] if self._keeps(request.name) else None
        else:
            head = self._heads.known(request.name)
        if not isinstance(head, Head):
            return None
        body = self._body(request, head.digest)
        media_type = head.media_type or self._known.digests.get(head.digest, "")
        return None if body is None else Document(head.location, body, media_type)

    def _body(self, request: ImageRequest, digest: str) -> bytes | None:
        if not self._keeps(digest):
            return None
        self._read([digest])
        body = self._bodies.get(digest)
        if body is None or len(body) > request.max_length:
            return None
        self._kept.add(sha256(body))
        return body


def _key(request: ImageRequest) -> Key:
    return request.kind, request.name


def still_stands(told: Told, heads: Heads, referrers: Mapping[str, Answer]) -> bool | None:
    """Whether a stored answer is still the answer, by what the place says without its content.

    None where the place gave nothing usable. A blob that was read is content by digest, for ever.
    """
    if told.kind == "blob":
        return True
    answer = referrers[told.name] if told.kind == "referrers" else heads.ask([told.name])[0]
    if isinstance(answer, Problem):
        is_absent = answer.kind is ProblemKind.ABSENT
        return told.problem == ProblemKind.ABSENT if is_absent else None
    if isinstance(answer, Document):
        return sha256(answer.body) == told.sha256
    if told.problem:
        return told.problem == ProblemKind.TOO_LONG
    if ":" in told.name:
        return answer.digest == told.name
    return answer.digest == f"sha256:{told.sha256}"
