"""Following: every sealed event once, in order, whatever goes wrong in between."""

from threading import Barrier

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from tests.simulators.event_rows import Side, finish, record_events, seal_all
from trustui.events.following import behind, follow
from trustui.events.models import Consumer, Event


class Reader:
    """Keeps what it was handed."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, events: list[Event]) -> None:
        self.batches.append([event.position for event in events if event.position is not None])

    @property
    def read(self) -> list[int]:
        return [position for batch in self.batches for position in batch]


def a_log(count: int) -> None:
    record_events(count)
    seal_all()


@pytest.mark.django_db
def test_every_event_is_handed_over_once_and_in_order() -> None:
    a_log(5)
    reader = Reader()
    assert [follow("mail", reader), follow("mail", reader)] == [5, 0]
    a_log(2)
    assert follow("mail", reader) == 2
    assert reader.batches == [[0, 1, 2, 3, 4], [5, 6]]


@pytest.mark.django_db
def test_a_batch_has_its_limit() -> None:
    a_log(5)
    reader = Reader()
    assert [follow("mail", reader, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert reader.batches == [[0, 1], [2, 3], [4]]


@pytest.mark.django_db
def test_what_is_not_sealed_has_not_happened_yet() -> None:
    record_events(3)
    assert follow("mail", Reader()) == 0


@pytest.mark.django_db
def test_each_consumer_reads_for_itself() -> None:
    a_log(3)
    mail, chat = Reader(), Reader()
    follow("mail", mail)
    a_log(1)
    assert (behind("mail"), behind("chat")) == (1, 4)
    follow("chat", chat)
    follow("mail", mail)
    assert mail.read == chat.read == [0, 1, 2, 3]
    assert behind("mail") == behind("chat") == 0


@pytest.mark.django_db
def test_what_failed_comes_again_and_what_it_wrote_does_not_stay() -> None:
    a_log(2)

    def fail(_events: list[Event]) -> None:
        Consumer.objects.create(name="written meanwhile")
        raise RuntimeError("no mail today")

    with pytest.raises(RuntimeError, match="no mail today"):
        follow("mail", fail)
    assert not Consumer.objects.filter(name="written meanwhile").exists()
    reader = Reader()
    follow("mail", reader)
    assert reader.read == [0, 1]


@pytest.mark.django_db
def test_a_look_at_a_quiet_log_writes_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    a_log(2)
    follow("mail", Reader())
    with django_assert_num_queries(2) as queries:
        follow("mail", Reader())
    assert all(query["sql"].startswith("SELECT") for query in queries)


@pytest.mark.django_db(transaction=True)
def test_of_several_processes_under_one_name_each_event_reaches_one() -> None:
    a_log(60)
    reader, together = Reader(), Barrier(3)

    def read_on() -> None:
        together.wait()
        while follow("mail", reader, limit=4):
            pass

    finish([Side(read_on) for _ in range(3)])
    assert reader.read == list(range(60))


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_never_skipped() -> None:
    """Three write, in transactions that end in any order, while one seals and one follows."""
    reader, together = Reader(), Barrier(5)
    writing = [True]

    def write(start: int) -> None:
        together.wait()
        for number in range(start, start + 15):
            with transaction.atomic():
                record_events(1, start=number)
                record_events(1, start=number + 1_000)

    def until_quiet(step: object) -> None:
        assert callable(step)
        together.wait()
        while writing:
            step()

    writers = [Side(lambda start=start: write(start)) for start in (0, 100, 200)]
    others = [
        Side(lambda: until_quiet(seal_all)),
        Side(lambda: until_quiet(lambda: follow("mail", reader, limit=7))),
    ]
    finish(writers)
    writing.clear()
    finish(others)
    seal_all()
    while follow("mail", reader):
        pass
    assert reader.read == list(range(90))
    assert Event.objects.filter(position__isnull=True).count() == 0
