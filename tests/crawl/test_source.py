"""What every kind of source shares: the names under which a repository serves its documents."""

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.formats.tuf.reading import Request
from trustui.crawl.source import Options, served_name
from trustui.demo import archive


@pytest.mark.parametrize(
    ("role", "version", "name"),
    [
        ("timestamp", None, "timestamp.json"),
        ("root", 3, "3.root.json"),
        ("team/a", 1, "1.team%2Fa.json"),
        ("../root", 1, "1...%2Froot.json"),
        ("a b?c#d%e", None, "a%20b%3Fc%23d%25e.json"),
        ("größe", None, "gr%C3%B6%C3%9Fe.json"),
        ("\x00\\\r\n", None, "%00%5C%0D%0A.json"),
        ("bin-0f", 12, "12.bin-0f.json"),
        ("", None, ".json"),
    ],
)
def test_a_name_is_version_role_and_json(role: str, version: int | None, name: str) -> None:
    assert served_name(Request(role, version, 1)) == name


@given(st.text(st.characters()), st.none() | st.integers(1, 10**9))
def test_no_role_leaves_its_folder_or_its_url_path(role: str, version: int | None) -> None:
    name = served_name(Request(role, version, 1))
    assert re.fullmatch(r"[A-Za-z0-9._~%-]+", name)
    assert PurePosixPath(name).parts == (name,)
    assert name not in {".", ".."}


@given(st.text(), st.text())
def test_two_roles_never_share_a_name(one: str, other: str) -> None:
    names = {served_name(Request(role, 1, 1)) for role in (one, other)}
    assert len(names) == len({one, other})


def test_a_role_of_lone_surrogates_has_a_name_too() -> None:
    assert served_name(Request("\udcff", None, 1)) == "%ED%B3%BF.json"


@pytest.mark.parametrize("role", ["root", "targets", "team/a", "größe"])
def test_the_demo_s_publisher_writes_the_same_names(role: str) -> None:
    theirs = archive.served_name(role, 2, consistent_snapshot=True)
    assert served_name(Request(role, 2, 1)) == theirs


def test_without_options_nothing_private_may_be_asked_and_it_is_now() -> None:
    assert Options() == Options(at=None, allowed_hosts=frozenset())
