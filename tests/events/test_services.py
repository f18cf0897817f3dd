"""Recording events: with the change that they tell, and as text that survives both databases."""

from datetime import datetime
from random import Random

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tests.simulators.event_log import START
from tests.simulators.event_rows import new_event, record_events
from trustui.events import services
from trustui.events.models import Event
from trustui.events.records import MEMBERS, Record
from trustui.events.services import record, record_many, storable

HIDDEN = "\0\t\n\x1b[31m\x7f\u202e\u200b\ud800\ufeff"


@pytest.mark.django_db
def test_an_event_is_written_as_it_was_told() -> None:
    event = record(
        kind="anchor.pinned",
        at=START,
        actor="person:alice",
        subject="staging",
        detail={"version": 3},
        team_id=1,
        source_id=2,
        reason="compared by telephone",
    )
    stored = Event.objects.values_list(*MEMBERS, "leaf").get(pk=event.pk)
    assert stored == (
        None, "anchor.pinned", START, "person:alice", 1, 2, "staging", "compared by telephone",
        {"version": 3}, None,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_there_is_no_event() -> None:
    with pytest.raises(TransactionManagementError, match="in the transaction of the change"):
        record_many([new_event(1)])
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_change_that_is_rolled_back_leaves_no_event() -> None:
    with transaction.atomic():
        record_many([new_event(1)])
        transaction.set_rollback(True)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_many_are_written_in_order_by_one_statement() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        events = record_events(50)
    assert sum("INSERT" in query["sql"] for query in queries) == 1
    ids = [event.pk for event in events]
    assert ids == sorted(ids)
    assert list(Event.objects.order_by("id").values_list("subject", flat=True)) == [
        f"source {number}" for number in range(50)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"kind": "source.eaten"}, "no kind of event"),
        ({"actor": "alice"}, "expected `person:NAME` or `worker`"),
        ({"actor": "worker 7"}, "expected `person:NAME` or `worker`"),
        ({"actor": "person: "}, "expected `person:NAME` or `worker`"),
        ({"actor": ""}, "expected `person:NAME` or `worker`"),
        ({"at": datetime(2026, 1, 1)}, "needs its zone"),  # noqa: DTZ001
        ({"detail": {"a": [[[[[[[[1]]]]]]]]}}, "at most 8 levels"),
    ],
)
def test_it_refuses_what_no_event_may_hold(changed: dict[str, object], because: str) -> None:
    with pytest.raises(ValueError, match=because):
        record_many([new_event(1, **changed)])


@pytest.mark.django_db
@pytest.mark.parametrize("value", [0.5, START, b"bytes", {1, 2}])
def test_it_refuses_values_that_have_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError, match="has no place in an event"):
        record_many([new_event(1, detail={"a": value})])


@pytest.mark.django_db
def test_hidden_characters_are_made_visible_wherever_they_stand() -> None:
    (event,) = record_many(
        [
            new_event(
                1,
                actor=f"person:{HIDDEN}",
                subject=HIDDEN,
                reason=f"two\n lines{HIDDEN}",
                detail={HIDDEN: [HIDDEN, {"inner": HIDDEN}]},
            )
        ]
    )
    event.refresh_from_db()
    shown = storable(HIDDEN, 500)
    assert shown.startswith("\\u{0000}\\u{0009}\\u{000A}\\u{001B}[31m")
    assert (event.actor, event.subject) == (f"person:{shown}", shown)
    assert event.reason.startswith("two lines\\u{0000}")
    assert event.detail == {shown: [shown, {"inner": shown}]}


@pytest.mark.django_db
def test_long_text_is_cut_to_what_its_column_holds() -> None:
    long = "\u202e" * 5_000
    (event,) = record_many([new_event(1, actor=f"person:{long}", subject=long, reason="x" * 9_999)])
    event.refresh_from_db()
    assert (len(event.actor), len(event.subject)) == (200, 500)
    assert event.reason.endswith("… (9,999 characters)")
    assert len(event.reason) <= services.MAX_TEXT


@pytest.mark.parametrize("length", [459, 460, 461, 499, 500])
def test_text_that_fits_is_kept_whole(length: int) -> None:
    assert storable("x" * length, 500) == "x" * length


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (2**53 - 1, 2**53 - 1),
        (2**53, str(2**53)),
        (-(2**53), str(-(2**53))),
        pytest.param(10**5_000, "an integer of more than 40 digits", id="10^5000"),
        (True, True),
        (None, None),
        ((1, 2), [1, 2]),
        (list(range(502)), [*range(500), "and 2 more"]),
    ],
)
def test_values_are_stored_as_every_reader_gives_them_back(value: object, stored: object) -> None:
    (event,) = record_many([new_event(1, detail={"a": value})])
    event.refresh_from_db()
    assert event.detail == {"a": stored}


@pytest.mark.django_db
def test_a_hostile_number_of_members_is_cut() -> None:
    (event,) = record_many([new_event(1, detail=dict.fromkeys(map(str, range(501)), 1))])
    assert len(event.detail) == 501
    assert event.detail["…"] == "and 1 more"


@pytest.mark.django_db
def test_the_database_gives_back_the_very_bytes_that_were_recorded() -> None:
    random = Random(20261121)

    def text() -> str:
        return "".join(
            chr(random.choice((random.randrange(0x300), random.randrange(0x110000))))
            for _ in range(30)
        )

    events = record_many(
        [
            new_event(n, subject=text(), reason=text(), detail={text(): [text(), n, None, {}]})
            for n in range(300)
        ]
    )
    for event in events:
        members = [getattr(event, name) for name in MEMBERS[1:]]
        stored = Event.objects.values_list(*MEMBERS[1:]).get(pk=event.pk)
        assert Record(1, *stored).to_bytes() == Record(1, *members).to_bytes()
