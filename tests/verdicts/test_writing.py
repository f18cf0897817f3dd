"""Rows of verdicts."""

import pytest

from tests.simulators.watched import START, Watched, vendor
from trustui.verdicts.models import Cause, Verdict
from trustui.verdicts.remembering import load
from trustui.verdicts.reverifying import verified_again
from trustui.verdicts.writing import MAX_SENTENCE, insert, sentences, told, verdict_of


@pytest.mark.django_db
def test_rows_come_back_as_they_were_written_with_ascending_ids() -> None:
    watched = Watched(vendor())
    (remembered,) = load([watched.source.pk])
    conclusion = verified_again(remembered, Cause.TIME, START)
    rows = [
        verdict_of(conclusion, at=START, now=START, cause=Cause.TIME, changes=[f"change {number}"])
        for number in range(3)
    ]
    insert(rows)
    written = list(Verdict.objects.order_by("id"))
    assert [row.pk for row in rows] == sorted(row.pk for row in written)
    for row, back in zip(rows, written, strict=True):
        for field in Verdict._meta.concrete_fields:
            value = getattr(back, field.attname)
            assert (bytes(value) if field.name == "trace" else value) == getattr(row, field.attname)


@pytest.mark.django_db
def test_no_rows_are_no_statement() -> None:
    insert([])
    assert not Verdict.objects.exists()


def test_an_event_tells_from_what_to_what() -> None:
    before = Verdict(outcome="passed", trust_state="verified", first_failing="")
    after = Verdict(
        pk=7,
        outcome="failed",
        trust_state="failing",
        first_failing="a.check",
        cause=Cause.TIME,
        because="it expired",
        changes=["it expired"],
    )
    assert told(before, after) == {
        "verdict": 7,
        "from": {"outcome": "passed", "trust_state": "verified", "first_failing": ""},
        "to": {"outcome": "failed", "trust_state": "failing", "first_failing": "a.check"},
        "cause": "time",
        "because": "it expired",
        "changes": ["it expired"],
    }
    assert told(None, after)["from"] is None


def test_sentences_are_cut_and_safe() -> None:
    (kept,) = sentences(["a\x00" + "x" * 900])
    assert len(kept) <= MAX_SENTENCE
    assert "\x00" not in kept
