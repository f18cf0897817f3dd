"""Random tamperings, each found and named: the acceptance of the event log."""

from dataclasses import dataclass
from random import Random

import pytest

from tests.scale import so_many
from tests.simulators.event_log import LOG_KEY, Act, Attacker, Cover, Log, records, sealed
from trustui.events.checking import Report, Tampering, check

SEED = 20261121
EACH = so_many(40, 400)
"""Times 5 acts and 5 covers are 10,000, where all is looked at."""

SIZES = (5, 12, 18, 24)
LOG = sealed(records(24), SIZES)
KNOWN = (LOG_KEY.verifier,)
EXPORTED = LOG.checkpoints[2]
"""What somebody keeps elsewhere: the checkpoint of 18 events."""

ONCE = [
    sealed((), ()),
    *(sealed(records(size), [one for one in SIZES if one <= size]) for size in SIZES),
]

T = Tampering
CRUDE: dict[Act, Tampering] = {
    Act.EDIT: T.EDITED,
    Act.DELETE: T.MISSING,
    Act.SWAP: T.SWAPPED,
    Act.INSERT: T.INSERTED,
    Act.CUT: T.CUT_OFF,
}
"""What each act is called where nothing was covered up."""


@dataclass(frozen=True)
class Case:
    act: Act
    cover: Cover

    def __str__(self) -> str:
        return f"{self.act}: {self.cover}"


CASES = [Case(act, cover) for act in Act for cover in Cover]


def checked(log: Log, given: str | None) -> Report:
    return check(log.rows, log.checkpoints, KNOWN, [] if given is None else [given])


def named(report: Report) -> set[Tampering]:
    return {wrong.what for wrong in report.wrong}


def test_the_log_itself_is_whole() -> None:
    report = checked(LOG, EXPORTED.note)
    assert report.is_whole
    assert (report.rows, report.checkpoints, report.compared) == (24, 4, (18,))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_tampering_is_found_against_an_exported_checkpoint(case: Case) -> None:
    random = Random(f"{SEED} {case}")
    attacker = Attacker(random, below=EXPORTED.size)
    for _ in range(EACH):
        tampered = attacker.tamper(LOG, case.act, case.cover)
        report = checked(tampered.log, EXPORTED.note)
        assert named(report) & expected(case), (tampered.first, report.wrong)
        if case.cover is Cover.NONE and case.act is Act.EDIT:
            (found,) = report.wrong
            assert (found.first, found.last) == (tampered.first, tampered.first)


def expected(case: Case) -> set[Tampering]:
    """Any of these names it. Against the exported checkpoint nothing helps."""
    if case.cover is Cover.NONE:
        return {CRUDE[case.act]}
    return {T.CUT_OFF} if case.act is Act.CUT else {T.FORKED}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.cover is not Cover.OWN_KEY], ids=str
)
def test_without_the_key_it_is_found_by_the_log_alone(case: Case) -> None:
    attacker = Attacker(Random(f"{SEED} {case}"), below=len(LOG.rows))
    for _ in range(40):
        tampered = attacker.tamper(LOG, case.act, case.cover)
        if tampered.log in ONCE:
            continue  # exactly what the log was once: only an exported checkpoint tells
        assert not checked(tampered.log, None).is_whole, tampered.first


@pytest.mark.parametrize("act", Act)
def test_who_has_the_key_is_found_only_by_the_exported_checkpoint(act: Act) -> None:
    tampered = Attacker(Random(SEED), below=EXPORTED.size).tamper(LOG, act, Cover.OWN_KEY)
    assert checked(tampered.log, None).is_whole
    assert not checked(tampered.log, EXPORTED.note).is_whole


def test_what_came_after_the_exported_checkpoint_does_not_spoil_it() -> None:
    for size in SIZES:
        given = sealed(records(size), [size]).checkpoints[-1].note
        report = checked(LOG, given)
        assert report.is_whole
        assert report.compared == (size,)
