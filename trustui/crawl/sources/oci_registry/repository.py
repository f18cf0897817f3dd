"""One repository of a registry (distribution specification 1.1, "Pulling", "Content Discovery")."""

from collections.abc import Sequence

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.manifests import ACCEPTED, MAX_MANIFEST, OCI_INDEX
from trustui.core.oci.references import digest_of, has_digest, is_repository, is_tag, parse_digest
from trustui.core.oci.requests import ImageRequest, manifest_request
from trustui.core.primitives.text import visible
from trustui.crawl.fetch import Reply
from trustui.crawl.image_source import Coming, Head, Listing, Referrers
from trustui.crawl.sources.oci_registry.conversation import Conversation, Question
from trustui.crawl.sources.oci_registry.pages import MAX_PAGE, OK, Names
from trustui.crawl.sources.oci_registry.referrers import collect, is_offered
from trustui.crawl.sources.oci_registry.refusals import METHOD_NOT_ALLOWED, problem_of

ACCEPT = ", ".join(ACCEPTED)
NOT_OFFERED = "the repository was asked for it before, and does not offer this interface"
AS_ASKED = "asked to answer as a registry without this interface"
_DIGEST_FIELD = "docker-content-digest"

Answer = Document | Problem


class OciRepository:
    """Asks for what it was asked, and for nothing that an answer names but further pages."""

    def __init__(
        self,
        conversation: Conversation,
        name: str,
        referrers: Referrers,
        *,
        without_referrers: bool,
    ) -> None:
        self.location = visible(f"{conversation.where.host}/{name}", 400)
        self.referrers = Referrers.NOT_OFFERED if without_referrers else referrers
        self._because = AS_ASKED if without_referrers else NOT_OFFERED
        self._conversation = conversation
        self._scope = f"repository:{name}:pull"
        self._path = f"/v2/{name}"
        self._refused = None if is_repository(name) else _refused(self.location, "repository")

    def ask(self, request: ImageRequest) -> Answer:
        """As `ask_many` for one."""
        return self.ask_many([request])[0]

    def ask_many(self, requests: Sequence[ImageRequest]) -> list[Answer]:
        """Side by side; further pages of referrers one after another."""
        return self.begin(requests)()

    def begin(self, requests: Sequence[ImageRequest]) -> Coming:
        """Side by side; further pages of referrers when the answers are called for."""
        answers: list[Answer | None] = [self._at_once(request) for request in requests]
        left = [number for number, answer in enumerate(answers) if answer is None]
        coming = self._conversation.begin(
            [_question(self._path, requests[one]) for one in left], self._scope
        )

        def answered() -> list[Answer]:
            for number, reply in zip(left, coming(), strict=True):
                answers[number] = self._answer(requests[number], reply)
            return [answer for answer in answers if answer is not None]

        return answered

    def heads(self, names: Sequence[str]) -> list[Head | Problem]:
        """By HEAD; by GET where that is not allowed, or says no digest."""
        answers: dict[int, Head | Problem] = {
            number: refused
            for number, name in enumerate(names)
            if (refused := self._at_once(manifest_request(name))) is not None
            and isinstance(refused, Problem)
        }
        left = [number for number in range(len(names)) if number not in answers]
        questions = [
            Question(f"{self._path}/manifests/{names[number]}", 0, ACCEPT, is_head=True)
            for number in left
        ]
        replies = self._conversation.ask_many(questions, self._scope)
        silent = []
        for number, reply in zip(left, replies, strict=True):
            head = _head(reply)
            if head is None:
                silent.append(number)
            else:
                answers[number] = head
        whole = self.ask_many([manifest_request(names[number]) for number in silent])
        answers |= {number: _head_of(one) for number, one in zip(silent, whole, strict=True)}
        return [answers[number] for number in range(len(names))]

    def tags(self) -> Listing | Problem:
        """Page after page, up to the bounds of `pages`."""
        if self._refused is not None:
            return self._refused

        def ask(query: str) -> Reply | Problem:
            question = Question(f"{self._path}/tags/list?{query}", MAX_PAGE, "application/json")
            return self._conversation.ask(question, self._scope)

        return Names("tags", is_tag, ask).collect()

    def close(self) -> None:
        """The connections are the registry's."""

    def _at_once(self, request: ImageRequest) -> Problem | None:
        """The answer to what nobody needs to be asked for, or may be."""
        if self._refused is not None:
            return self._refused
        is_named = request.kind == "manifest" and is_tag(request.name)
        if not is_named:
            try:
                parse_digest(request.name)
            except ParseError as error:
                location = f"{self.location} {visible(request.name, 200)}"
                return Problem(location, ProblemKind.ABSENT, error.because)
        if request.kind == "referrers" and self.referrers is Referrers.NOT_OFFERED:
            location = f"{self._conversation.where.base}{self._path}/referrers/{request.name}"
            return Problem(location, ProblemKind.ABSENT, self._because)
        return None

    def _answer(self, request: ImageRequest, reply: Reply | Problem) -> Answer:
        if isinstance(reply, Problem):
            return reply
        if request.kind == "referrers":
            return self._referrers(request, reply)
        if reply.status != OK:
            return problem_of(reply)
        if request.kind == "manifest" and (problem := _contradiction(request, reply)):
            return problem
        stated = reply.first("content-type") if request.kind == "manifest" else ""
        return Document(reply.location, reply.body, stated, seen_at=reply.seen_at)

    def _referrers(self, request: ImageRequest, first: Reply) -> Answer:
        def ask(query: str) -> Reply | Problem:
            question = _question(self._path, request)
            question = msgspec.structs.replace(question, path=f"{question.path}?{query}")
            return self._conversation.ask(question, self._scope)

        answer = collect(first, ask)
        offered = is_offered(first)
        if offered is Referrers.NOT_OFFERED or isinstance(answer, Document):
            self.referrers = offered
        return answer


