"""What `/metrics` says is what the database holds, in a constant number of queries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.simulators.image_repository import Repository
from tests.simulators.imaged import Imaged
from trustui.accounts.models import Team
from trustui.core.trace import TrustState
from trustui.events.models import Checkpoint, Event
from trustui.inventory.models import Blob, Crawl, CrawlOutcome, RoleState, RoleVersion, Source
from trustui.jobs.models import Job, State, Worker
from trustui.verdicts.models import (
    Cause,
    ClockDoubt,
    Held,
    SourceVerdict,
    Verdict,
)
from trustui.web import figures
from trustui.web.figures import MOST_SOURCES

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
Labels = dict[str, str]


def value(name: str, labels: Labels | None = None) -> float | None:
    """The one sample of that name and these labels; None without any."""
    found = [
        sample.value
        for metric in figures.figures(NOW)
        for sample in metric.samples
        if sample.name == name and sample.labels == (labels or {})
    ]
    assert len(found) <= 1
    return found[0] if found else None


def series(name: str) -> list[Labels]:
    return [
        sample.labels
        for metric in figures.figures(NOW)
        for sample in metric.samples
        if sample.name == name
    ]


# ---- rows


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="release", created_at=NOW)


def make_source(team: Team, name: str, every: int = 900, added: float = 86_400) -> Source:
    return Source.objects.create(
        team=team,
        name=name,
        kind="directory",
        location=f"/srv/{name}",
        location_id=name.rjust(64, "0")[-64:],
        every_seconds=every,
        created_at=ago(added),
    )


def make_crawl(source: Source, outcome: CrawlOutcome, seconds: float, origin: str = "") -> Crawl:
    return Crawl.objects.create(
        source=source,
        started_at=ago(seconds),
        finished_at=ago(seconds),
        outcome=outcome,
        origin=origin,
    )


def make_verdict(source: Source, state: TrustState) -> None:
    verdict = Verdict.objects.create(
        source=source,
        evidence="0" * 64,
        verifier="test",
        at=NOW,
        recorded_at=NOW,
        outcome="passed",
        trust_state=state,
        cause=Cause.EVIDENCE,
        trace=b"",
    )
    SourceVerdict.objects.create(
        source=source, verdict=verdict, outcome="passed", trust_state=state, since=NOW
    )


def make_role(source: Source, role: str, expires: float, *, is_listed: bool = True) -> None:
    """A role whose served metadata expires in so many seconds."""
    blob, _ = Blob.objects.get_or_create(
        sha256="b" * 64, defaults={"size": 0, "body": b"", "written_at": NOW}
    )
    at = NOW + timedelta(seconds=expires)
    version = RoleVersion.objects.create(
        source=source,
        role=role,
        role_id=role.rjust(64, "0"),
        type="targets",
        version="1",
        version_rank="1",
        blob=blob,
        spec_version="1.0.0",
        expires_at=at,
        first_seen_at=NOW,
        signature_count=0,
    )
    RoleState.objects.create(
        source=source,
        role=role,
        role_id=version.role_id,
        served=version,
        expires_at=at,
        is_listed=is_listed,
    )


def make_job(key: str, state: State, due: float, kind: str = "crawl") -> None:
    Job.objects.create(kind=kind, key=key, state=state, due_at=ago(due), created_at=NOW)


def make_worker(name: str, reported: float, running: int = 0, leases_lost: int = 0) -> None:
    Worker.objects.create(
        name=name,
        mode="pool",
        started_at=NOW,
        beat_at=ago(reported),
        running=running,
        leases_lost=leases_lost,
    )


def make_event(at: datetime) -> Event:
    return Event.objects.create(
        kind="team.created", at=at, actor="person:alice", subject="x", detail={}
    )


# ---- sources


def test_the_age_of_a_source_counts_from_its_last_usable_answer(team: Team) -> None:
    source = make_source(team, "quayline")
    make_crawl(source, CrawlOutcome.COMPLETE, 7200)
    make_crawl(source, CrawlOutcome.UNCHANGED, 3600)
    make_crawl(source, CrawlOutcome.FAILED, 60)
    assert value("trustui_crawl_age_seconds", {"source": "quayline"}) == 3600
    assert value("trustui_crawl_interval_seconds", {"source": "quayline"}) == 900
    assert value("trustui_sources_by_crawl_outcome", {"outcome": "failed"}) == 1
    assert value("trustui_sources_by_crawl_outcome", {"outcome": "complete"}) == 0


def test_an_imported_past_is_no_crawl(team: Team) -> None:
    make_crawl(make_source(team, "quayline"), CrawlOutcome.COMPLETE, 10, origin="git")
    assert value("trustui_sources_by_crawl_outcome", {"outcome": "never"}) == 1
    assert value("trustui_crawl_age_seconds", {"source": "quayline"}) == 86_400


def test_a_source_is_overdue_after_three_intervals(team: Team) -> None:
    make_crawl(make_source(team, "fresh", every=900), CrawlOutcome.COMPLETE, 2700)
    make_crawl(make_source(team, "late", every=900), CrawlOutcome.COMPLETE, 2701)
    make_source(team, "just added", every=900, added=5)
    assert value("trustui_sources_overdue") == 1
    assert value("trustui_crawl_age_worst_seconds") == 2701


def test_a_source_without_a_verdict_is_not_checked(team: Team) -> None:
    make_source(team, "new")
    make_verdict(make_source(team, "good"), TrustState.VERIFIED)
    make_verdict(make_source(team, "bad"), TrustState.FAILING)
    assert value("trustui_sources_by_trust_state", {"state": "not_checked"}) == 1
    assert value("trustui_sources_by_trust_state", {"state": "failing"}) == 1
    assert value("trustui_sources_by_trust_state", {"state": "stale"}) == 0
    assert value("trustui_source_trust_state", {"source": "bad", "state": "failing"}) == 1
    assert value("trustui_source_trust_state", {"source": "bad", "state": "verified"}) is None


def test_a_removed_source_counts_nowhere(team: Team) -> None:
    source = make_source(team, "gone")
    make_role(source, "root", 60)
    source.removed_at = NOW
    source.save()
    assert value("trustui_sources") == 0
    assert series("trustui_crawl_age_seconds") == []
    assert series("trustui_role_expiry_seconds") == []
    assert series("trustui_role_expiry_soonest_seconds") == []


def test_of_too_many_sources_the_bad_ones_keep_their_series(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "MOST_SOURCES", 2)
    for name, state in [
        ("good 1", TrustState.VERIFIED),
        ("good 2", TrustState.EXPIRES_SOON),
        ("bad", TrustState.FAILING),
    ]:
        make_verdict(make_source(team, name), state)
    assert [labels["source"] for labels in series("trustui_crawl_age_seconds")] == ["bad", "good 1"]
    assert value("trustui_sources_left_out") == 1
    assert value("trustui_sources") == 3


def test_the_name_of_a_source_cannot_forge_a_line(team: Team) -> None:
    make_source(team, 'x"} 1\ntrustui_clock_in_doubt 1')
    assert value("trustui_clock_in_doubt") == 0


# ---- roles


def test_the_expiry_of_a_role_counts_down_and_goes_below_zero(team: Team) -> None:
    source = make_source(team, "quayline")
    make_role(source, "root", 86_400)
    make_role(source, "timestamp", -60)
    assert value("trustui_role_expiry_seconds", {"source": "quayline", "role": "root"}) == 86_400
    assert value("trustui_role_expiry_seconds", {"source": "quayline", "role": "timestamp"}) == -60


def test_delegated_roles_are_one_series_of_the_soonest(team: Team) -> None:
    source = make_source(team, "quayline")
    for role, seconds in [("bins-0", 300), ("bins-1", 200), ("a/b", 400)]:
        make_role(source, role, seconds)
    labels = [one["role"] for one in series("trustui_role_expiry_seconds")]
    assert labels == ["delegated"]
    assert value("trustui_role_expiry_soonest_seconds", {"role": "delegated"}) == 200


def test_a_role_that_nobody_can_ask_for_expires_unnoticed(team: Team) -> None:
    make_role(make_source(team, "quayline"), "retired", -500, is_listed=False)
    assert series("trustui_role_expiry_seconds") == []


def test_the_soonest_expiry_sees_every_source(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST_SOURCES", 1)
    make_role(make_source(team, "first"), "root", 500)
    make_role(make_source(team, "second"), "root", 100)
    assert len(series("trustui_role_expiry_seconds")) == 1
    assert value("trustui_role_expiry_soonest_seconds", {"role": "root"}) == 100


# ---- work


def test_jobs_are_counted_by_kind_and_state() -> None:
    make_job("1", State.QUEUED, due=-60)
    make_job("2", State.QUARANTINED, due=60)
    make_job("all", State.RUNNING, due=-60, kind="verdicts.lapse")
    assert value("trustui_jobs", {"kind": "crawl", "state": "queued"}) == 1
    assert value("trustui_jobs", {"kind": "crawl", "state": "running"}) == 0
    assert value("trustui_jobs", {"kind": "verdicts.lapse", "state": "running"}) == 1
    assert value("trustui_jobs_quarantined") == 1
    assert value("trustui_jobs_due") == 0
    assert value("trustui_job_oldest_due_seconds") == 0


def test_a_job_whose_lease_ran_out_is_due_again() -> None:
    make_job("1", State.QUEUED, due=10)
    make_job("2", State.RUNNING, due=300)
    assert value("trustui_jobs_due") == 2
    assert value("trustui_job_oldest_due_seconds") == 300


def test_only_workers_that_reported_lately_are_alive() -> None:
    make_worker("here", reported=3, running=5, leases_lost=1)
    make_worker("silent", reported=60, running=7, leases_lost=2)
    assert value("trustui_workers_alive") == 1
    assert value("trustui_jobs_in_hand") == 5
    assert value("trustui_leases_lost_total") == 3


# ---- the log and the installation


def test_events_wait_until_they_are_sealed() -> None:
    sealed = make_event(ago(500))
    Event.objects.filter(pk=sealed.pk).update(position=0, leaf=bytes(32))
    make_event(ago(40))
    make_event(ago(90))
    Checkpoint.objects.create(size=1, root=b"", frontier=b"", note="", at=NOW)
    assert value("trustui_events_sealed") == 1
    assert value("trustui_events_unsealed") == 2
    assert value("trustui_events_unsealed_age_seconds") == 90


def test_clocks_in_doubt_are_counted_until_a_person_confirms_them(team: Team) -> None:
    assert value("trustui_clock_in_doubt") == 0
    for host, person in [("a", ""), ("b", "person:alice")]:
        ClockDoubt.objects.create(
            host=host, since=NOW, looked_at=NOW, because="an hour ahead", confirmed_by=person
        )
    Held.objects.create(source=make_source(team, "quayline"), since=NOW)
    assert value("trustui_clock_in_doubt") == 1
    assert value("trustui_verdicts_held") == 1


def test_the_database_has_a_size() -> None:
    size = value("trustui_database_size_bytes")
    assert size is not None
    assert size > 10_000


def test_an_empty_installation_has_every_sum() -> None:
    assert value("trustui_sources") == 0
    assert value("trustui_workers_alive") == 0
    assert value("trustui_leases_lost_total") == 0
    assert value("trustui_events_sealed") == 0


def queries() -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        for _ in figures.figures(NOW):
            pass
    return len(captured)


def test_the_number_of_queries_does_not_grow(team: Team) -> None:
    before = queries()
    for number in range(20):
        source = make_source(team, f"source {number}")
        make_crawl(source, CrawlOutcome.COMPLETE, 60)
        make_verdict(source, TrustState.VERIFIED)
        make_role(source, "root", 60)
        make_job(str(number), State.QUEUED, due=0)
    assert queries() == before
    assert before <= 16


def test_the_series_of_a_full_answer_stay_below_ten_thousand() -> None:
    of_a_source = 3 + len(figures.TOP_LEVEL) + 1
    assert MOST_SOURCES * of_a_source < 10_000


def test_registries_have_no_trust_state_of_their_own() -> None:
    Imaged({"team/app": Repository()}).crawl(NOW)
    assert value("trustui_sources") == 1
    assert value("trustui_sources_by_trust_state", {"state": "not_checked"}) == 0
