"""python-tuf refuses each wrong that the publisher does on purpose, for the reason meant."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import methodcaller
from pathlib import Path

import pytest
from tuf.api import exceptions

from tests.simulators.python_tuf import python_tuf_client
from trustui.demo.keys import throwaway_key
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
STRANGER = throwaway_key("stranger")


@dataclass(frozen=True)
class Wrong:
    """Done after the first publication, then published; `served` is done after that."""

    name: str
    because: type[Exception]
    says: str
    staged: Callable[[Publisher], object] = lambda _: None
    served: Callable[[Publisher], object] = lambda _: None


UNSIGNED = exceptions.UnsignedMetadataError
BAD_VERSION = exceptions.BadVersionNumberError
EXPIRED = exceptions.ExpiredMetadataError
MISMATCH = exceptions.LengthOrHashMismatchError
REPOSITORY = exceptions.RepositoryError


def forget_the_old_root_keys(repo: Publisher) -> None:
    repo.rotate("root")
    repo.sign_with("root", *repo.keys("root"))


def forget_the_new_root_keys(repo: Publisher) -> None:
    repo.sign_with("root", *repo.keys("root"))
    repo.rotate("root")


WRONGS = [
    *(
        Wrong(
            f"{role} is signed with fewer keys",
            UNSIGNED,
            f"{role} was signed by 1/2 keys",
            staged=methodcaller("sign_with_only", role, 1),
        )
        for role in ("root", "timestamp", "snapshot", "targets", "team")
    ),
    *(
        Wrong(
            f"{role} is signed by a stranger",
            UNSIGNED,
            f"{role} was signed by 0/2 keys",
            staged=methodcaller("sign_with", role, STRANGER),
        )
        for role in ("root", "timestamp", "snapshot", "targets", "team")
    ),
    *(
        Wrong(
            f"{role} has expired",
            EXPIRED,
            "is expired",
            staged=methodcaller("set_expiry", role, START),
        )
        for role in ("root", "timestamp", "snapshot", "targets", "team")
    ),
    Wrong(
        "root skips a version",
        BAD_VERSION,
        "Expected root version 2 instead got version 3",
        staged=lambda r: r.set_version("root", 3),
        served=lambda r: r.serve("2.root.json", r.document("root", 3)),
    ),
    Wrong(
        "root is signed by the new keys only",
        UNSIGNED,
        "root was signed by 0/2 keys",
        staged=forget_the_old_root_keys,
    ),
    Wrong(
        "root is signed by the old keys only",
        UNSIGNED,
        "root was signed by 0/2 keys",
        staged=forget_the_new_root_keys,
    ),
    Wrong("timestamp goes back", BAD_VERSION, "timestamp", lambda r: r.set_version("timestamp", 1)),
    Wrong(
        "timestamp names an older snapshot",
        BAD_VERSION,
        "snapshot",
        staged=lambda r: r.claim("timestamp", "snapshot", version=1),
    ),
    Wrong(
        "timestamp names a snapshot that is not there",
        exceptions.DownloadHTTPError,
        "9.snapshot.json",
        staged=lambda r: r.claim("timestamp", "snapshot", version=9),
    ),
    Wrong(
        "snapshot has other bytes than timestamp says",
        MISMATCH,
        "length",
        staged=lambda r: r.claim("timestamp", "snapshot", length=1_000_000),
    ),
    Wrong(
        "snapshot takes targets back",
        BAD_VERSION,
        "targets",
        staged=lambda r: r.claim("snapshot", "targets", version=1),
    ),
    Wrong(
        "snapshot forgets a role",
        REPOSITORY,
        "team.json",
        staged=lambda r: r.omit("snapshot", "team"),
    ),
    Wrong(
        "a role has another version than snapshot says",
        BAD_VERSION,
        "team",
        served=lambda r: r.serve(
            f"{r.version('team')}.team.json", r.document("team", r.version("team") - 1)
        ),
    ),
    Wrong(
        "targets was changed after it was signed",
        UNSIGNED,
        "targets was signed by 0/2 keys",
        served=lambda r: r.tamper("3.targets.json", b"app.txt", b"bad.txt"),
    ),
    Wrong(
        "a role is missing",
        exceptions.DownloadHTTPError,
        "team.json",
        served=lambda r: r.withdraw(f"{r.version('team')}.team.json"),
    ),
    Wrong(
        "timestamp is forged by a stranger",
        UNSIGNED,
        "timestamp was signed by 0/2 keys",
        served=lambda r: r.forge("timestamp", lambda s: s.update(version=99), STRANGER),
    ),
    Wrong(
        "timestamp has another type",
        REPOSITORY,
        "timestamp",
        staged=lambda r: r.edit_next("timestamp", lambda s: s.update(_type="snapshot")),
    ),
    Wrong(
        "a target has other content",
        MISMATCH,
        "length",
        served=lambda r: r.target_files.update(dict.fromkeys(r.target_files, b"bad")),
    ),
]


def publisher() -> Publisher:
    two_of_two = RolePlan(keys=2, threshold=2)
    top_level = ("root", "timestamp", "snapshot", "targets")
    repo = Publisher("wrongs", START, plans=dict.fromkeys(top_level, two_of_two))
    repo.add_delegation("targets", "team", keys=2, threshold=2, paths=["team/*"])
    repo.add_target("team", "team/app.txt", b"application")
    repo.add_target("targets", "app.txt", b"application")
    repo.publish()
    repo.renew("targets", "team")
    repo.publish(START + DAY)
    return repo


def follow(repo: Publisher, before: dict[str, bytes], folder: Path) -> None:
    """A client with the past state refreshes and downloads the delegated target."""
    client = python_tuf_client(repo.files, repo.document("root", 1), repo.now, folder, state=before)
    info = client.get_targetinfo("team/app.txt")
    assert info is not None
    client.download_target(info)


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.name)
def test_it_refuses(wrong: Wrong, tmp_path: Path) -> None:
    repo = publisher()
    before = repo.archive.client_state()
    repo.renew("targets", "team")
    wrong.staged(repo)
    repo.publish(START + 2 * DAY)
    wrong.served(repo)
    with pytest.raises(wrong.because, match=wrong.says):
        follow(repo, before, tmp_path)


def test_it_accepts_the_same_without_a_wrong(tmp_path: Path) -> None:
    repo = publisher()
    before = repo.archive.client_state()
    repo.renew("targets", "team")
    repo.publish(START + 2 * DAY)
    follow(repo, before, tmp_path)


def test_a_frozen_timestamp_runs_out(tmp_path: Path) -> None:
    repo = publisher()
    repo.freeze("timestamp")
    repo.publish(START + 400 * DAY)
    with pytest.raises(EXPIRED):
        follow(repo, {}, tmp_path)


def test_a_thawed_role_is_published_again() -> None:
    repo = publisher()
    repo.freeze("team")
    repo.renew("team")
    repo.publish(START + 2 * DAY)
    assert repo.version("team") == 2
    repo.thaw("team")
    repo.publish(START + 3 * DAY)
    assert repo.version("team") == 3


def test_honest_signatures_come_back(tmp_path: Path) -> None:
    repo = publisher()
    before = repo.archive.client_state()
    repo.sign_with("timestamp")
    repo.sign_with_only("snapshot", 0)
    repo.publish(START + 2 * DAY)
    repo.sign_honestly("timestamp")
    repo.sign_honestly("snapshot")
    repo.publish(START + 3 * DAY)
    follow(repo, before, tmp_path)


def test_a_claim_without_members_is_the_truth_again(tmp_path: Path) -> None:
    repo = publisher()
    before = repo.archive.client_state()
    repo.claim("timestamp", "snapshot", version=1)
    repo.publish(START + 2 * DAY)
    repo.claim("timestamp", "snapshot")
    repo.publish(START + 3 * DAY)
    follow(repo, before, tmp_path)


def test_a_forged_document_takes_the_place_of_the_newest() -> None:
    repo = publisher()
    forged = repo.forge("timestamp", lambda part: part.update(note="two faces"))
    assert repo.metadata["timestamp.json"] == forged != repo.document("timestamp")


def test_it_tampers_only_with_what_is_there() -> None:
    with pytest.raises(ValueError, match="does not contain"):
        publisher().tamper("timestamp.json", b"no such bytes", b"")


@pytest.mark.parametrize("role", ["root", "targets", "team"])
def test_only_timestamp_and_snapshot_claim_something_of_others(role: str) -> None:
    with pytest.raises(ValueError, match="says nothing"):
        publisher().claim(role, "snapshot", version=1)


def test_unknown_fields_are_signed_and_accepted(tmp_path: Path) -> None:
    repo = Publisher("fields", START)
    repo.add_field("root", "x-note", {"b": [1, None, True], "a": 'ü\n"\\'})
    repo.publish()
    python_tuf_client(repo.files, repo.document("root"), START, tmp_path).refresh()
    assert json.loads(repo.document("root"))["signed"]["x-note"]["b"] == [1, None, True]
