"""Crawls of many small repositories on one nginx, beside the bare requests.

`unchanged`: everything from the claim of the jobs to the committed rows, beside the same
conditional requests through the same door and nothing else; all sources on one host without TLS,
each over TLS at a host of its own as published repositories are, and at a host that answers so
many requests a second. `first`: the whole first crawl, verification and rows included, beside
libcurl alone on the same URLs. Wall-clock time, as waiting for nginx is a part of both; medians
with the range. The bare requests are one process's; crawls are those of as many processes as
`trustui worker` has by itself, which keep more connections open together. `--processes 1` compares
like with like.

    python bench/bench_crawl.py [--sources 1000] [--rounds 5] [--processes N]

The database is DATABASE_URL, which must be empty, or SQLite in a folder of its own.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path

import pycurl
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import transaction

from bench import database
from tests.servers import NginxServer, binary, nginx
from trustui.accounts.models import Team
from trustui.crawl.fetch import AddressPolicy, Unchanged, Wanted
from trustui.crawl.switchboard import Switchboard
from trustui.demo.layout import write_files
from trustui.demo.publisher import Publisher
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.crawl_job import CrawlJob
from trustui.inventory.models import Crawl, CrawlOutcome, Sighting, Source
from trustui.inventory.recording import record
from trustui.inventory.sources import add_source
from trustui.jobs.models import Job, State
from trustui.jobs.runner import Runner
from trustui.jobs.trouble import start_afresh
from trustui.operate.memory import keep_what_is_loaded
from trustui.policies.models import Origin

LANES = 16
"""Of bare libcurl: more gain nothing on one machine."""
PACE = 1_000
"""Requests a second of a place that is not on this very machine."""
DOMAIN = "vendors.example"
TLS_PORT = 8443
"""One that sources may use without being allowed to by name."""
HOST = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))


def publish(server: NginxServer, count: int) -> dict[int, bytes]:
    """Small repositories with one delegated role, each in a folder; their first roots."""
    roots = {}
    for number in range(count):
        repo = Publisher(f"vendor {number}", datetime.now(UTC))
        repo.add_delegation("targets", "team", paths=["team/*"])
        repo.add_target("team", "team/app", b"an app")
        repo.publish()
        write_files(repo.metadata, server.root / str(number))
        roots[number] = repo.document("root", 1)
    return roots


@transaction.atomic
def add_sources(place: str, roots: dict[int, bytes]) -> list[int]:
    """Their ids; `place` is their address, with the number of each as `{}`."""
    now = datetime.now(UTC)
    team = Team.objects.create(name=place, created_at=now)
    added = []
    for number, root in roots.items():
        source = add_source(
            team=team,
            name=place.format(number),
            location=place.format(number),
            allow_addresses=["127.0.0.1"],
            actor="person:bench",
            now=now,
        )
        anchor_source(
            source=source,
            body=root,
            origin=Origin.FILE,
            by=None,
            by_name="bench",
            reason="a measurement",
            now=now,
        )
        added.append(source.pk)
    return added


def this_machine(_host: str, _port: int) -> list[str]:
    """Where the hosts of sources are."""
    return ["127.0.0.1"]


def make_due(sources: Sequence[int]) -> None:
    """These and no others."""
    jobs, now = Job.objects.filter(kind="crawl"), datetime.now(UTC)
    jobs.update(due_at=now + timedelta(days=1), state=State.QUEUED)
    jobs.filter(key__in=[str(pk) for pk in sources]).update(due_at=now)


class Workers:
    """Processes that crawl side by side, as those of a worker's pool; forked before any thread."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("fork")
        self._lines: list[Connection] = []
        for number in range(count):
            ours, theirs = context.Pipe()
            self._lines.append(ours)
            context.Process(target=crawl_when_told, args=(theirs, number), daemon=True).start()
            theirs.close()

    def crawl_what_is_due(self) -> None:
        """Until nothing is left."""
        for line in self._lines:
            line.send(None)
        for line in self._lines:
            line.recv()


def crawl_when_told(line: Connection, number: int) -> None:
    """The life of one process."""
    with Switchboard(resolve=this_machine) as switchboard:
        job = CrawlJob(
            record, at_once=settings.TRUSTUI.crawls_at_once, local_roots=(), switchboard=switchboard
        )
        runner = Runner([job], owner=f"bench {number}", mode="bench")
        with suppress(EOFError):
            while True:
                line.recv()
                runner.drain(300)
                line.send(None)
        runner.stop()


def seconds(work: Callable[[], object]) -> float:
    since = time.perf_counter()
    work()
    return time.perf_counter() - since


def crawl_all(workers: Workers, sources: Sequence[int], outcome: CrawlOutcome) -> float:
    make_due(sources)
    before, count = Crawl.objects.count(), len(sources)
    taken = seconds(workers.crawl_what_is_due)
    newest = Crawl.objects.order_by("-id")[:count].values_list("outcome", flat=True)
    assert Crawl.objects.count() == before + count
    assert set(newest) == {outcome}
    return taken


def conditional_requests(sources: Sequence[int]) -> list[Wanted]:
    """What a look at each source asks, in no other order than the crawls do."""
    wanted = []
    for source in Source.objects.filter(pk__in=sources).order_by("pk"):
        timestamp = Sighting.objects.filter(source=source, place="timestamp.json").latest("id")
        wanted.append(Wanted(f"{source.location}2.root.json", 512_000))
        wanted.append(Wanted(f"{source.location}timestamp.json", 16_384, timestamp.validator))
    return wanted


