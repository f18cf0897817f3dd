"""What everybody asks of a parsed document."""

import pytest

from tests.vectors.tuf.builders import delegating, small, staged
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Role,
    SuccinctRoles,
    TargetFile,
)
from trustui.core.formats.tuf.parse import parse
from trustui.core.primitives.digests import sha256
from trustui.demo.publisher import Publisher


def read(repo: Publisher, role: str) -> Metadata:
    return parse(Document("", repo.document(role)))


# Root


def test_root_gives_roles_and_their_keys() -> None:
    repo = small()
    root = read(repo, "root")
    role = root.role("targets")
    assert role.threshold == 2
    assert role.keyids == tuple(key.key_id for key in repo.keys("targets"))
    key = root.key(role.keyids[0])
    assert key is not None
    assert (key.keytype, key.scheme, key.fields) == (
        "ed25519",
        "ed25519",
        repo.keys("targets")[0].public,
    )
    assert root.key("unknown") is None


@pytest.mark.parametrize("consistent", [True, False])
def test_root_says_whether_snapshots_are_consistent(consistent: bool) -> None:
    root = read(small(consistent_snapshot=consistent), "root")
    assert root.consistent_snapshot is consistent


# Timestamp, snapshot and targets


def test_what_is_listed_is_given_by_name() -> None:
    repo = small(meta_hashes=True)
    body = repo.document("snapshot")
    timestamp = read(repo, "timestamp")
    listed = MetaFile(1, len(body), {"sha256": sha256(body)})
    assert timestamp.meta("snapshot.json") == listed
    assert timestamp.meta("targets.json") is None
    assert list(timestamp.meta_versions) == [("snapshot.json", 1)]


def test_a_target_is_given_by_path() -> None:
    repo = staged()
    repo.add_target("targets", "b.bin", b"b", custom={"status": "Active"})
    repo.publish()
    targets = read(repo, "targets")
    expected = TargetFile("b.bin", 1, {"sha256": sha256(b"b")}, {"status": "Active"})
    assert targets.target("b.bin") == expected
    assert targets.target("missing") is None


def test_a_document_that_gives_no_keys_has_none() -> None:
    repo = small()
    assert read(repo, "snapshot").keys == {}
    assert read(repo, "targets").keys == {}


# Delegations


def test_delegations_are_given_in_their_order() -> None:
    repo = staged()
    repo.add_delegation("targets", "z", paths=["a/*", "b"], terminating=True)
    repo.add_delegation("targets", "a", path_hash_prefixes=["00", "ff"])
    repo.publish()
    delegations = read(repo, "targets").delegations
    assert delegations is not None
    first, second = delegations.roles
    assert (first.role.name, first.paths, first.terminating) == ("z", ("a/*", "b"), True)
    assert (second.role.name, second.path_hash_prefixes, second.paths) == ("a", ("00", "ff"), None)


def test_without_delegations_there_are_none() -> None:
    assert read(small(), "targets").delegations is None


def test_keys_of_delegations_are_given_like_those_of_root() -> None:
    repo = delegating()
    targets = read(repo, "targets")
    (keyid, *_) = (key.key_id for key in repo.keys("team"))
    key = targets.key(keyid)
    assert key is not None
    assert key.public == repo.keys("team")[0].public["keyval"]["public"]  # type: ignore[index,call-overload]


ROLE = Role("r", ("k",), 1)


@pytest.mark.parametrize(
    ("edge", "pattern"),
    [
        (DelegatedRole(ROLE, paths=("x", "a/*", "*/b")), "a/*"),
        (DelegatedRole(ROLE, paths=("*",)), None),
        (DelegatedRole(ROLE, paths=()), None),
        (DelegatedRole(ROLE, path_hash_prefixes=("ffff", sha256(b"a/b")[:3])), sha256(b"a/b")[:3]),
        (DelegatedRole(ROLE, path_hash_prefixes=("",)), ""),
        (DelegatedRole(ROLE, path_hash_prefixes=(sha256(b"a/b").upper(),)), None),
        (DelegatedRole(ROLE), None),
    ],
)
def test_the_first_pattern_that_covers_a_path_is_given(
    edge: DelegatedRole, pattern: str | None
) -> None:
    assert edge.matching_pattern("a/b") == pattern


def test_the_edges_for_a_path_come_in_the_order_of_the_search() -> None:
    edges = tuple(DelegatedRole(Role(glob, (), 1), paths=(glob,)) for glob in ("a/*", "b", "*/b"))
    delegations = Delegations({}, edges)
    assert [edge.role.name for edge in delegations.edges_for("a/b")] == ["a/*", "*/b"]


# Succinct bins (TAP 15)

BINS = SuccinctRoles(("k",), 1, bit_length=5, name_prefix="my-bins")


def test_there_are_two_to_the_power_of_the_bit_length() -> None:
    assert BINS.count == 32
    assert BINS.bin(31).role == Role("my-bins-1f", ("k",), 1)
    assert not BINS.bin(0).terminating


def test_a_path_has_one_bin() -> None:
    number = int(sha256(b"a/b")[:2], 16) >> 3
    assert BINS.bin_for("a/b") == BINS.bin(number)
    assert list(Delegations({}, succinct=BINS).edges_for("a/b")) == [BINS.bin(number)]


@pytest.mark.parametrize("number", [0, 1, 15, 16, 31])
def test_a_bin_is_known_by_its_name(number: int) -> None:
    assert BINS.number_of(BINS.bin(number).role.name) == number


@pytest.mark.parametrize(
    "name",
    [
        "",
        "my-bins",
        "my-bins-",
        "my-bins-20",
        "my-bins-1",
        "my-bins-01f",
        "my-bins-1F",
        "my-bins-zz",
        "my-bins-\u0661f",
        "my-bins--1",
        "my-bins-+1",
        "my-bins-1_",
        "other-1f",
        "my-bins-my-bins-1f",
    ],
)
def test_other_names_are_no_bins(name: str) -> None:
    assert BINS.number_of(name) is None
