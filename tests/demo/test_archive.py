"""What is served, now and in the past."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trustui.demo.repository import Repository

START = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def repository(**options: Any) -> Repository:
    repo = Repository("promises", START, **options)
    repo.add_delegation("targets", "team/a", keys=2, threshold=2, paths=["a/*"])
    repo.add_target("team/a", "a/app.txt", b"app", custom={"stage": "beta"})
    repo.publish()
    return repo


def test_files_are_named_as_a_consistent_snapshot_serves_them() -> None:
    digest = hashlib.sha256(b"app").hexdigest()
    assert set(repository().files) == {
        "1.root.json",
        "1.targets.json",
        "1.team%2Fa.json",
        "1.snapshot.json",
        "timestamp.json",
        f"targets/a/{digest}.app.txt",
    }


def test_files_have_plain_names_without_consistent_snapshot() -> None:
    assert set(repository(consistent_snapshot=False).files) == {
        "1.root.json",
        "targets.json",
        "team%2Fa.json",
        "snapshot.json",
        "timestamp.json",
        "targets/a/app.txt",
    }


def test_it_remembers_what_was_served_in_the_past() -> None:
    repo = repository()
    before = dict(repo.metadata)
    repo.renew("root", "targets")
    repo.publish(START + DAY)
    assert repo.archive.metadata_as_of(START + DAY / 2) == before


def test_a_version_that_never_was_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="root version 7"):
        repository().document("root", 7)
