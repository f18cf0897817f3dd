"""Each publication follows the specification."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trustui.demo.keys import Scheme
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


def test_only_what_changed_gets_a_new_version() -> None:
    repo = repository()
    repo.add_target("team/a", "a/new.txt", b"new")
    repo.publish(START + DAY)
    roles = ("root", "targets", "team/a", "snapshot", "timestamp")
    assert [repo.version(role) for role in roles] == [1, 1, 2, 2, 2]


def test_a_publication_without_changes_renews_the_timestamp_alone() -> None:
    repo = repository()
    repo.publish(START + DAY)
    assert [version.role for version in repo.versions][5:] == ["timestamp"]


def test_a_new_key_of_timestamp_leaves_the_snapshot_alone() -> None:
    repo = repository()
    repo.rotate("timestamp")
    repo.publish(START + DAY)
    assert [version.role for version in repo.versions][5:] == ["root", "timestamp"]


def test_versions_tell_when_each_was_published_and_expires() -> None:
    repo = repository(plans={"timestamp": RolePlan(lifetime=3 * DAY)})
    repo.publish(START + DAY)
    newest = repo.versions[-1]
    assert (newest.role, newest.version, newest.at, newest.expires) == (
        "timestamp",
        2,
        START + DAY,
        START + 4 * DAY,
    )
    assert signed(repo, "timestamp")["expires"] == "2026-03-05T12:30:00Z"


def test_it_publishes_nothing_before_what_it_has_published() -> None:
    with pytest.raises(ValueError, match="already"):
        repository().publish(START - DAY)


def test_the_same_calls_give_the_same_bytes() -> None:
    schemes = [Scheme.ED25519, Scheme.ECDSA_P256, Scheme.ECDSA_P384]
    assert all(
        repository(scheme=scheme).files == repository(scheme=scheme).files for scheme in schemes
    )


def test_a_new_root_is_signed_by_old_and_new_keys() -> None:
    repo = repository(plans={"root": RolePlan(keys=3, threshold=2)})
    old = repo.keys("root")
    repo.rotate("root", keep=1)
    new = repo.keys("root")
    repo.publish(START + DAY)
    signers = [s["keyid"] for s in json.loads(repo.document("root"))["signatures"]]
    assert signers == [old[0].key_id, old[1].key_id, new[1].key_id]


def test_rotating_twice_before_publishing_signs_with_the_published_keys() -> None:
    repo = repository()
    [old] = repo.keys("root")
    repo.rotate("root")
    repo.rotate("root")
    repo.publish(START + DAY)
    signers = [s["keyid"] for s in json.loads(repo.document("root"))["signatures"]]
    assert signers == [old.key_id, repo.keys("root")[0].key_id]


def test_snapshot_tells_length_and_hash_when_asked_to() -> None:
    repo = repository(meta_hashes=True)
    body = repo.document("team/a")
    assert signed(repo, "snapshot")["meta"]["team/a.json"] == {
        "version": 1,
        "length": len(body),
        "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
    }


def test_a_fork_shares_the_past_and_not_the_future() -> None:
    repo = repository(meta_hashes=True)
    fork = repo.fork()
    fork.add_target("team/a", "a/other.txt", b"other")
    fork.publish(START + DAY)
    repo.publish(START + DAY)
    assert (repo.version("timestamp"), fork.version("timestamp")) == (2, 2)
    assert repo.document("timestamp") != fork.document("timestamp")
    assert repo.document("timestamp", 1) == fork.document("timestamp", 1)
    assert (repo.version("team/a"), len(repo.target_files)) == (1, 1)
