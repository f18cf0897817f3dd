"""Who waits for several jobs takes them in one order: no two can wait for one another."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.jobs.conftest import ask, now
from tests.simulators.side_by_side import end, start_beside
from trustui.jobs import leases
from trustui.jobs.kinds import Claim
from trustui.jobs.models import Job

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


def ask_again(claims: list[Claim]) -> None:
    ask(*[claim.key for claim in claims])


def lock(claims: list[Claim]) -> None:
    leases.locked([claim.job_id for claim in claims])


def hand_back(claims: list[Claim]) -> None:
    leases.hand_back(claims, now=now())


@pytest.mark.parametrize("act", [ask_again, lock, hand_back])
def test_who_waits_for_the_first_job_holds_none_of_the_others(
    act: Callable[[list[Claim]], None],
) -> None:
    for key in ("2", "10"):  # as text the other way round
        ask(key)
    claims = leases.claim("obedient", owner="a", limit=2, lease_seconds=60, now=now())
    with transaction.atomic():
        Job.objects.select_for_update().get(key="10")
        other = start_beside(lambda: act(claims))
        Job.objects.select_for_update(nowait=True).get(key="2")
    end(other)


def test_who_brings_back_wrong_times_waits_for_nobody() -> None:
    ask("1", "2")
    far = now() + timedelta(days=3650)
    Job.objects.update(due_at=far)
    with transaction.atomic():
        Job.objects.select_for_update().get(key="1")
        other = start_beside(lambda: leases.heal(lease_seconds=60, now=now()))
        end(other)
    assert list(Job.objects.filter(due_at=far).values_list("key", flat=True)) == ["1"]
    assert leases.heal(lease_seconds=60, now=now()) == 1
