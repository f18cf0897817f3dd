"""Targets with their hashes, and what timestamp and snapshot list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.simulators.verified import facts
from trustui.core.diff import Change, ChangeKind, Effect, compare
from trustui.demo.publisher import Publisher

Published = Callable[[str], list[Change]]


def test_targets_that_come_and_go_do_not_change_who_may_sign(
    vendor: Publisher, publish: Published
) -> None:
    vendor.remove_target("targets", "SUPPORT.txt")
    vendor.add_target("targets", "NEWS.txt", b"new")
    added, removed = publish("targets")
    assert (added.kind, added.subject, added.before) == (ChangeKind.TARGET_ADDED, "NEWS.txt", None)
    assert (added.after or "").startswith("3 bytes, sha256:")
    assert (removed.kind, removed.subject, removed.after) == (
        ChangeKind.TARGET_REMOVED, "SUPPORT.txt", None,
    )  # fmt: skip
    assert {added.effect, removed.effect} == {Effect.NEUTRAL}


def test_other_bytes_under_the_same_path_are_told(vendor: Publisher, publish: Published) -> None:
    vendor.add_target("targets", "SUPPORT.txt", b"three years")
    [change] = publish("targets")
    assert (change.kind, change.effect) == (ChangeKind.TARGET_CHANGED, Effect.NEUTRAL)
    assert (change.before or "").startswith("9 bytes, ")
    assert (change.after or "").startswith("11 bytes, ")


def test_hashes_that_bind_nothing_widen(vendor: Publisher, publish: Published) -> None:
    def weaken(signed: Any) -> None:
        signed["targets"]["SUPPORT.txt"]["hashes"] = {"md5": "0" * 32}

    vendor.edit_next("targets", weaken)
    [change] = publish("targets")
    assert (change.kind, change.effect) == (ChangeKind.TARGET_CHANGED, Effect.WIDENS)


def test_hashes_that_were_weak_before_widen_nothing(vendor: Publisher, publish: Published) -> None:
    for digit in "01":

        def weaken(signed: Any, digit: str = digit) -> None:
            signed["targets"]["SUPPORT.txt"]["hashes"] = {"md5": digit * 32}

        vendor.edit_next("targets", weaken)
        [change] = publish("targets")
    assert change.effect is Effect.NEUTRAL


def test_what_is_said_about_a_target_is_told_apart(vendor: Publisher, publish: Published) -> None:
    vendor.add_target("targets", "SUPPORT.txt", b"two years", custom={"status": "Expired"})
    [change] = publish("targets")
    assert (change.kind, change.before, change.after) == (
        ChangeKind.TARGET_CUSTOM, None, '{"status":"Expired"}',
    )  # fmt: skip


def test_unknown_members_of_a_target_are_told(vendor: Publisher, publish: Published) -> None:
    vendor.edit_next("targets", note_target)
    [change] = publish("targets")
    assert (change.kind, change.subject) == (ChangeKind.MEMBER, "SUPPORT.txt: note")


def note_target(signed: Any) -> None:
    signed["targets"]["SUPPORT.txt"]["note"] = 1


# What timestamp and snapshot list


def test_a_newer_listed_version_is_neutral(vendor: Publisher, publish: Published) -> None:
    vendor.renew("targets")
    [change] = publish("snapshot")
    assert (change.kind, change.subject, change.effect) == (
        ChangeKind.FILE_VERSION, "targets.json", Effect.NEUTRAL,
    )  # fmt: skip
    assert (change.before, change.after) == ("v1", "v2")


def test_an_older_listed_version_is_a_rollback(vendor: Publisher, publish: Published) -> None:
    vendor.renew("targets")
    publish("snapshot")
    vendor.claim("snapshot", "targets", version=1)
    [change] = publish("snapshot")
    assert (change.kind, change.effect) == (ChangeKind.FILE_ROLLBACK, Effect.WIDENS)
    assert (change.before, change.after) == ("v2", "v1")


def test_roles_that_come_and_go_are_told(vendor: Publisher, publish: Published) -> None:
    vendor.remove_delegation("targets", "gate")
    vendor.add_delegation("targets", "reefers", paths=["reefers/*"])
    changes = {one.subject: one for one in publish("snapshot")}
    assert changes["reefers.json"].kind is ChangeKind.FILE_ADDED
    assert changes["reefers.json"].effect is Effect.NEUTRAL
    assert changes["gate.json"].kind is ChangeKind.FILE_REMOVED
    assert changes["gate.json"].effect is Effect.NARROWS


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({"hashes": {"sha256": "00"}}, {"hashes": None}, Effect.WIDENS),
        ({"hashes": None}, {"hashes": {"sha256": "00"}}, Effect.NARROWS),
        ({"hashes": {"sha256": "00"}}, {"hashes": {"sha256": "11"}}, Effect.WIDENS),
        ({"length": 10}, {"length": 11}, Effect.WIDENS),
    ],
)
def test_what_pins_the_bytes_of_a_version_is_compared(
    vendor: Publisher, before: dict[str, Any], after: dict[str, Any], effect: Effect
) -> None:
    changes = listing_changed(vendor, before, after)
    assert [(one.kind, one.effect) for one in changes] == [(ChangeKind.FILE_BINDING, effect)]


def test_other_hashes_of_another_version_go_without_saying(vendor: Publisher) -> None:
    changes = listing_changed(
        vendor, {"hashes": {"sha256": "00"}}, {"version": 2, "hashes": {"sha256": "11"}}
    )
    assert [one.kind for one in changes] == [ChangeKind.FILE_VERSION]


def test_unknown_members_of_a_listed_file_are_told(vendor: Publisher) -> None:
    [change] = listing_changed(vendor, {}, {"note": "x"})
    assert (change.kind, change.subject) == (ChangeKind.MEMBER, "gate.json: note")


def listing_changed(
    vendor: Publisher, before: dict[str, Any], after: dict[str, Any]
) -> list[Change]:
    """What changes about snapshot when its entry for `gate` does."""
    for members in (before, after):

        def edit(signed: Any, members: dict[str, Any] = members) -> None:
            signed["meta"]["gate.json"] = stated({"version": 1, **members})

        vendor.edit_next("snapshot", edit)
        vendor.publish(vendor.now + timedelta(days=1))
    version = vendor.version("snapshot")
    changes = compare(facts(vendor, "snapshot", version - 1), facts(vendor, "snapshot", version))
    skipped = {ChangeKind.VERSION, ChangeKind.EXPIRY}
    return [one for one in changes if one.kind not in skipped]


def stated(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def test_long_lists_are_compared_as_short_ones_are(vendor: Publisher, publish: Published) -> None:
    """Documents of more than 16 KiB are read in another way, into typed entries."""
    for number in range(300):
        vendor.add_target("targets", f"file-{number}", b"x")
    many = publish("targets")
    assert len([one for one in many if one.kind is ChangeKind.TARGET_ADDED]) == 300
    vendor.add_target("targets", "file-7", b"xy")
    vendor.remove_target("targets", "file-9")
    changed, removed = publish("targets")
    assert (changed.kind, changed.subject) == (ChangeKind.TARGET_CHANGED, "file-7")
    assert (changed.after or "").startswith("2 bytes, sha256:")
    assert (removed.kind, removed.subject) == (ChangeKind.TARGET_REMOVED, "file-9")
