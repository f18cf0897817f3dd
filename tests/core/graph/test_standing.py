"""What a trace says about each role: the word for it, and what it rests on."""

from datetime import timedelta

from tests.simulators.verified import facts, verified
from trustui.core.formats.tuf.delegations import edge_group
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.graph.standing import Signings, Standing, standings
from trustui.core.trace import Outcome, Planned, Step, TrustState, trace
from trustui.demo.publisher import Publisher

DAY = timedelta(days=1)


def test_a_group_that_passed_is_verified(vendor: Publisher) -> None:
    _, found = verified(vendor)
    assert set(standings(found).values()) == {Standing(TrustState.VERIFIED)}


def test_a_failed_group_is_failing_and_names_its_check(vendor: Publisher) -> None:
    _, found = verified(vendor, vendor.now + 8 * DAY)
    assert standings(found)["timestamp"] == Standing(
        TrustState.FAILING, "tuf.timestamp.freeze.expired"
    )


def test_what_rests_on_a_failed_group_is_not_trusted_and_says_on_what(vendor: Publisher) -> None:
    _, found = verified(vendor, vendor.now + 8 * DAY)
    assert standings(found)["targets"] == Standing(
        TrustState.NOT_TRUSTED, None, rests_on="tuf.timestamp.freeze.expired"
    )


def test_a_moot_failure_is_named_although_it_decides_nothing(vendor: Publisher) -> None:
    vendor.sign_with_only("cranes", 1)
    vendor.publish()
    _, found = verified(vendor, vendor.now + 8 * DAY)
    assert standings(found)[edge_group("targets", "cranes")] == Standing(
        TrustState.NOT_TRUSTED,
        "tuf.delegation.signature.threshold",
        rests_on="tuf.timestamp.freeze.expired",
    )


def test_without_a_pinned_root_nothing_is_trusted(vendor: Publisher) -> None:
    _, found = verified(vendor, origin=AnchorOrigin.NOBODY)
    by_group = standings(found)
    assert by_group["root"] == Standing(
        TrustState.NOT_TRUSTED, "tuf.root.anchor", rests_on="tuf.root.anchor"
    )
    assert by_group["targets"].rests_on == "tuf.root.anchor"


def test_a_group_that_could_not_be_decided_could_not_be_checked(vendor: Publisher) -> None:
    at = vendor.now
    stuck = Step("fetch", Outcome.UNDECIDED, "timestamp", "answers 503", "", "timestamp")
    moot = Step("sign", Outcome.PASSED, "timestamp", "", "", "timestamp", moot_because="fetch")
    planned = Planned("timestamp", "timestamp", ("fetch", "sign"))
    assert standings(trace("s", at, at, [planned, stuck, moot]))["timestamp"] == Standing(
        TrustState.COULD_NOT_CHECK, "fetch"
    )


def test_a_group_that_was_never_reached_could_not_be_checked(vendor: Publisher) -> None:
    at = vendor.now
    found = trace("s", at, at, [Planned("snapshot", "snapshot", ("fetch",))])
    assert standings(found)["snapshot"] == Standing(TrustState.COULD_NOT_CHECK)


def test_steps_of_a_group_that_nobody_planned_say_nothing(vendor: Publisher) -> None:
    at = vendor.now
    step = Step("c", Outcome.FAILED, "x", "", "", "unplanned")
    assert standings(trace("s", at, at, [step])) == {}


def test_signatures_are_counted_by_the_keys_of_the_delegator(vendor: Publisher) -> None:
    root, targets = facts(vendor, "root"), facts(vendor, "targets")
    signings = Signings()
    assert signings.tally(targets, root.role("targets"), root).signed == 2
    assert signings.tally(targets, root.role("snapshot"), root).signed == 0


def test_a_document_is_made_canonical_once(vendor: Publisher) -> None:
    root, targets = facts(vendor, "root"), facts(vendor, "targets")
    signings = Signings()
    for _ in range(2):
        signings.tally(targets, root.role("targets"), root)
    assert len(signings._documents) == 1
