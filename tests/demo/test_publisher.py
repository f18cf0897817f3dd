"""What the publisher promises about versions, files and bytes."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trustui.demo.keys import Scheme, throwaway_key
from trustui.demo.publisher import Publisher
from trustui.demo.roles import HashBins, RolePlan

START = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def publisher(**options: Any) -> Publisher:
    repo = Publisher("promises", START, **options)
    repo.add_delegation("targets", "team/a", keys=2, threshold=2, paths=["a/*"])
    repo.add_target("team/a", "a/app.txt", b"app", custom={"stage": "beta"})
    repo.publish()
    return repo


def signed(repo: Publisher, role: str) -> dict[str, Any]:
    part: dict[str, Any] = json.loads(repo.document(role))["signed"]
    return part


def test_files_are_named_as_a_consistent_snapshot_serves_them() -> None:
    digest = hashlib.sha256(b"app").hexdigest()
    assert set(publisher().files) == {
        "1.root.json",
        "1.targets.json",
        "1.team%2Fa.json",
        "1.snapshot.json",
        "timestamp.json",
        f"targets/a/{digest}.app.txt",
    }


def test_files_have_plain_names_without_consistent_snapshot() -> None:
    assert set(publisher(consistent_snapshot=False).files) == {
        "1.root.json",
        "targets.json",
        "team%2Fa.json",
        "snapshot.json",
        "timestamp.json",
        "targets/a/app.txt",
    }


def test_only_what_changed_gets_a_new_version() -> None:
    repo = publisher()
    repo.add_target("team/a", "a/new.txt", b"new")
    repo.publish(START + DAY)
    roles = ("root", "targets", "team/a", "snapshot", "timestamp")
    assert [repo.version(role) for role in roles] == [1, 1, 2, 2, 2]


def test_a_publication_without_changes_renews_the_timestamp_alone() -> None:
    repo = publisher()
    repo.publish(START + DAY)
    assert [version.role for version in repo.versions][5:] == ["timestamp"]


def test_a_new_key_of_timestamp_leaves_the_snapshot_alone() -> None:
    repo = publisher()
    repo.rotate("timestamp")
    repo.publish(START + DAY)
    assert [version.role for version in repo.versions][5:] == ["root", "timestamp"]


def test_versions_tell_when_each_was_published_and_expires() -> None:
    repo = publisher(plans={"timestamp": RolePlan(lifetime=3 * DAY)})
    repo.publish(START + DAY)
    newest = repo.versions[-1]
    assert (newest.role, newest.version, newest.at, newest.expires) == (
        "timestamp",
        2,
        START + DAY,
        START + 4 * DAY,
    )
    assert signed(repo, "timestamp")["expires"] == "2026-03-05T12:30:00Z"


def test_roles_are_renewed_when_they_would_expire_soon() -> None:
    repo = publisher(plans={"snapshot": RolePlan(lifetime=3 * DAY)})
    repo.renew_expiring(before=START + 3 * DAY)
    repo.publish(START + DAY)
    assert repo.version("snapshot") == 1
    repo.renew_expiring(before=START + 4 * DAY)
    repo.publish(START + 2 * DAY)
    assert (repo.version("snapshot"), repo.version("root")) == (2, 1)


def test_it_publishes_nothing_before_what_it_has_published() -> None:
    with pytest.raises(ValueError, match="already"):
        publisher().publish(START - DAY)


def test_the_same_calls_give_the_same_bytes() -> None:
    schemes = [Scheme.ED25519, Scheme.ECDSA_P256, Scheme.ECDSA_P384]
    assert all(
        publisher(scheme=scheme).files == publisher(scheme=scheme).files for scheme in schemes
    )


def test_another_seed_gives_other_keys() -> None:
    assert throwaway_key("a").key_id != throwaway_key("b").key_id


def test_a_key_does_not_show_its_secret() -> None:
    key = throwaway_key("a")
    assert repr(key) == f"<ed25519 key {key.key_id[:8]}>"


def test_a_role_is_signed_by_just_enough_keys() -> None:
    repo = publisher(plans={"root": RolePlan(keys=5, threshold=3)})
    assert len(json.loads(repo.document("root"))["signatures"]) == 3


def test_a_new_root_is_signed_by_old_and_new_keys() -> None:
    repo = publisher(plans={"root": RolePlan(keys=3, threshold=2)})
    old = repo.keys("root")
    repo.rotate("root", keep=1)
    new = repo.keys("root")
    repo.publish(START + DAY)
    signers = [s["keyid"] for s in json.loads(repo.document("root"))["signatures"]]
    assert signers == [old[0].key_id, old[1].key_id, new[1].key_id]


def test_rotating_twice_before_publishing_signs_with_the_published_keys() -> None:
    repo = publisher()
    [old] = repo.keys("root")
    repo.rotate("root")
    repo.rotate("root")
    repo.publish(START + DAY)
    signers = [s["keyid"] for s in json.loads(repo.document("root"))["signatures"]]
    assert signers == [old.key_id, repo.keys("root")[0].key_id]


def test_snapshot_tells_length_and_hash_when_asked_to() -> None:
    repo = publisher(meta_hashes=True)
    body = repo.document("team/a")
    assert signed(repo, "snapshot")["meta"]["team/a.json"] == {
        "version": 1,
        "length": len(body),
        "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
    }


def test_a_role_without_a_delegator_leaves_the_snapshot() -> None:
    repo = publisher()
    repo.remove_delegation("targets", "team/a")
    repo.publish(START + DAY)
    assert list(signed(repo, "snapshot")["meta"]) == ["targets.json"]
    with pytest.raises(LookupError, match="team/a"):
        repo.version("team/a")


def test_a_fork_shares_the_past_and_not_the_future() -> None:
    repo = publisher(meta_hashes=True)
    fork = repo.fork()
    fork.add_target("team/a", "a/other.txt", b"other")
    fork.publish(START + DAY)
    repo.publish(START + DAY)
    assert (repo.version("timestamp"), fork.version("timestamp")) == (2, 2)
    assert repo.document("timestamp") != fork.document("timestamp")
    assert repo.document("timestamp", 1) == fork.document("timestamp", 1)
    assert (repo.version("team/a"), len(repo.target_files)) == (1, 1)


def test_a_forged_document_takes_the_place_of_the_newest() -> None:
    repo = publisher()
    forged = repo.forge("timestamp", lambda part: part.update(note="two faces"))
    assert repo.metadata["timestamp.json"] == forged != repo.document("timestamp")


def test_it_remembers_what_was_served_in_the_past() -> None:
    repo = publisher()
    before = dict(repo.metadata)
    repo.renew("root", "targets")
    repo.publish(START + DAY)
    assert repo.archive.metadata_as_of(START + DAY / 2) == before


def test_a_version_that_never_was_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="root version 7"):
        publisher().document("root", 7)


def test_it_tampers_only_with_what_is_there() -> None:
    with pytest.raises(ValueError, match="does not contain"):
        publisher().tamper("timestamp.json", b"no such bytes", b"")


@pytest.mark.parametrize(
    ("bits", "first", "last"), [(1, "b-0", "b-1"), (5, "b-00", "b-1f"), (12, "b-000", "b-fff")]
)
def test_bins_are_named_by_zero_padded_hex(bits: int, first: str, last: str) -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=bits, prefix="b")
    repo.publish()
    names = list(signed(repo, "snapshot")["meta"])
    assert (names[0], names[-2]) == (f"{first}.json", f"{last}.json")
    assert len(names) == 2**bits + 1


def test_a_path_falls_into_the_bin_of_its_first_bits() -> None:
    # SHA-256 of "a.txt" begins with 18b7cb09 (sha256sum): 0001 1000 1 in binary.
    bins = [
        HashBins("b", bits, Publisher("x", START)._roles["root"].grant_to("root"))
        for bits in (3, 4, 5, 9)
    ]
    assert [b.bin_for("a.txt") for b in bins] == ["b-0", "b-1", "b-03", "b-031"]


def test_one_new_target_signs_one_bin() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=4)
    repo.publish()
    name = repo.bin_for("targets", "a.txt")
    repo.add_target(name, "a.txt", b"a")
    repo.publish(START + DAY)
    assert [v.role for v in repo.versions if v.version == 2] == [name, "snapshot", "timestamp"]


def test_bins_and_other_delegations_exclude_each_other() -> None:
    repo = publisher()
    with pytest.raises(ValueError, match="only ones"):
        repo.delegate_hash_bins("targets", bit_length=2)
    repo.delegate_hash_bins("team/a", bit_length=2)
    with pytest.raises(ValueError, match="has hash bins"):
        repo.add_delegation("team/a", "b", paths=["*"])


def test_a_bin_has_no_keys_of_its_own_to_rotate() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=2)
    with pytest.raises(ValueError, match="shares its keys"):
        repo.rotate("bin-0")


def test_only_a_role_with_bins_can_tell_the_bin_of_a_path() -> None:
    with pytest.raises(ValueError, match="no hash bins"):
        publisher().bin_for("targets", "a.txt")


def test_it_does_not_know_the_grant_of_a_stranger() -> None:
    with pytest.raises(ValueError, match="does not delegate"):
        publisher()._roles["targets"].grant_to("nobody")


@pytest.mark.parametrize("role", ["root", "targets", "team/a"])
def test_only_timestamp_and_snapshot_claim_something_of_others(role: str) -> None:
    with pytest.raises(ValueError, match="says nothing"):
        publisher().claim(role, "snapshot", version=1)
