"""Two hundred servers that trickle, and some that send 10 GB, beside one that is well.

The worker is a process of its own, with the limits that it has in use.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from tests.jobs.conftest import database_url
from tests.simulators.fault_server import Client, FaultServer, gzip_bomb, head
from tests.simulators.installation import Installation, Running
from tests.simulators.mirrors import Internet, Mirror, endless, vendor
from tests.simulators.moved_worker import MovedWorker
from trustui import pipeline
from trustui.core.facts import ProblemKind
from trustui.crawl.switchboard import Switchboard
from trustui.inventory.models import Sighting
from trustui.inventory.sources import CRAWL
from trustui.jobs.models import Job, State, Worker
from trustui.verdicts.models import SourceVerdict

pytestmark = pytest.mark.django_db(transaction=True)

SLOW = 200
SETTLED = 50
"""Of them: were crawled before, so that they are only looked at first."""
MOST_DELAY = timedelta(seconds=2)
MOST_BYTES = 300_000_000
MOST_SECONDS = 60
HOUR = timedelta(hours=1)


def trickle(client: Client) -> None:
    """One byte a second."""
    client.send(head(200, {"Content-Length": "10000"}))
    client.drip(b" " * 10_000, 1.0)


class Watch:
    """A running process and the most memory that it was seen to have."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.most_bytes = 0

    def until_crawled(self, *mirrors: Mirror) -> None:
        """Wait until these were crawled."""
        process = psutil.Process(self.running.process.pid)
        keys = [str(mirror.source.pk) for mirror in mirrors]
        deadline = time.monotonic() + MOST_SECONDS
        while Job.objects.filter(key__in=keys, kind=CRAWL, finished_at=None).exists():
            assert self.running.process.poll() is None, self.running.said
            assert time.monotonic() < deadline, self.running.said
            self.most_bytes = max(self.most_bytes, process.memory_info().rss)
            time.sleep(0.02)


@pytest.fixture
def internet() -> Iterator[Internet]:
    made = Internet(datetime.now(UTC) - HOUR)
    with made.open:
        yield made


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    secret = {"TRUSTUI_SECRET_KEY": "only-for-tests-and-nothing-else-at-all"}
    with Installation(tmp_path, {"DATABASE_URL": database_url(), **secret}) as made:
        yield made


def test_slow_and_endless_servers_hold_up_nobody(
    internet: Internet, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    repo, unsized = vendor(now - HOUR), vendor(now - HOUR, meta_hashes=False)
    slow = [internet.mirror(f"slow {number}", repo) for number in range(SLOW)]
    settle(slow[:SETTLED], now, monkeypatch)
    for mirror in slow:
        trickle_everything(mirror.server)
    healthy = internet.mirror("healthy", repo)
    endless_ones = {
        place: internet.mirror(f"endless {place}", unsized)
        for place in ("2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json")
    }
    for place, mirror in endless_ones.items():
        mirror.server.on(f"/{place}", endless)
    bomb = internet.mirror("bomb", unsized)
    bomb.server.on("/1.targets.json", gzip_bomb)
    before = Sighting.objects.filter(source__in=[one.source for one in slow]).count()

    watch = Watch(installation.start("crawl", "--all", "--as", "alice"))
    watch.until_crawled(healthy, bomb, *endless_ones.values())

    job = Job.objects.get(kind=CRAWL, key=str(healthy.source.pk))
    assert job.started_at is not None
    assert job.finished_at is not None
    delay = job.finished_at - job.started_at
    print(f"healthy after {delay.total_seconds():.2f} s, {watch.most_bytes / 1e6:.0f} MB at most")
    assert delay <= MOST_DELAY
    assert healthy.verdict.trust_state == "verified"
    for place, mirror in endless_ones.items():
        assert kinds(mirror) == {place: ProblemKind.TOO_LONG}, place
        assert mirror.verdict.outcome == "failed"
    assert kinds(bomb) == {"1.targets.json": ProblemKind.TOO_LONG}
    assert watch.most_bytes < MOST_BYTES
    keys = [str(mirror.source.pk) for mirror in slow]
    assert Job.objects.filter(key__in=keys, kind=CRAWL, state=State.RUNNING).count() == SLOW
    assert Sighting.objects.filter(source__in=[one.source for one in slow]).count() == before
    verdicts = SourceVerdict.objects.filter(source__in=[one.source for one in slow])
    assert set(verdicts.values_list("trust_state", flat=True)) == {"verified"}


def settle(mirrors: list[Mirror], now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crawl them while all is well, by a worker that has gone when the others come."""
    with Switchboard() as switchboard:
        worker = MovedWorker(now, switchboard)
        monkeypatch.setattr(pipeline, "CLOCK", worker.clock)
        Job.objects.exclude(key__in=[str(one.source.pk) for one in mirrors]).delete()
        worker.crawl(*(mirror.source for mirror in mirrors))
        worker.runner.stop()
    Worker.objects.all().delete()
    Job.objects.update(started_at=None, finished_at=None)


def trickle_everything(server: FaultServer) -> None:
    for place in ("1.root.json", "2.root.json", "timestamp.json"):
        server.on(f"/{place}", trickle)


def kinds(mirror: Mirror) -> dict[str, str]:
    return {one["place"]: one["kind"] for one in mirror.crawl.problems}
