"""Which repositories of a registry are chosen."""

import pytest

from trustui.images.names import is_chosen, named_exactly


@pytest.mark.parametrize(
    ("name", "choices", "is_one"),
    [
        ("team/app", [], True),
        ("team/app", ["*"], True),
        ("team/app", ["team/app"], True),
        ("team/app", ["team/*"], True),
        ("team/deep/app", ["team/*"], True),
        ("team", ["team/*"], False),
        ("teams/app", ["team/*"], False),
        ("team/app2", ["team/app"], False),
        ("team/app", ["other", "team/app"], True),
    ],
)
def test_names_and_prefixes_choose(name: str, choices: list[str], is_one: bool) -> None:
    assert is_chosen(name, choices) is is_one


def test_a_pattern_is_no_name() -> None:
    assert named_exactly("team/app")
    assert not named_exactly("team/*")
