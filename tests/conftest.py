"""What every test may ask for."""

import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Where a data set of the shared collection stands, unpacked when it is an archive.

    Skips with its reason when the collection is not beside the project; with CI=true that fails.
    """
    unpacked: dict[str, Path] = {}

    def find(name: str) -> Path:
        plain = SHARED / name
        if plain.exists():
            return plain
        for archive in _archives_above(name):
            if archive not in unpacked:
                destination = tmp_path_factory.mktemp("shared")
                with tarfile.open(SHARED / archive) as packed:
                    packed.extractall(destination, filter="data")
                unpacked[archive] = destination
            inside = Path(name).relative_to(Path(archive).parent)
            return unpacked[archive] / inside
        return missing(f"../shared/data/{name} is not beside the project")

    return find


def _archives_above(name: str) -> list[str]:
    parts = Path(name).parts
    candidates = ["/".join(parts[: n + 1]) + ".tar.gz" for n in range(len(parts))]
    return [archive for archive in candidates if (SHARED / archive).exists()]


def missing(reason: str) -> Path:
    """Skip for a reason that only a workstation may have; a CI run fails instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"needed in CI: {reason}")
    pytest.skip(reason)
