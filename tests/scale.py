"""How much of a long matrix a run looks at: all of it with TRUSTUI_WHOLE=1, as `make soak` does, else a part."""

import os
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

WHOLE = os.environ.get("TRUSTUI_WHOLE") == "1"
"""An ordinary `make test` is to answer within three minutes."""


def so_many(part: int, whole: int) -> int:
    """`whole` of something where all is looked at, else `part`."""
    return whole if WHOLE else part


def some_of(matrix: Sequence[T], part: int) -> list[T]:
    """All of a matrix, or so many of it in their order: the same ones in every run."""
    if WHOLE or len(matrix) <= part:
        return list(matrix)
    return [matrix[n] for n in sorted(Random(20_26).sample(range(len(matrix)), part))]
