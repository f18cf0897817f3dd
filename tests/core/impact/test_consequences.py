"""What follows when keys are lost, and when they are stolen."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec
import pytest

from tests.simulators.verified import verified
from trustui.core.facts import Problem, ProblemKind
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.formats.tuf.verify import verify
from trustui.core.impact import Impact, RoleImpact, impact, impact_of_each
from trustui.core.impact.listings import given_keys
from trustui.core.trace import Outcome, collect
from trustui.demo.keys import SigningKey
from trustui.demo.publisher import Publisher

DAY = timedelta(days=1)


def impact_of(repo: Publisher, keys: Iterable[SigningKey]) -> Impact:
    repository, _ = verified(repo)
    return impact(repository, {key.key_id for key in keys})


def by_role(found: Impact) -> dict[str, RoleImpact]:
    return {one.role: one for one in found.roles}


# Lost


def test_a_role_with_a_spare_key_can_lose_one(vendor: Publisher) -> None:
    [cranes] = impact_of(vendor, vendor.keys("cranes")[2:]).roles
    assert (cranes.held, cranes.remaining, cranes.margin) == (1, 2, 0)
    assert (cranes.can_still_sign, cranes.still_verifies) == (True, True)
    assert cranes.if_lost == "still 2 of 2, no margin"


def test_a_key_that_signed_today_must_be_replaced_by_another_signature(vendor: Publisher) -> None:
    [cranes] = impact_of(vendor, vendor.keys("cranes")[:1]).roles
    assert (cranes.can_still_sign, cranes.still_verifies) == (True, False)
    assert cranes.if_lost == "still 2 of 2, no margin; must be signed again"


def test_a_margin_is_not_mentioned_where_there_is_one(vendor: Publisher) -> None:
    vendor.rotate("cranes", keys=4)
    vendor.publish()
    [cranes] = impact_of(vendor, vendor.keys("cranes")[3:]).roles
    assert (cranes.margin, cranes.if_lost) == (1, "still 2 of 3")


def test_a_role_that_needs_all_its_keys_cannot_sign_without_one(vendor: Publisher) -> None:
    targets = by_role(impact_of(vendor, vendor.keys("targets")[:1]))["targets"]
    assert (targets.can_still_sign, targets.still_verifies) == (False, False)
    assert (targets.margin, targets.if_lost) == (-1, "cannot sign")


def test_what_more_than_enough_signed_verifies_although_it_cannot_be_renewed(
    vendor: Publisher,
) -> None:
    """Two of three signed; the third and one of the two listed keys are no longer there."""
    vendor.rotate("cranes", keep=3, keys=3, threshold=1)
    vendor.sign_with("cranes", *vendor.keys("cranes"))
    vendor.publish()
    cranes = by_role(impact_of(vendor, vendor.keys("cranes")[:2]))["cranes"]
    assert (cranes.can_still_sign, cranes.still_verifies) == (True, True)


def test_of_a_role_that_was_not_read_nobody_knows_whether_it_verifies(vendor: Publisher) -> None:
    vendor.withdraw("1.firmware.json")
    [firmware] = impact_of(vendor, vendor.keys("firmware")).roles
    assert (firmware.still_verifies, firmware.if_lost) == (None, "cannot sign")


def test_the_forecast_holds_when_the_key_is_really_taken_out(vendor: Publisher) -> None:
    """The verifier itself, asked about targets without the first key of `cranes`."""
    keyid = vendor.keys("cranes")[0].key_id
    [forecast] = impact_of(vendor, vendor.keys("cranes")[:1]).roles

    def revoke(signed: object) -> None:
        assert isinstance(signed, dict)
        signed["delegations"]["roles"][0]["keyids"].remove(keyid)

    vendor.edit_next("targets", revoke)
    vendor.publish()
    _, found = verified(vendor)
    outcomes = {group.id: group.outcome for group in found.groups}
    assert (outcomes["targets → cranes"] is Outcome.PASSED) is forecast.still_verifies


# Stolen


def test_one_key_short_is_not_enough(vendor: Publisher) -> None:
    [cranes] = impact_of(vendor, vendor.keys("cranes")[:1]).roles
    assert (cranes.can_be_forged, cranes.if_stolen) == (False, "1 key short of a forgery")
    assert cranes.needs == ()


def test_a_delegated_role_that_is_pinned_needs_snapshot_and_timestamp_too(
    vendor: Publisher,
) -> None:
    found = by_role(impact_of(vendor, vendor.keys("cranes")[:2]))
    assert found["cranes"].can_be_forged
    assert found["cranes"].needs == ("snapshot", "timestamp")
    assert found["cranes"].if_stolen == (
        "any file can be passed off for its paths, once snapshot and timestamp can be forged too"
    )


def test_with_the_online_keys_too_nothing_more_is_needed(vendor: Publisher) -> None:
    keys = [*vendor.keys("cranes"), *vendor.keys("snapshot"), *vendor.keys("timestamp")]
    cranes = by_role(impact_of(vendor, keys))["cranes"]
    assert (cranes.needs, cranes.if_stolen) == ((), "any file can be passed off for its paths")


def test_what_is_not_pinned_can_be_replaced_under_its_version(loose: Publisher) -> None:
    found = by_role(impact_of(loose, [*loose.keys("targets"), *loose.keys("snapshot")]))
    assert found["targets"].needs == ()
    assert found["targets"].if_stolen.startswith("any file can be passed off for its paths")
    snapshot = by_role(impact_of(loose, loose.keys("snapshot")))["snapshot"]
    assert snapshot.if_stolen.endswith(
        "that do not have this version yet: its bytes are not pinned"
    )


def test_an_unpinned_snapshot_needs_no_timestamp(loose: Publisher) -> None:
    keys = [*loose.keys("firmware"), *loose.keys("snapshot")]
    firmware = by_role(impact_of(loose, keys))["firmware"]
    assert firmware.if_stolen == "any file can be passed off for its paths"


def test_a_forgery_under_an_unpinned_version_is_what_a_new_client_believes(
    loose: Publisher,
) -> None:
    """What the sentence above says, done: other bytes, the same version, only the role's key."""
    loose.forge("firmware", lambda signed: signed.update(note="x"))
    _, found = verified(loose)
    assert found.outcome is Outcome.PASSED


