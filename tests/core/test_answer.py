"""The object of `--json`, member by member."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from trustui.core.answer import as_json
from trustui.core.trace import (
    Finding,
    Group,
    NotReached,
    Outcome,
    Severity,
    Step,
    Trace,
    TrustState,
)

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

STEP = Step(
    check="tuf.timestamp.freeze.expired",
    outcome=Outcome.FAILED,
    on="timestamp v37",
    because="timestamp v37 expired 2 days ago",
    spec="TUF 1.0.34 §5.4.4",
    group="timestamp",
    expected="an expiry after 2026-11-20T12:00:00Z",
    found=None,
    moot_because="tuf.root.anchor",
    evidence={"keys": ["ab"], "count": 2, "enforced": False, "none": None},
    severity=Severity.LOW,
)
TRACE = Trace(
    subject="https://vendor.example/métadata",
    at=AT,
    valid_at=AT + timedelta(hours=1),
    outcome=Outcome.FAILED,
    steps=(STEP,),
    groups=(Group("timestamp", "timestamp v37", Outcome.FAILED),),
    not_reached=(NotReached("tuf.snapshot.fetch", "snapshot"),),
    findings=(Finding("tuf.lint.a", "root", "one key", Severity.HIGH),),
)


def test_it_is_exactly_what_the_design_promises() -> None:
    assert msgspec.json.decode(as_json(TRACE, "tuf", TrustState.FAILING)) == {
        "subject": "https://vendor.example/métadata",
        "kind": "tuf",
        "at": "2026-11-20T12:00:00Z",
        "valid_at": "2026-11-20T13:00:00Z",
        "outcome": "failed",
        "trust_state": "failing",
        "steps": [
            {
                "check": "tuf.timestamp.freeze.expired",
                "outcome": "failed",
                "on": "timestamp v37",
                "because": "timestamp v37 expired 2 days ago",
                "spec": "TUF 1.0.34 §5.4.4",
                "group": "timestamp",
                "expected": "an expiry after 2026-11-20T12:00:00Z",
                "found": None,
                "moot_because": "tuf.root.anchor",
                "evidence": {"keys": ["ab"], "count": 2, "enforced": False, "none": None},
            }
        ],
        "groups": [{"id": "timestamp", "on": "timestamp v37", "outcome": "failed"}],
        "not_reached": [{"check": "tuf.snapshot.fetch", "on": "snapshot"}],
        "findings": [{"id": "tuf.lint.a", "on": "root", "because": "one key", "severity": "high"}],
    }


def test_it_is_one_line_of_utf_8() -> None:
    written = as_json(TRACE, "tuf", TrustState.FAILING)
    assert (written.count(b"\n"), written[-1:]) == (1, b"\n")
    assert "métadata".encode() in written


def test_instants_are_written_in_utc() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=-7)))
    moved = msgspec.structs.replace(TRACE, at=elsewhere, valid_at=elsewhere)
    answer = msgspec.json.decode(as_json(moved, "tuf", TrustState.FAILING))
    assert (answer["at"], answer["valid_at"]) == ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z")


@pytest.mark.parametrize("state", TrustState)
def test_a_trust_state_is_written_as_its_word(state: TrustState) -> None:
    assert msgspec.json.decode(as_json(TRACE, "tuf", state))["trust_state"] == state.value