def _question(path: str, request: ImageRequest) -> Question:
    if request.kind == "manifest":
        return Question(f"{path}/manifests/{request.name}", request.max_length, ACCEPT)
    if request.kind == "blob":
        return Question(f"{path}/blobs/{request.name}", request.max_length)
    return Question(
        f"{path}/referrers/{request.name}", min(request.max_length, MAX_MANIFEST), OCI_INDEX
    )


def _refused(location: str, what: str) -> Problem:
    because = f"this cannot be the name of a {what}, so nobody was asked"
    return Problem(location, ProblemKind.REFUSED, because)


def _contradiction(request: ImageRequest, reply: Reply) -> Problem | None:
    """Of a tag only the registry says which digest it means: it and the bytes have to agree."""
    stated = reply.first(_DIGEST_FIELD)
    if not stated or ":" in request.name:
        return None
    try:
        agrees = has_digest(reply.body, parse_digest(stated))
    except ParseError as error:
        return _unreadable(reply, f"Docker-Content-Digest: {error.because}")
    if agrees:
        return None
    found = digest_of(reply.body)
    return _unreadable(reply, f"it says that the tag is {stated}, and sends bytes of {found}")


def _head(reply: Reply | Problem) -> Head | Problem | None:
    """None where only the content can tell."""
    if isinstance(reply, Problem):
        return reply
    if reply.status == METHOD_NOT_ALLOWED:
        return None
    if reply.status != OK:
        return problem_of(reply)
    stated = reply.first(_DIGEST_FIELD)
    if not stated:
        return None
    try:
        digest = parse_digest(stated)
    except ParseError as error:
        return _unreadable(reply, f"Docker-Content-Digest: {error.because}")
    length = reply.first("content-length")
    size = int(length) if length.isascii() and length.isdecimal() and len(length) < 19 else None  # noqa: PLR2004
    return Head(reply.location, digest, reply.first("content-type"), size, reply.seen_at)


def _head_of(answer: Answer) -> Head | Problem:
    if isinstance(answer, Problem):
        return answer
    digest, size = digest_of(answer.body), len(answer.body)
    return Head(answer.location, digest, answer.media_type, size, answer.seen_at)


def _unreadable(reply: Reply, because: str) -> Problem:
    return Problem(reply.location, ProblemKind.UNREADABLE, because)
