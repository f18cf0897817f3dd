"""The four facts."""

from datetime import timedelta

import pytest

from tests.simulators.answers import AT, FAILED, UNDECIDED, answer, step, verified_answer
from tests.simulators.watched import DAY, START, WEEK, vendor
from trustui.core.trace import TrustState
from trustui.pages.components import Fact
from trustui.pages.facts import Pinned, Reached, facts
from trustui.verdicts.answers import Answer

PINNED = Pinned("1", "L. Okafor", START, "file")
REACHED = Reached(AT - timedelta(minutes=2), "complete", 3, 0)


def of(found: Answer, pinned: Pinned | None = None, reached: Reached | None = None) -> list[Fact]:
    return list(facts(found, pinned, reached, found.valid_at))


def test_a_sound_repository_has_four_good_facts() -> None:
    found = verified_answer(vendor(), START + DAY)
    reached = Reached(START + DAY, "complete", 5, 0)
    four = of(found, PINNED, reached)
    assert [fact.label for fact in four] == ["Signatures", "Anchor", "Freshness", "Reach"]
    assert [fact.sign for fact in four] == ["ok"] * 4
    assert four[1].word == "root v1 pinned"
    assert four[1].note == "by L. Okafor, 1 Mar 2026"
    assert four[3].note == "less than a minute ago, 5 requests"


def test_an_expired_timestamp_leaves_the_signatures_sound() -> None:
    four = of(verified_answer(vendor(), START + WEEK + 2 * DAY), PINNED, REACHED)
    assert four[0].sign == "ok"
    assert (four[2].sign, four[2].word) == ("bad", "expired 8 Mar 12:00")
    assert four[2].note == "timestamp v1, 2 days ago"


def test_too_few_signatures_are_counted_in_the_word() -> None:
    failed = step("x.signature", FAILED, found="1 valid", expected="2 of 2 keys", on="team v3")
    four = of(answer(failed))
    assert four[0] == Fact("Signatures", "bad", "1 of 2 needed keys", "team v3")


@pytest.mark.parametrize(
    ("found", "expected", "word"),
    [
        ("0 valid", "1 of 1 key", "0 of 1 needed key"),
        ("2 valid", "3 of 1,024 keys", "2 of 3 needed keys"),
        ("of another key", "of the named key", "of another key"),
        (None, "2 of 2 keys", "not enough"),
    ],
)
def test_a_signature_that_fails_is_told_in_a_few_words(
    found: str | None, expected: str, word: str
) -> None:
    four = of(answer(step("x.signature", FAILED, found=found, expected=expected)))
    assert (four[0].sign, four[0].word) == ("bad", word)


def test_without_any_signature_nothing_is_claimed() -> None:
    assert of(answer(step("x.other")))[0].word == "not seen"


def test_an_anchor_that_nobody_pinned_is_not_known() -> None:
    four = of(answer(step("x.anchor", UNDECIDED)))
    assert (four[1].sign, four[1].word) == ("unknown", "nobody pinned a root")


def test_a_root_that_did_not_come_is_another_matter_than_one_that_nobody_pinned() -> None:
    four = of(answer(step("x.initial.load", UNDECIDED, because="no such host")))
    assert (four[1].word, four[1].note) == ("not known", "no such host")


def test_going_back_is_a_matter_of_freshness() -> None:
    four = of(answer(step("x.rollback.version", FAILED, because="it is older")))
    assert (four[2].sign, four[2].word, four[2].note) == ("bad", "went back", "it is older")


def test_the_soonest_expiry_is_told() -> None:
    soon = step("x.freeze.expired", found="2026-11-20T17:00:00Z", on="timestamp v4")
    late = step("y.freeze.expired", found="2027-11-20T12:00:00Z", on="root v1")
    four = of(answer(late, soon, state=TrustState.EXPIRES_SOON))
    assert four[2] == Fact("Freshness", "soon", "until 20 Nov 17:00", "timestamp v4, in 5 hours")


def test_a_place_without_an_answer_is_unknown_and_not_bad() -> None:
    failed = Reached(AT, "failed", 1, 1, "connection refused")
    assert of(answer(step()), None, failed)[3].word == "no usable answer"
    partly = Reached(AT, "partial", 3, 0, "one crawl reads at most 64 documents")
    assert of(answer(step()), None, partly)[3].word == "partly"
    missing = Reached(AT, "partial", 3, 2)
    assert of(answer(step()), None, missing)[3].word == "2 missing"


def test_hidden_characters_of_a_place_are_visible() -> None:
    reached = Reached(AT, "failed", 1, 1, "no\u202eanswer")
    assert "\\u{202E}" in of(answer(step()), None, reached)[3].note
