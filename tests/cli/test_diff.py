"""`trustui diff tuf`: which two documents are compared, and when they cannot be."""

import argparse
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.simulators.written import Written
from trustui.cli import diff
from trustui.cli.arguments import Unusable
from trustui.core.diff import Change, ChangeKind

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The verb alone, 80 columns wide."""
    monkeypatch.delenv("COLUMNS", raising=False)
    parser = argparse.ArgumentParser()
    diff.add_parser(parser.add_subparsers())

    def run(*arguments: object) -> tuple[int, str, str]:
        parsed = parser.parse_args(["diff", "tuf", *map(str, arguments)])
        return (parsed.run(parsed), *capsys.readouterr())

    return run


def test_two_files_are_compared(run: Run, place: Written) -> None:
    folder = place.history / "firmware"
    status, out, err = run(folder / "1.firmware.json", folder / "2.firmware.json")
    assert (status, err) == (0, "")
    assert "target added: firmware/gate.bin" in out


def test_two_versions_of_a_place_are_compared(run: Run, place: Written) -> None:
    old, new = f"{place.history}@1", f"{place.history}@3"
    status, out, _ = run(old, new, "--role", "timestamp", "--json")
    changes = msgspec.json.decode(out, type=tuple[Change, ...])
    assert status == 0
    assert [change.kind for change in changes] == [
        ChangeKind.VERSION,
        ChangeKind.EXPIRY,
        ChangeKind.FILE_VERSION,
    ]
    assert changes[1].reason == "it was renewed, and lives for 5 days as before"


def test_the_role_is_root_unless_said(run: Run, place: Written) -> None:
    status, out, _ = run(f"{place.metadata}@1", f"{place.history}@1")
    assert (status, out) == (0, "Nothing that is signed has changed, nor who signed it\n")


def test_a_file_whose_name_looks_like_a_version_is_a_file(
    run: Run, place: Written, tmp_path: Path
) -> None:
    odd = tmp_path / "root@7"
    odd.write_bytes(place.root.read_bytes())
    assert run(odd, place.root)[0] == 0


@pytest.mark.parametrize("missing", ["nothing.json", "{history}@99"])
def test_a_document_that_is_not_there_ends_with_1(run: Run, place: Written, missing: str) -> None:
    status, out, err = run(place.root, missing.format(history=place.history))
    assert (status, out) == (1, "")
    assert "cannot be read" in err


def test_what_is_no_metadata_ends_with_1(run: Run, place: Written) -> None:
    status, _, err = run(place.root, place.history / "index.csv")
    assert status == 1
    assert "is no TUF metadata" in err


def test_different_types_cannot_be_compared(run: Run, place: Written) -> None:
    with pytest.raises(Unusable, match="instead got root and timestamp"):
        run(place.root, place.metadata / "timestamp.json")


def test_a_place_that_cannot_be_read_at_all_is_unusable(run: Run, place: Written) -> None:
    with pytest.raises(Unusable):
        run(place.root, "ftp://vendor.example/metadata@1")
