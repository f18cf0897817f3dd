"""Questions about one artefact: asked once, from the store where the place confirms it."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from tests.simulators.image_repository import Repository
from tests.simulators.imaged import OneRepository
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.references import digest_of
from trustui.core.oci.requests import blob_request, manifest_request, referrers_request
from trustui.crawl.image_source import Referrers
from trustui.demo.images.repository import image
from trustui.images.asking import Asking, Heads, still_stands
from trustui.images.values import KnownRepository, Told


class Kept:
    """A `Memory` of one repository that tells what it was asked for."""

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        self._bodies = bodies
        self.read: list[str] = []

    def known(self, _names: Sequence[str]) -> Mapping[str, KnownRepository]:
        raise AssertionError("nobody asks for it here")

    def bodies(self, _repository_id: int, digests: Sequence[str]) -> Mapping[str, bytes]:
        self.read += digests
        return {one: self._bodies[one] for one in digests if one in self._bodies}


class Asked:
    """A place with one image, and how it is asked."""

    def __init__(self, *, is_known: bool) -> None:
        self.behind = Repository()
        self.digest = image(self.behind)
        self.count: Counter[str] = Counter()
        self.source = OneRepository("team/app", self.behind, self.count, Referrers.UNKNOWN)
        self.heads = Heads(self.source)
        self.memory = Kept(dict(self.behind.blobs))
        known = KnownRepository(1, digests=dict.fromkeys(self.behind.blobs, "a/type"))
        self.asking = Asking(self.source, self.heads, known if is_known else None, self.memory)


def test_a_question_is_asked_once_and_kept() -> None:
    one = Asked(is_known=False)
    for _ in range(2):
        answer = one.asking.ask(manifest_request(one.digest))
    assert isinstance(answer, Document)
    assert one.count == {"manifest": 1}
    assert list(one.asking.told) == [("manifest", one.digest)]
    assert set(one.asking.new) == {one.digest.partition(":")[2]}
    assert list(one.asking.by_digest("manifest")) == [one.digest]


def test_what_is_known_and_confirmed_comes_from_the_store() -> None:
    one = Asked(is_known=True)
    answer = one.asking.ask(manifest_request(one.digest))
    assert isinstance(answer, Document)
    assert (answer.body, answer.media_type) == (one.behind.blobs[one.digest], "a/type")
    assert one.count == {"head": 1}
    assert one.asking.new == {}


def test_what_is_known_and_gone_is_asked_for() -> None:
    one = Asked(is_known=True)
    del one.behind.blobs[one.digest]
    answer = one.asking.ask(manifest_request(one.digest))
    assert isinstance(answer, Problem)
    assert answer.kind is ProblemKind.ABSENT


def test_a_known_blob_needs_no_question() -> None:
    one = Asked(is_known=True)
    blob = digest_of(b"web")
    assert isinstance(one.asking.ask(blob_request(blob, 3)), Document)
    assert one.count == {}


def test_known_content_that_is_longer_than_allowed_is_left_to_the_place() -> None:
    one = Asked(is_known=True)
    answer = one.asking.ask(blob_request(digest_of(b"web"), 2))
    assert isinstance(answer, Problem)
    assert answer.kind is ProblemKind.TOO_LONG


def test_a_tag_whose_digest_was_told_comes_from_the_store() -> None:
    one = Asked(is_known=True)
    one.heads.ask(["1.0"])
    assert isinstance(one.asking.ask(manifest_request("1.0")), Document)
    assert one.count == {"head": 1}


def test_questions_are_fetched_together_and_what_is_kept_is_read_at_once() -> None:
    one = Asked(is_known=True)
    requests = [manifest_request(one.digest), referrers_request(one.digest)]
    told = [Told("blob", digest_of(b"web")), Told("manifest", "1.0")]
    wanted = one.asking.expect([*requests, *requests], told)
    assert wanted == requests[1:]
    one.asking.hear(wanted[0], one.source.ask(wanted[0]))
    assert one.asking.expect(requests) == []
    assert sorted(one.memory.read) == sorted([one.digest, digest_of(b"web")])
    assert one.count == {"head": 1, "referrers": 1}
    for request in requests:
        one.asking.ask(request)
    assert one.count == {"head": 1, "referrers": 1}


def test_bytes_under_a_foreign_digest_are_not_true() -> None:
    one = Asked(is_known=False)
    one.asking.ask(manifest_request(one.digest))
    was_true = one.asking.is_all_true
    other = "sha256:" + "0" * 64
    one.behind.blobs[other] = b"something"
    one.asking.ask(manifest_request(other))
    assert (was_true, one.asking.is_all_true) == (True, False)
    assert list(one.asking.by_digest("manifest")) == [one.digest]


@pytest.mark.parametrize(
    ("told", "problem", "stands"),
    [
        (Told("manifest", "1.0", "own"), None, True),
        (Told("manifest", "1.0", "00"), None, False),
        (Told("manifest", "1.0", problem="absent"), None, False),
        (Told("manifest", "1.0", problem="too_long"), None, True),
        (Told("manifest", "1.0", "own"), ProblemKind.ABSENT, False),
        (Told("manifest", "1.0", problem="absent"), ProblemKind.ABSENT, True),
        (Told("manifest", "1.0", "own"), ProblemKind.TOO_SLOW, None),
        (Told("blob", "sha256:x", "00"), ProblemKind.ABSENT, True),
    ],
)
def test_an_answer_stands_or_not_or_nobody_knows(
    told: Told, problem: ProblemKind | None, stands: bool | None
) -> None:
    one = Asked(is_known=True)
    if problem is not None:
        one.behind.problems["1.0"] = problem
    if told.sha256 == "own":
        told = Told(told.kind, told.name, one.digest.partition(":")[2])
    assert still_stands(told, one.heads, {}) is stands


def test_what_refers_to_a_digest_stands_by_its_bytes() -> None:
    one = Asked(is_known=True)
    answer = one.source.ask(referrers_request(one.digest))
    told = Told.of("referrers", one.digest, answer)
    assert still_stands(told, one.heads, {one.digest: answer}) is True
    other = Document("here", b"{}")
    assert still_stands(told, one.heads, {one.digest: other}) is False
