"""Pages of images and the search of signers over a store of 10^6 signatures: time, queries, plans.

Asked through the real WSGI application in this process, by a person who sees everything: artefacts,
repositories with 10 and with 2,000 tags, tags, signatures, identities, and verdicts, also as of an
instant that has passed and judged at another one. Then the SQL of what signers are asked, with --plans as
PostgreSQL comes to it.

    python bench/bench_images.py [--signatures 1000000] [--rounds 30] [--keep]
        [--only artefact] [--plans]

The database is DATABASE_URL, which must be empty, or SQLite in a folder of its own; `--keep` goes on
with what an earlier run filled there. There is no peer.
"""

import argparse
import logging
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import database
from bench.bench_pages import EMPTY, Asked, Asker, measure, print_table
from tests.simulators.images import NOW
from tests.simulators.many_images import ManyImages, fill_images, filled_images
from trustui.core.primitives.instants import write_instant
from trustui.images.models import ImageSignature, TagMove
from trustui.pages.images.identity import identities, identity
from trustui.pages.images.listed_repositories import CHOICES
from trustui.pages.moment import Moment
from trustui.pages.viewer import viewer_of
from trustui.verdicts.models import ArtefactStanding

P95_MS = 100
SIGNERS_MS = 5
VARIANTS = {
    "": "",
    "then": f"at={write_instant(NOW)}",
    "judged later": f"valid_at={write_instant(NOW + timedelta(days=400))}",
}
"""What is asked beside the address: a name, and the query."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--only", default="", help="pages with this in their name")
    parser.add_argument("--plans", action="store_true")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    filled = prepare(arguments.signatures, is_kept=arguments.keep)
    print(
        f"images on {connection.vendor}: {filled.signatures:,} signatures in"
        f" {filled.repositories:,} repositories"
    )
    asker, empty = Asker(filled.person), Asked(EMPTY, "")
    for _ in range(100):
        measure(asker, empty, f"/{EMPTY}")
    found = list(look(asker, filled, arguments.rounds, arguments.only))
    print_table("pages of images", found, empty)
    slow = [f"{one.pattern} {one.what}" for one in found if one.p95 > P95_MS]
    print(f"aim: p95 {P95_MS} ms; misses: {', '.join(slow) or 'none'}")
    search(filled, arguments.rounds, show_plans=arguments.plans)


def prepare(signatures: int, *, is_kept: bool) -> ManyImages:
    """What there is, made now or by an earlier run."""
    database.make_tables()
    found = filled_images()
    if found is not None and is_kept:
        return found
    if found is not None:
        raise SystemExit("expected an empty database, or --keep")
    since = time.perf_counter()
    filled = fill_images(signatures)
    print(f"filled in {time.perf_counter() - since:,.0f} s")
    return filled


# Pages ------------------------------------------------------------------------------------------


def look(asker: Asker, filled: ManyImages, rounds: int, only: str) -> Iterator[Asked]:
    """Every kind of page, each round about something else."""
    for pattern, addresses in pages(filled, rounds):
        if only not in pattern:
            continue
        for what, query in VARIANTS.items():
            asked = Asked(pattern, what)
            asker.ask(_with(addresses[0], query))
            for address in addresses:
                measure(asker, asked, _with(address, query))
            assert asked.status == 200, asked
            yield asked


def _with(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}" if query else address


def pages(filled: ManyImages, rounds: int) -> Iterator[tuple[str, list[str]]]:
    """A name, and the address of each round."""
    some = [filled.told[turn % len(filled.told)] for turn in range(rounds)]
    of_real = list(ArtefactStanding.objects.filter(repository=filled.real).order_by("pk"))
    standings = [ArtefactStanding.objects.filter(repository=pk).order_by("pk")[0] for pk in some]
    yield "registries", ["/images/"] * rounds
    states = list(CHOICES)
    yield (
        "registries by state",
        [f"/images/?state={states[n % len(states)]}" for n in range(rounds)],
    )
    yield "repository of 10 tags", [f"/images/{pk}/" for pk in some]
    yield "repository of 2,000 tags", [f"/images/{filled.big}/"] * rounds
    yield "artefact", [f"/images/{one.repository_id}/artefacts/{one.digest}/" for one in standings]
    real = [of_real[turn % len(of_real)] for turn in range(rounds)]
    yield "artefact, crawled", [f"/images/{filled.real}/artefacts/{one.digest}/" for one in real]
    yield "verdict, crawled", [f"/images/{filled.real}/verdicts/{one.verdict_id}/" for one in real]
    moves = [TagMove.objects.filter(tag__repository=pk).order_by("pk")[0] for pk in some]
    yield (
        "tag, and a digest on it",
        [
            f"/images/{pk}/tags/{move.tag_id}/?digest={move.digest}"
            for pk, move in zip(some, moves, strict=True)
        ],
    )
    signed = ImageSignature.objects.filter(repository=filled.real).select_related("manifest")
    signatures = [signed[turn % signed.count()] for turn in range(rounds)]
    yield (
        "signature, crawled",
        [
            f"/images/{filled.real}/signatures/{one.manifest.digest}/{one.position}/"
            for one in signatures
        ],
    )
    yield "signers", ["/identities/"] * rounds
    yield "signers by a name", ["/identities/?text=team-31"] * rounds
    yield "signer of a few", [f"/identities/{filled.own}/"] * rounds
    yield "signer of many", [f"/identities/{filled.shared}/"] * rounds


# What signers are asked -------------------------------------------------------------------------


def search(filled: ManyImages, rounds: int, *, show_plans: bool) -> None:
    """The SQL of each question about signers."""
    viewer, now = viewer_of(filled.person), datetime.now(UTC)
    moment = Moment(now, now, now)
    questions: dict[str, Callable[[], Any]] = {
        "everybody who signs": lambda: identities(viewer, moment),
        "by a part of the name": lambda: identities(viewer, moment, "team-31"),
        "where one of a few signs": lambda: identity(viewer, moment, filled.own),
        "where one of many signs": lambda: identity(viewer, moment, filled.shared),
    }
    print(f"\nSQL of signers, median (most) in ms; aim {SIGNERS_MS}")
    for name, question in questions.items():
        print(f"{name:<28} {_milliseconds(question, rounds):>20}", flush=True)
        if show_plans and connection.vendor == "postgresql":
            _print_plans(question)


def _milliseconds(question: Callable[[], Any], rounds: int) -> str:
    times = [_sql_of(question) for _ in range(rounds)]
    return f"{statistics.median(times):.2f} ({max(times):.2f})"


def _sql_of(question: Callable[[], Any]) -> float:
    spent = 0.0

    def clocked(execute: Callable[..., Any], *stated: Any) -> Any:
        nonlocal spent
        since = time.perf_counter()
        try:
            return execute(*stated)
        finally:
            spent += (time.perf_counter() - since) * 1000

    with connection.execute_wrapper(clocked):
        question()
    return spent


def _print_plans(question: Callable[[], Any]) -> None:
    with CaptureQueriesContext(connection) as queries:
        question()
    with connection.cursor() as cursor:
        for one in queries:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {one['sql']}")
            for (line,) in cursor.fetchall():
                print(f"{'':>6}{line}")


if __name__ == "__main__":
    main()
