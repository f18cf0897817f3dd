"""What a check of the log says, case by case; test_tamperings.py draws them at random."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import pytest
from django.db import connection

from tests.simulators.append_only import run
from tests.simulators.event_log import LOG_KEY, OTHER_KEY, Log, records, sealed
from tests.simulators.event_rows import put, record_events, seal_all
from trustui.core.errors import ParseError
from trustui.core.primitives.merkle import EMPTY_ROOT
from trustui.core.primitives.signed_note import Signer, TreeHead
from trustui.events import checking
from trustui.events.checking import Report, Tampering, Wrong, check, check_log
from trustui.events.models import Checkpoint, Event
from trustui.events.reading import Row

KNOWN = (LOG_KEY.verifier,)
LOG = sealed(records(12), (4, 8, 12))
NOTES = {one.size: one.note for one in LOG.checkpoints}
T = Tampering


def checked(log: Log, *given: str) -> Report:
    return check(log.rows, log.checkpoints, KNOWN, given)


def found(report: Report) -> list[tuple[Tampering, int, int]]:
    return [(wrong.what, wrong.first, wrong.last) for wrong in report.wrong]


def edited(row: Row, subject: str = "something else") -> Row:
    assert row.record is not None
    return msgspec.structs.replace(row, record=msgspec.structs.replace(row.record, subject=subject))


def with_rows(change: Callable[[list[Row]], object]) -> Log:
    rows = list(LOG.rows)
    change(rows)
    return replace(LOG, rows=tuple(rows))


def edit(rows: list[Row], *positions: int) -> None:
    for position in positions:
        rows[position] = edited(rows[position])


def relocate(rows: list[Row], order: list[int]) -> None:
    """Rows with their leaves at other positions."""
    contents = list(rows)
    for position, origin in enumerate(order):
        record = contents[origin].record
        assert record is not None
        rows[position] = Row(position, record.placed_at(position), contents[origin].leaf)


@dataclass(frozen=True)
class Case:
    named: str
    log: Log
    expected: list[tuple[Tampering, int, int]]


def without(positions: set[int]) -> Log:
    return replace(LOG, rows=tuple(row for row in LOG.rows if row.position not in positions))


def with_checkpoint(index: int, **changes: object) -> Log:
    stored = list(LOG.checkpoints)
    stored[index] = msgspec.structs.replace(stored[index], **changes)
    return replace(LOG, checkpoints=tuple(stored))


def edited_and_deleted() -> Log:
    rows = with_rows(lambda rows: edit(rows, 9)).rows
    return replace(LOG, rows=(*rows[:5], *rows[6:]))


CASES = [
    Case("nothing", LOG, []),
    Case("an empty log", Log((), ()), []),
    Case("one row edited", with_rows(lambda rows: edit(rows, 6)), [(T.EDITED, 6, 6)]),
    Case(
        "rows edited side by side and apart",
        with_rows(lambda rows: edit(rows, 2, 3, 4, 9)),
        [(T.EDITED, 2, 4), (T.EDITED, 9, 9)],
    ),
    Case(
        "a leaf that is no hash",
        with_rows(lambda rows: rows.__setitem__(5, msgspec.structs.replace(rows[5], leaf=b"x"))),
        [(T.EDITED, 5, 5)],
    ),
    Case(
        "a row that cannot be read",
        with_rows(lambda rows: rows.__setitem__(5, Row(5, None, rows[5].leaf))),
        [(T.EDITED, 5, 5)],
    ),
    Case(
        "two rows swapped",
        with_rows(lambda rows: relocate(rows, [0, 1, 7, 3, 4, 5, 6, 2, 8, 9, 10, 11])),
        [(T.SWAPPED, 2, 2), (T.SWAPPED, 7, 7)],
    ),
    Case(
        "a row moved to the end of its checkpoint",
        with_rows(lambda rows: relocate(rows, [0, 1, 2, 3, 5, 6, 7, 4, 8, 9, 10, 11])),
        [(T.SWAPPED, 4, 6), (T.EDITED, 7, 7)],
    ),
    Case(
        "the rows around a checkpoint deleted, and those after the last one too",
        without({3, 4, 11}),
        [(T.MISSING, 3, 4), (T.CUT_OFF, 11, 11)],
    ),
    Case("a row deleted", without({5}), [(T.MISSING, 5, 5)]),
    Case("rows deleted across a checkpoint", without({3, 4, 5}), [(T.MISSING, 3, 5)]),
    Case("rows deleted up to a checkpoint", without({6, 7}), [(T.MISSING, 6, 7)]),
    Case("the first rows deleted", without({0, 1}), [(T.MISSING, 0, 1)]),
    Case("the last rows deleted", without({10, 11}), [(T.CUT_OFF, 10, 11)]),
    Case(
        "a row deleted and another edited later",
edited_and_deleted(),
        [(T.MISSING, 5, 5), (T.EDITED, 9, 9)],
    ),
    Case(
        "a row added after the last checkpoint",
        with_rows(lambda rows: rows.append(sealed(records(13), ()).rows[12])),
        [(T.INSERTED, 12, 12)],
    ),
    Case(
        "a position that stands twice",
        with_rows(lambda rows: rows.insert(5, rows[4])),
        [(T.INSERTED, 4, 4)],
    ),
    Case(
        "a row edited and its leaf made to fit",
        replace(
            LOG,
            rows=sealed([*records(6), *records(1, 99), *records(5, 7)], ()).rows,
        ),
        [(T.REWRITTEN, 4, 7)],
    ),
    Case(
        "checkpoints signed with another key",
        replace(LOG, checkpoints=sealed(records(12), (4, 8, 12), OTHER_KEY).checkpoints),
        [(T.INSERTED, 0, 11), (T.CHECKPOINT, 4, 4), (T.CHECKPOINT, 8, 8), (T.CHECKPOINT, 12, 12)],
    ),
    Case("the root of a checkpoint changed", with_checkpoint(0, root=bytes(32)), [(T.CHECKPOINT, 4, 4)]),
    Case("the size of a checkpoint changed", with_checkpoint(1, size=7), [(T.CHECKPOINT, 7, 7)]),
    Case("the frontier of a checkpoint changed", with_checkpoint(1, frontier=b""), [(T.CHECKPOINT, 8, 8)]),
    Case("the note of a checkpoint is none", with_checkpoint(1, note="note"), [(T.CHECKPOINT, 8, 8)]),
    Case(
        "the last checkpoint deleted",
        replace(LOG, checkpoints=LOG.checkpoints[:2]),
        [(T.INSERTED, 8, 11)],
    ),
    Case("a checkpoint in between deleted", replace(LOG, checkpoints=LOG.checkpoints[::2]), []),
    Case("all rows deleted", replace(LOG, rows=()), [(T.CUT_OFF, 0, 3), (T.CUT_OFF, 0, 7), (T.CUT_OFF, 0, 11)]),
    Case(
        "a forged checkpoint of more rows than there are",
        replace(LOG, checkpoints=(*LOG.checkpoints, *sealed(records(20), (20,), OTHER_KEY).checkpoints)),
        [(T.CHECKPOINT, 20, 20)],
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.named)
def test_it_names_what_was_done(case: Case) -> None:
    assert found(checked(case.log)) == case.expected


def test_the_root_is_that_of_the_rows() -> None:
    assert checked(LOG).root == LOG.checkpoints[-1].root.hex()
    assert checked(Log((), ())).root == EMPTY_ROOT.hex()
    assert checked(without({5})).root == ""


def test_a_finding_says_what_is_wrong() -> None:
    report = checked(with_rows(lambda rows: relocate(rows, [0, 1, 7, 3, 4, 5, 6, 2, 8, 9, 10, 11])))
    assert report.wrong[0] == Wrong(T.SWAPPED, 2, 2, "it holds what was sealed at position 7")


def test_thousands_of_findings_are_counted_and_only_the_first_listed() -> None:
    log = sealed(records(900), (900,))
    rows = [edited(row) if row.position % 2 else row for row in log.rows]
    report = check(rows, log.checkpoints, KNOWN)
    assert (len(report.wrong), report.more) == (100, 350)


# Against what was exported


@pytest.mark.parametrize("size", [4, 8, 12])
def test_an_honest_log_agrees_with_what_it_exported(size: int) -> None:
    report = checked(LOG, NOTES[size])
    assert (report.is_whole, report.compared) == (True, (size,))


def test_several_exported_checkpoints_are_compared_in_any_order() -> None:
    assert checked(LOG, NOTES[12], NOTES[4], NOTES[8]).compared == (4, 8, 12)


def test_the_exported_checkpoint_of_a_deleted_one_is_still_compared() -> None:
    log = replace(LOG, checkpoints=LOG.checkpoints[::2])
    assert checked(log, NOTES[8]).compared == (8,)


def test_another_history_under_the_same_key_is_a_fork() -> None:
    fork = sealed([*records(3), *records(9, 100)], (4, 8, 12))
    report = checked(fork, NOTES[8])
    assert found(report) == [(T.FORKED, 0, 7)]
    assert report.wrong[0].because == "the first 8 events are not those of the given checkpoint"


def test_a_log_that_begins_anew_is_shorter_than_what_was_exported() -> None:
    assert found(checked(sealed(records(4), (4,)), NOTES[8])) == [(T.CUT_OFF, 4, 7)]
    assert found(checked(Log((), ()), NOTES[8])) == [(T.CUT_OFF, 0, 7)]


@pytest.mark.parametrize(
    ("signer", "size"),
    [
        (OTHER_KEY, 8),
        (Signer("another", LOG_KEY.secret), 8),
        (OTHER_KEY, 99),
    ],
)
def test_a_checkpoint_of_another_log_proves_nothing(signer: Signer, size: int) -> None:
    note = signer.sign(TreeHead(signer.name, size, LOG.checkpoints[1].root).text)
    assert found(checked(LOG, note)) == [(T.FOREIGN, 0, size)]


def test_a_checkpoint_in_the_name_of_another_log_proves_nothing() -> None:
    note = LOG_KEY.sign(TreeHead("another", 8, LOG.checkpoints[1].root).text)
    assert found(checked(LOG, note)) == [(T.FOREIGN, 0, 8)]


def test_what_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(ParseError, match="no signed note"):
        checked(LOG, "a letter")


def test_an_exported_checkpoint_of_a_gap_is_not_compared_and_the_gap_is_told() -> None:
    report = checked(without({5}), NOTES[8])
    assert (found(report), report.compared) == ([(T.MISSING, 5, 5)], ())


# In the database


@pytest.mark.django_db
def test_a_stored_log_is_checked() -> None:
    record_events(5)
    first = seal_all()
    record_events(4)
    seal_all()
    record_events(3)
    assert first is not None
    report = check_log(KNOWN, [first.note])
    assert (report.is_whole, report.rows, report.checkpoints, report.compared) == (True, 9, 2, (5,))


@pytest.mark.django_db
def test_a_log_in_which_nothing_happened_yet_is_whole() -> None:
    report = check_log(KNOWN)
    assert (report.is_whole, report.rows, report.root) == (True, 0, EMPTY_ROOT.hex())


@pytest.mark.django_db
def test_progress_is_told() -> None:
    record_events(1_500)
    seal_all()
    told: list[tuple[int, int]] = []
    check_log(KNOWN, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 1_500), (1_000, 1_500)]


@pytest.mark.django_db
def test_what_is_sealed_while_the_check_runs_is_no_insertion() -> None:
    record_events(3)
    seal_all()

    def go_on(done: int, _total: int) -> None:
        if done == 0:
            record_events(2)
            seal_all()

    report = check_log(KNOWN, progress=go_on)
    assert (report.is_whole, report.rows) == (True, 3)
    assert check_log(KNOWN).rows == 5


@pytest.mark.django_db
@pytest.mark.usefixtures("without_triggers")
@pytest.mark.parametrize("position", [-1, 12, 10**12])
def test_a_row_at_a_position_that_the_log_does_not_have_is_found(position: int) -> None:
    put(LOG)
    extra = Event.objects.get(position=3)
    extra.pk, extra.position = None, position
    extra.save()
    report = check_log(KNOWN)
    assert found(report)[0] == (T.INSERTED, 12, 12)
    assert {wrong.first for wrong in report.wrong} == {12}


@pytest.mark.django_db
@pytest.mark.usefixtures("without_triggers")
def test_a_forged_checkpoint_does_not_hide_rows_beyond_the_honest_ones() -> None:
    put(replace(LOG, rows=sealed(records(15), ()).rows))
    Checkpoint.objects.create(size=99, root=b"", frontier=b"", note="", at=records(1)[0].at)
    assert found(check_log(KNOWN)) == [(T.INSERTED, 12, 14), (T.CHECKPOINT, 99, 99)]


UNREADABLE = {
    "sqlite": [
        "UPDATE events_event SET at = 'yesterday' WHERE position = 5",
        "UPDATE events_event SET at = '2026-13-45 00:00:00' WHERE position = 5",
        "UPDATE events_event SET subject = CAST(x'ff' AS TEXT) WHERE position = 5",
        "UPDATE events_event SET leaf = 'text' WHERE position = 5",
        "UPDATE events_event SET detail = '[0.5]' WHERE position = 5",
        "UPDATE events_event SET kind = 7 WHERE position = 5",
        "UPDATE events_event SET team_id = 'x' WHERE position = 5",
    ],
    "postgresql": [
        "UPDATE events_event SET detail = '[0.5]' WHERE position = 5",
        "UPDATE events_event SET leaf = '' WHERE position = 5",
        "UPDATE events_event SET leaf = NULL WHERE position = 5",
        "UPDATE events_event SET at = 'infinity' WHERE position = 5",
    ],
}


@pytest.mark.django_db
@pytest.mark.usefixtures("without_triggers")
def test_columns_that_cannot_be_read_are_an_edit_of_that_row() -> None:
    for statement in UNREADABLE[connection.vendor]:
        put(LOG)
        run([statement])
        assert found(check_log(KNOWN)) == [(T.EDITED, 5, 5)], statement


def test_rows_beyond_the_number_that_is_compared_are_told_as_edited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checking, "MAX_SUSPECTS", 1)
    log = with_rows(lambda rows: relocate(rows, [0, 1, 7, 3, 4, 5, 6, 2, 8, 9, 10, 11]))
    assert found(checked(log)) == [(T.EDITED, 2, 2), (T.EDITED, 7, 7)]
