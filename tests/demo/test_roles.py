"""Grants and hash bins."""

from datetime import UTC, datetime, timedelta

import pytest

from trustui.demo.keys import throwaway_key
from trustui.demo.roles import Edge, Grant, HashBins, Role, utc_text

GRANT = Grant(tuple(throwaway_key(f"grant/{number}") for number in range(3)), 2)


@pytest.mark.parametrize(
    ("bits", "name"), [(3, "b-0"), (4, "b-1"), (5, "b-03"), (9, "b-031"), (32, "b-18b7cb09")]
)
def test_a_path_falls_into_the_bin_of_its_first_bits(bits: int, name: str) -> None:
    # SHA-256 of "a.txt" begins with 18b7cb09 (sha256sum): 0001 1000 1 in binary.
    assert HashBins("b", bits, GRANT).bin_for("a.txt") == name


def test_just_enough_keys_sign() -> None:
    assert GRANT.signers == GRANT.keys[:2]


def test_it_does_not_know_the_grant_of_a_stranger() -> None:
    with pytest.raises(ValueError, match="targets does not delegate to nobody"):
        Role("targets", timedelta(days=1)).grant_to("nobody")


def test_a_delegated_role_is_of_the_type_targets() -> None:
    names = ("root", "timestamp", "snapshot", "targets", "team")
    types = [Role(name, timedelta(days=1)).type for name in names]
    assert types == ["root", "timestamp", "snapshot", "targets", "targets"]


def test_a_copy_changes_alone() -> None:
    role = Role("targets", timedelta(days=1))
    role.copy().edges["team"] = Edge(GRANT)
    assert role.edges == {}


def test_times_are_whole_seconds_in_utc() -> None:
    assert utc_text(datetime(2026, 3, 1, 9, 5, 7, 999, UTC)) == "2026-03-01T09:05:07Z"
