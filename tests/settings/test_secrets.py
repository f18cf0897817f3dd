"""Secrets that the product makes for itself."""

import stat
import threading
from pathlib import Path

from trustui.settings.secrets import kept_secret


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "deep" / "secret.key")
    assert len(first) >= 48
    assert kept_secret(tmp_path / "deep" / "secret.key") == first


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    kept_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_that_make_it_at_once_end_with_the_same(tmp_path: Path) -> None:
    path, found = tmp_path / "secret.key", []
    start = threading.Barrier(8)

    def make() -> None:
        start.wait()
        found.append(kept_secret(path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]
