"""Long matrices on every core: numbers are handed out in batches, answers come back in order."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def spread(judge: Callable[[range], T], numbers: range, batch: int) -> Iterator[T]:
    """Judge batches of numbers in processes of their own, as many as there are cores.

    `judge` must be found by name from outside (a function of a module), its answer be picklable.
    """
    batches = [numbers[start : start + batch] for start in range(0, len(numbers), batch)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        yield from pool.map(judge, batches)
