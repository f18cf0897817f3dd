"""Jobs that crawl: prepared with the database, run without it, recorded together."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import transaction
from pytest_django import Settings

from tests.simulators.fault_server import Behaviour, Client, FaultServer, answer, silent
from tests.simulators.plain_crew import PlainCrew
from trustui.accounts.models import Team
from trustui.core.primitives.digests import sha256
from trustui.core.trace import TrustState
from trustui.crawl.fetch import FetchLimits
from trustui.crawl.switchboard import Switchboard
from trustui.demo.layout import write_files
from trustui.demo.publisher import Publisher
from trustui.inventory import crawling
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.crawl_job import CrawlJob
from trustui.inventory.models import Crawl, CrawlOutcome, Sighting, Source
from trustui.inventory.recording import record
from trustui.inventory.sources import add_source, remove_source
from trustui.inventory.values import CrawlOrder, CrawlResult
from trustui.jobs.kinds import Claim, Result
from trustui.jobs.runner import Runner
from trustui.policies.models import Origin

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 1, 1, tzinfo=UTC)
QUICK = FetchLimits(connect_seconds=1.0, stall_seconds=0.5, total_seconds=1.0, backoff_seconds=0.01)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def job(tmp_path: Path, settings: Settings) -> Iterator[CrawlJob]:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(tmp_path,))
    with Switchboard(QUICK) as switchboard:
        yield CrawlJob(
            record,
            at_once=8,
            local_roots=(tmp_path,),
            switchboard=switchboard,
            clock=lambda: AT + timedelta(hours=1),
        )


@pytest.fixture
def repo() -> Publisher:
    made = Publisher("a vendor", AT)
    made.add_delegation("targets", "team", paths=["team/*"])
    made.publish(AT)
    return made


def serve(server: FaultServer, base: str, files: Mapping[str, bytes]) -> None:
    """Serve files with their digests as tags, and 304 for what did not change."""
    for name, body in files.items():
        server.on(f"{base}{name}", tagged(server, f"{base}{name}", body))


def tagged(server: FaultServer, path: str, body: bytes) -> Behaviour:
    tag = f'"{sha256(body)[:12]}"'

    def behave(client: Client) -> None:
        asked = next(one for one in reversed(server.requests) if one.path == path)
        is_same = asked.headers.get("if-none-match") == tag
        reply = answer(304) if is_same else answer(200, body, {"ETag": tag})
        reply(client)

    return behave


def add(location: str, repo: Publisher | None, name: str = "vendor") -> Source:
    team, _ = Team.objects.get_or_create(name="release", defaults={"created_at": AT})
    source = add_source(
        team=team,
        name=name,
        location=location,
        allow_addresses=["127.0.0.1"] if "://" in location else [],
        actor="person:alice",
        now=AT,
    )
    if repo is not None:
        anchor_source(
            source=source,
            body=repo.document("root", 1),
            origin=Origin.FILE,
            by=None,
            by_name="alice",
            reason="a test",
            now=AT,
        )
    return source


def claims(*sources: Source) -> list[Claim]:
    return [Claim(source.pk, "crawl", str(source.pk), {}, fence=1, attempt=1) for source in sources]


def crawl(job: CrawlJob, *sources: Source) -> list[Result]:
    """One batch, from claims to rows; results in the order in which they came."""
    crew = PlainCrew()
    job.run(job.prepare(claims(*sources)), crew)
    crew.join()
    with transaction.atomic():
        job.record([one for one in crew.results if one.value is not None])
    return crew.results


def value(result: Result) -> CrawlResult:
    assert isinstance(result.value, CrawlResult), result.failed
    return result.value


def test_a_source_is_crawled_and_recorded_and_then_unchanged(
    server: FaultServer, job: CrawlJob, repo: Publisher
) -> None:
    serve(server, "/metadata/", repo.metadata)
    source = add(server.url("/metadata"), repo)
    (first,) = crawl(job, source)
    asked = len(server.requests)
    (second,) = crawl(job, source)
    assert (value(first).outcome, value(first).state) == (
        CrawlOutcome.COMPLETE,
        TrustState.VERIFIED,
    )
    assert value(second).outcome is CrawlOutcome.UNCHANGED
    assert len(server.requests) == asked + 2
    assert value(second).received_bytes == 0
    assert list(Crawl.objects.order_by("id").values_list("outcome", flat=True)) == [
        "complete",
        "unchanged",
    ]
    assert Sighting.objects.count() == len(repo.metadata)
    assert (first.failed, second.failed) == (None, None)


def test_what_changed_is_crawled_with_what_the_look_brought(
    server: FaultServer, job: CrawlJob, repo: Publisher
) -> None:
    serve(server, "/", repo.metadata)
    source = add(server.url("/"), repo)
    crawl(job, source)
    repo.renew("team")
    repo.publish(AT + timedelta(minutes=1))
    serve(server, "/", repo.metadata)
    before = len(server.requests)
    (result,) = crawl(job, source)
    assert value(result).state is TrustState.VERIFIED
    assert sorted(one.path for one in server.requests[before:]) == [
        "/2.root.json",
        "/2.snapshot.json",
        "/2.team.json",
        "/timestamp.json",
    ]


def test_a_slow_place_holds_back_no_other(
    server: FaultServer, job: CrawlJob, repo: Publisher
) -> None:
    sources = []
    for number in range(5):
        serve(server, f"/{number}/", repo.metadata)
        sources.append(add(server.url(f"/{number}/"), repo, f"vendor-{number}"))
    crawl(job, *sources)
    server.on("/0/timestamp.json", silent)
    results = crawl(job, *sources)
    assert results[-1].claim.key == str(sources[0].pk)
    assert {value(one).outcome for one in results[:-1]} == {CrawlOutcome.UNCHANGED}
    assert value(results[-1]).outcome is CrawlOutcome.FAILED


def test_a_place_that_asks_us_to_wait_has_failed_until_then(
    server: FaultServer, job: CrawlJob, repo: Publisher
) -> None:
    server.on("/timestamp.json", answer(429, headers={"Retry-After": "120"}))
    source = add(server.url("/"), repo)
    (result,) = crawl(job, source)
    assert value(result).state is TrustState.COULD_NOT_CHECK
    assert result.failed is not None
    assert result.retry_after == pytest.approx(120, abs=2)
    assert Crawl.objects.get().outcome == "failed"


def test_sources_with_different_rights_are_looked_at_side_by_side(
    server: FaultServer, job: CrawlJob, repo: Publisher
) -> None:
    for base in ("/a/", "/b/"):
        serve(server, base, repo.metadata)
    sources = add(server.url("/a/"), repo, "a"), add(server.url("/b/"), repo, "b")
    Source.objects.filter(pk=sources[1].pk).update(allow_addresses=["127.0.0.1", "10.0.0.1"])
    crawl(job, *sources)
    server.on("/a/timestamp.json", silent)
    results = crawl(job, *sources)
    assert [value(one).outcome for one in results] == [CrawlOutcome.UNCHANGED, CrawlOutcome.FAILED]


@pytest.mark.parametrize("limit", ["PROBE_SECONDS", "BATCH_SECONDS"])
def test_whoever_gets_no_answer_in_time_is_told_so_and_the_batch_ends(
    limit: str,
    server: FaultServer,
    job: CrawlJob,
    repo: Publisher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sixteen sources of one silent host share its four lanes, so that most never have a turn."""
    sources = []
    for number in range(16):
        serve(server, f"/{number}/", repo.metadata)
        sources.append(add(server.url(f"/{number}/"), repo, f"vendor-{number}"))
    if limit == "PROBE_SECONDS":
        crawl(job, *sources)
    for number in range(16):
        server.on(f"/{number}/timestamp.json", silent)
    monkeypatch.setattr(f"trustui.inventory.crawl_job.{limit}", 0.7)
    since = time.monotonic()
    results = crawl(job, *sources)
    assert time.monotonic() - since < 4
    assert {value(one).outcome for one in results} == {CrawlOutcome.FAILED}
    assert {value(one).state for one in results} == {TrustState.COULD_NOT_CHECK}
    assert any(
        "no answer in the time that one crawl may take" in str(one.failed) for one in results
    )


