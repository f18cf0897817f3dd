"""Crawls of one registry with many repositories, beside the bare requests.

`first`: the whole first crawl, discovery, verification and rows included, beside libcurl alone on the
same requests, and beside wrk on the same URLs where it is installed. `unchanged`: looks at a registry of
which nothing changed, beside the same requests through the same door and nothing else. Every image is
signed with a key and covered by a policy. Wall-clock time, as waiting for the registry is a part of both,
and the CPU time of the registry and whoever asks it, which a busy machine changes less; medians with the
range.

    python bench/bench_registry.py [--repositories 200] [--tags 10] [--rounds 3] [--program zot]

The database is DATABASE_URL, which must be empty, or SQLite in a folder of its own.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pycurl
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from bench import database
from tests.servers import RegistryServer, binary, docker_registry, zot
from tests.simulators.image_repository import BY_KEY, Repository, files, sign_tag
from tests.simulators.pushing import Pushing
from trustui.accounts.models import Team
from trustui.core.oci.requests import Ask
from trustui.crawl.fetch import AddressPolicy, Exchange, Reply, Result, Wanted
from trustui.crawl.switchboard import Line, Switchboard
from trustui.crawl.transfer.request import Terms
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan
from trustui.images.crawl_job import IMAGES_AT_ONCE, ImageCrawlJob
from trustui.images.values import Verify
from trustui.inventory.models import Crawl, CrawlOutcome, Source
from trustui.inventory.sources import CRAWL_IMAGES, add_source
from trustui.jobs.models import Job, State
from trustui.jobs.runner import Runner
from trustui.pipeline import record_image_crawls
from trustui.policies.image_policies import set_policy
from trustui.policies.materials import set_material
from trustui.verdicts.image_verifying import verifiers
from trustui.verdicts.models import ArtefactStanding

LANES = 16
"""Of bare libcurl and of wrk: more gain nothing on one machine."""
WRK_SECONDS = 5
HOST = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))
SERVERS = {"docker-registry": docker_registry, "zot": zot, "zot-minimal": zot}


class RecordingLine(Line):
    """Writes down what it is asked, as long as its recorder wants it."""

    def __init__(self, recorder: "Recorder", terms: Terms) -> None:
        super().__init__(recorder, terms)
        self._recorder = recorder

    def run(
        self, requests: Sequence[Wanted], *, accept: str = "*/*"
    ) -> Generator[tuple[int, Result | Reply], None, None]:
        if self._recorder.is_recording:
            self._recorder.asked += [one for one in requests if isinstance(one, Exchange)]
        return super().run(requests, accept=accept)


class Recorder(Switchboard):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Exchange] = []
        self.is_recording = True

    def line(
        self, policy: AddressPolicy | None = None, *, ca_file: str | None = None, account: str = ""
    ) -> Line:
        return RecordingLine(self, Terms(policy or AddressPolicy(), self.limits, ca_file, account))

    def taken(self) -> list[Exchange]:
        taken, self.asked = self.asked, []
        return taken


def push(server: RegistryServer, repositories: int, tags: int) -> None:
    with closing(Pushing(server.host)) as pushing:
        for number in range(repositories):
            repository = Repository()
            for tag in range(tags):
                digest = image(repository, f"v{tag}", f"image {number} {tag}".encode())
                sign_tag(repository, digest, TagPlan())
            pushing.push(f"team/app{number}", repository)


@transaction.atomic
def expect(server: RegistryServer) -> None:
    """One source, and the policy that its images are signed with the key."""
    now = datetime.now(UTC)
    team = Team.objects.create(name="bench", created_at=now)
    policy = {"version": 1, "policies": [{"repositories": ["*"], "require": [{"of": [BY_KEY]}]}]}
    said: dict[str, Any] = {
        "team": team,
        "by": None,
        "by_name": "bench",
        "reason": "a measurement",
        "now": now,
    }
    set_material(name="key.pub", body=files()["key.pub"], origin="a file", **said)
    set_policy(name="bench", language="expectations", body=json.dumps(policy).encode(), **said)
    add_source(
        team=team,
        name="registry",
        location=server.location,
        allow_addresses=["127.0.0.1"],
        actor="person:bench",
        now=now,
    )


Taken: TypeAlias = tuple[float, float]
"""Wall-clock time, and CPU time, in seconds."""


@dataclass(frozen=True)
class Stopwatch:
    server: RegistryServer

    def taken(self, work: Callable[[], object]) -> Taken:
        since, cpu = time.perf_counter(), self._cpu_seconds()
        work()
        return time.perf_counter() - since, self._cpu_seconds() - cpu

    def _cpu_seconds(self) -> float:
        """Of this process, of those that it started and that ended, and of the registry."""
        assert self.server.process is not None
        stat = Path(f"/proc/{self.server.process.pid}/stat").read_text(encoding="utf-8")
        ticks = sum(map(int, stat.rpartition(")")[2].split()[11:13]))  # proc(5): utime, stime
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = time.process_time() + ended.ru_utime + ended.ru_stime
        return own + ticks / os.sysconf("SC_CLK_TCK")


WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


@dataclass
class Watch:
    """What looks cost beside requests: how many artefacts were verified, which tables written."""

    verified: int = 0
    written: set[str] = field(default_factory=set)

    def verifiers(self, sources: Sequence[int]) -> Mapping[int, Verify]:
        return {source: self._counted(verify) for source, verify in verifiers(sources).items()}

    def _counted(self, verify: Verify) -> Verify:
        def counted(full_name: str, digest: str, ask: Ask, at: datetime) -> Any:
            self.verified += 1
            return verify(full_name, digest, ask, at)

        return counted

    def reset(self) -> None:
        self.verified = 0
        self.written.clear()

    def watch(self, connection: BaseDatabaseWrapper, **_: object) -> None:
        """As receivers of `connection_created`: every thread has a connection of its own."""
        connection.execute_wrappers.append(self.note)

    def note(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """As Django's wrappers of statements."""
        if said := WRITES.match(sql):
            self.written.add(said[1])
        return execute(sql, *rest)


