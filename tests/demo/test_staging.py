"""Roles, delegations, targets and keys before they are published."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trustui.core.diff.signers import KEY_OWNER
from trustui.demo.repository import Repository
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def repository(**options: Any) -> Repository:
    repo = Repository("promises", START, **options)
    repo.add_delegation("targets", "team/a", keys=2, threshold=2, paths=["a/*"])
    repo.add_target("team/a", "a/app.txt", b"app", custom={"stage": "beta"})
    repo.publish()
    return repo


def signed(repo: Repository, role: str) -> dict[str, Any]:
    part: dict[str, Any] = json.loads(repo.document(role))["signed"]
    return part


def test_a_role_is_signed_by_just_enough_keys() -> None:
    repo = repository(plans={"root": RolePlan(keys=5, threshold=3)})
    assert len(json.loads(repo.document("root"))["signatures"]) == 3


def test_a_role_without_a_delegator_leaves_the_snapshot() -> None:
    repo = repository()
    repo.remove_delegation("targets", "team/a")
    repo.publish(START + DAY)
    assert list(signed(repo, "snapshot")["meta"]) == ["targets.json"]
    with pytest.raises(LookupError, match="team/a"):
        repo.version("team/a")


def test_roles_are_renewed_when_they_would_expire_soon() -> None:
    repo = repository(plans={"snapshot": RolePlan(lifetime=3 * DAY)})
    repo.renew_expiring(before=START + 3 * DAY)
    repo.publish(START + DAY)
    assert repo.version("snapshot") == 1
    repo.renew_expiring(before=START + 4 * DAY)
    repo.publish(START + 2 * DAY)
    assert (repo.version("snapshot"), repo.version("root")) == (2, 1)


@pytest.mark.parametrize(
    ("bits", "first", "last"), [(1, "b-0", "b-1"), (5, "b-00", "b-1f"), (12, "b-000", "b-fff")]
)
def test_bins_are_named_by_zero_padded_hex(bits: int, first: str, last: str) -> None:
    repo = Repository("bins", START)
    repo.delegate_hash_bins("targets", bit_length=bits, prefix="b")
    repo.publish()
    names = list(signed(repo, "snapshot")["meta"])
    assert (names[0], names[-2]) == (f"{first}.json", f"{last}.json")
    assert len(names) == 2**bits + 1


def test_bins_and_other_delegations_exclude_each_other() -> None:
    repo = repository()
    with pytest.raises(ValueError, match="only ones"):
        repo.delegate_hash_bins("targets", bit_length=2)
    repo.delegate_hash_bins("team/a", bit_length=2)
    with pytest.raises(ValueError, match="has hash bins"):
        repo.add_delegation("team/a", "b", paths=["*"])


def test_a_bin_has_no_keys_of_its_own_to_rotate() -> None:
    repo = Repository("bins", START)
    repo.delegate_hash_bins("targets", bit_length=2)
    with pytest.raises(ValueError, match="shares its keys"):
        repo.rotate("bin-0")


def test_only_a_role_with_bins_can_tell_the_bin_of_a_path() -> None:
    with pytest.raises(ValueError, match="no hash bins"):
        repository().bin_for("targets", "a.txt")


def test_one_new_target_signs_one_bin() -> None:
    repo = Repository("bins", START)
    repo.delegate_hash_bins("targets", bit_length=4)
    repo.publish()
    name = repo.bin_for("targets", "a.txt")
    repo.add_target(name, "a.txt", b"a")
    repo.publish(START + DAY)
    assert [v.role for v in repo.versions if v.version == 2] == [name, "snapshot", "timestamp"]


def test_a_role_with_another_delegator_stays_when_one_lets_it_go() -> None:
    repo = repository()
    repo.add_delegation("targets", "b", paths=["*"])
    repo.add_delegation("b", "team/a", paths=["a/*"])
    [*_, added] = repo.keys("team/a")
    repo.remove_delegation("targets", "team/a")
    repo.publish(START + DAY)
    assert "team/a.json" in signed(repo, "snapshot")["meta"]
    assert repo.keys("team/a") == (added,)


def test_holders_are_named_beside_their_keys_and_the_rest_have_none() -> None:
    repo = repository()
    repo.name_holders("root", "@lind")
    repo.name_holders("team/a", "@sato")
    repo.publish(START + DAY)
    named = [one.get(KEY_OWNER) for one in signed(repo, "root")["keys"].values()]
    assert [owner for owner in named if owner] == ["@lind"]
    below = signed(repo, "targets")["delegations"]["keys"]
    assert {keyid: one.get(KEY_OWNER) for keyid, one in below.items()} == {
        key.key_id: holder for key, holder in zip(repo.keys("team/a"), ("@sato", None), strict=True)
    }
