"""Generated repositories, judged by this project and by tuf-js 5.0.1: alike, or by rule.

The peer is an npm package; TRUSTUI_TUF_JS names the folder where it was installed. What needs it
is part of `make soak`, so that an ordinary run skips nothing.
"""

from pathlib import Path

import pytest

from tests.differential.compare import compare
from tests.differential.generator import generate
from tests.differential.predicates import rule_for
from tests.differential.run import AT, Tally
from tests.differential.tuf_js import answers, installed
from tests.differential.tuf_js_rules import RULES
from tests.differential.tuf_js_vectors import VECTORS_OF_TUF_JS
from trustui.demo.keys import Scheme

SCHEMES = (Scheme.ED25519,) * 16 + (Scheme.ECDSA_P256,) * 3 + (Scheme.RSA_PSS,)
"""Without P-384, which tuf-js never verifies: that one rule would hide all others."""


def test_each_rule_has_a_vector_and_a_name_of_its_own() -> None:
    assert sorted(rule.name for rule in RULES) == sorted(VECTORS_OF_TUF_JS)


@pytest.mark.soak
def test_500_repositories_are_judged_alike_or_differ_by_a_rule(tmp_path: Path) -> None:
    peer = installed()
    scenarios = [generate(seed, AT, SCHEMES) for seed in range(500)]
    tally = Tally()
    for scenario, said in zip(scenarios, answers(scenarios, peer, tmp_path), strict=True):
        tally.count(compare(scenario, said), RULES)
    print(f"\n{tally.report(RULES)}")
    assert not tally.unlisted
    assert tally.total == 500


@pytest.mark.soak
def test_every_vector_shows_the_difference_that_its_rule_names(tmp_path: Path) -> None:
    peer = installed()
    scenarios = [vector.build() for vector in VECTORS_OF_TUF_JS.values()]
    said = answers(scenarios, peer, tmp_path)
    shown = {}
    for name, scenario, one in zip(VECTORS_OF_TUF_JS, scenarios, said, strict=True):
        difference = compare(scenario, one)
        assert difference is not None, name
        rules = [rule.name for rule in RULES if rule_for(difference, (rule,))]
        shown[name] = (rules, difference.ours.words, difference.peer.words)
    assert shown == {
        name: ([name], vector.ours, vector.peer) for name, vector in VECTORS_OF_TUF_JS.items()
    }


@pytest.mark.parametrize("variable", ["", "/nowhere"])
def test_without_the_peer_the_reason_is_said(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTUI_TUF_JS", variable)
    with pytest.raises(pytest.skip.Exception, match="tuf-js"):
        installed()
