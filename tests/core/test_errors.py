"""Errors that tell their handler what is wrong, what was expected and what was found."""

import pytest

from trustui.core.errors import LimitExceeded, ParseError, TrustError


def test_an_error_carries_what_a_step_says() -> None:
    error = ParseError("no object", check="tuf.meta.parse", expected="an object", found="a list")
    assert str(error) == error.because == "no object"
    assert (error.check, error.expected, error.found) == ("tuf.meta.parse", "an object", "a list")


def test_what_nobody_states_is_empty() -> None:
    error = ParseError("no object")
    assert (error.check, error.expected, error.found) == ("", "", "")


@pytest.mark.parametrize("kind", [TrustError, ParseError])
def test_who_handles_the_wider_error_handles_a_limit_too(kind: type[TrustError]) -> None:
    with pytest.raises(kind, match="too long"):
        raise LimitExceeded("too long")
