"""The examples under Verify anything are what they are said to be."""

import pytest

from trustui.core.client_messages import recognize
from trustui.pages.pasted import Kind, recognize_pasted
from trustui.pages.verify_examples import EXAMPLES, Example


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.text[:30])
def test_each_is_recognized_as_what_it_is(example: Example) -> None:
    assert recognize_pasted(example.text.encode()).kind is example.kind


def test_those_that_can_be_tried_are_explained_without_asking_a_place() -> None:
    tried = [one for one in EXAMPLES if one.is_tried]
    assert tried
    assert all(one.kind is Kind.TEXT and recognize(one.text) for one in tried)


def test_there_is_one_of_each_kind_that_can_be_pasted() -> None:
    assert {one.kind for one in EXAMPLES} == set(Kind) - {Kind.NOTHING, Kind.PRIVATE_KEY}
