"""Mutated metadata through parsing and verification: only the declared errors, bounded cost.

Seeded. An ordinary run looks at some hundred mutations, `make matrices` at 20,000, `make soak` at
1,000,000 on all cores.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
import pytest

from tests.fuzz.mutations import mutate
from tests.scale import so_many
from tests.simulators.memory import measured
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.trace import collect, trace
from trustui.demo.publisher import Publisher

AT = datetime(2026, 8, 22, tzinfo=UTC)
SOAK = 1_000_000
BATCH = 10_000
LONGEST_SECONDS = 1.0
MOST_MEMORY = 100 * 1024 * 1024

REAL = (
    "tuf/sigstore-root-signing/current/metadata",
    "tuf/joomla-updates/current/metadata",
    "tuf/tuf-demo/current/metadata",
    "tuf/tuf-demo/2023-10-03-succinct-bins/metadata",
    "tuf/docker-attest-test-repo/metadata",
    "hostile/tuf-hostile/valid-baseline",
)


class World(msgspec.Struct, frozen=True):
    """A repository in memory, and the root that a client starts from."""

    name: str
    files: dict[str, bytes]
    root: str


class Report(msgspec.Struct, frozen=True):
    """What a batch of mutations cost."""

    count: int
    slowest: float
    memory: int
    parsed: int


def generated() -> World:
    publisher = Publisher(seed="fuzz", start=AT, meta_hashes=True)
    publisher.add_delegation("targets", "team", keys=2, threshold=2, paths=["a/*"])
    publisher.delegate_hash_bins("team", bit_length=2, prefix="bin")
    publisher.add_target("targets", "b", b"b")
    publisher.publish(AT)
    return World("generated", dict(publisher.metadata), "1.root.json")


def read(name: str, folder: Path) -> World:
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}
    roots = sorted((name for name in files if "root" in name), key=lambda name: (len(name), name))
    return World(name, files, roots[-1])


def answer(files: Mapping[str, bytes], request: Request) -> Document | Problem:
    body = files.get(request.file_name)
    if body is None:
        return Problem(request.file_name, ProblemKind.ABSENT, "not served")
    if len(body) > request.max_length:
        return Problem(request.file_name, ProblemKind.TOO_LONG, "longer")
    return Document(request.file_name, body)


def run_batch(worlds: list[World], seed: int, count: int) -> Report:
    """Mutate, parse, verify; raises whatever is not a declared error."""
    random = Random(seed)
    slowest, parsed = 0.0, 0
    with measured() as growth:
        for _ in range(count):
            world = random.choice(worlds)
            name = random.choice(list(world.files))
            body = mutate(world.files[name], random)
            since = time.thread_time()
            parsed += _parses(body)
            _verify(world, {**world.files, name: body})
            slowest = max(slowest, time.thread_time() - since)
    return Report(count, slowest, growth.bytes, parsed)


def _parses(body: bytes) -> bool:
    try:
        parse(Document("mutated", body))
    except ParseError:
        return False
    return True


def _verify(world: World, files: dict[str, bytes]) -> None:
    anchor = Anchor(Document("root", files[world.root]), AnchorOrigin.PINNED)
    question = Question(anchor, AT)
    events, _ = collect(verify, question, lambda request: answer(files, request), ("a/x", "b"))
    broke = [one for one in trace("fuzz", AT, AT, events).steps if "itself broke" in one.because]
    assert not broke, broke[0]


@pytest.fixture(scope="module")
def worlds(shared_data: Callable[[str], Path]) -> list[World]:
    return [generated(), *(read(name, shared_data(name)) for name in REAL)]


def check(report: Report) -> None:
    print(
        f"{report.count:,} mutations, {report.parsed:,} still parse, slowest {report.slowest:.3f} s, "
        f"{report.memory / 1024 / 1024:.0f} MiB of memory"
    )
    assert report.slowest < LONGEST_SECONDS
    assert report.memory < MOST_MEMORY


def run(worlds: list[World], count: int, batch: int) -> None:
    """Batches in fresh processes, one a core, so that each one's memory is its own."""
    sizes = [min(batch, count - start) for start in range(0, count, batch)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        batches = [
            pool.submit(run_batch, worlds, seed, size) for seed, size in enumerate(sizes, 20261121)
        ]
        for one in batches:
            check(one.result())


def test_mutated_metadata_gives_declared_errors_only_and_costs_little(worlds: list[World]) -> None:
    count = so_many(600, 20_000)
    run(worlds, count, batch=count // 2)


@pytest.mark.soak
def test_a_million_mutations_give_declared_errors_only(worlds: list[World]) -> None:
    run(worlds, SOAK, BATCH)
