"""Crawls of one registry with many repositories, beside the bare requests.

`first`: the whole first crawl, discovery, verification and rows included, beside libcurl alone on the
same requests. `unchanged`: looks at a registry of which nothing changed, beside the same requests through
the same door and nothing else. Every image is signed with a key and covered by a policy. Wall-clock time,
as waiting for the registry is a part of both; medians with the range.

    python bench/bench_registry.py [--repositories 200] [--tags 10] [--rounds 3] [--program zot]

The database is DATABASE_URL, which must be empty, or SQLite in a folder of its own.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pycurl
from django.db import transaction

from bench import database
from tests.servers import RegistryServer, binary, docker_registry, zot
from tests.simulators.image_repository import BY_KEY, Repository, files, sign_tag
from tests.simulators.pushing import Pushing
from trustui.accounts.models import Team
from trustui.crawl.fetch import AddressPolicy, Exchange, Reply, Result, Wanted
from trustui.crawl.switchboard import Line, Switchboard
from trustui.crawl.transfer.request import Terms
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan
from trustui.images.crawl_job import IMAGES_AT_ONCE, ImageCrawlJob
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
"""Of bare libcurl: more gain nothing on one machine."""
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


def seconds(work: Callable[[], object]) -> float:
    since = time.perf_counter()
    work()
    return time.perf_counter() - since


def crawl(runner: Runner, outcome: CrawlOutcome) -> float:
    """Until the round is over, however many portions it takes."""
    Job.objects.filter(kind=CRAWL_IMAGES).update(due_at=datetime.now(UTC), state=State.QUEUED)
    taken = seconds(lambda: runner.drain(600))
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


def bare_door(switchboard: Switchboard, asked: Sequence[Exchange]) -> None:
    with switchboard.line(HOST) as line:
        answers = line.exchange_many(asked)
    assert all(isinstance(one, Reply) for one in answers)


def print_row(title: str, ours: list[float], bare: list[float], requests: int) -> None:
    ratio = statistics.median(ours) / statistics.median(bare)
    rate = requests / statistics.median(ours)
    print(
        f"{title:>24} {spread(ours):>26} {spread(bare):>26} {ratio:>8.2f} {1 / ratio:>8.2f}"
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
        f"{'':>24} {'ours':>26} {'bare':>26} {'x time':>8} {'of rate':>8} {'requests':>9}"
        f" {'requests/s':>10}"
    )
    with Recorder() as switchboard:
        job = ImageCrawlJob(
            record_image_crawls,
            verifiers=verifiers,
            at_once=IMAGES_AT_ONCE,
            local_roots=(),
            switchboard=switchboard,
        )
        runner = Runner([job], owner="bench", mode="bench")
        first = [crawl(runner, CrawlOutcome.COMPLETE)]
        asked = switchboard.taken()
        standings = ArtefactStanding.objects.filter(trust_state="verified").count()
        assert standings == repositories * tags, standings
        print_row("first, by libcurl", first, bare(rounds, lambda: bare_libcurl(asked)), len(asked))
        crawl(runner, CrawlOutcome.UNCHANGED)
        again = switchboard.taken()
        switchboard.is_recording = False
        ours, beside = [], []
        for _ in range(rounds):
            ours.append(crawl(runner, CrawlOutcome.UNCHANGED))
            beside.append(seconds(lambda: bare_door(switchboard, again)))
        print_row("unchanged, by the door", ours, beside, len(again))
        runner.stop()


def bare(rounds: int, work: Callable[[], object]) -> list[float]:
    return [seconds(work) for _ in range(rounds)]


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
