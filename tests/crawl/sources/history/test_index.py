"""`index.csv`: when a version was published, and what is made of cells that make no sense."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trustui.core.facts import Problem, ProblemKind
from trustui.crawl.sources.history.index import MAX_BYTES, Index, Recorded, read_index

HEADER = "role,version,type,first_commit_time,alternates\n"
NOON = datetime(2024, 1, 8, 12, 0, tzinfo=UTC)


def written(folder: Path, text: str | bytes) -> Path:
    body = text if isinstance(text, bytes) else text.encode()
    (folder / "index.csv").write_bytes(body)
    return folder


def index_of(folder: Path, *rows: str) -> Index:
    index = read_index(written(folder, HEADER + "".join(f"{row}\n" for row in rows)))
    assert not isinstance(index, Problem)
    return index


def problem_of(folder: Path) -> ProblemKind:
    answered = read_index(folder)
    assert isinstance(answered, Problem)
    assert answered.location == str(folder / "index.csv")
    return answered.kind


def test_a_row_says_since_when_a_version_exists_and_how_many_other_forms_it_had(
    tmp_path: Path,
) -> None:
    index = index_of(tmp_path, "root,3,root,2024-01-08T12:00:00+00:00,2")
    assert index == {("root", 3): Recorded(NOON, 2)}


@pytest.mark.parametrize(
    "time",
    [
        "2024-01-08T12:00:00Z",
        "2024-01-08T14:00:00+02:00",
        "2024-01-08T03:30:00-08:30",
        "2024-01-08 12:00:00",
        "2024-01-08T12:00",
        "20240108T120000Z",
    ],
)
def test_every_form_of_iso_8601_becomes_utc_and_is_utc_without_a_zone(
    tmp_path: Path, time: str
) -> None:
    recorded = index_of(tmp_path, f"root,1,root,{time},0")["root", 1]
    assert recorded.since == NOON
    assert recorded.since.tzinfo is UTC


@pytest.mark.parametrize(
    "time",
    ["", "yesterday", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2024-13-01"],
)
def test_a_time_that_is_none_says_nothing(tmp_path: Path, time: str) -> None:
    assert index_of(tmp_path, f"root,1,root,{time},3") == {("root", 1): Recorded(None, 3)}


@pytest.mark.parametrize("forms", ["", "-1", "many", "1.5", "\u0663", "9" * 5000])
def test_a_number_of_forms_that_is_none_is_0(tmp_path: Path, forms: str) -> None:
    assert index_of(tmp_path, f"root,1,root,,{forms}") == {("root", 1): Recorded()}


@pytest.mark.parametrize("version", ["", "-1", "one", "1.5", "0x10", "\u0663", "1 000", "9" * 5000])
def test_a_row_without_a_version_says_nothing(tmp_path: Path, version: str) -> None:
    rows = (f"root,{version},root,,0", "root,2,root,,0")
    assert index_of(tmp_path, *rows) == {("root", 2): Recorded()}


@pytest.mark.parametrize("row", [",1,root,,0", "root", "", "root,1,root,,0,and,more"])
def test_rows_may_be_short_or_long(tmp_path: Path, row: str) -> None:
    assert set(index_of(tmp_path, row)) <= {("root", 1)}


def test_columns_are_found_by_name_and_others_are_ignored(tmp_path: Path) -> None:
    text = 'sha256,version,x,role\nab,7,"a, ""b""\nc",team/a\n'
    assert read_index(written(tmp_path, text)) == {("team/a", 7): Recorded()}


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbfrole,version\nroot,1\n"
    assert read_index(written(tmp_path, text)) == {("root", 1): Recorded()}


def test_the_last_row_of_a_version_counts(tmp_path: Path) -> None:
    rows = ("root,1,root,2020-01-01T00:00:00Z,0", "root,1,root,2024-01-08T12:00:00Z,1")
    assert index_of(tmp_path, *rows) == {("root", 1): Recorded(NOON, 1)}


@pytest.mark.parametrize("text", ["", "\n", "a,b\n1,2\n", HEADER])
def test_a_table_of_something_else_says_nothing(tmp_path: Path, text: str) -> None:
    assert read_index(written(tmp_path, text)) == {}


def test_no_index_says_nothing(tmp_path: Path) -> None:
    assert read_index(tmp_path) == {}
    assert read_index(tmp_path / "none") == {}


# An index that is there and cannot be read ----------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"role,version\nroot,\xff\n", f"role,version\n{'a' * 200_000},1\n".encode()],
    ids=["no UTF-8", "an endless cell"],
)
def test_what_is_no_csv_is_unreadable(tmp_path: Path, body: bytes) -> None:
    assert problem_of(written(tmp_path, body)) is ProblemKind.UNREADABLE


def test_an_endless_index_is_too_long(tmp_path: Path) -> None:
    with (tmp_path / "index.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert problem_of(tmp_path) is ProblemKind.TOO_LONG


def test_an_index_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    (tmp_path / "outside.csv").write_text(HEADER)
    (tmp_path / "history" / "index.csv").symlink_to("../outside.csv")
    assert problem_of(tmp_path / "history") is ProblemKind.REFUSED


def test_an_index_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "index.csv")
    assert problem_of(tmp_path) is ProblemKind.REFUSED
