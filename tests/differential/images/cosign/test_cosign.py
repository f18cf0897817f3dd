"""Generated images, signatures and questions, judged by this project and by cosign 3.1.2: alike, or by rule.

Half of what cosign can sign with a key alone it signs itself; the others come from the private
Sigstore of `sigstore_stack`. The registry is Debian's. Where no `cosign` is on the path this is
skipped.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.differential.images.cosign.client import Cosign, installed
from tests.differential.images.cosign.combinations import Combination
from tests.differential.images.cosign.making import Maker, write_files
from tests.differential.images.cosign.rules import RULES, VECTORS
from tests.differential.images.cosign.run import compare, compared, judged
from tests.differential.images.sides import Tally, describe
from tests.servers import RegistryServer


@pytest.fixture
def maker(docker_registry: RegistryServer, tmp_path: Path) -> Maker:
    folder = tmp_path / "files"
    folder.mkdir()
    peer = installed(folder)
    write_files(folder)
    peer.prepare()
    return Maker(docker_registry.host, peer)


def run(maker: Maker, seeds: range) -> Tally:
    tally = Tally(RULES)
    tally.count(compared(maker, seeds))
    print(f"\n{tally.report()}")
    return tally


def test_our_own_signer_makes_what_verifies_and_what_does_not(
    docker_registry: RegistryServer, tmp_path: Path
) -> None:
    """Without the peer, which is asked for even numbers only."""
    write_files(tmp_path)
    maker = Maker(docker_registry.host, Cosign("", tmp_path))
    by_tag = Combination(form="tag", signer="certificate", log="first generation")
    cases = {
        Combination(): None,
        Combination(signer="certificate", kind="attestation", log_asked="required"): None,
        Combination(signer="certificate", log_asked="required", tampered="proof"): "bundle.proof",
        Combination(log="none", stamp="none", tampered="signature"): "bundle.sig",
        replace(by_tag, log_asked="required"): None,
        replace(by_tag, log_asked="required", root="other log"): "cosign.tlog_keyid",
    }
    made = [maker.make(2 * n + 1, one) for n, one in enumerate(cases)]
    found = [judged(one, tmp_path).check for one in made]
    assert dict(zip(cases, found, strict=True)) == cases


def test_every_rule_has_a_vector_that_shows_its_difference(maker: Maker) -> None:
    assert sorted(VECTORS) == sorted(rule.name for rule in RULES)
    for number, rule in enumerate(RULES):
        pair = compare(maker, 2 * number + 1, VECTORS[rule.name])
        assert rule.covers(pair), describe(pair)


def test_some_combinations_are_judged_alike_or_differ_by_a_rule(maker: Maker) -> None:
    tally = run(maker, range(6))
    assert not tally.unlisted
    assert tally.total == 6


@pytest.mark.soak
def test_200_combinations_are_judged_alike_or_differ_by_a_rule(maker: Maker) -> None:
    tally = run(maker, range(200))
    assert not tally.unlisted
    assert tally.total == 200
    assert tally.passed >= 30
