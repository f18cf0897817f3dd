"""Three questions over stores of 10^5 and 10^6 signatures, or of as many as the arguments say.

Each size has a database of its own, `test_…` beside the one that DATABASE_URL names (else SQLite in
a temporary folder), dropped afterwards. Prints the time of the SQL of a first page of 50 and of one
far behind it; --plans prints how PostgreSQL comes to the first. There is no peer.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import database as _set_up  # noqa: F401  it has to come before the models
from tests.simulators.many_rows import START, Filled, fill
from trustui.inventory.listing import Page, expiring, history, signed_by

ROUNDS = 50
AIM_MS = 5
LATE = 20
"""Pages before the late one, as far as there are so many."""

Question = Callable[[Any], Page[Any, Any]]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("signatures", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--plans", action="store_true")
    arguments = parser.parse_args()
    print(f"store on {connection.vendor}; median (most) in ms")
    print(f"{'signatures':>12}  {'question':<34} {'first page':>18} {'late page':>18} {'rows':>6}")
    for signatures in arguments.signatures:
        with _database_of_its_own():
            _measure(signatures, show_plans=arguments.plans)
    print(f"aim: {AIM_MS} ms on PostgreSQL, the same within 2x at every size")


@contextmanager
def _database_of_its_own() -> Iterator[None]:
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _questions(filled: Filled) -> dict[str, Question]:
    until = START + timedelta(days=14)
    return {
        "what expires in 14 days": lambda after: expiring(until, after=after),
        "everything that its one key signs": lambda after: signed_by(filled.own_key, after=after),
        "everything a shared key signs": lambda after: signed_by(filled.shared_key, after=after),
        "the past of a role": lambda after: history(filled.first_source, filled.role, after=after),
    }


def _measure(signatures: int, *, show_plans: bool) -> None:
    since = time.perf_counter()
    filled = fill(signatures)
    print(
        f"{filled.signatures:>12,}  {filled.versions:,} role versions of {filled.sources:,} sources,"
        f" filled in {time.perf_counter() - since:,.0f} s"
    )
    for name, question in _questions(filled).items():
        late = _late_position(question)
        rows = len(question(None).rows)
        first, then = _milliseconds(question, None), _milliseconds(question, late)
        print(f"{'':>12}  {name:<34} {first:>18} {then:>18} {rows:>6}", flush=True)
        if show_plans and connection.vendor == "postgresql":
            _print_plan(question)


def _late_position(question: Question) -> Any:
    position = None
    for _ in range(LATE):
        following = question(position).next
        if following is None:
            break
        position = following
    return position


def _milliseconds(question: Question, after: Any) -> str:
    times: list[float] = []

    def clocked(execute: Callable[..., Any], *stated: Any) -> Any:
        since = time.perf_counter()
        result = execute(*stated)
        times.append((time.perf_counter() - since) * 1000)
        return result

    for _ in range(3):
        question(after)
    with connection.execute_wrapper(clocked):
        for _ in range(ROUNDS):
            question(after)
    return f"{statistics.median(times):.2f} ({max(times):.2f})"


def _print_plan(question: Question) -> None:
    with CaptureQueriesContext(connection) as queries:
        question(None)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {queries[0]['sql']}")
        for (line,) in cursor.fetchall():
            print(f"{'':>14}{line}")


if __name__ == "__main__":
    main()