def crawl(runner: Runner, stopwatch: Stopwatch, outcome: CrawlOutcome) -> Taken:
    """Until the round is over, however many portions it takes."""
    Job.objects.filter(kind=CRAWL_IMAGES).update(due_at=datetime.now(UTC), state=State.QUEUED)
    taken = stopwatch.taken(lambda: runner.drain(600))
    newest = Crawl.objects.latest("id")
    assert newest.outcome == outcome, (newest.outcome, newest.because, newest.problems[:3])
    return taken


def bare_libcurl(asked: Sequence[Exchange]) -> None:
    """Every request once, on kept connections, bodies in memory."""
    multi, waiting = pycurl.CurlMulti(), list(reversed(asked))
    free = [pycurl.Curl() for _ in range(LANES)]
    under_way = 0
    while waiting or under_way:
        while waiting and free:
            handle, wanted = free.pop(), waiting.pop()
            handle.setopt(pycurl.URL, wanted.url)
            handle.setopt(pycurl.HTTPHEADER, [f"Accept: {wanted.accept}"])
            handle.setopt(pycurl.NOBODY, int(wanted.method == "HEAD"))
            if wanted.method == "GET":
                handle.setopt(pycurl.HTTPGET, 1)
            handle.setopt(pycurl.WRITEDATA, BytesIO())
            multi.add_handle(handle)
            under_way += 1
        multi.perform()
        _, ended, failed = multi.info_read()
        assert not failed
        for handle in ended:
            multi.remove_handle(handle)
            free.append(handle)
            under_way -= 1
        if not ended:
            multi.select(0.1)


_WRK_SCRIPT = """
local asked, number = {}, 0
init = function()
  for line in io.lines("asked") do
    local path, accept = line:match("(.*)\\t(.*)")
    table.insert(asked, wrk.format("GET", path, {["Accept"] = accept}))
  end
end
request = function()
  number = number % #asked + 1
  return asked[number]
end
"""
"""It waits for the content of what it asks by HEAD, so it asks for everything by GET."""


