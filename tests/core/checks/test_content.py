"""Lengths and hashes of bytes beside what was stated of them."""

import hashlib

import pytest

from trustui.core.checks.content import judge_hashes, judge_length
from trustui.core.trace import Outcome

BODY = b"some bytes"
SHA256 = hashlib.sha256(BODY).hexdigest()
SHA512 = hashlib.sha512(BODY).hexdigest()


@pytest.mark.parametrize(
    ("stated", "allowed", "outcome"),
    [
        (None, 10, Outcome.PASSED),
        (10, 10, Outcome.PASSED),
        (10, 100, Outcome.PASSED),
        (9, 100, Outcome.FAILED),
        (11, 100, Outcome.FAILED),
        (None, 9, Outcome.FAILED),
        (10, 9, Outcome.FAILED),
        (0, 100, Outcome.FAILED),
    ],
)
def test_bytes_are_as_long_as_stated_and_never_longer_than_allowed(
    stated: int | None, allowed: int, outcome: Outcome
) -> None:
    assert judge_length("it", BODY, stated, allowed).outcome is outcome


def test_a_wrong_length_is_told_with_both_numbers() -> None:
    judgement = judge_length("it", BODY, 2_000, 5_000)
    assert (judgement.expected, judgement.found) == ("2,000 bytes", "10 bytes")


@pytest.mark.parametrize(
    ("stated", "outcome"),
    [
        (None, Outcome.NOTED),
        ({}, Outcome.NOTED),
        ({"sha256": SHA256}, Outcome.PASSED),
        ({"sha256": SHA256.upper()}, Outcome.PASSED),
        ({"sha256": SHA256, "sha512": SHA512}, Outcome.PASSED),
        ({"sha256": SHA256, "unheard-of": "00"}, Outcome.PASSED),
        ({"unheard-of": "00"}, Outcome.FAILED),
        ({"sha256": SHA512}, Outcome.FAILED),
        ({"sha256": SHA256, "sha512": "00"}, Outcome.FAILED),
        ({"sha256": "not hexadecimal"}, Outcome.FAILED),
        ({"sha256": ""}, Outcome.FAILED),
    ],
)
def test_every_hash_that_can_be_computed_holds(
    stated: dict[str, str] | None, outcome: Outcome
) -> None:
    assert judge_hashes("it", BODY, stated).outcome is outcome


def test_the_algorithm_that_differs_is_named() -> None:
    judgement = judge_hashes("it", BODY, {"sha256": SHA256, "sha512": "00"})
    assert "sha512 differs" in judgement.because
    assert (judgement.expected, judgement.found) == ("00", SHA512)


def test_all_that_hold_are_named() -> None:
    judgement = judge_hashes("it", BODY, {"sha256": SHA256, "sha512": SHA512})
    assert "sha256 and sha512" in judgement.because