def bare_door(switchboard: Switchboard, wanted: Sequence[Wanted]) -> None:
    line = switchboard.line(HOST)
    answers = line.get_many(wanted)
    assert sum(isinstance(one, Unchanged) for one in answers) == len(wanted) // 2


def bare_libcurl(urls: Sequence[str]) -> None:
    """Every URL once, on kept connections, bodies in memory."""
    multi, waiting = pycurl.CurlMulti(), list(reversed(urls))
    free = [pycurl.Curl() for _ in range(LANES)]
    for handle in free:
        handle.setopt(pycurl.CAINFO, os.environ["SSL_CERT_FILE"])
    under_way = 0
    while waiting or under_way:
        while waiting and free:
            handle = free.pop()
            url = waiting.pop()
            handle.setopt(pycurl.URL, url)
            handle.setopt(pycurl.RESOLVE, [f"{url.split('/')[2]}:127.0.0.1"])
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


def print_row(title: str, ours: list[float], bare: list[float], requests: int) -> None:
    ratio = statistics.median(ours) / statistics.median(bare)
    rate = requests / statistics.median(ours)
    print(
        f"{title:>24} {spread(ours):>26} {spread(bare):>26} {ratio:>8.2f} {1 / ratio:>8.2f}"
        f" {rate:>10,.0f}",
        flush=True,
    )


def spread(taken: list[float]) -> str:
    return f"{statistics.median(taken):.3f} ({min(taken):.3f}-{max(taken):.3f})"


def measure(server: NginxServer, count: int, rounds: int, workers: Workers) -> None:
    roots = publish(server, count)
    print(f"{'':>24} {'ours':>26} {'bare':>26} {'x time':>8} {'of rate':>8} {'requests/s':>10}")
    one_host = server.url + "/{}/"
    sources = add_sources(one_host, roots)
    measure_first("first, one host", server, one_host, sources, rounds, workers)
    measure_unchanged("unchanged, one host", sources, rounds, workers)
    serve_tls(server)
    hosts = f"https://vendor-{{0}}.{DOMAIN}:{TLS_PORT}/{{0}}/"
    sources = add_sources(hosts, roots)
    measure_first("first, hosts by TLS", server, hosts, sources, rounds, workers)
    measure_unchanged("unchanged, hosts by TLS", sources, rounds, workers)
    slow_down(server)
    measure_unchanged(f"unchanged, at {PACE:,}/s", sources, rounds, workers)


def measure_first(
    title: str,
    server: NginxServer,
    place: str,
    sources: Sequence[int],
    rounds: int,
    workers: Workers,
) -> None:
    before = len(server.requests)
    first = [crawl_all(workers, sources, CrawlOutcome.COMPLETE)]
    paths = [line.split()[1].strip("/").partition("/") for line in server.requests[before:]]
    urls = [place.format(number) + rest for number, _, rest in paths]
    bare = [seconds(lambda: bare_libcurl(urls)) for _ in range(rounds)]
    print_row(title, first, bare, len(urls))
    database.analyze()


def measure_unchanged(title: str, sources: Sequence[int], rounds: int, workers: Workers) -> None:
    ours, bare, wanted = [], [], conditional_requests(sources)
    with Switchboard(resolve=this_machine) as switchboard:
        for _ in range(rounds):
            ours.append(crawl_all(workers, sources, CrawlOutcome.UNCHANGED))
            bare.append(seconds(lambda: bare_door(switchboard, wanted)))
    print_row(title, ours, bare, len(wanted))


def reconfigure(server: NginxServer, *changes: tuple[str, str]) -> None:
    """Start nginx anew with other words in its configuration."""
    server.stop()
    path = server.folder / "nginx.conf"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    server.start()


def serve_tls(server: NginxServer) -> None:
    """At another port, besides."""
    files = server.folder
    listen = f"listen 127.0.0.1:{TLS_PORT} ssl; ssl_certificate {files}/certificate;"
    reconfigure(
        server,
        ("worker_connections 1024", "worker_connections 8192"),
        ("server {", f"server {{ {listen} ssl_certificate_key {files}/key;"),
    )


def write_certificate(folder: Path) -> Path:
    """A certificate for the hosts, which is its own authority, and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "certificate").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate"


def slow_down(server: NginxServer) -> None:
    """From now on nginx answers at most so many requests a second, as a place far away does."""
    pace = f"limit_req_zone $server_port zone=pace:1m rate={PACE}r/s;"
    reconfigure(server, ("server {", f"{pace} server {{ limit_req zone=pace burst=100000;"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    program = binary("nginx")
    if program is None:
        raise SystemExit("nginx is not installed")
    database.make_tables()
    if Source.objects.exists():
        raise SystemExit("expected an empty database")
    start_afresh()  # processes that are forked cannot share connections
    with tempfile.TemporaryDirectory() as folder:
        server = nginx(program, Path(folder) / "nginx")
        os.environ["SSL_CERT_FILE"] = str(write_certificate(server.folder))
        keep_what_is_loaded()  # as workers do
        workers = Workers(arguments.processes)
        try:
            print(f"{arguments.sources:,} sources, {arguments.processes} processes; seconds")
            measure(server, arguments.sources, arguments.rounds, workers)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
