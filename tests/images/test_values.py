"""What an answer says, and what makes evidence another."""

import msgspec
import pytest

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.images.values import Told, evidence_of

DOCUMENT = Document("here", b"{}", "application/json")
TOLD = Told.of("manifest", "1.0", DOCUMENT)


def told(kind: ProblemKind, question: str = "manifest") -> Told:
    return Told.of(question, "1.0", Problem("here", kind, "so"))


def test_an_answer_is_told_by_its_digest_or_its_problem() -> None:
    assert TOLD.sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert (TOLD.media_type, TOLD.location, TOLD.problem) == ("application/json", "here", "")
    assert told(ProblemKind.ABSENT) == Told(
        "manifest", "1.0", location="here", problem="absent", because="so"
    )


def test_an_answer_comes_back_from_json_as_it_was() -> None:
    for one in (TOLD, told(ProblemKind.TOO_LONG)):
        assert msgspec.convert(msgspec.to_builtins(one), Told) == one


@pytest.mark.parametrize(
    ("one", "is_settled"),
    [
        (TOLD, True),
        (told(ProblemKind.ABSENT), True),
        (told(ProblemKind.TOO_LONG), True),
        (told(ProblemKind.ABSENT, "blob"), False),
        (told(ProblemKind.UNREADABLE), False),
        (told(ProblemKind.TOO_SLOW), False),
        (told(ProblemKind.REFUSED), False),
        (msgspec.structs.replace(TOLD, shortfall="a page is missing"), False),
    ],
)
def test_what_may_be_answered_otherwise_without_a_change_is_not_settled(
    one: Told, is_settled: bool
) -> None:
    assert one.is_settled is is_settled


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(TOLD, name="2.0"),
        msgspec.structs.replace(TOLD, kind="blob"),
        msgspec.structs.replace(TOLD, sha256="00"),
        msgspec.structs.replace(TOLD, media_type=""),
        msgspec.structs.replace(TOLD, shortfall="a page is missing"),
        told(ProblemKind.ABSENT),
    ],
)
def test_evidence_is_another_when_an_answer_is(other: Told) -> None:
    assert evidence_of([TOLD]) != evidence_of([other])


def test_evidence_does_not_change_with_a_places_words() -> None:
    said = msgspec.structs.replace(told(ProblemKind.ABSENT), because="other words", location="x")
    assert evidence_of([told(ProblemKind.ABSENT)]) == evidence_of([said])
    assert evidence_of([TOLD, said]) != evidence_of([said, TOLD])
