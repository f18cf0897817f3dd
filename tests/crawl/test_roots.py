"""Local paths are read below the configured folders only."""

import os
from pathlib import Path

import pytest

from trustui.core.facts import ProblemKind
from trustui.crawl.roots import OutsideRootsError, check_below, refusal


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "inner").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "root"


def because(path: str | Path, *roots: Path) -> str:
    with pytest.raises(OutsideRootsError) as caught:
        check_below(path, roots)
    return str(caught.value)


@pytest.mark.parametrize("name", ["", "inner", "inner/", "not/there/yet", "größe", "..."])
def test_what_is_below_a_root_may_be_read(root: Path, name: str) -> None:
    assert check_below(str(root / name), [root]) == root / name


def test_any_of_the_roots_will_do(root: Path) -> None:
    assert check_below(root / "inner", [root.parent / "elsewhere", root]) == root / "inner"


def test_a_link_that_stays_below_is_followed(root: Path) -> None:
    (root / "link").symlink_to(root / "inner")
    assert check_below(root / "link", [root]) == root / "inner"


def test_a_root_may_be_a_link_itself(root: Path) -> None:
    (root.parent / "named").symlink_to(root)
    named = root.parent / "named"
    assert check_below(named / "inner", [named]) == root / "inner"
    assert check_below(root / "inner", [named]) == root / "inner"


def test_a_link_that_leads_out_is_refused(root: Path) -> None:
    (root / "link").symlink_to(root.parent / "elsewhere")
    assert because(root / "link", root) == (
        f"expected a path below {root}, found {root}/link: a link leads out of there"
    )
    assert "a link leads out" in because(root / "link" / "below", root)


def test_a_path_elsewhere_is_refused_with_what_was_expected(root: Path) -> None:
    elsewhere = root.parent / "elsewhere"
    assert because(elsewhere, root) == (
        f"expected a path below {root}, found {elsewhere}: it is elsewhere"
    )


def test_a_name_that_begins_like_a_root_is_elsewhere(root: Path) -> None:
    assert because(f"{root}-too", root).endswith("it is elsewhere")


@pytest.mark.parametrize("name", ["../root/inner", "inner/../inner", ".."])
def test_dots_are_refused_even_where_they_come_back(root: Path, name: str) -> None:
    assert because(f"{root}/{name}", root).endswith("it has ..")


@pytest.mark.parametrize("path", ["", ".", "inner", "~/inner", "~"])
def test_a_path_that_depends_on_where_one_stands_is_refused(root: Path, path: str) -> None:
    assert because(path, root).endswith("it is not absolute")


@pytest.mark.parametrize("path", ["/\0", "/" + "a" * 5_000])
def test_a_path_that_no_system_can_have_is_refused_or_not_below(root: Path, path: str) -> None:
    assert because(path, root).startswith(f"expected a path below {root}")


def test_a_loop_of_links_is_refused(root: Path) -> None:
    (root / "one").symlink_to(root / "other")
    (root / "other").symlink_to(root / "one")
    assert because(root / "one", root)


def test_pipes_and_devices_are_refused(root: Path) -> None:
    os.mkfifo(root / "pipe")
    for path, below in ((root / "pipe", root), (Path("/dev/zero"), Path("/dev"))):
        assert because(path, below).endswith("it is no folder and no plain file")


def test_without_a_root_nothing_may_be_read(root: Path) -> None:
    assert because(root).startswith("expected a path below a local root; none is set")


def test_the_words_show_what_hides(root: Path) -> None:
    assert r"a\u{202E}b" in because("/a\u202eb", root)


def test_a_person_at_a_command_line_may_read_anything() -> None:
    assert refusal("../anything", None) is None


def test_a_refusal_is_a_problem_of_our_own_policy(root: Path) -> None:
    problem = refusal("/etc", [root])
    assert problem is not None
    assert problem.kind is ProblemKind.REFUSED
    assert problem.location == "/etc"
    assert refusal(str(root), [root]) is None
