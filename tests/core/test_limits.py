"""Bounds that scale with the kind of document."""

import pytest

from trustui.core.limits import MIB, JsonLimits, TufLimits


@pytest.mark.parametrize(
    ("length", "nodes"), [(0, 200_000), (1_000, 200_000), (1_000_000, 200_000)]
)
def test_a_small_document_may_have_the_usual_number_of_nodes(length: int, nodes: int) -> None:
    assert TufLimits().json(5 * MIB, length).max_nodes == nodes


def test_a_large_document_may_have_more_nodes_but_not_one_for_each_byte() -> None:
    length = 256_000_000
    nodes = TufLimits().json(length, length).max_nodes
    assert 200_000 < nodes < length / 4


def test_only_bytes_and_nodes_depend_on_the_document() -> None:
    limits = TufLimits().json(16_384, 100)
    usual = JsonLimits()
    assert limits.max_bytes == 16_384
    assert (limits.max_depth, limits.max_integer_digits) == (
        usual.max_depth,
        usual.max_integer_digits,
    )
