"""Every page and every list of the API over 10,000 repositories: time, queries, bytes.

Asked through the real WSGI application in this process, by a person who sees everything and by one
who sees 100 repositories, beside an empty view behind the same middleware. Routes come from the
URL patterns, what they are asked about from the rows; each also as of a week ago, and its second
page where it has one.

    python bench/bench_pages.py [--repositories 10000] [--rounds 20] [--keep] [--only sources/]

The database is DATABASE_URL, which must be empty, or SQLite in a folder of its own; `--keep` goes on
with what an earlier run filled there. `ms` is what the server takes, with the database; `cpu` is
this process alone, `of 50` the same for each 50 rows that are shown, `quiet` that at the speed that
the processor has when nobody else works on its core, `empties` in empty views.
Queries are the most of one request. What misses its aim is listed at the end.
"""

import argparse
import gzip
import io
import json
import logging
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from bench import database
from bench.measuring import Ruler
from tests.simulators.many_repositories import Installed, about, install, installed
from tests.simulators.people import Route, routes, sign_in
from trustui.accounts.models import Membership, User
from trustui.accounts.needs import Whom, needs_of
from trustui.events.models import Event
from trustui.events.sealing import seal
from trustui.events.signing_key import log_signer
from trustui.inventory.models import RoleState, Source
from trustui.operate.web_server import set_aside
from trustui.wsgi import application

RULER = Ruler()
P95_MS = 100
CPU_MS = 10
KILOBYTES = 100
TREE_KILOBYTES = 300
EMPTY = "healthz"
STREAMED = re.compile(r"export\.(csv|json)$|events/export/$|bytes/$")
"""All rows, as they come: what is measured is the first of them."""
ROW = re.compile(
    rb'<tr\b|<(?!tr\b)[a-z]+[^>]* role="row"|<[a-z]+ class="(?:step|change|node|card-row)[ "]|<g transform="translate\(0 '
)
"""A row of a table, a step of a verdict, a change, a finding, a box of a tree, a lane of a timeline."""
NEXT_PAGE = re.compile(rb'(?:[?&;]after=|"(?:after|next)":")([A-Za-z0-9_-]{2,})')
FILTERS: Mapping[str, tuple[str, ...]] = {
    "sources/": ("?state=failing", "?text=vendor-09"),
    "findings/": ("?severity=medium", "?state=ended", "?text=team-3"),
    "keys/": ("?kind=ed25519", "?text=keyid"),
    "events/": ("?kind=verdict.changed", "?who=worker"),
    "keys/<hex:fingerprint>/": ("?in={source_id}",),
    "expiries/": ("?window=28", "?window=all", "?role=team-3"),
    "search/": ("?q=vendor-0001", "?q=team-3", "?q=team-5/app-2.tar.gz"),
    "sources/<int:source_id>/": ("?path=team-5/app-2.tar.gz",),
    "now/": ("?every=1",),
}