def test_a_forgery_under_a_pinned_version_is_refused(vendor: Publisher) -> None:
    vendor.forge("firmware", lambda signed: signed.update(note="x"))
    _, found = verified(vendor)
    assert found.first_failing is not None
    assert found.first_failing.check == "tuf.delegation.fetch.length"


def test_roles_below_a_forged_one_fall_with_it(vendor: Publisher) -> None:
    found = by_role(impact_of(vendor, vendor.keys("cranes")[:2]))
    assert list(found) == ["cranes", "firmware"]
    firmware = found["firmware"]
    assert (firmware.falls_with, firmware.held, firmware.can_be_forged) == ("cranes", 0, False)
    assert firmware.if_lost == "not affected"
    assert firmware.if_stolen == "falls with cranes, which names its keys"


def test_whoever_forges_targets_has_every_delegation(vendor: Publisher) -> None:
    found = by_role(impact_of(vendor, vendor.keys("targets")))
    assert list(found) == ["targets", "cranes", "lists", "firmware", "list-*"]
    assert found["list-*"].falls_with == "lists"


def test_whoever_forges_root_has_everything(vendor: Publisher) -> None:
    found = impact_of(vendor, vendor.keys("root")[:2])
    roles = by_role(found)
    assert found.is_everything
    assert len(roles) == 8
    assert roles["root"].if_stolen == "every key of the repository can be replaced"
    assert roles["root"].falls_with is None
    assert roles["timestamp"].falls_with == "root"


def test_with_root_no_further_forgery_is_needed(vendor: Publisher) -> None:
    keys = [*vendor.keys("root"), *vendor.keys("cranes")]
    assert by_role(impact_of(vendor, keys))["cranes"].needs == ()


def test_one_root_key_is_not_everything(vendor: Publisher) -> None:
    found = impact_of(vendor, vendor.keys("root")[:1])
    assert not found.is_everything
    assert [one.if_lost for one in found.roles] == ["still 2 of 2, no margin; must be signed again"]


