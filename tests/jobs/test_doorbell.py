from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction

from trustui.jobs import doorbell, queue
from trustui.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rings() -> Iterator[list[int]]:
    found: list[int] = []
    doorbell.connect(lambda: found.append(Job.objects.count()))
    yield found
    doorbell.connect(None)


def enqueue() -> None:
    queue.enqueue(kind="crawl", key="1", due_at=datetime.now(UTC))


def test_it_rings_when_a_job_is_committed_and_not_before(rings: list[int]) -> None:
    with transaction.atomic():
        enqueue()
        assert rings == []
    assert rings == [1]


def test_it_does_not_ring_for_what_came_to_nothing(rings: list[int]) -> None:
    with transaction.atomic():
        enqueue()
        transaction.set_rollback(True)
    assert rings == []


def test_a_broken_bell_does_not_lose_the_job() -> None:
    def fall_off() -> None:
        raise ConnectionError("the doorbell is gone")

    doorbell.connect(fall_off)
    try:
        with transaction.atomic():
            enqueue()
    finally:
        doorbell.connect(None)
    assert Job.objects.count() == 1


def test_without_a_bell_nothing_rings() -> None:
    enqueue()
    assert Job.objects.count() == 1
