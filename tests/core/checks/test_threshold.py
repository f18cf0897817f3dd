"""How many different keys have signed, and why the others do not count."""

from typing import NamedTuple

import pytest

from trustui.core.checks.threshold import (
    SignatureResult,
    SignatureState,
    Tally,
    judge_threshold,
    tally,
)
from trustui.core.errors import ParseError
from trustui.core.primitives.keys import PublicKey, load_public_key
from trustui.core.trace import Outcome
from trustui.demo.keys import throwaway_key

VALID, INVALID, EMPTY = b"valid", b"invalid", b""
S = SignatureState


def public(seed: str) -> PublicKey:
    text = throwaway_key(seed).public["keyval"]
    assert isinstance(text, dict)
    return load_public_key("ed25519", "ed25519", str(text["public"]))


KEYS = {name: public(name) for name in "abc"} | {"a-again": public("a")}


def load_key(keyid: str) -> PublicKey | None:
    if keyid == "broken":
        raise ParseError("the public key cannot be read")
    return KEYS.get(keyid)


def count(keyids: list[str], signatures: dict[str, bytes | None], threshold: int = 1) -> Tally:
    return tally(
        "role", threshold, keyids, signatures, load_key, lambda _, signature: signature == VALID
    )


class Case(NamedTuple):
    keyids: list[str]
    signatures: dict[str, bytes | None]
    signed: int
    states: list[SignatureState]


@pytest.mark.parametrize(
    "case",
    [
        Case([], {}, 0, []),
        Case(["a"], {}, 0, []),
        Case(["a"], {"a": VALID}, 1, [S.VALID]),
        Case(["a", "b"], {"a": VALID, "b": VALID}, 2, [S.VALID, S.VALID]),
        Case(["a", "b"], {"a": VALID, "b": INVALID}, 1, [S.VALID, S.INVALID]),
        Case(["a"], {"a": None}, 0, [S.INVALID]),
        Case(["a"], {"a": EMPTY}, 0, [S.EMPTY]),
        Case(["a"], {"c": VALID}, 0, [S.UNKNOWN_KEYID]),
        Case(["gone"], {"gone": VALID}, 0, [S.KEY_UNREADABLE]),
        Case(["broken"], {"broken": VALID}, 0, [S.KEY_UNREADABLE]),
        Case(["broken"], {"broken": EMPTY}, 0, [S.EMPTY]),
        Case(["a", "a-again"], {"a": VALID, "a-again": VALID}, 1, [S.VALID, S.REPEATED]),
        Case(["a", "a-again"], {"a": INVALID, "a-again": VALID}, 1, [S.INVALID, S.VALID]),
        Case(["a", "a", "a"], {"a": VALID}, 1, [S.VALID]),
    ],
)
def test_a_public_key_counts_once_and_only_with_a_valid_signature(case: Case) -> None:
    found = count(case.keyids, case.signatures)
    assert found.signed == case.signed
    assert [result.state for result in found.results] == case.states
    assert found.keys == len(set(case.keyids))


@pytest.mark.parametrize(
    ("threshold", "missing", "outcome"),
    [
        (1, 0, Outcome.PASSED),
        (2, 0, Outcome.PASSED),
        (3, 1, Outcome.FAILED),
        (9, 7, Outcome.FAILED),
    ],
)
def test_as_many_keys_as_the_threshold_must_sign(
    threshold: int, missing: int, outcome: Outcome
) -> None:
    found = count(["a", "b", "c"], {"a": VALID, "b": VALID, "c": INVALID}, threshold)
    judgement = judge_threshold(found)
    assert found.missing == missing
    assert judgement.outcome is outcome
    assert (judgement.expected, judgement.found) == (f"{threshold} of 3 keys", "2 valid")
    assert judgement.evidence["signed_by"] == ["a", "b"]


def test_a_failure_tells_why_each_signature_does_not_count() -> None:
    signatures: dict[str, bytes | None] = {
        "a": VALID,
        "a-again": VALID,
        "b": INVALID,
        "c": EMPTY,
        "broken": VALID,
        "stranger": VALID,
    }
    judgement = judge_threshold(count(["a", "a-again", "b", "c", "broken"], signatures, 2))
    assert judgement.because == (
        "role: 1 valid signature short of the threshold (1 invalid, 1 of a key that is counted "
        "already, 1 empty, 1 of unreadable keys, 1 of keys that the role does not have)"
    )


def test_a_failure_without_any_other_signature_says_so() -> None:
    judgement = judge_threshold(count(["a"], {}, 2))
    assert judgement.because == (
        "role: 2 valid signatures short of the threshold (no other signatures)"
    )


def test_foreign_names_are_made_visible() -> None:
    hostile = Tally("r\u202eole", 1, 1, (SignatureResult("k\n", S.VALID),))
    judgement = judge_threshold(hostile)
    assert r"r\u{202E}ole" in judgement.because
    assert judgement.evidence["signed_by"] == [r"k\u{000A}"]
