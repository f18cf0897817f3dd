"""Comparing two verifiers: what counts as a difference, and which rule covers it."""

import pytest

from tests.differential.compare import Stricter
from tests.differential.images.cosign.combinations import generate as generate_for_cosign
from tests.differential.images.notation.client import as_said
from tests.differential.images.notation.combinations import generate
from tests.differential.images.private_sigstore.combinations import generate as generate_in_private
from tests.differential.images.sides import Apart, Ours, Pair, Peers, Rule, Tally

GOOD = Ours(True), Peers(True)
EXPIRED = Ours(False, "x.expiry", "over"), Peers(False, "over", frozenset({"x.expiry", "x.time"}))


def pair(ours: Ours, peers: Peers) -> Pair:
    return Pair("one", ("expiry: past",), ours, peers)


@pytest.mark.parametrize(
    ("ours", "peers", "apart", "stricter"),
    [
        (*GOOD, None, Stricter.NEITHER),
        (*EXPIRED, None, Stricter.NEITHER),
        (EXPIRED[0], GOOD[1], Apart.VERDICT, Stricter.OURS),
        (GOOD[0], EXPIRED[1], Apart.VERDICT, Stricter.PEER),
        (Ours(True, logged=frozenset({"expiry"})), GOOD[1], Apart.LOGGED, Stricter.NEITHER),
        (EXPIRED[0], Peers(False, "?", frozenset({"x.sig"})), Apart.CHECK, Stricter.NEITHER),
        (EXPIRED[0], Peers(False, "nothing"), Apart.CHECK, Stricter.NEITHER),
    ],
)
def test_two_answers_differ_in_verdict_or_in_what_is_logged_or_in_the_check(
    ours: Ours, peers: Peers, apart: Apart | None, stricter: Stricter
) -> None:
    one = pair(ours, peers)
    assert (one.apart, one.stricter) == (apart, stricter)


def test_a_difference_is_counted_by_its_rule_and_told_without_one() -> None:
    rule = Rule(
        "expiry", Apart.VERDICT, Stricter.OURS, "why", lambda one: one.ours.check == "x.expiry"
    )
    tally = Tally((rule,))
    other = pair(Ours(False, "x.sig"), GOOD[1])
    tally.count([pair(*GOOD), pair(*EXPIRED), pair(EXPIRED[0], GOOD[1]), other])
    assert (tally.equal, tally.passed, tally.differing) == (2, 1, {"expiry": 1})
    assert tally.total == 4
    (told,) = tally.unlisted
    assert "x.sig" in told
    assert told in tally.report()


def test_a_rule_about_verdicts_covers_nothing_else() -> None:
    rule = Rule("any", Apart.VERDICT, Stricter.OURS, "why", lambda _: True)
    assert rule.covers(pair(EXPIRED[0], GOOD[1]))
    assert not rule.covers(pair(GOOD[0], EXPIRED[1]))
    assert not rule.covers(pair(*GOOD))


@pytest.mark.parametrize("make", [generate, generate_for_cosign, generate_in_private])
def test_a_seed_always_gives_the_same_combination(make: type) -> None:
    assert [make(seed) for seed in range(50)] == [make(seed) for seed in range(50)]
    assert len({make(seed) for seed in range(50)}) > 30


def test_of_notations_log_the_reason_counts_and_what_is_only_logged_stands_beside() -> None:
    stranger = "the signature's certificate chain does not contain any trusted certificate"
    over = r"digital signature has expired on \"Sat, 21 Nov 2026 02:35:16 +0000\""
    logged = rf"expiry validation failed with validation action set to \"logged\". Failure reason: {over}"
    lines = (
        f'level=warning msg="{logged}"',
        f'level=error msg="authenticity validation failed. Failure reason: {stranger}"',
        f'level=warning msg="Signature sha256:1 failed verification with error: {stranger}"',
        "Error: signature verification failed for all the signatures associated with a.example/b@sha256:9",
    )
    said = as_said(1, "\n".join(lines))
    assert not said.passed
    assert said.logged == {"expiry"}
    assert said.checks == {"notation.authenticity"}