def test_a_removed_source_has_nothing_to_do(job: CrawlJob, tmp_path: Path) -> None:
    kept, removed = add(str(tmp_path / "a"), None, "a"), add(str(tmp_path / "b"), None, "b")
    remove_source(source=removed, actor="person:alice", now=AT)
    assert [task.claim.key for task in job.prepare(claims(kept, removed))] == [str(kept.pk)]


def test_a_source_that_is_removed_while_it_is_looked_at_is_over(
    server: FaultServer, job: CrawlJob, repo: Publisher
) -> None:
    serve(server, "/", repo.metadata)
    source = add(server.url("/"), repo)
    crawl(job, source)
    repo.publish(AT + timedelta(minutes=1))
    serve(server, "/", repo.metadata)
    tasks, crew = job.prepare(claims(source)), PlainCrew()
    remove_source(source=source, actor="person:alice", now=AT)
    job.run(tasks, crew)
    assert crew.results == [Result(tasks[0].claim)]
    with transaction.atomic():
        job.record(crew.results)
    assert Crawl.objects.count() == 1


def test_a_directory_is_crawled_without_a_door(
    job: CrawlJob, repo: Publisher, tmp_path: Path
) -> None:
    write_files(repo.metadata, tmp_path / "mirror")
    source = add(str(tmp_path / "mirror"), repo)
    (first,) = crawl(job, source)
    (second,) = crawl(job, source)
    assert value(first).state is TrustState.VERIFIED
    assert value(second).outcome is CrawlOutcome.UNCHANGED


