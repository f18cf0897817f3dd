"""Mirrors that misbehave, through the whole of the product: named, and nothing of the past is lost.

Every scenario of the shared collections `hostile/http-scenarios` and `hostile/ssrf` that a source
of TUF can meet. Each mirror has an address of its own and served a good repository once; then all
of them misbehave in one batch. Limits are made small; the door's own tests are in tests/crawl.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.authority import Authority
from tests.simulators.fault_server import (
    Behaviour,
    Client,
    FaultServer,
    answer,
    gzip_bomb,
    head,
    raw,
    redirect,
    silent,
)
from tests.simulators.inventoried import projections
from tests.simulators.mirrors import START, Internet, Mirror, endless
from tests.simulators.moved_worker import MovedWorker
from trustui import pipeline
from trustui.accounts.models import Team
from trustui.core.facts import ProblemKind
from trustui.crawl.fetch import AddressPolicy, FetchLimits
from trustui.crawl.switchboard import Switchboard
from trustui.demo.publisher import Edit
from trustui.events.models import Event
from trustui.inventory import crawl_job
from trustui.inventory.models import (
    CrawlOutcome,
    Sighting,
    Source,
    Standing,
)
from trustui.inventory.rebuilding import rebuild
from trustui.inventory.recognizing import SourceError
from trustui.inventory.sources import add_source
from trustui.inventory.values import CrawlOrder
from trustui.jobs.models import Job, State

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
QUICK = FetchLimits(
    connect_seconds=5.0,
    stall_seconds=2.0,
    total_seconds=5.0,
    rate_grace_seconds=1.0,
    backoff_seconds=0.01,
    at_once=512,
)
TIMESTAMP = "/timestamp.json"
UNREACHED = "tuf.timestamp.fetch"
TOO_LONG = "tuf.timestamp.fetch.length"
TOO_SLOW = "tuf.fetch.slow"

SLOW, LONG = ProblemKind.TOO_SLOW, ProblemKind.TOO_LONG
UNREADABLE, REFUSED = ProblemKind.UNREADABLE, ProblemKind.REFUSED

NAMES = {"metadata.google.internal": "169.254.169.254"}
"""What a name server would say; every other name is one of this machine."""

ELSEWHERE = {
    "h15": "pages of tags belong to the OCI source",
    "h16": "Link headers belong to the OCI source",
    "r4": "https to http is the door's: sources have no authorities of their own yet",
    "r5": "the door sends no credentials yet",
    "r6": "rebinding is the door's: tests/crawl/test_ssrf_corpus.py",
    "r7": "two addresses of one name are the door's: tests/crawl/test_ssrf_corpus.py",
    "r8": "realms of challenges are followed by nobody yet",
    "r10": "Link headers belong to the OCI source",
}


# ---- a worker and the internet


@pytest.fixture
def internet() -> Iterator[Internet]:
    made = Internet()
    with made.open:
        yield made


@pytest.fixture
def canary() -> Iterator[FaultServer]:
    """Stands on an internal address and must never be connected."""
    with FaultServer() as running:
        yield running


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, canary: FaultServer) -> Iterator[MovedWorker]:
    """Its ports are not what keeps the canary out of reach."""
    ports = frozenset({80, 443, canary.port})

    def policy_of(order: CrawlOrder) -> AddressPolicy:
        return AddressPolicy(allowed_hosts=frozenset(order.allow_addresses), ports=ports)

    def resolve(host: str, _port: int) -> list[str]:
        return [NAMES.get(host, "127.0.0.1")]

    monkeypatch.setattr(crawl_job, "policy_of", policy_of)
    with Switchboard(QUICK, resolve=resolve) as switchboard:
        made = MovedWorker(START, switchboard)
        monkeypatch.setattr(pipeline, "CLOCK", made.clock)
        yield made
        made.runner.stop()


def crawled_well(worker: MovedWorker, *mirrors: Mirror) -> None:
    """Once while all is well; then an hour passes, and the vendor publishes."""
    worker.crawl(*(mirror.source for mirror in mirrors))
    for mirror in mirrors:
        assert mirror.verdict.trust_state == "verified", mirror.source
        mirror.remember()
    worker.wait(HOUR)
    for mirror in mirrors:
        mirror.publish(worker.at)


# ---- what a server can do to a client


def header_drip(client: Client) -> None:
    lines = b"".join(b"X-%d: y\r\n" % n for n in range(1000))
    client.drip(b"HTTP/1.1 200 OK\r\n" + lines, 0.01)


def body_drip(client: Client) -> None:
    client.send(head(200, {"Content-Length": "10000"}))
    client.drip(b" " * 1000, 0.2)


def reset_inside(client: Client) -> None:
    client.send(head(200, {"Content-Length": "1000"}) + b"12345")
    client.reset()


@dataclass(frozen=True)
class Fault:
    """What a mirror does about its timestamp, and what has to be said of it."""

    id: str
    does: tuple[Behaviour, ...]
    kind: ProblemKind
    check: str = UNREACHED
    waits: float = 0.0
    """Seconds until the next look at least."""

    @property
    def outcome(self) -> str:
        """Whoever does not answer has not said anything wrong yet."""
        return "undecided" if self.kind in {SLOW, UNREADABLE} else "failed"


def fault(id_: str, kind: ProblemKind, *does: Behaviour, **more: Any) -> Fault:
    return Fault(id_, does, kind, **more)


FAULTS = (
    fault("h01 silence", SLOW, silent, check=TOO_SLOW),
    fault("h02 headers that drip", SLOW, header_drip, check=TOO_SLOW),
    fault("h03 a body that drips", SLOW, body_drip, check=TOO_SLOW),
    fault("h04 10 GB", LONG, endless, check=TOO_LONG),
    fault("h05 half", UNREADABLE, raw(head(200, {"Content-Length": "10"}) + b"12345")),
    fault("h07 a bomb", LONG, gzip_bomb, check=TOO_LONG),
    fault("h08 brotli", UNREADABLE, answer(200, b"x", {"Content-Encoding": "br"})),
    fault("h08 gzip twice", UNREADABLE, answer(200, b"x", {"Content-Encoding": "gzip, gzip"})),
    fault("h09 errors", UNREADABLE, answer(500)),
    fault("h10 429", UNREADABLE, answer(429, headers={"Retry-After": "3600"}), waits=3590),
    fault("h11 429 for ever", UNREADABLE, answer(429, headers={"Retry-After": "1e99"}), waits=3590),
    fault("h11 429 back in time", UNREADABLE, answer(429, headers={"Retry-After": "-1"})),
    fault(
        "h12 a demand for credentials",
        UNREADABLE,
        answer(401, headers={"WWW-Authenticate": 'Bearer realm="http://169.254.169.254/"'}),
    ),
    fault(
        "h14 headers without end",
        LONG,
        raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000 + b"\r\n"),
        check=TOO_LONG,
    ),
    fault("h20 a reset inside", UNREADABLE, reset_inside),
    fault("nothing at all", UNREADABLE, raw(b"")),
    fault("no HTTP", UNREADABLE, raw(b"SSH-2.0-OpenSSH_9.9\r\n")),
    fault("404", ProblemKind.ABSENT, answer(404)),
)


def test_every_scenario_is_here_or_has_its_place(shared_data: Callable[[str], Path]) -> None:
    stated = json.loads((shared_data("hostile/http-scenarios") / "scenarios.json").read_bytes())
    redirects = ssrf(shared_data)["redirects"]
    tests = re.findall(r"_([hr]\d+)(?=_)", " ".join(globals()))
    here = {*(one.id.split()[0] for one in FAULTS), *tests} - {"nothing", "no", "404"}
    assert {one["id"] for one in [*stated, *redirects]} == here | set(ELSEWHERE)


def test_each_fault_is_named_and_the_past_stays(worker: MovedWorker, internet: Internet) -> None:
    mirrors = {one: internet.mirror(one.id) for one in FAULTS}
    crawled_well(worker, *mirrors.values())
    for one, mirror in mirrors.items():
        mirror.server.on(TIMESTAMP, *one.does)
    worker.crawl(*(mirror.source for mirror in mirrors.values()))
    for one, mirror in mirrors.items():
        assert mirror.crawl.outcome == CrawlOutcome.FAILED, one
        assert mirror.problem is not None, one
        assert mirror.problem["kind"] == one.kind, one
        assert mirror.problem["because"], one
        assert (mirror.verdict.outcome, mirror.verdict.first_failing) == (one.outcome, one.check)
        assert mirror.rows() == mirror.past, one
        assert_it_is_tried_again(mirror, one)
    left_alone = [mirror for one, mirror in mirrors.items() if one.waits]
    assert_all_are_well_again(worker, [one for one in mirrors.values() if one not in left_alone])
    asked = [len(mirror.server.requests) for mirror in left_alone]
    worker.crawl(*(mirror.source for mirror in left_alone))
    assert [len(mirror.server.requests) for mirror in left_alone] == asked


def assert_it_is_tried_again(mirror: Mirror, one: Fault) -> None:
    """After the pause that it asked for, an hour at most; else soon."""
    job = Job.objects.get(kind="crawl", key=str(mirror.source.pk))
    assert job.finished_at is not None
    seconds = (job.due_at - job.finished_at).total_seconds()
    assert (job.state, job.failures) == (State.QUEUED, 1), one
    assert one.waits <= seconds <= (3600 if one.waits else 60), one


def assert_all_are_well_again(worker: MovedWorker, mirrors: list[Mirror]) -> None:
    for mirror in mirrors:
        mirror.serve()
    worker.wait(HOUR)
    worker.crawl(*(mirror.source for mirror in mirrors))
    for mirror in mirrors:
        assert mirror.verdict.trust_state == "verified", mirror.source
        then = mirror.past["sightings"]
        assert mirror.rows()["sightings"][: len(then)] == then
    assert not Job.objects.filter(state=State.QUARANTINED).exists()
    assert not Job.objects.exclude(losses=0, deaths=0).exists()
    before = projections()
    rebuild()
    assert projections() == before


# ---- what comes whole, and is not what it should be


def test_h06_surplus_bytes_are_not_read(worker: MovedWorker, internet: Internet) -> None:
    mirror = internet.mirror("vendor")
    crawled_well(worker, mirror)
    body = mirror.repo.metadata["timestamp.json"]
    mirror.server.on(TIMESTAMP, raw(head(200, {"Content-Length": str(len(body))}) + body + b"x"))
    worker.crawl(mirror.source)
    assert mirror.verdict.trust_state == "verified"
    kept = [bytes(one.blob.body) for one in mirror.new_sightings if one.place == "timestamp.json"]
    assert kept == [body]


def test_h09_after_two_errors_it_is_taken_once(worker: MovedWorker, internet: Internet) -> None:
    mirror = internet.mirror("vendor")
    crawled_well(worker, mirror)
    body = mirror.repo.metadata["timestamp.json"]
    mirror.server.on(TIMESTAMP, answer(500), answer(500), answer(200, body))
    mirror.server.requests.clear()
    worker.crawl(mirror.source)
    assert mirror.server.paths().count(TIMESTAMP) == 3
    assert mirror.verdict.trust_state == "verified"
    assert [one.place for one in mirror.new_sightings].count("timestamp.json") == 1


def test_h13_a_page_is_kept_as_what_it_is(worker: MovedWorker, internet: Internet) -> None:
    mirror = internet.mirror("vendor")
    crawled_well(worker, mirror)
    page = b"<!doctype html><title>Welcome</title>"
    mirror.server.on(TIMESTAMP, answer(200, page, {"Content-Type": "text/html"}))
    worker.crawl(mirror.source)
    assert mirror.verdict.first_failing == "tuf.meta.parse"
    assert_only_refused(mirror, {"timestamp.json": page})


def test_h08_only_one_layer_of_gzip_is_taken_off(worker: MovedWorker, internet: Internet) -> None:
    mirror = internet.mirror("vendor")
    crawled_well(worker, mirror)
    inner = gzip.compress(mirror.repo.metadata["timestamp.json"], mtime=0)
    mirror.server.on(TIMESTAMP, answer(200, gzip.compress(inner), {"Content-Encoding": "gzip"}))
    worker.crawl(mirror.source)
    assert mirror.verdict.first_failing == "tuf.meta.parse"
    assert_only_refused(mirror, {"timestamp.json": inner})


@pytest.mark.parametrize("place", ["2.snapshot.json", "2.targets.json"])
def test_a_half_updated_mirror_is_well_again_under_the_same_timestamp(
    worker: MovedWorker, internet: Internet, place: str
) -> None:
    mirror = internet.mirror("vendor")
    crawled_well(worker, mirror)
    before = mirror.repo.document(place.split(".")[1], 1)
    mirror.server.on(f"/{place}", answer(200, before))
    worker.crawl(mirror.source)
    assert mirror.verdict.outcome == "failed"
    mirror.serve()
    worker.wait(HOUR)
    worker.crawl(mirror.source)
    assert mirror.verdict.trust_state == "verified"


def expiring(day: int) -> Edit:
    return lambda signed: signed.update(expires=f"2027-03-0{day}T00:00:00Z")


def test_h17_other_bytes_at_each_request_are_refused_and_told_as_two_faces(
    worker: MovedWorker, internet: Internet
) -> None:
    mirror = internet.mirror("vendor")
    crawled_well(worker, mirror)
    place, fork = "2.snapshot.json", mirror.repo.fork()
    faces = [fork.forge("snapshot", expiring(day)) for day in (1, 2)]
    mirror.server.on(f"/{place}", *(answer(200, one) for one in faces))
    for face in faces:
        worker.crawl(mirror.source)
        assert mirror.verdict.first_failing.startswith("tuf.snapshot.")
        newest = mirror.source.sightings.filter(place=place).latest("ordinal")
        assert (bytes(newest.blob.body), newest.standing) == (face, Standing.REFUSED)
        worker.wait(HOUR)
    assert Event.objects.filter(kind="metadata.equivocated").count() == 1
    assert dict(mirror.rows()["trusted"])["snapshot"] == dict(mirror.past["trusted"])["snapshot"]


def test_h18_an_older_timestamp_is_a_rollback_and_the_past_stays(
    worker: MovedWorker, internet: Internet
) -> None:
    mirror = internet.mirror("vendor")
    first = mirror.repo.metadata["timestamp.json"]
    crawled_well(worker, mirror)
    worker.crawl(mirror.source)
    mirror.remember()
    mirror.server.on(TIMESTAMP, answer(200, first))
    worker.wait(HOUR)
    worker.crawl(mirror.source)
    assert mirror.verdict.first_failing == "tuf.timestamp.rollback.version"
    assert_only_refused(mirror, {"timestamp.json": first})


def test_h19_tls_without_a_known_authority_is_refused(
    worker: MovedWorker, internet: Internet, tmp_path: Path
) -> None:
    mirror = internet.mirror("vendor")
    crawled_well(worker, mirror)
    secure = internet.host(tls=Authority(tmp_path).server(mirror.server.address))
    Source.objects.filter(pk=mirror.source.pk).update(
        location=secure.url("/"), allow_addresses=[secure.address]
    )
    worker.crawl(mirror.source)
    assert mirror.problem is not None
    assert mirror.problem["because"].startswith("TLS: ")
    assert mirror.verdict.first_failing == "tuf.root.fetch.next"
    assert mirror.rows() == mirror.past
    assert secure.requests == []


def assert_only_refused(mirror: Mirror, expected: dict[str, bytes]) -> None:
    """The past and what is trusted are as they were; what came is kept as refused."""
    new = {one.place: bytes(one.blob.body) for one in mirror.new_sightings}
    assert new == expected
    assert {one.standing for one in mirror.new_sightings} == {Standing.REFUSED}
    rows = mirror.rows()
    assert rows["sightings"][: len(mirror.past["sightings"])] == mirror.past["sightings"]
    assert rows["versions"] == mirror.past["versions"]
    assert (rows["trusted"], rows["believed"]) == (mirror.past["trusted"], mirror.past["believed"])


# ---- where a request may not go


WITHOUT_HOST = "http:///example.com/"
"""As a redirect it stays with the server that sends it."""


def ssrf(shared_data: Callable[[str], Path]) -> dict[str, list[dict[str, Any]]]:
    stated: dict[str, list[dict[str, Any]]] = json.loads(
        (shared_data("hostile/ssrf") / "ssrf.json").read_bytes()
    )
    return stated


def denied(shared_data: Callable[[str], Path], port: int) -> list[str]:
    """Every address that is to be denied, also with the port of the canary."""
    urls = [one["url"] for one in ssrf(shared_data)["urls"] if one["verdict"] == "deny"]
    host = re.compile(r"^(https?://(?:\[[^]]*\]|[^/:\[\]]+))/")
    with_port = [host.sub(rf"\g<1>:{port}/", url) for url in urls]
    return list(dict.fromkeys([*urls, *with_port]))


def test_no_source_leads_to_an_internal_address(
    worker: MovedWorker, canary: FaultServer, shared_data: Callable[[str], Path]
) -> None:
    """Nobody can add most of them; names that turn inwards later are met when they are crawled."""
    urls = denied(shared_data, canary.port)
    team = Team.objects.create(name="Delivery", created_at=START)
    sources = []
    for number, url in enumerate(urls):
        with ExitStack() if is_only_a_name(url) else pytest.raises(SourceError):
            add_source(team=team, name=f"added {number}", location=url, actor="person:m", now=START)
        sources.append(row(team, f"row {number}", url))
    for crawl in worker.crawl(*sources):
        assert crawl.outcome == CrawlOutcome.FAILED, crawl.source.location
        assert {one["kind"] for one in crawl.problems} == {REFUSED}, crawl.source.location
    assert canary.connections() == 0
    assert not Sighting.objects.exists()


def is_only_a_name(url: str) -> bool:
    """Only a name server knows where it leads."""
    return url == "http://metadata.google.internal/"


def row(team: Team, name: str, url: str) -> Source:
    """As if it had been allowed when it was added."""
    return Source.objects.create(
        team=team,
        name=name,
        kind="tuf_http",
        location=url,
        location_id=name.rjust(64, "0"),
        every_seconds=900,
        created_at=START,
    )


def test_r1_r9_no_redirect_leads_to_an_internal_address(
    worker: MovedWorker,
    internet: Internet,
    canary: FaultServer,
    shared_data: Callable[[str], Path],
) -> None:
    forms = [
        one.format(canary.port)
        for one in ("//127.0.0.1:{}/", "//127.1:{}", "http:\\\\127.0.0.1:{}/")
    ]
    places = [url for url in denied(shared_data, canary.port) if "\n" not in url and url.isascii()]
    mirrors = {to: internet.mirror(f"to {n}") for n, to in enumerate([*forms, *places])}
    crawled_well(worker, *mirrors.values())
    for to, mirror in mirrors.items():
        mirror.server.on(TIMESTAMP, redirect(to))
    worker.crawl(*(mirror.source for mirror in mirrors.values()))
    for to, mirror in mirrors.items():
        assert mirror.problem is not None, to
        assert mirror.rows() == mirror.past, to
    assert canary.connections() == 0
    kinds = {to: mirror.problem["kind"] for to, mirror in mirrors.items() if mirror.problem}
    assert {to for to, kind in kinds.items() if kind != REFUSED} == {WITHOUT_HOST}
    assert "/example.com/" in mirrors[WITHOUT_HOST].server.paths()


def test_r2_r3_redirects_end(worker: MovedWorker, internet: Internet) -> None:
    long, loop = internet.mirror("long"), internet.mirror("loop")
    crawled_well(worker, long, loop)
    for n in range(11):
        long.server.on(f"/{n}", redirect(f"/{n + 1}"))
    long.server.on(TIMESTAMP, redirect("/0"))
    loop.server.on("/again", redirect(TIMESTAMP))
    loop.server.on(TIMESTAMP, redirect("/again"))
    worker.crawl(long.source, loop.source)
    for mirror in (long, loop):
        assert mirror.problem is not None
        assert mirror.problem["kind"] == REFUSED
        assert mirror.rows() == mirror.past
    assert long.server.paths().count("/9") == 0
