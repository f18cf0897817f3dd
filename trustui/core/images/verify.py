"""The verdict of an artefact in a registry: what is attached, against what is expected.

Order: what was asked (`policy.*`), what the reference names and what is attached (`registry.*`), then
each candidate in a group of its own. One good signature is enough for an expectation; the others are
shown with their own first failing check, and decide nothing then. Where none is good, the group that
came closest stands first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.facts import Turn
from trustui.core.images.candidates import (
    Against,
    Candidate,
    candidates,
    verify_candidate,
    with_need,
)
from trustui.core.images.disagreements import Judged, disagreements
from trustui.core.images.sboms import SbomFound, verify_sboms
from trustui.core.images.weaknesses import weaknesses
from trustui.core.oci.discovery import Discovery, discover, outcome_of_places
from trustui.core.oci.places import PlaceState, unreadable
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import (
    Chain,
    Check,
    Finding,
    Judgement,
    Outcome,
    Planned,
    Severity,
    Step,
    Verification,
    collect,
    failed,
    noted,
    passed,
    trace,
    undecided,
)
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import GIVEN, Given, Read, give_trust
from trustui.core.trust_policy.patterns import MAX_TEXT
from trustui.core.trust_policy.policies import (
    Lint,
    PolicyDocument,
    Requirement,
    alone,
    covering,
    lint_expectation,
    nearest_patterns,
)

COVERED = Check("policy.covered", "rule of trustui")
THRESHOLD = Check("policy.threshold", "rule of trustui")
FIND = Check("registry.find", 'distribution 1.1 "Listing Referrers"')

GROUP = "policy"


class ImageQuestion(msgspec.Struct, frozen=True):
    """What is asked: a reference, what is expected of it, the instant that decides (UTC).

    `expected` is one expectation, or policies of which one may cover the repository. `read` gives
    the files that expectations name.
    """

    reference: Reference
    expected: Expectation | PolicyDocument
    read: Read
    at: datetime


class SignatureFound(msgspec.Struct, frozen=True):
    """One candidate against one expectation, as the answer lists it."""

    group: str
    on: str
    kind: str
    digest: str
    place: str
    expectation: str
    outcome: Outcome
    first_failing: str | None
    identity: str = ""
    issuer: str = ""
    key: str = ""
    predicate_type: str = ""
    times: tuple[str, ...] = ()


@dataclass
class ImageVerdict:
    """What a verification found; the trace of its steps is the verdict itself."""

    question: ImageQuestion
    discovery: Discovery | None = None
    candidates: tuple[Candidate, ...] = ()
    signatures: list[SignatureFound] = field(default_factory=list)
    nearest: str | None = None
    """The group of the signature that came closest, where none was good."""
    sboms: list[SbomFound] = field(default_factory=list)
    turns: set[Turn] = field(default_factory=set)
    """When time alone may change what a signature came to, the past too."""
    is_covered: bool = True

    @property
    def members(self) -> dict[str, object]:
        """What an answer about an artefact has besides its trace (DESIGN §8)."""
        found = self.discovery
        return {
            "digest": None if found is None or found.artefact is None else found.digest,
            "places": [] if found is None else found.places,
            "signatures": self.signatures,
            "nearest": self.nearest,
            "sboms": self.sboms,
        }


@dataclass
class Wanted:
    """One expectation of a requirement on its way: its trust, its candidates, what they came to."""

    expectation: Expectation
    given: Given
    suffix: str
    judged: list[Judged] = field(default_factory=list)
    found: Step | None = None

    @property
    def can_judge(self) -> bool:
        """Whether everything that it rests on could be read."""
        return self.given.broken_by is None

    @property
    def outcome(self) -> Outcome:
        """Passed by any good candidate; undecided where one or a place could not be read."""
        outcomes = {one.outcome for one in self.judged}
        if not self.can_judge:
            return Outcome.FAILED
        if Outcome.PASSED in outcomes:
            return Outcome.PASSED
        if Outcome.UNDECIDED in outcomes or (
            self.found and self.found.outcome is Outcome.UNDECIDED
        ):
            return Outcome.UNDECIDED
        return Outcome.FAILED


def verify_image(question: ImageQuestion, ask: Ask) -> Verification[ImageVerdict]:
    """Everything that can be said about an artefact and what is expected of it."""
    verdict = ImageVerdict(question)
    chain = Chain(GROUP, question.reference.name)
    requirements = yield from _requirements(verdict, chain)
    wanted = [
        [Wanted(one, give_trust(one, question.read, chain), suffix) for one, suffix in named]
        for named in _named(requirements)
    ]
    for one in _flat(wanted):
        yield from one.given.steps
        yield from _lints(question, one.expectation)
    found = yield from discover(question.reference, ask)
    verdict.discovery = found
    if found.artefact is not None:
        verdict.candidates = tuple(candidates(found))
        for one in _flat(wanted):
            yield from _look_for(verdict, one)
    for requirement, several in zip(requirements, wanted, strict=True):
        yield from _conclude(verdict, requirement, several)
    if found.artefact is not None:
        expected = [(one.expectation, one.given.trust) for one in _flat(wanted) if one.can_judge]
        verdict.sboms = yield from verify_sboms(found, expected, question.at)
    return verdict


def _flat(wanted: "Sequence[Sequence[Wanted]]") -> list[Wanted]:
    return [one for several in wanted for one in several]


def _named(requirements: Sequence[Requirement]) -> list[list[tuple[Expectation, str]]]:
    """Each expectation with what tells its groups apart; a single one needs nothing."""
    total = sum(len(one.of) for one in requirements)
    named: list[list[tuple[Expectation, str]]] = []
    number = 0
    for requirement in requirements:
        named.append([])
        for expectation in requirement.of:
            number += 1
            named[-1].append((expectation, f" for {number}" if total > 1 else ""))
    return named


# What was asked -------------------------------------------------------------------------------


def _requirements(verdict: ImageVerdict, chain: Chain) -> Verification[tuple[Requirement, ...]]:
    expected = verdict.question.expected
    given = tuple(check.id for check in GIVEN)
    if isinstance(expected, Expectation):
        yield Planned(GROUP, chain.on, (COVERED.id, *given))
        yield chain.judge(COVERED, judge_named)
        return alone(expected)
    cover = covering(expected, verdict.question.reference.name)
    verdict.is_covered = cover is not None
    yield Planned(GROUP, chain.on, (COVERED.id, *(given if cover else ())))
    name = verdict.question.reference.name
    yield chain.judge(COVERED, judge_covered, expected, name)
    return () if cover is None else cover.policy.require


def judge_named() -> Judgement:
    """An expectation for this very artefact was given."""
    return passed("an expectation was given for this artefact")


def judge_covered(document: PolicyDocument, name: str) -> Judgement:
    """Some policy says what is expected of this repository."""
    cover = covering(document, name)
    if cover is None:
        nearest = ", ".join(nearest_patterns(document, name))
        return failed(
            "no policy covers this repository: nobody said what to expect of it",
            expected=f"a policy whose pattern matches {name}",
            found=f"the nearest patterns are {nearest}" if nearest else "no policy at all",
        )
    return passed(f"the policy for {cover.pattern} applies", found=cover.pattern)


def _lints(question: ImageQuestion, expectation: Expectation) -> Verification[None]:
    lint: Lint
    for lint in lint_expectation(expectation):
        yield Finding(lint.id, question.reference.name, lint.because, Severity.MEDIUM)


# What is there --------------------------------------------------------------------------------


def _look_for(verdict: ImageVerdict, wanted: Wanted) -> Verification[None]:
    """Is anything of the wanted kind attached; then each such thing, verified."""
    found = verdict.discovery
    assert found is not None
    chain = Chain(
        f"registry{wanted.suffix}", str(verdict.question.reference), found.chain.broken_by
    )
    fitting = [one for one in verdict.candidates if one.is_wanted(wanted.expectation)]
    yield Planned(chain.group, chain.on, (FIND.id,))
    wanted.found = chain.judge(
        FIND, judge_found, found, fitting, verdict.candidates, wanted.expectation
    )
    yield wanted.found
    if not wanted.can_judge:
        return
    against = Against(
        wanted.expectation, wanted.given.trust, found.digest, verdict.question.at, wanted.suffix
    )
    wanted.judged = [_verified(one, against) for one in fitting]
    verdict.turns.update(
        turn for one in wanted.judged if one.result is not None for turn in one.result.turns
    )
    yield from weaknesses(wanted.judged, wanted.expectation)
    yield from disagreements(wanted.judged, verdict.candidates, against)


def judge_found(
    found: Discovery,
    fitting: Sequence[Candidate],
    there: Sequence[Candidate],
    expectation: Expectation,
) -> Judgement:
    """Something of the wanted kind is attached; "nothing" only after every place has answered."""
    kind = "attestation" if expectation.predicate_type else "signature"
    told = [f"{one.place.value}: {one.state.value}, {one.because}" for one in found.places]
    silent = unreadable(tuple(found.places))
    if fitting:
        conclude = noted if silent else passed
        also = f"; {counted(len(silent), 'place')} could not be read" if silent else ""
        return conclude(f"{counted(len(fitting), kind)} attached{also}", places=told)
    others = len(there)
    had_nothing = sum(one.state in _HAD_NOTHING for one in found.places)
    if outcome_of_places(found) is Outcome.UNDECIDED:
        return undecided(
            f"no {kind} was found, but not every place could be read",
            expected="an answer of every place",
            found=", ".join(f"{one.place.value}: {one.because}" for one in silent)
            or "part of a list",
            places=told,
        )
    return failed(
        f"no {kind} is attached: {counted(had_nothing, 'place')} had nothing, "
        f"and {_what_is_there(found, others)}",
        expected=f"a {kind}" if kind == "signature" else "an attestation",
        found=f"{counted(others, 'other signed thing')}, {counted(len(found.attached), 'attached manifest')}",
        places=told,
    )


_HAD_NOTHING = (PlaceState.EMPTY, PlaceState.NOT_OFFERED)


def _what_is_there(found: Discovery, others: int) -> str:
    if others:
        return f"{counted(others, 'signed thing')} of another kind or format stands there"
    if found.attached:
        return f"{counted(len(found.attached), 'manifest')} that nobody signed stands there"
    return "nothing at all is attached"


def _verified(candidate: Candidate, against: Against) -> Judged:
    events, outcome = collect(verify_candidate, candidate, against)
    alone_ = trace(candidate.name, against.at, against.at, events)
    return Judged(candidate, events, alone_, outcome)


# The verdict ----------------------------------------------------------------------------------


def _conclude(
    verdict: ImageVerdict, requirement: Requirement, wanted: Sequence[Wanted]
) -> Verification[None]:
    """Emit the groups, needed or not, and where several signers are asked for, count them."""
    is_met = counted_signers(wanted) >= requirement.at_least
    for one in wanted:
        yield from _told(verdict, one, is_met=is_met)
    if len(wanted) == 1:
        return
    chain = Chain(f"signers {requirement.words}{wanted[0].suffix}", verdict.question.reference.name)
    yield Planned(chain.group, chain.on, (THRESHOLD.id,))
    yield chain.judge(THRESHOLD, judge_threshold, requirement, wanted)


def _told(verdict: ImageVerdict, wanted: Wanted, *, is_met: bool) -> Verification[None]:
    """The groups of one expectation: the closest first, and needed where the verdict rests on it."""
    ranked = sorted(wanted.judged, key=lambda one: one.distance(wanted.expectation))
    is_good = wanted.outcome is Outcome.PASSED
    for position, one in enumerate(ranked):
        if is_met or is_good:
            needed = one.outcome is Outcome.PASSED and is_good
        else:
            needed = one.outcome is wanted.outcome
        yield from with_need(one.events, needed=needed)
        verdict.signatures.append(_as_found(one, wanted.expectation))
        if not is_good and position == 0 and verdict.nearest is None:
            verdict.nearest = one.group


def _as_found(one: Judged, expectation: Expectation) -> SignatureFound:
    outcome = one.result
    first = one.trace.first_failing
    told = SignatureFound(
        group=one.group,
        on=one.candidate.on,
        kind=one.candidate.kind,
        digest=one.candidate.digest,
        place=one.candidate.attached.place.value,
        expectation=expectation.who,
        outcome=one.outcome,
        first_failing=None if first is None else first.check,
        predicate_type=visible(one.candidate.predicate_type),
    )
    if outcome is None:
        return told
    return msgspec.structs.replace(
        told,
        identity=visible(outcome.identity, MAX_TEXT),
        issuer=visible(outcome.issuer, MAX_TEXT),
        key=outcome.key,
        times=tuple(f"{time.kind} {time.at:%Y-%m-%dT%H:%M:%SZ}" for time in outcome.times),
    )


def counted_signers(wanted: Sequence[Wanted]) -> int:
    """How many expectations hold by signers that are all different (a matching of the two)."""
    holders: dict[str, int] = {}
    signers = [
        sorted({_signer(one.result) for one in each.judged if one.outcome is Outcome.PASSED})
        for each in wanted
    ]

    def place(number: int, tried: set[str]) -> bool:
        for signer in signers[number]:
            if signer not in tried:
                tried.add(signer)
                if signer not in holders or place(holders[signer], tried):
                    holders[signer] = number
                    return True
        return False

    return sum(place(number, set()) for number in range(len(signers)))


def _signer(result: SignatureOutcome | None) -> str:
    return "" if result is None else result.signer


def judge_threshold(requirement: Requirement, wanted: Sequence[Wanted]) -> Judgement:
    """As many different signers as the requirement asks for."""
    good = counted_signers(wanted)
    open_ = sum(one.outcome is Outcome.UNDECIDED for one in wanted)
    if good >= requirement.at_least:
        return passed(f"{counted(good, 'signer')} of {len(wanted)}, {requirement.at_least} wanted")
    conclude = undecided if good + open_ >= requirement.at_least else failed
    return conclude(
        "fewer different signers than are wanted",
        expected=f"{requirement.words} signers",
        found=counted(good, "signer"),
    )