def test_a_directory_that_is_allowed_no_more_is_not_read(
    job: CrawlJob, repo: Publisher, tmp_path: Path
) -> None:
    write_files(repo.metadata, tmp_path / "mirror")
    source = add(str(tmp_path / "mirror"), repo)
    job.local_roots = (tmp_path / "elsewhere",)
    (result,) = crawl(job, source)
    assert value(result).outcome is CrawlOutcome.FAILED
    assert result.failed is not None
    assert "expected a path below" in result.failed


def test_progress_is_told_under_the_claim(job: CrawlJob, repo: Publisher, tmp_path: Path) -> None:
    write_files(repo.metadata, tmp_path / "mirror")
    source = add(str(tmp_path / "mirror"), repo)
    crew = PlainCrew()
    job.run(job.prepare(claims(source)), crew)
    crew.join()
    assert crew.told[0] == (str(source.pk), 0, 1, "2.root.json")
    assert [done for _, done, _, _ in crew.told] == list(range(6))


def test_a_mistake_of_ours_fails_its_own_crawl_only(
    job: CrawlJob, repo: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(repo.metadata, tmp_path / "good")
    good, bad = add(str(tmp_path / "good"), repo, "good"), add(str(tmp_path / "bad"), repo, "bad")

    def crash(order: CrawlOrder, **rest: Any) -> CrawlResult:
        if order.source_id == bad.pk:
            raise ZeroDivisionError("our own mistake")
        return crawling.crawl(order, **rest)

    monkeypatch.setattr("trustui.inventory.crawl_job.crawl", crash)
    results = {one.claim.key: one for one in crawl(job, good, bad)}
    assert value(results[str(good.pk)]).state is TrustState.VERIFIED
    assert "our own mistake" in (results[str(bad.pk)].failed or "")


def test_a_mistake_of_ours_in_the_look_is_raised_where_the_runner_hears_it(
    server: FaultServer, job: CrawlJob, repo: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server, "/", repo.metadata)
    source = add(server.url("/"), repo)
    crawl(job, source)

    def crash(*_: object) -> object:
        raise ZeroDivisionError("our own mistake")

    monkeypatch.setattr("trustui.inventory.crawl_job.probe", crash)
    with pytest.raises(ZeroDivisionError):
        crawl(job, source)


def test_a_runner_crawls_what_is_due(job: CrawlJob, repo: Publisher, tmp_path: Path) -> None:
    sources = []
    for number in range(10):
        write_files(repo.metadata, tmp_path / str(number))
        sources.append(add(str(tmp_path / str(number)), repo, f"vendor-{number}"))
    runner = Runner([job], owner="a test", mode="test")
    try:
        assert runner.drain(30) == 10
    finally:
        runner.stop()
    assert set(Crawl.objects.values_list("outcome", flat=True)) == {"complete"}
    assert Crawl.objects.values("source").distinct().count() == 10
