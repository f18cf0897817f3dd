"""The hostile repositories as sources: crawled together by one worker, each with its named verdict."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_django import Settings

from tests.simulators.inventoried import projections
from tests.simulators.moved_worker import MovedWorker
from trustui import pipeline
from trustui.accounts.models import Team
from trustui.crawl.switchboard import Switchboard
from trustui.events.checking import check_log
from trustui.events.signing_key import log_verifiers
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.models import RoleState, Sighting, Source, Standing
from trustui.inventory.rebuilding import rebuild
from trustui.inventory.sources import add_source
from trustui.jobs.models import Job
from trustui.policies.models import Origin
from trustui.policies.services import PinError
from trustui.verdicts.models import Finding, SourceVerdict

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def corpus(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("hostile/tuf-hostile").resolve()


@pytest.fixture
def cases(corpus: Path) -> dict[str, Any]:
    stated: dict[str, Any] = json.loads((corpus / "cases.json").read_bytes())
    return stated


@pytest.fixture
def worker(
    corpus: Path, cases: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MovedWorker]:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(corpus,))
    at = datetime.fromisoformat(cases["reference_time"])
    with Switchboard() as switchboard:
        made = MovedWorker(at, switchboard, (corpus,))
        monkeypatch.setattr(pipeline, "CLOCK", made.clock)
        yield made
        made.runner.stop()


def test_each_hostile_repository_gets_its_named_verdict_and_harms_no_other(
    worker: MovedWorker, corpus: Path, cases: dict[str, Any]
) -> None:
    labels = {case["id"]: case for case in cases["cases"]}
    sources = {name: watched(corpus / name, worker.at) for name in labels}
    assert len(sources) == 83
    worker.crawl(*sources.values())
    wrong = {
        name: found
        for name, label in labels.items()
        if not as_labelled(label, found := said_of(sources[name]))
    }
    assert wrong == {}
    assert not Job.objects.filter(kind="crawl").exclude(losses=0, deaths=0).exists()
    assert_what_is_trusted_was_trusted()
    before = projections()
    rebuild()
    assert projections() == before
    worker.wait(HOUR)
    worker.crawl(*sources.values())
    assert projections() == before
    pipeline.follow(worker.at)
    assert check_log(log_verifiers()).is_whole


def watched(folder: Path, at: datetime) -> Source:
    team, _ = Team.objects.get_or_create(name="Delivery", defaults={"created_at": at})
    source = add_source(
        team=team, name=folder.name, location=str(folder), actor="person:alice", now=at
    )
    with suppress(PinError):  # some roots are no roots; the place is looked at all the same
        anchor_source(
            source=source,
            body=(folder / "trusted_root.json").read_bytes(),
            origin=Origin.FILE,
            by=None,
            by_name="alice",
            reason="it is a test",
            now=at,
        )
    return source


def said_of(source: Source) -> tuple[str, str, set[str]]:
    """Outcome, first failing check, findings."""
    verdict = SourceVerdict.objects.select_related("verdict").get(source=source).verdict
    findings = Finding.objects.filter(source=source, gone_at=None)
    return verdict.outcome, verdict.first_failing, set(findings.values_list("check_id", flat=True))


def as_labelled(label: dict[str, Any], said: tuple[str, str, set[str]]) -> bool:
    outcome, first, findings = said
    match label["expected"]:
        case "accept":
            return outcome == "passed"
        case "reject":
            return outcome == "failed" and first in label["checks"]
        case "flag":
            return outcome == "passed" and findings.issuperset(label["finding"])
        case _:
            return outcome in {"passed", "failed", "undecided"}


def assert_what_is_trusted_was_trusted() -> None:
    for state in RoleState.objects.exclude(trusted=None).select_related("trusted"):
        assert state.trusted is not None
        seen = Sighting.objects.filter(source=state.source_id, blob=state.trusted.blob_id)
        assert seen.filter(standing=Standing.TRUSTED).exists(), state
