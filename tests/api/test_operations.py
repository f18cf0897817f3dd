"""What an operation declares."""

import pytest

from trustui.accounts.permissions import CHANGES_TRUST, Act
from trustui.api.operations import JSON, acts, reads
from trustui.api.questions import Body, Query


def answer() -> int:
    """Say a number.

    And more.
    """
    return 1


def test_reading_is_no_act() -> None:
    one = reads(int)(answer)
    assert (one.need, one.query, one.body, one.status) == (Act.SEE, Query, None, 200)
    assert (one.media_type, one.is_act) == (JSON, False)
    assert one.words.startswith("Say a number.")


def test_doing_something_has_a_body_and_a_need() -> None:
    one = acts(int, Body, need=Act.CRAWL, status=202)(answer)
    assert (one.need, one.body, one.status, one.is_act) == (Act.CRAWL, Body, 202, True)


@pytest.mark.parametrize("act", sorted(CHANGES_TRUST))
def test_no_program_changes_whom_to_trust(act: Act) -> None:
    with pytest.raises(AssertionError):
        acts(int, Body, need=act)
