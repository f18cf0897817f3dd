"""Generated signatures and policies, judged by this project and by Notation 1.3.2: alike, or by rule.

Half of what Notation can sign it signs itself; the others come from the private signer. The registry
is Debian's. Where no `notation` is on the path this is skipped.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.differential.images.notation.client import Notation, installed
from tests.differential.images.notation.combinations import Combination
from tests.differential.images.notation.making import Maker
from tests.differential.images.notation.parties import parties
from tests.differential.images.notation.revocation_server import RevocationServer
from tests.differential.images.notation.rules import RULES, VECTORS
from tests.differential.images.notation.run import compare, compared, judged
from tests.differential.images.sides import Tally, describe
from tests.servers import RegistryServer


@pytest.fixture
def told() -> Iterator[RevocationServer]:
    with RevocationServer() as server:
        yield server


@pytest.fixture
def maker(docker_registry: RegistryServer, told: RevocationServer, tmp_path: Path) -> Maker:
    peer = installed(tmp_path / "cache")
    return Maker(docker_registry.host, parties(), peer, told.url, tmp_path)


def run(maker: Maker, told: RevocationServer, seeds: range) -> Tally:
    tally = Tally(RULES)
    tally.count(compared(maker, told.answers, seeds))
    print(f"\n{tally.report()}")
    return tally


def test_our_own_signer_makes_what_verifies_and_what_does_not(
    docker_registry: RegistryServer, told: RevocationServer, tmp_path: Path
) -> None:
    """Without the peer, which is asked for even numbers only."""
    maker = Maker(docker_registry.host, parties(), Notation("", tmp_path), told.url, tmp_path)
    cases = {
        Combination(): None,
        Combination(revocation="list: good", stamp="good", stamps="always"): None,
        Combination(form="cose", revocation="answer: revoked"): "notation.revocation",
        Combination(expiry="past", tampered="signature"): "notation.integrity",
        Combination(stamp="late", stamps="always"): "notation.timestamp",
    }
    found = {one: judged(maker.make(2 * n + 1, one)).check for n, one in enumerate(cases)}
    assert found == cases


def test_every_rule_has_a_vector_that_shows_its_difference(
    maker: Maker, told: RevocationServer
) -> None:
    assert sorted(VECTORS) == sorted(rule.name for rule in RULES)
    for number, rule in enumerate(RULES):
        pair = compare(maker, told.answers, 2 * number + 1, VECTORS[rule.name])
        assert rule.covers(pair), describe(pair)


def test_some_combinations_are_judged_alike_or_differ_by_a_rule(
    maker: Maker, told: RevocationServer
) -> None:
    tally = run(maker, told, range(8))
    assert not tally.unlisted
    assert tally.total == 8


@pytest.mark.soak
def test_200_combinations_are_judged_alike_or_differ_by_a_rule(
    maker: Maker, told: RevocationServer
) -> None:
    tally = run(maker, told, range(200))
    assert not tally.unlisted
    assert tally.total == 200
    assert tally.passed >= 30
