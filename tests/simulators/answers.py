"""Answers of verifications as they are stored, for pages: of real ones, and of made-up formats."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.simulators.tuf_places import Client
from trustui.core.answer import as_json
from trustui.core.formats.tuf.states import trust_state
from trustui.core.trace import Finding, Group, NotReached, Outcome, TrustState
from trustui.demo.publisher import Publisher
from trustui.verdicts.answers import Answer, AnswerStep, read_answer

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PASSED, FAILED, UNDECIDED, NOTED = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.UNDECIDED,
    Outcome.NOTED,
)


def verified_answer(repo: Publisher, at: datetime) -> Answer:
    """What a client that pinned the first root concludes at an instant."""
    found = Client(repo.document("root", 1), at).verify(repo.metadata)
    return read_answer(as_json(found.trace, "tuf", trust_state(found.trace, found.repository)))


def step(
    check: str = "x.y",
    outcome: Outcome = PASSED,
    on: str = "thing v1",
    because: str = "it is so",
    **others: object,
) -> AnswerStep:
    """One step of a made-up format."""
    group = str(others.pop("group", "thing"))
    return AnswerStep(check, outcome, on, because, "X 1.0 §2.3", group, **others)  # type: ignore[arg-type]


def answer(
    *steps: AnswerStep,
    state: TrustState = TrustState.VERIFIED,
    groups: Sequence[Group] | None = None,
    findings: Sequence[Finding] = (),
    not_reached: Sequence[NotReached] = (),
    at: datetime = AT,
) -> Answer:
    """A verification of a made-up format; without groups each is as bad as its worst step."""
    names = dict.fromkeys(one.group for one in steps)
    made = [Group(name, name, _worst(name, steps)) for name in names]
    given = tuple(made if groups is None else groups)
    outcome = FAILED if any(one.outcome is FAILED for one in given) else PASSED
    return Answer(
        "a thing", "x", at, at, outcome, state, steps, given, tuple(not_reached), tuple(findings)
    )


def _worst(name: str, steps: Sequence[AnswerStep]) -> Outcome:
    found = {one.outcome for one in steps if one.group == name and one.decides}
    return next((one for one in (FAILED, UNDECIDED) if one in found), PASSED)
