"""The inventory of keys as text."""

import pytest

from tests.simulators.verified import verified
from trustui.cli.pictures import keys as module
from trustui.cli.pictures.keys import show_keys
from trustui.cli.terminal import Style
from trustui.demo.publisher import Publisher


def listed(repo: Publisher, style: Style) -> list[str]:
    repository, _ = verified(repo)
    return list(show_keys(repository, style))


def entry(lines: list[str], keyid: str) -> list[str]:
    """The lines about one key."""
    start = lines.index(keyid)
    return lines[start : lines.index("", start) if "" in lines[start:] else None]


def test_a_key_says_what_it_is_for_and_what_its_loss_would_mean(
    vendor: Publisher, plain: Style
) -> None:
    lines = listed(vendor, plain)
    assert lines[:2] == [
        "10 public keys",
        "0 that no role uses; 1 that signed nothing that is current",
    ]
    keyid = vendor.keys("cranes")[0].key_id
    assert entry(lines, keyid) == [
        keyid,
        "  ed25519",
        "  cranes of targets, 2 of 3: has signed what is current",
        "    lost    still 2 of 2, no margin; must be signed again",
        "    stolen  1 key short of a forgery",
    ]


def test_a_key_that_takes_others_with_it_says_how_many(vendor: Publisher, plain: Style) -> None:
    assert entry(listed(vendor, plain), vendor.keys("root")[0].key_id) == [
        vendor.keys("root")[0].key_id,
        "  ed25519",
        "  root, 1 of 1: has signed what is current",
        "    lost    cannot sign",
        "    stolen  every key of the repository can be replaced",
        "  stolen, it takes 6 more roles with it",
    ]


def test_lines_keep_within_the_width(vendor: Publisher, style: Style) -> None:
    assert max(map(len, listed(vendor, style))) <= style.width


def test_a_key_under_several_ids_names_them(vendor: Publisher, plain: Style) -> None:
    def alias(signed: object) -> None:
        assert isinstance(signed, dict)
        cranes = signed["delegations"]["roles"][0]["keyids"]
        signed["delegations"]["keys"]["alias"] = signed["delegations"]["keys"][cranes[0]]
        cranes.append("alias")

    vendor.edit_next("targets", alias)
    vendor.publish()
    assert any("also under" in line for line in listed(vendor, plain))


def test_a_key_that_cannot_be_read_or_is_not_used_says_so(vendor: Publisher, plain: Style) -> None:
    def add(signed: object) -> None:
        assert isinstance(signed, dict)
        keyval = {"public": "no key"}
        signed["keys"]["bad"] = {"keytype": "rsa", "scheme": "\x1bweird", "keyval": keyval}
        signed["roles"]["timestamp"]["keyids"].append("bad")
        signed["keys"]["spare"] = {"keytype": "rsa", "scheme": "x", "keyval": {"public": "other"}}

    vendor.edit_next("root", add)
    vendor.publish()
    lines = listed(vendor, plain)
    assert entry(lines, "bad") == [
        "bad",
        "  rsa, \\u{001B}weird; it cannot be read, so it signs for nothing",
        "  timestamp, 1 of 2: has not signed what is current",
    ]
    assert entry(lines, "spare")[-1] == "  no role uses it"


def test_a_role_that_was_not_read_says_so(vendor: Publisher, plain: Style) -> None:
    vendor.withdraw("1.firmware.json")
    assert any("its document was not read" in line for line in listed(vendor, plain))


def test_many_keys_and_many_roles_are_counted(
    vendor: Publisher, plain: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.rotate("snapshot", to=vendor.keys("timestamp"))
    vendor.publish()
    monkeypatch.setattr(module, "MAX_ROLES", 1)
    assert "  and 1 more role" in listed(vendor, plain)
    monkeypatch.setattr(module, "MAX_KEYS", 3)
    assert listed(vendor, plain)[-1] == "… and 6 more; --json has them all"
