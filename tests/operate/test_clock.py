"""`trustui clock confirm`: a person says that a clock is right."""

from datetime import UTC, datetime

import pytest

from tests.simulators.command_line import Trustui
from trustui.verdicts.models import ClockDoubt

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_machine_is_told_by_whom(trustui: Trustui) -> None:
    ClockDoubt.objects.create(host="node-1", since=NOW, looked_at=NOW, because="it jumped")
    answer = trustui("clock", "confirm", "node-1", "--as", "alice", "--json")
    assert (answer.status, answer.json) == (0, {"confirmed": "node-1"})
    assert ClockDoubt.objects.get().confirmed_by == "person:alice"


def test_a_clock_that_nobody_doubts_is_refused_with_those_in_doubt(trustui: Trustui) -> None:
    ClockDoubt.objects.create(host="node-1", since=NOW, looked_at=NOW, because="it jumped")
    answer = trustui("clock", "confirm", "node-2")
    assert answer.status == 2
    assert "in doubt: node-1" in answer.err
