"""What a document vouches for, as its page lists it."""

from typing import Any

import pytest

from tests.simulators.seen import with_bins
from tests.simulators.watched import START, vendor
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES
from trustui.core.formats.tuf.parse import parse_for_signing
from trustui.demo.publisher import Publisher
from trustui.pages import document_content as module
from trustui.pages.document_content import Content, content_of

HOSTILE = "a/\u202e<script>\x07"


def content(repo: Publisher, role: str) -> Content:
    body = repo.document(role)
    return content_of(parse_for_signing(Document(role, body, seen_at=START)).metadata)


def test_root_names_roles_with_their_thresholds() -> None:
    found = content(vendor(), "root")
    assert {(one.name, one.threshold, one.keys) for one in found.roles} == {
        (name, "1", 1) for name in TOP_LEVEL_ROLES
    }
    assert (found.role_count, found.files) == (4, ())


@pytest.mark.parametrize(
    ("role", "listed"), [("timestamp", "snapshot.json"), ("snapshot", "targets.json")]
)
def test_timestamp_and_snapshot_name_metadata_with_its_version(role: str, listed: str) -> None:
    found = content(vendor(), role)
    (file,) = [one for one in found.files if one.name == listed]
    assert (file.version, file.asked) == ("1", "")
    assert found.file_count == len(found.files)


def test_targets_name_files_with_length_and_digests_and_whom_they_delegate_to() -> None:
    repo = vendor()
    repo.add_target("targets", "a dir/app 1.bin", b"x" * 1234)
    paths = [f"team-{number}/*" for number in range(module.MOST_PATHS + 2)]
    repo.add_delegation("targets", "team", paths=paths, keys=3, threshold=2)
    repo.publish(START)
    found = content(repo, "targets")
    (file,) = [one for one in found.files if one.name == "a dir/app 1.bin"]
    assert (file.length, file.version, file.asked) == ("1,234", "", "a%20dir%2Fapp%201.bin")
    assert [(one.algorithm, len(one.value)) for one in file.digests] == [("sha256", 64)]
    (role,) = found.roles
    assert (role.name, role.threshold, role.keys, role.more_paths) == ("team", "2", 3, 2)
    assert role.paths == tuple(paths[: module.MOST_PATHS])


@pytest.mark.django_db
def test_bins_that_share_their_keys_are_one_row() -> None:
    watched = with_bins()
    found = content(watched.repo, "pool")
    assert [one.name for one in found.roles] == ["bin-0 to bin-f"]
    assert found.roles[0].paths == ()


def test_of_many_the_first_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LISTED", 2)
    repo = vendor()
    for number in range(5):
        repo.add_target("targets", f"file-{number}", b"")
    repo.publish(START)
    found = content(repo, "targets")
    assert (len(found.files), found.more_files) == (2, found.file_count - 2)
    assert content(repo, "root").more_roles == 2


def test_hostile_names_and_numbers_are_made_visible() -> None:
    repo = vendor()

    def odd(signed: dict[str, Any]) -> None:
        hashes = {"sha\u202e": "00" * 32}
        signed["targets"] = {HOSTILE: {"length": 2**53 - 1, "hashes": hashes}}

    repo.edit_next("targets", odd)
    repo.publish(START)
    (file,) = content(repo, "targets").files
    assert "\u202e" not in file.name + file.digests[0].algorithm
    assert "\x07" not in file.name
    assert file.asked == "a%2F%E2%80%AE%3Cscript%3E%07"
    assert file.length == "9,007,199,254,740,991"
