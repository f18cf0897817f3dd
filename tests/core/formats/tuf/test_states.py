"""One word for a repository as a whole."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulators.tuf_places import TufPlace, Verdict
from tests.vectors.tuf.builders import (
    DAY,
    NOW,
    YESTERDAY,
    client,
    publish_with,
    small,
    staged,
)
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.formats.tuf.states import (
    expires_soon,
    expiring_soon,
    instants_of_roles,
    next_change,
    trust_state,
)
from trustui.core.graph import delegation_tree
from trustui.core.trace import Outcome, TrustState
from trustui.demo.publisher import Publisher


def state(
    repo: Publisher, place: TufPlace, origin: AnchorOrigin = AnchorOrigin.PINNED
) -> TrustState:
    verdict = client(repo, origin=origin).verify(place)
    return trust_state(verdict.trace, verdict.repository)


def test_a_sound_repository_is_verified() -> None:
    repo = small()
    assert state(repo, TufPlace(repo.files)) is TrustState.VERIFIED


def test_a_sound_repository_that_nobody_vouches_for_is_signed_and_not_trusted() -> None:
    repo = small()
    place = TufPlace(repo.files)
    assert state(repo, place, origin=AnchorOrigin.NOBODY) is TrustState.NOT_TRUSTED


def test_a_failed_check_is_failing() -> None:
    repo = small()
    repo.withdraw("1.targets.json")
    assert state(repo, TufPlace(repo.files)) is TrustState.FAILING


def test_where_nobody_vouches_it_is_not_trusted_whatever_else_fails() -> None:
    repo = small()
    repo.withdraw("1.targets.json")
    place = TufPlace(repo.files)
    assert state(repo, place, origin=AnchorOrigin.NOBODY) is TrustState.NOT_TRUSTED


def test_a_place_that_gives_no_usable_answer_could_not_be_checked() -> None:
    repo = small()
    place = TufPlace(repo.files, {"timestamp.json": ProblemKind.UNREADABLE})
    assert state(repo, place) is TrustState.COULD_NOT_CHECK


def test_a_timestamp_at_the_end_of_its_life_expires_soon() -> None:
    repo = small()
    place = TufPlace(repo.files, seen_at=YESTERDAY)
    late = YESTERDAY + timedelta(days=2.5)
    verdict = client(repo, at=late).verify(place)
    assert trust_state(verdict.trace, verdict.repository) is TrustState.EXPIRES_SOON
    assert expiring_soon(verdict.repository) == ["timestamp"]


def test_what_has_no_publication_date_is_judged_by_its_signing_period() -> None:
    repo = publish_with(
        staged(), "targets", lambda signed: signed.update({"x-tuf-on-ci-signing-period": 90})
    )
    verdict = client(repo).verify(repo.files)
    assert expiring_soon(verdict.repository) == ["targets"]


EXPIRES = YESTERDAY + 10 * DAY


@pytest.mark.parametrize(
    ("seen", "at", "signing_began", "expected"),
    [
        (YESTERDAY, YESTERDAY, None, False),
        (YESTERDAY, EXPIRES - 2 * DAY, None, False),
        (YESTERDAY, EXPIRES - 2 * DAY + timedelta(seconds=1), None, True),
        (YESTERDAY, EXPIRES - timedelta(seconds=1), None, True),
        (YESTERDAY, EXPIRES, None, False),
        (YESTERDAY, EXPIRES + DAY, None, False),
        (None, EXPIRES - timedelta(seconds=1), None, False),
        (None, NOW, NOW, True),
        (None, NOW, NOW + timedelta(seconds=1), False),
        (None, EXPIRES, NOW, False),
        (YESTERDAY, EXPIRES, NOW, False),
        (YESTERDAY, YESTERDAY, YESTERDAY - DAY, True),
    ],
)
def test_soon_is_less_than_a_fifth_of_the_lifetime_or_within_the_signing_period(
    seen: datetime | None, at: datetime, signing_began: datetime | None, expected: bool
) -> None:
    repo = staged()
    repo.set_expiry("snapshot", EXPIRES)
    repo.publish()
    metadata = parse(Document("1.snapshot.json", repo.document("snapshot"), seen_at=seen))
    assert expires_soon(metadata, at, signing_began) is expected


# When time alone will change it

MICROSECOND = timedelta(microseconds=1)
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
ROLES = ("root", "timestamp", "snapshot", "targets", "team", "squad")
FILES = (
    "2.root.json",
    "timestamp.json",
    "1.snapshot.json",
    "1.targets.json",
    "1.team.json",
    "1.squad.json",
)


@dataclass(frozen=True)
class Evidence:
    """One repository as it may be found, and how it is looked at."""

    expiries: dict[str, timedelta] = field(default_factory=dict)
    """Role -> lifetime from YESTERDAY; others keep those of the publisher."""
    periods: dict[str, int] = field(default_factory=dict)
    """Role -> the signing period that its document states, in days."""
    problems: dict[str, ProblemKind] = field(default_factory=dict)
    unsigned: tuple[str, ...] = ()
    seen: timedelta | None = timedelta()
    """When its documents were first seen, from YESTERDAY; None: nobody knows."""
    origin: AnchorOrigin = AnchorOrigin.PINNED
    path: str | None = None

    def place(self) -> tuple[Publisher, TufPlace]:
        repo = staged("changing")
        repo.add_delegation("targets", "team", paths=["team/*"])
        repo.add_delegation("team", "squad", paths=["team/s-*"])
        repo.add_target("squad", "team/s-1.bin", b"of the squad")
        for role, lifetime in self.expiries.items():
            repo.set_expiry(role, YESTERDAY + lifetime)
        for role, days in self.periods.items():
            repo.add_field(role, "x-tuf-on-ci-signing-period", days)
        for role in self.unsigned:
            repo.sign_with_only(role, 0)
        repo.publish()
        seen_at = None if self.seen is None else YESTERDAY + self.seen
        return repo, TufPlace(repo.files, self.problems, seen_at=seen_at)


class Changing:
    """Judges one piece of evidence at any instant."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.repo, self.seen_in = evidence.place()

    def meaning(self, at: datetime) -> tuple[Outcome, TrustState, str | None, str | None]:
        trace, repository, _ = self._judge(at)
        first = trace.first_failing
        check, on = (None, None) if first is None else (first.check, first.on)
        return trace.outcome, trust_state(trace, repository), check, on

    def next_change(self, at: datetime) -> datetime | None:
        trace, repository, _ = self._judge(at)
        return next_change(trace, repository)

    def tree(self, at: datetime) -> list[tuple[object, ...]]:
        """Of every role what holds of it; not the time that is left."""
        trace, repository, _ = self._judge(at)
        return [
            (node.role, node.state, node.first_failing, node.rests_on, node.signed)
            for node in delegation_tree(repository, trace).nodes
        ]

    def next_instant(self, at: datetime) -> datetime | None:
        _, repository, _ = self._judge(at)
        later = (instant for instant in instants_of_roles(repository) if instant > at)
        return min(later, default=None)

    def _judge(self, at: datetime) -> Verdict:
        paths = () if self.evidence.path is None else (self.evidence.path,)
        asking = client(self.repo, at=at, origin=self.evidence.origin)
        return asking.verify(self.seen_in, *paths)


