"""Sealing: one order without holes, and nothing signed that contradicts what was signed before."""

from threading import Barrier

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from tests.simulators.event_log import LOG_KEY, OTHER_KEY
from tests.simulators.event_rows import SEALED_AT, Side, finish, record_events, seal_all
from trustui.core.primitives.merkle import Frontier, root_of
from trustui.core.primitives.signed_note import TreeHead, parse_note, parse_tree_head
from trustui.events import sealing
from trustui.events.checking import check_log
from trustui.events.following import follow
from trustui.events.models import Checkpoint, Event
from trustui.events.records import MEMBERS, Record
from trustui.events.sealing import LogBroken, seal

KNOWN = (LOG_KEY.verifier,)


@pytest.mark.django_db
@pytest.mark.usefixtures("log_with_triggers")
def test_events_get_positions_from_zero_in_the_order_of_their_ids() -> None:
    events = record_events(5)
    seal(SEALED_AT, LOG_KEY)
    found = Event.objects.order_by("position").values_list("id", "position")
    assert list(found) == [(event.pk, number) for number, event in enumerate(events)]


@pytest.mark.django_db
@pytest.mark.usefixtures("log_with_triggers")
def test_leaves_and_root_are_those_of_the_records() -> None:
    record_events(5)
    checkpoint = seal(SEALED_AT, LOG_KEY)
    assert checkpoint is not None
    rows = list(Event.objects.order_by("position").values_list(*MEMBERS, "leaf"))
    leaves = [Record(*members).leaf for *members, _ in rows]
    assert [bytes(leaf) for *_, leaf in rows] == leaves
    assert (checkpoint.size, checkpoint.root, checkpoint.at) == (5, root_of(leaves), SEALED_AT)
    assert Frontier.from_bytes(bytes(checkpoint.frontier)).root == checkpoint.root


@pytest.mark.django_db
def test_the_checkpoint_is_signed() -> None:
    record_events(2)
    checkpoint = seal(SEALED_AT, LOG_KEY)
    assert checkpoint is not None
    note = parse_note(checkpoint.note)
    assert note.signers(KNOWN) == KNOWN
    assert parse_tree_head(note.text) == TreeHead("trustui", 2, bytes(checkpoint.root))


@pytest.mark.django_db
@pytest.mark.usefixtures("log_with_triggers")
def test_each_sealing_goes_on_where_the_last_one_stopped() -> None:
    for count in (1, 2, 4, 1):
        record_events(count)
        seal(SEALED_AT, LOG_KEY)
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [1, 3, 7, 8]
    assert check_log(KNOWN).is_whole


@pytest.mark.django_db
def test_a_call_seals_at_most_so_many() -> None:
    record_events(5)
    sizes = []
    while (made := seal(SEALED_AT, LOG_KEY, at_once=2)) is not None:
        sizes.append(made.size)
    assert sizes == [2, 4, 5]
    assert check_log(KNOWN).is_whole


@pytest.mark.django_db
def test_where_nothing_is_to_seal_nothing_is_written_or_locked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    record_events(1)
    seal_all()
    with django_assert_num_queries(1):
        assert seal(SEALED_AT, LOG_KEY) is None


@pytest.mark.django_db
def test_a_key_that_takes_over_is_told_of_the_one_before() -> None:
    record_events(2)
    seal(SEALED_AT, LOG_KEY)
    record_events(2, start=2)
    made = seal(SEALED_AT, OTHER_KEY, earlier=KNOWN)
    assert made is not None
    assert made.size == 4
    assert check_log((OTHER_KEY.verifier, *KNOWN)).is_whole


# What it refuses to confirm


@pytest.mark.django_db
def test_a_log_that_another_key_signed_is_not_gone_on_with() -> None:
    record_events(2)
    seal(SEALED_AT, OTHER_KEY)
    record_events(2)
    with pytest.raises(LogBroken, match="not signed with a key of this log"):
        seal(SEALED_AT, LOG_KEY)
    assert Event.objects.filter(position__isnull=True).count() == 2


FORGED = Frontier(2, [bytes(32)])


