"""Two sides in turn, each in processes of its own; medians, ranges and the ratio.

A bench file defines two sides: functions that take a size, as text, and give (a function to time, a value that
must be equal on both sides). Each round starts a fresh process, so that memory is the side's own and
no result is known yet; code may be warmed on another, small input. CPU seconds are counted.
"""

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

Prepared = tuple[Callable[[], Any], Callable[[Any], object]]
"""What is timed, and how its result becomes a value that both sides must agree on."""
Side = Callable[[str], Prepared]

PROJECT = Path(__file__).resolve().parent.parent


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
    sizes: Iterable[str],
    aim: Aim,
    *,
    rounds: int = 5,
    warm_up: str | None = None,
) -> None:
    """Run a bench file: with --side one round of one side, else all and the table."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--side", choices=sides)
    parser.add_argument("--size")
    parser.add_argument("--rounds", type=int, default=rounds)
    arguments = parser.parse_args()
    if arguments.side:
        if warm_up is not None:
            sides[arguments.side](warm_up)[0]()
        print(msgspec.json.encode(_one_round(sides[arguments.side], arguments.size)).decode())
        return
    print(
        f"{title}\n{'size':>16} {'ours, CPU ms':>24} {'peer, CPU ms':>24} {'faster':>8} {'memory':>8}"
    )
    for size in sizes:
        _row(size, sides, arguments.rounds)
    memory = "" if aim.memory is None else f", memory at most {aim.memory}"
    print(f"aim: {aim.faster}x as fast{memory}\n")


def _row(size: str, sides: Mapping[str, Side], rounds: int) -> None:
    found: dict[str, list[Round]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name in sides:
            found[name].append(_in_a_process(name, size))
    answers = {one.answer for each in found.values() for one in each}
    assert len(answers) == 1, f"the sides disagree: {answers}"
    ours, peer = (found[name] for name in sides)
    faster = _median(peer) / _median(ours)
    memory = _memory(ours) / _memory(peer) if _memory(peer) > 1 else float("nan")
    print(f"{size:>16} {_range(ours):>24} {_range(peer):>24} {faster:>7.2f}x {memory:>8.2f}")


def _in_a_process(name: str, size: str) -> Round:
    command = [sys.executable, sys.argv[0], "--side", name, "--size", size]
    done = subprocess.run(command, check=True, capture_output=True, cwd=PROJECT)
    return msgspec.json.decode(done.stdout, type=Round)


def _one_round(side: Side, size: str) -> Round:
    timed, answer = side(size)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    since = time.process_time()
    result = timed()
    seconds = time.process_time() - since
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return Round(seconds, peak, json.dumps(answer(result), sort_keys=True))


def _median(rounds: list[Round]) -> float:
    return statistics.median(one.seconds for one in rounds)


def _memory(rounds: list[Round]) -> float:
    return statistics.median(one.peak_mib for one in rounds)


def _range(rounds: list[Round]) -> str:
    seconds = [one.seconds * 1000 for one in rounds]
    return f"{statistics.median(seconds):,.2f} ({min(seconds):,.2f}-{max(seconds):,.2f})"
