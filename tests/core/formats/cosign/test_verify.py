"""The scenarios of tests/vectors are run by the contract tests too; here they say what they show."""

import pytest

from tests.vectors.cosign.collection import VECTORS as OF_SIGNATURES
from tests.vectors.in_toto.collection import VECTORS as OF_ATTESTATIONS
from tests.vectors.scenario import Scenario
from tests.vectors.tag_format import verified
from trustui.core.trace import Outcome

VECTORS = (*OF_SIGNATURES, *OF_ATTESTATIONS)


@pytest.mark.parametrize("scenario", VECTORS, ids=str)
def test_a_scenario_has_its_verdict(scenario: Scenario) -> None:
    assert (scenario.verdict.outcome, scenario.verdict.first) == (scenario.outcome, scenario.first)


@pytest.mark.parametrize("scenario", VECTORS, ids=str)
def test_a_scenario_shows_what_it_says(scenario: Scenario) -> None:
    assert [check for check in scenario.shows if not scenario.showing(check)] == []


def test_whatever_was_planned_was_reached_where_all_is_well() -> None:
    good = [one for one in VECTORS if one.outcome is Outcome.PASSED]
    assert [str(one) for one in good if one.verdict.trace.not_reached] == []


def test_a_bare_key_has_no_certificate_to_judge() -> None:
    assert verified().steps("cosign.expiry") == []