def by_wrk(program: str, stopwatch: Stopwatch, asked: Sequence[Exchange]) -> Taken:
    """What it would need for every request once, at the rate that it reaches."""
    server, said = stopwatch.server, ""
    lines = "".join(f"{_path(one.url)}\t{one.accept}\n" for one in asked)
    (server.folder / "asked").write_text(lines, encoding="utf-8")
    script = server.folder / "asked.lua"
    script.write_text(_WRK_SCRIPT, encoding="utf-8")
    pace = ("-t", "2", "-c", str(LANES), "-d", f"{WRK_SECONDS}s")
    command = [program, *pace, "-s", str(script), f"http://{server.host}"]

    def work() -> None:
        nonlocal said
        done = subprocess.run(command, check=True, capture_output=True, cwd=server.folder)
        said = done.stdout.decode()

    _, cpu = stopwatch.taken(work)
    done, rate = (
        re.search(one, said) for one in (r"(\d+) requests in", r"Requests/sec: +([\d.]+)")
    )
    assert done is not None, said
    assert rate is not None, said
    return len(asked) / float(rate[1]), cpu * len(asked) / int(done[1])


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def bare_door(switchboard: Switchboard, asked: Sequence[Exchange]) -> None:
    with switchboard.line(HOST) as line:
        answers = line.exchange_many(asked)
    assert all(isinstance(one, Reply) for one in answers)


def print_rows(title: str, ours: list[Taken], bare: list[Taken], requests: int) -> None:
    for clock, name in enumerate(("wall", "CPU")):
        ours_by_it, bare_by_it = ([one[clock] for one in side] for side in (ours, bare))
        print_row(f"{title}, {name}", ours_by_it, bare_by_it, requests)


def print_row(title: str, ours: list[float], bare: list[float], requests: int) -> None:
    ratio = statistics.median(ours) / statistics.median(bare)
    rate = requests / statistics.median(ours)
    print(
        f"{title:>28} {spread(ours):>26} {spread(bare):>26} {ratio:>8.2f} {1 / ratio:>8.2f}"
        f" {requests:>9,} {rate:>10,.0f}",
        flush=True,
    )


def spread(taken: list[float]) -> str:
    return f"{statistics.median(taken):.3f} ({min(taken):.3f}-{max(taken):.3f})"


def measure(server: RegistryServer, repositories: int, tags: int, rounds: int) -> None:
    push(server, repositories, tags)
    expect(server)
    print(f"{server.name}, {repositories:,} repositories of {tags:,} tags; seconds")
    print(
        f"{'':>28} {'ours':>26} {'bare':>26} {'x time':>8} {'of rate':>8} {'requests':>9}"
        f" {'requests/s':>10}"
    )
    with Recorder() as switchboard:
        watch = Watch()
        watch.watch(connection)
        connection_created.connect(watch.watch)
        job = ImageCrawlJob(
            record_image_crawls,
            verifiers=watch.verifiers,
            at_once=IMAGES_AT_ONCE,
            local_roots=(),
            switchboard=switchboard,
        )
        runner = Runner([job], owner="bench", mode="bench")
        stopwatch = Stopwatch(server)
        first = [crawl(runner, stopwatch, CrawlOutcome.COMPLETE)]
        asked = switchboard.taken()
        standings = ArtefactStanding.objects.filter(trust_state="verified").count()
        assert standings == repositories * tags, standings
        bare = [stopwatch.taken(lambda: bare_libcurl(asked)) for _ in range(rounds)]
        print_rows("first, by libcurl", first, bare, len(asked))
        if wrk := shutil.which("wrk"):
            bare = [by_wrk(wrk, stopwatch, asked) for _ in range(rounds)]
            print_rows("first, by wrk", first, bare, len(asked))
        watch.reset()
        crawl(runner, stopwatch, CrawlOutcome.UNCHANGED)
        again = switchboard.taken()
        switchboard.is_recording = False
        ours, bare = [], []
        for _ in range(rounds):
            ours.append(crawl(runner, stopwatch, CrawlOutcome.UNCHANGED))
            bare.append(stopwatch.taken(lambda: bare_door(switchboard, again)))
        print_rows("unchanged, by the door", ours, bare, len(again))
        print(f"unchanged: {watch.verified} verified; rows of {', '.join(sorted(watch.written))}")
        runner.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=200)
    parser.add_argument("--tags", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", choices=SERVERS, default="docker-registry")
    arguments = parser.parse_args()
    program = binary(arguments.program)
    if program is None:
        raise SystemExit(f"{arguments.program} is not installed")
    database.make_tables()
    if Source.objects.exists():
        raise SystemExit("expected an empty database")
    with tempfile.TemporaryDirectory() as folder:
        server = SERVERS[arguments.program](program, Path(folder) / "registry")
        try:
            measure(server, arguments.repositories, arguments.tags, arguments.rounds)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