@pytest.mark.django_db
@pytest.mark.usefixtures("without_triggers")
@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"note": "not a note"}, "it cannot be read"),
        ({"note": LOG_KEY.sign("not a checkpoint\n")}, "it cannot be read"),
        ({"frontier": b"too short"}, "it cannot be read"),
        ({"frontier": FORGED.to_bytes()}, "do not lead to the root that was signed"),
        ({"frontier": FORGED.to_bytes(), "root": FORGED.root}, "do not lead to the root"),
        ({"root": bytes(32)}, "contradicts itself"),
        ({"size": 3}, "the newest checkpoint is of 3 events, and 2 are sealed"),
        ({"size": 1}, "the newest checkpoint is of 1 events, and 2 are sealed"),
        (
            {"note": LOG_KEY.sign(TreeHead("another", 2, bytes(32)).text)},
            "it is of another log: 'another'",
        ),
    ],
)
def test_a_checkpoint_that_was_tampered_with_is_not_built_on(
    changes: dict[str, object], because: str
) -> None:
    record_events(2)
    seal(SEALED_AT, LOG_KEY)
    Checkpoint.objects.update(**changes)
    record_events(1)
    with pytest.raises(LogBroken, match=because):
        seal(SEALED_AT, LOG_KEY)


@pytest.mark.django_db
@pytest.mark.usefixtures("without_triggers")
@pytest.mark.parametrize(
    ("tamper", "because"),
    [
        (lambda: Event.objects.filter(position=1).delete(), "is of 2 events, and 1 are sealed"),
        (lambda: Checkpoint.objects.all().delete(), "2 events are sealed, and no checkpoint"),
    ],
)
def test_a_log_that_was_cut_is_not_gone_on_with(tamper: object, because: str) -> None:
    record_events(2)
    seal(SEALED_AT, LOG_KEY)
    assert callable(tamper)
    tamper()
    record_events(1)
    with pytest.raises(LogBroken, match=because):
        seal(SEALED_AT, LOG_KEY)


@pytest.mark.django_db
def test_what_cannot_be_written_is_not_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "_SEAL_POSTGRESQL" if connection.vendor == "postgresql" else "_SEAL_SQLITE"
    monkeypatch.setattr(sealing, name, getattr(sealing, name) + " AND 1 = 0")
    record_events(2)
    with pytest.raises(LogBroken, match="of 2 events 0 could be sealed"):
        seal(SEALED_AT, LOG_KEY)
    assert not Checkpoint.objects.exists()


# At the same time


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("log_with_triggers")
def test_two_sealers_at_once_make_one_order() -> None:
    together = Barrier(5)

    def write(start: int) -> None:
        together.wait()
        for number in range(start, start + 20):
            record_events(2, start=number)

    def seal_often() -> None:
        together.wait()
        for _ in range(20):
            seal(SEALED_AT, LOG_KEY, at_once=3)

    finish(
        [
            *(Side(lambda start=start: write(start)) for start in (0, 100, 200)),
            *(Side(seal_often) for _ in range(2)),
        ]
    )
    seal_all()
    positions = Event.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(120))
    report = check_log(KNOWN)
    assert (report.is_whole, report.rows) == (True, 120)


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_late_gets_a_later_place() -> None:
    """Its id is lower. On SQLite writers follow one another, so there it is not late at all."""
    recorded, others_are_sealed = Barrier(2), Barrier(2)
    is_postgresql = connection.vendor == "postgresql"

    def late() -> None:
        with transaction.atomic():
            record_events(1)
            if is_postgresql:
                recorded.wait(30)
                others_are_sealed.wait(30)

    side = Side(late)
    if is_postgresql:
        recorded.wait(30)
    else:
        side.finish()
    record_events(1, start=1)
    seal_all()
    if is_postgresql:
        others_are_sealed.wait(30)
        side.finish()
        seal_all()
    reader: list[str] = []
    follow("mail", lambda events: reader.extend(event.subject for event in events))
    by_id = Event.objects.order_by("id").values_list("subject", "position")
    expected = (
        [("source 0", 1), ("source 1", 0)] if is_postgresql else [("source 0", 0), ("source 1", 1)]
    )
    assert list(by_id) == expected
    assert reader == [subject for subject, _ in sorted(expected, key=lambda one: one[1])]
    assert check_log(KNOWN).is_whole