LIFETIMES = st.integers(1, 10).map(lambda days: days * DAY) | st.integers(1, 10 * 86_400).map(
    lambda seconds: timedelta(seconds=seconds)
)
EVIDENCE = st.builds(
    Evidence,
    expiries=st.fixed_dictionaries({}, optional=dict.fromkeys(ROLES, LIFETIMES)),
    periods=st.dictionaries(st.sampled_from(ROLES), st.integers(1, 9), max_size=2),
    problems=st.dictionaries(
        st.sampled_from(FILES),
        st.sampled_from([ProblemKind.ABSENT, ProblemKind.UNREADABLE, ProblemKind.TOO_LONG]),
        max_size=1,
    ),
    unsigned=st.lists(st.sampled_from(ROLES[1:]), max_size=1).map(tuple),
    seen=st.none() | st.integers(-(10**12), 10**12).map(lambda us: timedelta(microseconds=us)),
    origin=st.sampled_from([AnchorOrigin.PINNED, AnchorOrigin.FIRST_USE, AnchorOrigin.NOBODY]),
    path=st.sampled_from([None, None, "team/s-1.bin", "nowhere"]),
)


@settings(deadline=None)
@given(EVIDENCE, st.integers(0, 10 * 86_400 * 10**6), st.floats(0, 1, exclude_max=True))
def test_the_next_change_is_exact(evidence: Evidence, after: int, share: float) -> None:
    at = YESTERDAY + timedelta(microseconds=after)
    changing = Changing(evidence)
    meaning, change = changing.meaning(at), changing.next_change(at)
    if change is None:
        assert changing.meaning(FOR_EVER) == meaning
        return
    assert change > at
    assert changing.meaning(change) != meaning
    assert changing.meaning(change - MICROSECOND) == meaning
    between = min(at + (change - at) * share, change - MICROSECOND)
    assert changing.meaning(between) == meaning