def test_a_stolen_timestamp_freezes(vendor: Publisher) -> None:
    [timestamp] = impact_of(vendor, vendor.keys("timestamp")).roles
    assert timestamp.if_stolen == (
        "clients can be kept on an old snapshot for as long as wanted (freeze)"
    )


def test_a_stolen_snapshot_needs_the_timestamp_where_that_pins_it(vendor: Publisher) -> None:
    [snapshot] = impact_of(vendor, vendor.keys("snapshot")).roles
    assert snapshot.needs == ("timestamp",)
    both = impact_of(vendor, [*vendor.keys("snapshot"), *vendor.keys("timestamp")])
    assert by_role(both)["snapshot"].if_stolen == (
        "updates can be hidden or mixed, among what the other roles have signed"
    )


def test_bins_that_delegate_take_what_is_below_with_them(vendor: Publisher) -> None:
    vendor.add_delegation("list-1", "below", paths=["*"])
    vendor.publish()
    found = by_role(impact_of(vendor, vendor.keys("list-1")[:1]))
    assert found["below"].falls_with == "list-1"


def test_roles_of_one_delegator_that_share_their_keys_fare_alike(vendor: Publisher) -> None:
    for name in ("doors", "gates"):
        vendor.add_delegation("targets", name, keys=2, threshold=2, paths=[f"{name}/*"])
    vendor.rotate("gates", to=vendor.keys("doors"))
    vendor.publish()
    found = by_role(impact_of(vendor, vendor.keys("doors")[:1]))
    assert found.keys() == {"doors", "gates"}
    assert found["doors"].if_lost == found["gates"].if_lost


def test_delegations_in_a_circle_come_to_an_end(vendor: Publisher) -> None:
    vendor.add_delegation("firmware", "cranes", paths=["*"])
    vendor.publish()
    found = impact_of(vendor, vendor.keys("firmware"))
    assert [(one.role, one.delegator, one.falls_with) for one in found.roles] == [
        ("firmware", "cranes", "cranes"),
        ("cranes", "firmware", "firmware"),
    ]


# Who is asked about


def test_a_key_may_be_given_by_its_public_value(vendor: Publisher) -> None:
    repository, _ = verified(vendor)
    keyid = vendor.keys("timestamp")[0].key_id
    key = next(key for key in given_keys(repository) if key.keyid == keyid)
    material = cached_material(key)
    assert material is not None
    assert impact(repository, {material}) == impact(repository, {keyid})


def test_key_ids_that_nobody_lists_are_told(vendor: Publisher) -> None:
    repository, _ = verified(vendor)
    found = impact(repository, {"nobody", "nowhere"})
    assert (found.unknown, found.roles, found.fingerprints) == (("nobody", "nowhere"), (), ())


def test_each_key_of_the_inventory_has_its_impact(vendor: Publisher) -> None:
    repository, _ = verified(vendor)
    for usage, found in impact_of_each(repository):
        assert found == impact(repository, set(usage.keyids))


def test_a_key_that_cannot_be_read_has_no_impact(vendor: Publisher) -> None:
    unreadable = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "no"}}

    def add(signed: object) -> None:
        assert isinstance(signed, dict)
        signed["keys"]["bad"] = unreadable
        signed["roles"]["timestamp"]["keyids"].append("bad")

    vendor.edit_next("root", add)
    vendor.publish()
    repository, _ = verified(vendor)
    [found] = [found for usage, found in impact_of_each(repository) if "bad" in usage.keyids]
    assert found == Impact((), (), ())
    assert impact(repository, {"bad"}).unknown == ("bad",)


@pytest.mark.parametrize("keys", [set(), {"anything"}])
def test_without_a_root_nothing_follows(vendor: Publisher, keys: set[str]) -> None:
    nothing = Problem("root.json", ProblemKind.ABSENT, "there is no such file")
    question = Question(Anchor(nothing, AnchorOrigin.PINNED), vendor.now)
    _, repository = collect(verify, question, lambda _: nothing)
    assert impact(repository, keys).roles == ()


def test_an_impact_survives_json(vendor: Publisher) -> None:
    found = impact_of(vendor, vendor.keys("targets"))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Impact) == found
