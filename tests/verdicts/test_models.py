"""The rows about verdicts."""

import pytest
from django.db import IntegrityError, transaction

from tests.simulators.watched import START, Watched, vendor
from trustui.verdicts.models import ClockDoubt, Finding, Held, Verdict

pytestmark = pytest.mark.django_db


def test_what_a_verdict_means_is_outcome_state_and_first_failing_check() -> None:
    one = Verdict(outcome="failed", trust_state="failing", first_failing="a.check")
    assert one.meaning == ("failed", "failing", "a.check")
    assert str(one) == "None: failing"


def test_a_finding_is_open_once() -> None:
    watched = Watched(vendor())
    row = {
        "source": watched.source,
        "check_id": "a.check",
        "on": "root",
        "on_id": "0" * 64,
        "severity": "low",
        "because": "it is so",
        "first_seen_at": START,
        "last_seen_at": START,
    }
    Finding.objects.create(**row, gone_at=START)
    assert str(Finding.objects.create(**row)) == "a.check on root"
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.create(**row)


def test_a_machine_is_doubted_once() -> None:
    row = {"host": "one.example", "since": START, "looked_at": START, "because": "it jumped"}
    assert str(ClockDoubt.objects.create(**row)) == "one.example: it jumped"
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockDoubt.objects.create(**row)


def test_rows_name_themselves() -> None:
    watched = Watched(vendor())
    watched.crawl(START)
    assert str(watched.standing) == f"{watched.source.pk}: verified"
    assert str(Held(source=watched.source, since=START)).endswith("since 2026-03-01 12:00")