@dataclass
class Asked:
    """What one address costs, request by request."""

    pattern: str
    what: str
    status: int = 0
    ms: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    ruled: list[float] = field(default_factory=list)
    """What the ruler took around each request, in seconds."""
    sql: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    packed: int = 0
    rows: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.ms)

    @property
    def p95(self) -> float:
        return sorted(self.ms)[max(0, -(-len(self.ms) * 95 // 100) - 1)]

    @property
    def cpu_ms(self) -> float:
        return statistics.median(self.cpu)

    @property
    def cpu_of_50(self) -> float:
        """Milliseconds of CPU for each 50 rows that it shows, at least 50."""
        return self.cpu_ms / max(1.0, self.rows / 50)

    @property
    def quiet_of_50(self) -> float:
        """The same at the processor's speed in quiet moments."""
        quiet = RULER.quiet
        pairs = zip(self.cpu, self.ruled, strict=True)
        return statistics.median(cpu * min(1.0, quiet / ruled) for cpu, ruled in pairs) / max(
            1.0, self.rows / 50
        )

    @property
    def is_streamed(self) -> bool:
        return STREAMED.search(self.pattern) is not None

    def misses(self) -> Iterator[str]:
        """What it promises and does not keep."""
        if self.p95 > P95_MS:
            yield f"p95 {self.p95:.0f} ms"
        if self.cpu_of_50 > CPU_MS:
            quiet = f"{self.quiet_of_50:.1f} at the quiet speed"
            yield f"{self.cpu_of_50:.1f} ms of CPU for 50 rows, {quiet}"
        most = TREE_KILOBYTES if "tree" in self.pattern else KILOBYTES
        if self.packed > most * 1000 and not self.is_streamed:
            yield f"{self.packed / 1000:.0f} kB"


class Asker:
    """A signed-in person who asks the application, as a web server would."""

    def __init__(self, user: User) -> None:
        client = sign_in(Client(), user)
        self._cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())

    def ask(self, address: str, *, is_streamed: bool = False) -> tuple[int, bytes]:
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self._cookie,
            "wsgi.input": io.BytesIO(),
        }
        setup_testing_defaults(environ)
        told: list[str] = []

        def start(status: str, *_: object) -> Callable[[bytes], object]:
            told.append(status)
            return io.BytesIO().write  # the old way to answer, which Django leaves alone

        parts = application(environ, start)
        body = b"".join([next(iter(parts), b"")] if is_streamed else parts)
        if hasattr(parts, "close"):
            parts.close()
        return int(told[0].split()[0]), body


def measure(asker: Asker, asked: Asked, address: str) -> bytes:
    """One request, added to the others of its kind."""
    times: list[float] = []

    def clocked(execute: Callable[..., Any], *stated: Any) -> Any:
        since = time.perf_counter()
        try:
            return execute(*stated)
        finally:
            times.append((time.perf_counter() - since) * 1000)

    before = RULER.take()
    with connection.execute_wrapper(clocked):
        cpu, since = time.process_time(), time.perf_counter()
        asked.status, body = asker.ask(address, is_streamed=asked.is_streamed)
        asked.ms.append((time.perf_counter() - since) * 1000)
        asked.cpu.append((time.process_time() - cpu) * 1000)
    asked.ruled.append((before + RULER.take()) / 2)
    asked.sql.append(sum(times))
    asked.queries.append(len(times))
    asked.rows = max(asked.rows, rows_in(body))
    if not asked.packed:
        asked.packed = len(gzip.compress(body, 6))
    return body


def rows_in(body: bytes) -> int:
    """How much a page shows, without the heads of its tables; of an answer of the API how many
    objects its lists hold, of which those count that have no such list themselves.
    """
    if body[:1] not in {b"{", b"["}:
        return len(ROW.findall(body)) - body.count(b"<thead")
    try:
        return listed(json.loads(body))
    except ValueError:  # the beginning of an export
        return 0


def listed(value: Any) -> int:
    """Objects that stand in lists, at any depth."""
    if isinstance(value, dict):
        return sum(map(listed, value.values()))
    if isinstance(value, list):
        return sum(listed(one) or isinstance(one, dict) for one in value)
    return 0


# ---- what there is to ask


def wanted(only: str) -> Iterator[Route]:
    """The routes that show something to whoever signed in."""
    for route in sorted(routes(), key=lambda one: one.pattern):
        needs = needs_of(route.view)
        is_page = needs is not None and (needs.get is not Whom.ANYONE)
        is_written = not re.search(r"[\^$\\]", route.pattern)
        if is_page and is_written and only in route.pattern:
            yield route


def variants(route: Route, now: datetime) -> Iterator[tuple[str, str]]:
    """What is asked of a route beside its address: a name, and a query."""
    yield "", ""
    then = (now - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield "a week ago", f"?at={then}"
    of_page = route.pattern.removeprefix("api/v1/").replace("<number:", "<int:")
    for query in FILTERS.get(of_page, ()):
        yield query, query


def look(person: User, filled: Installed, rounds: int, only: str) -> list[Asked]:
    """Ask everything `rounds` times."""
    asker, now = Asker(person), datetime.now(UTC)
    given = [
        about(person, filled.models[turn % len(filled.models)], turn) for turn in range(rounds)
    ]
    found = []
    for route in wanted(only):
        if not route.parameters <= given[0].keys():
            print(f"not asked, no example: {route.pattern}")
            continue
        for what, query in variants(route, now):
            found += _ask_often(asker, route, what, query, given)
    return [one for one in found if one.status == 200 and len(one.ms) >= rounds]


def _ask_often(
    asker: Asker, route: Route, what: str, query: str, given: list[dict[str, object]]
) -> list[Asked]:
    first, second = Asked(route.pattern, what), Asked(route.pattern, f"{what} page 2".strip())
    asker.ask(route.address(given[0]) + query.format_map(given[0]))
    for one in given:
        address = route.address(one) + query.format_map(one)
        body = measure(asker, first, address)
        if first.status != 200:
            break
        after = NEXT_PAGE.search(body)
        if after is not None and not first.is_streamed:
            joint = "&" if query else "?"
            measure(asker, second, f"{address}{joint}after={after[1].decode()}")
    return [first, second] if second.ms else [first]


# ---- what is printed


def print_table(title: str, found: list[Asked], empty: Asked) -> None:
    print(f"\nthe ruler: {RULER.words}")
    print(f"{title}; the empty view: p50 {empty.p50:.2f} ms, {empty.cpu_ms:.2f} ms of CPU")
    head = (
        f"{'p50 ms':>8} {'p95':>8} {'cpu':>7} {'of 50':>7} {'quiet':>7} {'empties':>7} {'sql':>7}"
        f" {'queries':>7}"
        f" {'rows':>5} {'gzip kB':>8}"
    )
    print(f"{head}  route")
    for one in found:
        print(
            f"{one.p50:>8.1f} {one.p95:>8.1f} {one.cpu_ms:>7.1f} {one.cpu_of_50:>7.1f}"
            f" {one.quiet_of_50:>7.1f} {one.cpu_of_50 / empty.cpu_ms:>7.1f} {statistics.median(one.sql):>7.1f}"
            f" {max(one.queries):>7} {one.rows:>5} {one.packed / 1000:>8.1f}"
            f"  {one.pattern} {one.what}{' (to its first row)' if one.is_streamed else ''}"
        )
    for part, kind in (("pages", False), ("API", True)):
        ms = sorted(
            ms
            for one in found
            if one.pattern.startswith("api/") is kind and not one.is_streamed
            for ms in one.ms
        )
        if ms:
            print(f"{part}: {len(ms)} requests, p95 of all {ms[int(len(ms) * 0.95) - 1]:.1f} ms")


def print_misses(found: Mapping[str, list[Asked]]) -> None:
    print("\nwhat misses its aim")
    for person, every in found.items():
        for one in every:
            missed = ", ".join(one.misses())
            if missed:
                print(f"  {person}: {one.pattern} {one.what}: {missed}")
    counted = {(one.pattern, one.what): max(one.queries) for one in found["100"]}
    for one in found["everything"]:
        few = counted.get((one.pattern, one.what), max(one.queries))
        if max(one.queries) > few:
            print(f"  {one.pattern} {one.what}: {few} queries for 100, {max(one.queries)} for all")


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)  # of addresses that are not there for everybody
    filled = prepare(arguments.repositories, is_kept=arguments.keep)
    print(
        f"pages on {connection.vendor}: {Source.objects.count():,} repositories,"
        f" {RoleState.objects.count():,} roles, {Event.objects.count():,} events"
    )
    empty = Asked(EMPTY, "")
    asker = Asker(filled.few)
    for _ in range(200):
        measure(asker, empty, f"/{EMPTY}")
    set_aside(None)  # as the web server does
    found = {}
    for title, person in (("100", filled.few), ("everything", filled.everything)):
        found[title] = look(person, filled, arguments.rounds, arguments.only)
        print_table(f"seen by whoever sees {title}", found[title], empty)
    print_misses(found)


def prepare(repositories: int, *, is_kept: bool) -> Installed:
    """What there is, made now or by an earlier run."""
    database.make_tables()
    filled = installed()
    if filled is not None and is_kept:
        return filled
    if filled is not None or get_user_model().objects.exists():
        raise SystemExit("expected an empty database, or --keep")
    since = time.perf_counter()
    filled = install(repositories, datetime.now(UTC))
    while seal(datetime.now(UTC), log_signer()) is not None:
        pass
    print(f"filled in {time.perf_counter() - since:,.0f} s")
    assert Membership.objects.exists()
    return filled


if __name__ == "__main__":
    main()
