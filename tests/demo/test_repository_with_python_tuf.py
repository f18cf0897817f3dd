"""python-tuf accepts what an honest repository publishes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tuf.ngclient.updater import Updater

from tests.simulators.python_tuf import python_tuf_client
from trustui.demo.keys import Scheme
from trustui.demo.repository import Repository
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def client_of(
    repo: Repository,
    folder: Path,
    *,
    root_version: int = 1,
    state: Mapping[str, bytes] | None = None,
) -> Updater:
    root = repo.document("root", root_version)
    return python_tuf_client(repo.files, root, repo.now, folder, state)


def downloaded(client: Updater, path: str) -> bytes:
    info = client.get_targetinfo(path)
    assert info is not None
    return Path(client.download_target(info)).read_bytes()


@pytest.mark.parametrize("scheme", Scheme)
def test_it_accepts_every_scheme(scheme: Scheme, tmp_path: Path) -> None:
    repo = Repository("schemes", START, scheme=scheme)
    repo.add_target("targets", "a.txt", b"content")
    repo.publish()
    assert downloaded(client_of(repo, tmp_path), "a.txt") == b"content"


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("meta_hashes", [True, False])
@pytest.mark.parametrize("consistent_snapshot", [True, False])
def test_it_accepts_every_layout(
    tmp_path: Path, *, compact: bool, meta_hashes: bool, consistent_snapshot: bool
) -> None:
    repo = Repository(
        "layouts",
        START,
        compact=compact,
        meta_hashes=meta_hashes,
        consistent_snapshot=consistent_snapshot,
    )
    repo.add_delegation("targets", "team a/ü", paths=["a/*"])
    repo.add_target("team a/ü", "a/b.txt", b"content")
    repo.publish()
    assert downloaded(client_of(repo, tmp_path), "a/b.txt") == b"content"


def test_it_accepts_two_levels_of_delegations(tmp_path: Path) -> None:
    repo = Repository("levels", START)
    repo.add_delegation("targets", "team", keys=3, threshold=2, paths=["team/*", "team/x/*"])
    repo.add_delegation("team", "member", keys=2, threshold=2, paths=["team/x/*"])
    repo.add_target("member", "team/x/app", b"app")
    repo.publish()
    assert downloaded(client_of(repo, tmp_path), "team/x/app") == b"app"


def test_a_terminating_delegation_ends_the_search(tmp_path: Path) -> None:
    repo = Repository("terminating", START)
    repo.add_delegation("targets", "first", paths=["x/*"], terminating=True)
    repo.add_delegation("targets", "second", paths=["x/*"])
    repo.add_target("second", "x/app", b"app")
    repo.publish()
    assert client_of(repo, tmp_path).get_targetinfo("x/app") is None


def test_it_accepts_succinct_hash_bins(tmp_path: Path) -> None:
    repo = Repository("bins", START)
    repo.delegate_hash_bins("targets", bit_length=5, keys=2, threshold=2)
    for number in range(20):
        path = f"files/{number}"
        repo.add_target(repo.bin_for("targets", path), path, b"%d" % number)
    repo.publish()
    client = client_of(repo, tmp_path)
    assert [downloaded(client, f"files/{n}") for n in range(20)] == [b"%d" % n for n in range(20)]


def test_it_accepts_path_hash_prefixes(tmp_path: Path) -> None:
    repo = Repository("prefixes", START)
    digits = "0123456789abcdef"
    repo.add_delegation("targets", "low", path_hash_prefixes=list(digits[:8]))
    repo.add_delegation("targets", "high", path_hash_prefixes=list(digits[8:]))
    # SHA-256 of "a.txt" begins with 1, of "b.txt" with e (sha256sum).
    repo.add_target("low", "a.txt", b"a")
    repo.add_target("high", "b.txt", b"b")
    repo.publish()
    client = client_of(repo, tmp_path)
    assert (downloaded(client, "a.txt"), downloaded(client, "b.txt")) == (b"a", b"b")


def rotate_root(repo: Repository) -> None:
    repo.rotate("root", keep=1)


def rotate_root_completely(repo: Repository) -> None:
    repo.rotate("root", keys=5, threshold=3)


def rotate_timestamp(repo: Repository) -> None:
    repo.rotate("timestamp", keys=2, threshold=2, scheme=Scheme.ECDSA_P256)


def share_the_online_key(repo: Repository) -> None:
    repo.rotate("snapshot", to=repo.keys("timestamp"))


def rotate_a_team(repo: Repository) -> None:
    repo.rotate("team")


def remove_a_team(repo: Repository) -> None:
    repo.remove_delegation("targets", "other")


def add_a_second_delegator(repo: Repository) -> None:
    repo.add_delegation("other", "team", keys=2, threshold=2, paths=["team/*"])


@pytest.mark.parametrize(
    "change",
    [
        rotate_root,
        rotate_root_completely,
        rotate_timestamp,
        share_the_online_key,
        rotate_a_team,
        remove_a_team,
        add_a_second_delegator,
    ],
)
def test_a_client_follows_every_change(
    change: Callable[[Repository], None], tmp_path: Path
) -> None:
    repo = Repository("changes", START, plans={"root": RolePlan(keys=3, threshold=2)})
    repo.add_delegation("targets", "team", paths=["team/*"])
    repo.add_delegation("targets", "other", paths=["other/*"])
    repo.add_target("team", "team/app", b"app")
    repo.publish()
    change(repo)
    repo.publish(START + DAY)
    assert downloaded(client_of(repo, tmp_path), "team/app") == b"app"


def test_a_client_that_knows_the_past_accepts_the_next_publication(tmp_path: Path) -> None:
    repo = Repository("next", START)
    repo.publish()
    state = repo.archive.client_state()
    repo.add_target("targets", "a", b"a")
    repo.publish(START + DAY)
    assert downloaded(client_of(repo, tmp_path, state=state), "a") == b"a"


def test_a_removed_target_is_not_found(tmp_path: Path) -> None:
    repo = Repository("removed", START)
    repo.add_target("targets", "a", b"a")
    repo.publish()
    repo.remove_target("targets", "a")
    repo.publish(START + DAY)
    assert client_of(repo, tmp_path).get_targetinfo("a") is None