@settings(deadline=None, max_examples=25)
@given(EVIDENCE, st.integers(0, 10 * 86_400 * 10**6), st.floats(0, 1, exclude_max=True))
def test_between_two_instants_of_its_roles_the_same_holds_of_each(
    evidence: Evidence, after: int, share: float
) -> None:
    at = YESTERDAY + timedelta(microseconds=after)
    changing = Changing(evidence)
    following = changing.next_instant(at)
    if following is None:
        between = FOR_EVER
    else:
        between = min(at + (following - at) * share, following - MICROSECOND)
    assert changing.tree(between) == changing.tree(at)


@settings(deadline=None, max_examples=25)
@given(EVIDENCE)
def test_followed_from_change_to_change_it_comes_to_an_end(evidence: Evidence) -> None:
    changing = Changing(evidence)
    at: datetime | None = YESTERDAY
    seen = []
    while at is not None:
        seen.append(changing.meaning(at))
        at = changing.next_change(at)
    assert changing.meaning(FOR_EVER) == seen[-1]
    assert len(seen) <= 2 + len(ROLES)


def test_a_sound_repository_is_next_soon_to_expire() -> None:
    changing = Changing(Evidence({"timestamp": 10 * DAY}))
    soon = YESTERDAY + 8 * DAY + MICROSECOND
    assert changing.next_change(YESTERDAY) == soon
    assert changing.next_change(soon - MICROSECOND) == soon
    assert changing.next_change(soon) == YESTERDAY + 10 * DAY


def test_a_life_too_short_to_have_a_fifth_goes_from_verified_to_expired() -> None:
    expires = YESTERDAY + timedelta(seconds=1)
    changing = Changing(
        Evidence({"timestamp": expires - YESTERDAY}, seen=expires - YESTERDAY - 5 * MICROSECOND)
    )
    assert changing.next_change(expires - 5 * MICROSECOND) == expires


def test_an_expired_repository_changes_when_an_earlier_check_fails_too() -> None:
    changing = Changing(Evidence({"targets": 1 * DAY, "snapshot": 3 * DAY, "timestamp": 2 * DAY}))
    assert changing.meaning(NOW)[2] == "tuf.targets.freeze.expired"
    assert changing.next_change(NOW) == YESTERDAY + 2 * DAY
    assert changing.meaning(YESTERDAY + 2 * DAY)[2] == "tuf.timestamp.freeze.expired"


def test_what_nobody_vouches_for_does_not_change_by_itself() -> None:
    assert Changing(Evidence(origin=AnchorOrigin.NOBODY)).next_change(NOW) is None


def test_a_place_without_a_root_does_not_change_by_itself() -> None:
    verdict = client(small(), origin=AnchorOrigin.PINNED)
    verdict.root = Problem("pinned root", ProblemKind.ABSENT, "the test wants it so")
    trace, repository, _ = verdict.verify(small().files)
    assert next_change(trace, repository) is None


def test_where_nobody_knows_the_publication_the_next_change_is_the_first_expiry() -> None:
    changing = Changing(Evidence({"squad": 2 * DAY, "team": 4 * DAY}, seen=None))
    assert changing.next_change(NOW) == YESTERDAY + 2 * DAY
    assert changing.meaning(YESTERDAY + 2 * DAY)[2] == "tuf.delegation.freeze.expired"
    assert changing.next_change(YESTERDAY + 2 * DAY) == YESTERDAY + 3 * DAY
