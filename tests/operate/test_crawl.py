"""`trustui crawl`: look now and wait, in this process where no worker is alive."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.command_line import Trustui
from tests.simulators.git_history import changes_of_versions, write_git
from tests.simulators.served_folder import ServedFolder
from trustui.events.models import Event
from trustui.inventory.models import Crawl, Source
from trustui.jobs.models import Job, State, Worker
from trustui.jobs.runner import Runner
from trustui.operate import crawl
from trustui.pipeline import KINDS

pytestmark = pytest.mark.django_db(transaction=True)

PINNED = ("--reason", "read out over the phone")


def test_it_crawls_and_says_what_came_of_it(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served, "--root", place.root, *PINNED)
    answer = trustui("crawl", "vendor", "--as", "alice", "--reason", "a new release")
    assert (answer.status, answer.out) == (0, "vendor: everything was read, verified\n")
    asked = Event.objects.get(kind="source.crawl_requested")
    assert (asked.actor, asked.reason) == ("person:alice", "a new release")
    assert trustui("crawl", "vendor").out == "vendor: nothing new, verified\n"


def test_the_chosen_branch_of_a_git_repository_is_crawled(
    trustui: Trustui, place: ServedFolder
) -> None:
    clone = place.folder / "clone"
    write_git(changes_of_versions(place.repo.versions), clone, branch="publish")
    (clone / "HEAD").write_text("ref: refs/heads/elsewhere\n", encoding="ascii")
    trustui("source", "add", "head", clone)
    trustui("source", "add", "chosen", clone, "--branch", "publish", "--root", place.root, *PINNED)
    assert trustui("crawl", "head").status == 1
    assert trustui("crawl", "chosen").out.endswith(", verified\n")


def test_what_it_did_is_sealed_and_followed(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served)
    trustui("crawl", "vendor")
    assert not Event.objects.filter(position=None).exists()


def test_a_place_that_is_gone_fails_and_says_why(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served)
    for file in place.served.iterdir():
        file.unlink()
    answer = trustui("crawl", "vendor", "--json")
    (crawled,) = answer.json["crawls"]
    assert answer.status == 1
    assert (crawled["outcome"], crawled["trust_state"]) == ("failed", "failing")


def test_all_means_every_source_but_the_removed(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "served", place.served)
    trustui("source", "add", "history", place.history)
    trustui("source", "add", "gone", place.folder)
    trustui("source", "remove", "gone", "--reason", "a mistake")
    answer = trustui("crawl", "--all", "--json")
    assert [one["source"] for one in answer.json["crawls"]] == ["history", "served"]
    assert answer.status == 0


@pytest.mark.parametrize("arguments", [(), ("vendor", "--all")])
def test_either_names_or_all_have_to_be_given(trustui: Trustui, arguments: tuple[str, ...]) -> None:
    answer = trustui("crawl", *arguments)
    assert (answer.status, answer.err) == (2, "trustui: expected the names of sources, or --all\n")


def test_without_waiting_it_leaves_the_crawl_to_the_workers(
    trustui: Trustui, place: ServedFolder
) -> None:
    trustui("source", "add", "vendor", place.served)
    answer = trustui("crawl", "vendor", "--no-wait")
    assert (answer.status, answer.out) == (0, "asked for 1 crawl\n")
    assert not Crawl.objects.exists()
    assert Job.objects.get(kind="crawl").state == State.QUEUED


def test_a_worker_that_is_alive_does_it(
    trustui: Trustui, place: ServedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_runner(*_: object, **__: object) -> None:
        raise AssertionError("the command has no business to crawl by itself")

    trustui("source", "add", "vendor", place.served)
    monkeypatch.setattr(crawl, "Runner", no_runner)
    worker = Runner(KINDS, owner="elsewhere", mode="embedded")
    now = datetime.now(UTC)
    Worker.objects.create(name="elsewhere", mode="embedded", started_at=now, beat_at=now)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_forever, args=(stop,))
    thread.start()
    try:
        assert trustui("crawl", "vendor").status == 0
    finally:
        stop.set()
        thread.join()
    assert Crawl.objects.exists()


def test_a_worker_that_went_silent_is_not_waited_for(trustui: Trustui, place: ServedFolder) -> None:
    silent = datetime.now(UTC) - timedelta(minutes=1)
    Worker.objects.create(name="dead", mode="embedded", started_at=silent, beat_at=silent)
    trustui("source", "add", "vendor", place.served)
    assert trustui("crawl", "vendor").status == 0


def test_a_job_in_quarantine_is_told_and_not_waited_for(
    trustui: Trustui, place: ServedFolder
) -> None:
    trustui("source", "add", "vendor", place.served)
    job = Job.objects.get(kind="crawl", key=str(Source.objects.get().pk))
    trustui("jobs", "quarantine", job.pk, "--reason", "it kills workers")
    answer = trustui("crawl", "vendor")
    assert answer.status == 1
    assert answer.out == "vendor: not crawled; `trustui jobs list` says why\n"
