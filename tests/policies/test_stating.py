"""Whoever states trust has a name and a reason, and what is stated a name that can be shown."""

import pytest

from trustui.policies.stating import PolicyError, checked_name, checked_reason


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
