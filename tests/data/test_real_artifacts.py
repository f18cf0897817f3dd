"""Target files beside real metadata: each is the file that some trusted role describes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.data.places_on_disk import document, verified
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import TargetFile
from trustui.core.formats.tuf.target_files import served_names
from trustui.core.trace import Outcome


@dataclass(frozen=True)
class Shelf:
    """A repository and how many of its target files lie beside it.

    Files that are programs were left out of the collection.
    """

    folder: str
    day: datetime
    files: int


def noon(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T12:00:00").replace(tzinfo=UTC)


SHELVES = (
    Shelf("tuf/awslabs-tough-testdata/consistent-snapshots", noon("2022-01-01"), files=2),
    Shelf("tuf/awslabs-tough-testdata/dubious-role-names", noon("2022-01-01"), files=2),
    Shelf("tuf/awslabs-tough-testdata/tuf-reference-impl", noon("2022-01-01"), files=3),
    Shelf("tuf/go-tuf-testdata/multirepo/repository", noon("2025-01-01"), files=3),
    Shelf("tuf/python-tuf-testdata/repository", noon("2025-01-01"), files=3),
    Shelf("tuf/tuf-js-example", noon("2025-01-01"), files=3),
    Shelf("tuf/docker-attest-test-repo", noon("2025-01-01"), files=6),
    Shelf("tuf/tuf-demo/current", noon("2026-08-22"), files=6),
    Shelf("tuf/tuf-demo/2023-10-03-succinct-bins", noon("2022-07-17"), files=14),
    Shelf("tuf/sigstore-root-signing/current", noon("2026-08-22"), files=12),
    Shelf("tuf/tuf-conformance-static/sigstore-root-signing", noon("2025-02-14"), files=1),
    Shelf("tuf/tuf-conformance-static/tuf-on-ci-0.11", noon("2025-02-14"), files=1),
)


@dataclass(frozen=True)
class Shelved:
    """A target that is listed, and where its file lies."""

    root: Path
    path: str
    file: Path


def lying_beside(folder: Path, at: datetime) -> Iterator[Shelved]:
    metadata = folder / "metadata"
    root = metadata / "1.root.json"
    for facts in verified(folder, root, at).repository.roles.values():
        for path in facts.signed["targets"]:
            target = facts.target(path)
            assert target is not None
            for file in files_of(folder / "targets", target):
                yield Shelved(root, path, file)


def files_of(folder: Path, target: TargetFile) -> Iterator[Path]:
    names = (*served_names(target), target.path)
    return (folder / name for name in names if (folder / name).is_file())


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.folder)
def test_every_file_of_a_repository_is_the_target_that_it_is_served_as(
    shelf: Shelf, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data(shelf.folder)
    found = list(lying_beside(folder, shelf.day))
    for one in found:
        verdict = verified(folder, one.root, shelf.day, one.path, artifact=document(one.file))
        assert (verdict.outcome, verdict.first) == (Outcome.PASSED, None), one
    assert len({one.path for one in found}) == shelf.files


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.folder)
def test_a_file_with_one_byte_changed_is_not_the_target(
    shelf: Shelf, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data(shelf.folder)
    one = next(one for one in lying_beside(folder, shelf.day) if one.file.stat().st_size)
    body = one.file.read_bytes()
    altered = Document(str(one.file), body[:-1] + bytes([body[-1] ^ 1]))
    verdict = verified(folder, one.root, shelf.day, one.path, artifact=altered)
    assert (verdict.outcome, verdict.first) == (Outcome.FAILED, "tuf.target.hash")


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.folder)
def test_a_file_that_is_cut_short_is_not_the_target(
    shelf: Shelf, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data(shelf.folder)
    one = next(one for one in lying_beside(folder, shelf.day) if one.file.stat().st_size)
    short = Document(str(one.file), one.file.read_bytes()[:-1])
    verdict = verified(folder, one.root, shelf.day, one.path, artifact=short)
    assert (verdict.outcome, verdict.first) == (Outcome.FAILED, "tuf.target.length")
