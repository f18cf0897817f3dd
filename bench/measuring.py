"""Two sides in turn, each in processes of its own; medians, ranges and the ratio.

A bench file defines two sides: functions that take a size, as text, and give what is timed and how
its result becomes an answer that both sides must agree on. Each round starts a fresh process, so
that memory is the side's own and no result is known yet; code may be warmed on another, small
input. CPU time is counted. Memory is the peak beyond what stood there before, the input included.
"""

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

Prepared = tuple[Callable[[], Any], Callable[[Any], object]]
"""What is timed, and how its result becomes a value that both sides must agree on."""
Side = Callable[[str], Prepared]

PROJECT = Path(__file__).resolve().parent.parent
MEASURABLE_MIB = 4
"""Smaller peaks are the allocator's, not the code's."""


class Round(msgspec.Struct, frozen=True):
    """One process of one side."""

    seconds: float
    peak_mib: float
    answer: str


class Aim(msgspec.Struct, frozen=True):
    """The ratio that is aimed at: the peer's time over ours, our memory over the peer's."""

    faster: float
    memory: float | None = None


def compare(
    title: str,
    sides: Mapping[str, Side],
    sizes: Sequence[str],
    aim: Aim,
    *,
    rounds: int = 5,
    warm_up: str | None = None,
    make: Callable[[str], object] | None = None,
) -> None:
    """Run a bench file: with --side one round of one side, else all and the table.

    `make` makes the input of a size where it is not there yet, in a process of its own.
    """
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--side", choices=[*sides, "make"])
    parser.add_argument("--size")
    parser.add_argument("--rounds", type=int, default=rounds)
    arguments = parser.parse_args()
    if arguments.side == "make" and make is not None:
        make(arguments.size)
    elif arguments.side:
        if warm_up is not None:
            sides[arguments.side](warm_up)[0]()
        print(msgspec.json.encode(_one_round(sides[arguments.side], arguments.size)).decode())
    else:
        inputs = () if make is None else (*sizes, *([] if warm_up is None else [warm_up]))
        for size in inputs:
            _in_a_process("make", size)
        _table(title, sizes, aim, arguments.rounds)


def _table(title: str, sizes: Sequence[str], aim: Aim, rounds: int) -> None:
    print(title)
    has_memory = aim.memory is not None
    print_row("", "ours, CPU ms", "peer, CPU ms", "faster", "memory, MiB" if has_memory else "")
    for size in sizes:
        _row(size, rounds, has_memory=has_memory)
    memory = f", memory at most {aim.memory}" if has_memory else ""
    print(f"aim: {aim.faster}x as fast{memory}\n")


def _row(size: str, rounds: int, *, has_memory: bool) -> None:
    ours: list[Round] = []
    peer: list[Round] = []
    for _ in range(rounds):
        for name, found in (("ours", ours), ("peer", peer)):
            found.append(msgspec.json.decode(_in_a_process(name, size), type=Round))
    answers = {one.answer for one in (*ours, *peer)}
    assert len(answers) == 1, f"the sides disagree: {answers}"
    times = [[one.seconds for one in found] for found in (ours, peer)]
    peaks = [statistics.median(one.peak_mib for one in found) for found in (ours, peer)]
    memory = f"{peaks[0]:,.0f}/{peaks[1]:,.0f} = {peaks[0] / max(peaks[1], 1):.2f}"
    print_row(
        size,
        spread(times[0]),
        spread(times[1]),
        f"{statistics.median(times[1]) / statistics.median(times[0]):.2f}x",
        memory if has_memory and peaks[1] >= MEASURABLE_MIB else "",
    )


def _in_a_process(side: str, size: str) -> bytes:
    command = [sys.executable, sys.argv[0], "--side", side, "--size", size]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=PROJECT).stdout


def _one_round(side: Side, size: str) -> Round:
    timed, answer = side(size)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    since = time.process_time()
    result = timed()
    seconds = time.process_time() - since
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return Round(seconds, peak, json.dumps(answer(result), sort_keys=True))


class Ruler:
    """How fast the processor is at a moment, by a piece of work that is always the same.

    Whoever shares a core with a neighbour takes up to twice as long for it, from one second to the
    next: CPU times of different moments are compared by what the ruler took beside each.
    """

    def __init__(self) -> None:
        self.taken: list[float] = []

    def take(self) -> float:
        """Seconds of CPU for the piece of work, now."""
        since = time.process_time()
        total = 0
        for number in range(_RULER):
            total += number * number % 7
        self.taken.append(time.process_time() - since)
        return self.taken[-1]

    @property
    def quiet(self) -> float:
        """What it took in the fastest twentieth of the moments, at most."""
        return sorted(self.taken)[len(self.taken) // 20]

    @property
    def words(self) -> str:
        """`0.21 ms, 0.20 in the fastest twentieth of the moments, 0.35 in the slowest`."""
        ordered = sorted(one * 1000 for one in self.taken)
        slow = ordered[-1 - len(ordered) // 20]
        return (
            f"{statistics.median(ordered):.2f} ms, {self.quiet * 1000:.2f} in the fastest"
            f" twentieth of the moments, {slow:.2f} in the slowest"
        )


_RULER = 4_000
"""Rounds of its work: a quarter of a millisecond."""


def print_row(size: str, ours: str, peer: str, faster: str, memory: str) -> None:
    """One line of the table that every bench file prints."""
    print(f"{size:>18} {ours:>30} {peer:>32} {faster:>8} {memory:>20}", flush=True)


def spread(seconds: list[float]) -> str:
    """Median, least and most, in milliseconds."""
    median, least, most = statistics.median(seconds), min(seconds), max(seconds)
    return f"{median * 1000:,.2f} ({least * 1000:,.2f}-{most * 1000:,.2f})"
