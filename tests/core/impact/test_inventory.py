"""The inventory of public keys."""

import hashlib

import msgspec
import pytest

from tests.simulators.verified import verified
from trustui.core.facts import Problem, ProblemKind
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.impact import KeyRole, KeyUsage, key_usage
from trustui.core.primitives.keys import load_public_key
from trustui.core.trace import collect
from trustui.demo.publisher import Publisher


def by_keyid(repo: Publisher) -> dict[str, KeyUsage]:
    repository, _ = verified(repo)
    return {keyid: usage for usage in key_usage(repository) for keyid in usage.keyids}


def test_every_key_is_listed_with_what_it_is_for(vendor: Publisher) -> None:
    usage = by_keyid(vendor)
    first, second, spare = (usage[key.key_id] for key in vendor.keys("cranes"))
    assert first.roles == (KeyRole("cranes", "targets", 2, 3, signed=True),)
    assert (first.has_signed, second.has_signed, spare.has_signed) == (True, True, False)
    assert spare.is_used


def test_a_key_is_known_by_its_public_value(vendor: Publisher) -> None:
    key = vendor.keys("timestamp")[0]
    usage = by_keyid(vendor)[key.key_id]
    public = key.public["keyval"]
    assert isinstance(public, dict)
    material = load_public_key("ed25519", "ed25519", str(public["public"])).material
    assert usage.fingerprint == hashlib.sha256(material).hexdigest()
    assert (usage.keytype, usage.scheme, usage.label) == ("ed25519", "ed25519", key.key_id)


def test_one_public_key_under_two_ids_is_one_key(vendor: Publisher) -> None:
    keyid = vendor.keys("cranes")[0].key_id

    def alias(signed: object) -> None:
        assert isinstance(signed, dict)
        delegations = signed["delegations"]
        delegations["keys"]["alias"] = delegations["keys"][keyid]
        delegations["roles"][0]["keyids"].append("alias")

    vendor.edit_next("targets", alias)
    vendor.publish()
    usage = by_keyid(vendor)["alias"]
    assert set(usage.keyids) == {keyid, "alias"}
    assert [role.keys for role in usage.roles] == [4]


def test_a_key_of_several_roles_shows_them_all(vendor: Publisher) -> None:
    vendor.rotate("snapshot", to=vendor.keys("timestamp"))
    vendor.publish()
    usage = by_keyid(vendor)[vendor.keys("timestamp")[0].key_id]
    assert [role.role for role in usage.roles] == ["timestamp", "snapshot"]


def test_a_key_that_no_role_lists_is_not_used(vendor: Publisher) -> None:
    def forget(signed: object) -> None:
        assert isinstance(signed, dict)
        del signed["delegations"]["roles"][0]["keyids"][2]

    spare = vendor.keys("cranes")[2].key_id
    vendor.edit_next("targets", forget)
    vendor.publish()
    usage = by_keyid(vendor)[spare]
    assert (usage.roles, usage.is_used, usage.has_signed) == ((), False, False)


def test_a_key_of_bins_signed_when_it_signed_every_bin(vendor: Publisher) -> None:
    usage = by_keyid(vendor)
    first, second = (usage[key.key_id] for key in vendor.keys("list-0"))
    assert [role.signed for role in (*first.roles, *second.roles)] == [True, False]
    vendor.sign_with("list-2", vendor.keys("list-2")[1])
    vendor.publish()
    assert by_keyid(vendor)[vendor.keys("list-0")[0].key_id].roles[0].signed is False


def test_of_a_role_that_was_not_read_nobody_knows_who_signed(vendor: Publisher) -> None:
    vendor.withdraw("1.firmware.json")
    usage = by_keyid(vendor)[vendor.keys("firmware")[0].key_id]
    assert (usage.roles[0].signed, usage.has_signed) == (None, False)


@pytest.mark.parametrize("scheme", ["ed25519", "unheard-of"])
def test_a_key_that_cannot_be_read_is_listed_without_a_fingerprint(
    vendor: Publisher, scheme: str
) -> None:
    def spoil(signed: object) -> None:
        assert isinstance(signed, dict)
        keyval = {"public": "not a key"}
        signed["delegations"]["keys"]["bad"] = {
            "keytype": "ed25519", "scheme": scheme, "keyval": keyval,
        }  # fmt: skip
        signed["delegations"]["roles"][0]["keyids"] += ["bad", "missing"]

    vendor.edit_next("targets", spoil)
    vendor.publish()
    usage = by_keyid(vendor)["bad"]
    assert usage.fingerprint is None
    assert [(role.role, role.signed) for role in usage.roles] == [("cranes", False)]


def test_without_a_root_there_are_no_keys(vendor: Publisher) -> None:
    nothing = Problem("root.json", ProblemKind.ABSENT, "there is no such file")
    question = Question(Anchor(nothing, AnchorOrigin.PINNED), vendor.now)
    _, repository = collect(verify, question, lambda _: nothing)
    assert key_usage(repository) == ()


def test_the_inventory_survives_json(vendor: Publisher) -> None:
    repository, _ = verified(vendor)
    usage = key_usage(repository)
    assert msgspec.json.decode(msgspec.json.encode(usage), type=tuple[KeyUsage, ...]) == usage
