"""Keys by their public value, and thresholds."""

from collections.abc import Callable

import pytest

from trustui.core.diff import Change, ChangeKind, Effect
from trustui.demo.publisher import Publisher

Published = Callable[[str], list[Change]]
Editing = Callable[[object], None]


@pytest.fixture
def root_edited(vendor: Publisher, publish: Published) -> Callable[[Editing], list[Change]]:
    """What changes about root when its next version is edited so."""

    def edited(edit: Editing) -> list[Change]:
        vendor.edit_next("root", edit)
        return [one for one in publish("root") if one.kind is not ChangeKind.SIGNATURES]

    return edited


RootEdited = Callable[[Editing], list[Change]]


def test_the_same_key_under_another_id_is_no_new_key(root_edited: RootEdited) -> None:
    def rename(signed: object) -> None:
        assert isinstance(signed, dict)
        keyids = signed["roles"]["timestamp"]["keyids"]
        signed["keys"]["renamed"] = signed["keys"].pop(keyids[0])
        keyids[0] = "renamed"

    [change] = root_edited(rename)
    assert (change.kind, change.subject, change.after) == (ChangeKind.KEYID, "timestamp", "renamed")
    assert change.effect is Effect.NEUTRAL


def test_a_second_id_for_a_key_is_told_and_widens_nothing(root_edited: RootEdited) -> None:
    def alias(signed: object) -> None:
        assert isinstance(signed, dict)
        keyids = signed["roles"]["timestamp"]["keyids"]
        signed["keys"]["alias"] = signed["keys"][keyids[0]]
        keyids.append("alias")

    [change] = root_edited(alias)
    assert (change.kind, change.effect) == (ChangeKind.KEYID, Effect.NEUTRAL)
    assert (change.after or "").endswith(", alias")


def test_a_key_that_cannot_be_read_signs_for_nothing(root_edited: RootEdited) -> None:
    unreadable = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "not hex"}}

    def add(signed: object) -> None:
        assert isinstance(signed, dict)
        signed["keys"]["bad"] = unreadable
        signed["roles"]["timestamp"]["keyids"].append("bad")

    def remove(signed: object) -> None:
        assert isinstance(signed, dict)

    [added] = root_edited(add)
    assert (added.kind, added.after, added.effect) == (ChangeKind.KEY_ADDED, "bad", Effect.NEUTRAL)
    [removed] = root_edited(remove)
    assert (removed.kind, removed.effect) == (ChangeKind.KEY_REMOVED, Effect.NEUTRAL)


def test_a_key_id_without_a_key_signs_for_nothing(root_edited: RootEdited) -> None:
    def add(signed: object) -> None:
        assert isinstance(signed, dict)
        signed["roles"]["timestamp"]["keyids"].append("nobody")

    [change] = root_edited(add)
    assert (change.after, change.effect) == ("nobody", Effect.NEUTRAL)
    assert change.reason == "the key is missing or cannot be read, so it signs for nothing"


def test_too_few_keys_left_are_told(root_edited: RootEdited) -> None:
    def drop_two(signed: object) -> None:
        assert isinstance(signed, dict)
        del signed["roles"]["root"]["keyids"][1:]

    changes = [one for one in root_edited(drop_two) if one.kind is ChangeKind.KEY_REMOVED]
    assert len(changes) == 2
    assert changes[0].reason == (
        "one key fewer may sign for root; 1 key cannot reach the threshold of 2"
    )


def test_keys_that_no_role_uses_are_neutral(vendor: Publisher, publish: Published) -> None:
    spare = vendor.keys("gate")[0]

    def add(signed: object) -> None:
        assert isinstance(signed, dict)
        signed["keys"]["spare"] = spare.public

    vendor.edit_next("root", add)
    [added] = publish("root")
    assert (added.kind, added.subject) == (ChangeKind.UNUSED_KEY_ADDED, "key spare")
    assert (added.before, added.after, added.effect) == (None, "spare", Effect.NEUTRAL)
    vendor.renew("root")
    [removed] = publish("root")
    assert (removed.kind, removed.before) == (ChangeKind.UNUSED_KEY_REMOVED, "spare")


def test_the_owner_of_a_key_is_named_where_the_publisher_says_so(root_edited: RootEdited) -> None:
    def add_owned(signed: object) -> None:
        assert isinstance(signed, dict)
        keyid = signed["roles"]["snapshot"]["keyids"][0]
        owned = {**signed["keys"][keyid], "x-tuf-on-ci-keyowner": "@mira"}
        signed["keys"][keyid] = owned
        signed["roles"]["timestamp"]["keyids"].append(keyid)

    added, member = root_edited(add_owned)
    assert (added.after or "").startswith("@mira (")
    assert member.kind is ChangeKind.MEMBER
    assert member.subject.endswith(": x-tuf-on-ci-keyowner")


@pytest.mark.parametrize("owner", ["", 7])
def test_an_owner_that_is_no_name_is_left_out(root_edited: RootEdited, owner: object) -> None:
    def add_owned(signed: object) -> None:
        assert isinstance(signed, dict)
        signed["keys"]["spare"] = {
            **next(iter(signed["keys"].values())),
            "x-tuf-on-ci-keyowner": owner,
        }

    [added] = root_edited(add_owned)
    assert added.after == "spare"
