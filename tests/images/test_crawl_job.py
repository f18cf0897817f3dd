"""Jobs that crawl places of artefacts: prepared with the database, run in threads, recorded."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from django.db import transaction
from pytest_django import Settings

from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.plain_crew import PlainCrew
from trustui.accounts.models import Team
from trustui.core.oci.requests import Ask
from trustui.demo.images.layout import layout_files
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan
from trustui.demo.layout import write_files
from trustui.images.crawl_job import ImageCrawlJob
from trustui.images.models import ImageRepository, Look, Round, TagMove
from trustui.images.recording import record
from trustui.images.values import ImageResult, Verify
from trustui.inventory.models import Crawl, CrawlOutcome, Source
from trustui.inventory.sources import add_source, remove_source
from trustui.jobs import leases, writer
from trustui.jobs.inbox import Finished
from trustui.jobs.kinds import Claim, Result
from trustui.jobs.models import Job
from trustui.jobs.runner import Runner

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def draft(_full_name: str, digest: str, _ask: Ask, _at: datetime) -> str:
    return f"draft of {digest}"


def verifiers(source_ids: Sequence[int]) -> Mapping[int, Verify]:
    return dict.fromkeys(source_ids, draft)


@pytest.fixture
def job(tmp_path: Path, settings: Settings) -> ImageCrawlJob:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(tmp_path,))
    return ImageCrawlJob(
        record,
        verifiers=verifiers,
        at_once=4,
        local_roots=(tmp_path,),
        clock=lambda: AT + timedelta(hours=1),
    )


@pytest.fixture(autouse=True)
def behind(tmp_path: Path) -> Repository:
    made = Repository()
    sign_tag(made, image(made), TagPlan(with_certificate=True, logged=True))
    write_files(layout_files(made), tmp_path / "app")
    return made


def add(folder: Path, name: str = "app", repository: str = "") -> Source:
    return add_source(
        team=Team.objects.get_or_create(name="Delivery", defaults={"created_at": AT})[0],
        name=name,
        location=f"oci-layout:{folder}",
        repositories=[repository] if repository else [],
        actor="person:alice",
        now=AT,
    )


def crawl(job: ImageCrawlJob, *sources: Source) -> list[Result]:
    """One batch, from claims to rows."""
    crew = PlainCrew()
    claims = [Claim(one.pk, job.name, str(one.pk), {}, fence=1, attempt=1) for one in sources]
    job.run(job.prepare(claims), crew)
    crew.join()
    with transaction.atomic():
        job.record([one for one in crew.results if one.value is not None])
    return crew.results


def test_a_layout_is_crawled_and_then_unchanged(
    job: ImageCrawlJob, behind: Repository, tmp_path: Path
) -> None:
    source = add(tmp_path / "app", repository="registry.example/team/app")
    assert source.kind == "oci_layout"
    assert Job.objects.get().kind == "crawl_images"
    (first,) = crawl(job, source)
    (second,) = crawl(job, source)
    assert (first.failed, first.again, second.failed) == (None, False, None)
    assert list(Crawl.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "complete",
        "unchanged",
    ]
    row = ImageRepository.objects.get()
    assert (row.name, row.full_name) == ("team/app", "registry.example/team/app")
    assert Look.objects.get().digest == behind.tags["1.0"]


def test_a_layout_without_a_name_has_that_of_its_folder(job: ImageCrawlJob, tmp_path: Path) -> None:
    crawl(job, add(tmp_path / "app"))
    assert ImageRepository.objects.get().full_name == "localhost/app"


def test_a_layout_that_changed_is_looked_at_anew(
    job: ImageCrawlJob, behind: Repository, tmp_path: Path
) -> None:
    source = add(tmp_path / "app")
    crawl(job, source)
    image(behind, text=b"two")
    write_files(layout_files(behind), tmp_path / "app")
    (result,) = crawl(job, source)
    assert isinstance(result.value, ImageResult)
    assert [one.draft for seen in result.value.repositories for one in seen.found] == [
        f"draft of {behind.tags['1.0']}"
    ]
    assert TagMove.objects.filter(tag__name="1.0").count() == 2


def test_a_folder_that_is_no_layout_fails_and_says_why(job: ImageCrawlJob, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    (result,) = crawl(job, add(tmp_path / "nothing"))
    assert result.failed is not None
    assert "this is no OCI layout" in result.failed
    one = Crawl.objects.get()
    assert (one.outcome, one.problems[0]["place"]) == (CrawlOutcome.FAILED, "index.json")


def test_a_layout_outside_of_the_roots_is_not_read(job: ImageCrawlJob, tmp_path: Path) -> None:
    source = add(tmp_path / "app")
    job.local_roots = (tmp_path / "elsewhere",)
    (result,) = crawl(job, source)
    assert result.failed is not None
    assert ImageRepository.objects.count() == 0


def test_several_sources_are_crawled_in_one_batch(
    job: ImageCrawlJob, behind: Repository, tmp_path: Path
) -> None:
    sources = []
    for number in range(5):
        write_files(layout_files(behind), tmp_path / f"app{number}")
        sources.append(add(tmp_path / f"app{number}", f"app{number}"))
    assert {one.failed for one in crawl(job, *sources)} == {None}
    assert ImageRepository.objects.count() == 5


def test_a_removed_source_has_nothing_to_do(job: ImageCrawlJob, tmp_path: Path) -> None:
    source = add(tmp_path / "app")
    remove_source(source=source, actor="person:alice", now=AT)
    assert crawl(job, source) == []
    assert not Job.objects.filter(due_at__isnull=False, state="queued").exists()


def test_a_mistake_of_ours_fails_its_own_crawl_only(
    job: ImageCrawlJob, behind: Repository, tmp_path: Path
) -> None:
    def raises(*_: object) -> object:
        raise RuntimeError("a mistake")

    write_files(layout_files(behind), tmp_path / "other")
    bad, good = add(tmp_path / "app"), add(tmp_path / "other", "other")
    job = ImageCrawlJob(
        record,
        verifiers=lambda _: {bad.pk: raises, good.pk: draft},
        at_once=4,
        local_roots=job.local_roots,
    )
    failed = {one.claim.key: one.failed for one in crawl(job, bad, good)}
    assert "a mistake" in str(failed[str(bad.pk)])
    assert failed[str(good.pk)] is None
    assert list(Crawl.objects.values_list("source", flat=True)) == [good.pk]


def test_a_runner_crawls_what_is_due(job: ImageCrawlJob, tmp_path: Path) -> None:
    source = add(tmp_path / "app")
    Job.objects.update(due_at=datetime.now(UTC))
    runner = Runner([job], owner="a test", mode="test")
    try:
        assert runner.drain(30) == 1
    finally:
        runner.stop()
    assert Crawl.objects.get(source=source).outcome == CrawlOutcome.COMPLETE
    assert Round.objects.get().ended_at is not None


def test_what_comes_after_somebody_else_took_the_job_is_not_written(
    job: ImageCrawlJob, tmp_path: Path
) -> None:
    add(tmp_path / "app")
    now = datetime.now(UTC)
    Job.objects.update(due_at=now)
    late = take(job, now)
    crew = PlainCrew()
    job.run(job.prepare([late]), crew)
    crew.join()
    past = now - timedelta(seconds=1)
    Job.objects.update(due_at=past, lease_until=past)
    other = take(job, now, suspects=True)
    assert other.fence == late.fence + 1
    written = writer.write([Finished(crew.results[0], 0.0)], job, now)
    assert (written.finished, written.lost) == (0, 1)
    assert Crawl.objects.count() == ImageRepository.objects.count() == Look.objects.count() == 0
    crew = PlainCrew()
    job.run(job.prepare([other]), crew)
    crew.join()
    assert writer.write([Finished(crew.results[0], 0.0)], job, now).finished == 1
    assert Crawl.objects.count() == Look.objects.count() == 1


def take(job: ImageCrawlJob, now: datetime, *, suspects: bool = False) -> Claim:
    (claim,) = leases.claim(
        job.name, owner="one", limit=1, lease_seconds=60, now=now, suspects=suspects
    )
    return claim
