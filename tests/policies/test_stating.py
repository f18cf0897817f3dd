"""Whoever states trust has a name and a reason, and what is stated a name that can be shown."""

import pytest

from trustui.policies.models import ImagePolicyVersion
from trustui.policies.stating import (
    OvertakenError,
    PolicyError,
    check_seen,
    checked_name,
    checked_reason,
    is_name,
)


def test_names_and_reasons_are_kept_without_their_margins() -> None:
    assert checked_name(" images ", "the policy") == "images"
    assert checked_reason(" alice ", " because ") == ("alice", "because")


@pytest.mark.parametrize("name", ["", " ", "a" * 201, "a\u200b", "a\nb"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(PolicyError, match="a name of the policy of 1 to 200 characters"):
        checked_name(name, "the policy")


@pytest.mark.parametrize(("by_name", "reason"), [("", "because"), ("alice", " ")])
def test_nobody_and_nothing_are_no_person_and_no_reason(by_name: str, reason: str) -> None:
    with pytest.raises(PolicyError, match="the name of a person and a reason"):
        checked_reason(by_name, reason)


THIRD = ImagePolicyVersion(number=3, set_by_name="bob", reason="in a hurry")


def test_what_was_seen_in_force_may_be_replaced() -> None:
    check_seen("images", THIRD, 3)
    check_seen("images", None, 0)
    check_seen("images", THIRD, None)
    check_seen("images", None, None)


@pytest.mark.parametrize("seen", [0, 2, 4])
def test_another_version_that_came_meanwhile_is_told_with_who_and_why(seen: int) -> None:
    with pytest.raises(OvertakenError, match=r"version 3 of images .* set by bob: in a hurry"):
        check_seen("images", THIRD, seen)


def test_a_version_that_was_taken_back_meanwhile_is_told() -> None:
    with pytest.raises(OvertakenError, match="version 2 of images is no longer in force"):
        check_seen("images", None, 2)


def test_a_name_can_be_asked_about() -> None:
    assert is_name("images")
    assert not any(map(is_name, ("", "a\0b", "x" * 201)))
