"""A repository behind nginx changes two hundred times, also badly, and is crawled after each.

Two others watch. nginx writes down what it served: that and nothing else is what must be stored.
python-tuf's client follows the same files: what it refuses must fail, and what it keeps must be
what is trusted.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random

import pytest
from tuf.api.exceptions import DownloadError, RepositoryError

from tests.servers import NginxServer, wait_until
from tests.simulators.installation import get
from tests.simulators.inventoried import projections
from tests.simulators.moved_worker import MovedWorker
from tests.simulators.python_tuf import python_tuf_client
from tests.simulators.vendor import FILES, GOOD, HANDS, Vendor, Wrong
from trustui import pipeline
from trustui.accounts.models import Team
from trustui.core.primitives.digests import sha256
from trustui.crawl.fetch import FetchLimits
from trustui.crawl.switchboard import Switchboard
from trustui.demo.roles import TOP_LEVEL
from trustui.events.checking import check_log
from trustui.events.models import Event
from trustui.events.signing_key import log_verifiers
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.models import Crawl, RoleState, RoleVersion, Sighting, Source, Standing
from trustui.inventory.rebuilding import rebuild
from trustui.inventory.sources import add_source
from trustui.policies.models import Origin
from trustui.verdicts.history import verdict_at
from trustui.verdicts.models import SourceVerdict, Verdict

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHANGES = 200
SEED = 4
BETWEEN = timedelta(hours=6)
LONGER_THAN_A_TIMESTAMP = timedelta(days=3)
LAPSED = "tuf.timestamp.freeze.expired"


@dataclass(frozen=True)
class State:
    """What the server comes to, and what has to be said of it; None as `first` where all is well."""

    name: str
    first: str | None = None
    wrong: Wrong | None = None
    is_only_time: bool = False


def story() -> list[State]:
    """Every kind of change, each wrong one followed by its repair, in an order drawn by lot."""
    chance = Random(SEED)
    blocks = [
        [State(name, wrong.first, wrong), State(f"repaired after {name}")]
        for name, wrong in {**FILES, **HANDS}.items()
    ]
    blocks += [
        [State("nobody signs any more", LAPSED, is_only_time=True), State("signed again")]
        for _ in range(3)
    ]
    blocks += [[State(name)] for name in GOOD]
    left = CHANGES - sum(map(len, blocks))
    assert left >= 0
    blocks += [[State(name)] for name in chance.choices(list(GOOD), k=left)]
    chance.shuffle(blocks)
    return [state for block in blocks for state in block]


class OtherClient:
    """python-tuf, which keeps what it verified from one visit to the next."""

    def __init__(self, folder: Path, root: bytes) -> None:
        self.kept = {"root": root}
        self._folder = folder
        self._visits = 0

    def visit(self, files: Mapping[str, bytes], at: datetime) -> bool:
        """Whether everything verifies, down to the last delegation."""
        self._visits += 1
        folder = self._folder / str(self._visits)
        folder.mkdir()
        state = {f"{role}.json": body for role, body in self.kept.items() if role != "root"}
        client = python_tuf_client(files, self.kept["root"], at, folder, state)
        try:
            client.refresh()
            client.get_targetinfo("pool/nothing")
        except (RepositoryError, DownloadError):
            return False
        finally:
            found = (folder / "metadata").glob("*.json")
            self.kept = {path.stem: path.read_bytes() for path in found}
        return True


class Mirror:
    """The folder that nginx serves, and what it says that it served of it."""

    def __init__(self, server: NginxServer) -> None:
        self.server = server
        self.served: dict[str, list[str]] = {}
        """By place the digests of what was sent there, each time that it was something else."""
        self._files: dict[str, bytes] = {}
        self._seen = self._marks = 0

    def put(self, files: Mapping[str, bytes], at: datetime) -> None:
        """Replace the folder; files that are new are of this instant."""
        for name, body in files.items():
            if self._files.get(name) != body:
                new = self.server.folder / "new"
                new.write_bytes(body)
                os.utime(new, (at.timestamp(), at.timestamp()))
                new.rename(self.server.root / name)
        for name in self._files.keys() - files.keys():
            (self.server.root / name).unlink()
        self._files = dict(files)

    def note(self, crawl: Crawl) -> None:
        """What one crawl was sent whole."""
        cut_off = {one["place"] for one in crawl.problems if one["kind"] == "too_long"}
        lines = self._new_lines()
        assert len(lines) >= crawl.requests > 0, lines
        for line in lines:
            _, path, status = line.split()
            place = path.removeprefix("/")
            if status != "200" or place in cut_off:
                continue
            digest, before = sha256(self._files[place]), self.served.setdefault(place, [])
            if before[-1:] != [digest]:
                before.append(digest)

    def _new_lines(self) -> list[str]:
        """Since the last time; our own question stands after all others."""
        self._marks += 1
        mark = f"GET /mark-{self._marks} 404"
        get(f"{self.server.url}/mark-{self._marks}")
        wait_until(lambda: mark in self.server.requests, "nginx wrote its log", 5)
        lines = self.server.requests[self._seen :]
        self._seen += len(lines)
        assert lines.pop() == mark
        return lines


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[MovedWorker]:
    with Switchboard(FetchLimits(backoff_seconds=0.01)) as switchboard:
        made = MovedWorker(START, switchboard)
        monkeypatch.setattr(pipeline, "CLOCK", made.clock)
        yield made
        made.runner.stop()


def watched(server: NginxServer, root: bytes) -> Source:
    source = add_source(
        team=Team.objects.create(name="Delivery", created_at=START),
        name="vendor",
        location=server.url,
        allow_addresses=["127.0.0.1"],
        actor="person:alice",
        now=START,
    )
    anchor_source(
        source=source,
        body=root,
        origin=Origin.FILE,
        by=None,
        by_name="alice",
        reason="read out over the phone",
        now=START,
    )
    return source


def test_two_hundred_changes_are_told_as_they_were(
    nginx_server: NginxServer, worker: MovedWorker, tmp_path: Path
) -> None:
    vendor, mirror = Vendor(START, SEED), Mirror(nginx_server)
    root = vendor.repo.document("root", 1)
    other = OtherClient(tmp_path, root)
    source = watched(nginx_server, root)
    told: list[tuple[datetime, State]] = []
    refused: list[int] = []
    for state in (State("the first publication"), *story()):
        change(vendor, state, told[-1][1] if told else None)
        worker.at = vendor.at
        mirror.put(vendor.served, vendor.at)
        (crawl,) = worker.crawl(source)
        if state.is_only_time:
            worker.notice_time()
        mirror.note(crawl)
        told.append((vendor.at, state))
        verdict = SourceVerdict.objects.select_related("verdict").get(source=source).verdict
        assert verdict.first_failing == (state.first or ""), (len(told), state, verdict.because)
        is_good = other.visit(vendor.served, vendor.at)
        assert (verdict.outcome == "passed") is is_good is (state.first is None), state
        assert trusted(source).items() <= digests(other.kept).items(), state
        if state.wrong is not None and state.wrong.refused is not None:
            refused.append(the_evidence(source, vendor, state.wrong.refused(vendor), state))
    assert len(told) == CHANGES + 1
    assert_what_was_served_is_there(source, mirror)
    assert_nothing_refused_became_trusted(refused)
    assert_its_verdicts_tell_the_story(source, told)
    assert_it_is_all_in_the_log(source, worker)
    before = projections()
    rebuild()
    assert projections() == before


def change(vendor: Vendor, state: State, before: State | None) -> None:
    """Let time pass and the server come to this state."""
    vendor.at += LONGER_THAN_A_TIMESTAMP if state.is_only_time else BETWEEN
    if state.is_only_time:
        return
    if state.wrong is not None:
        state.wrong.act(vendor)
    elif before is not None and before.wrong is not None:
        vendor.repair(before.wrong)
    else:
        if state.name in GOOD:
            GOOD[state.name](vendor)
        vendor.publish()


def digests(kept: Mapping[str, bytes]) -> dict[str, str]:
    return {role: sha256(body) for role, body in kept.items() if role in TOP_LEVEL}


def trusted(source: Source) -> dict[str, str]:
    states = RoleState.objects.filter(source=source, role__in=TOP_LEVEL, trusted__isnull=False)
    return dict(states.values_list("role", "trusted__blob__sha256"))


def the_evidence(source: Source, vendor: Vendor, place: str, state: State) -> int:
    """The sighting of what was refused."""
    newest = source.sightings.filter(place=place, origin="").latest("ordinal")
    assert bytes(newest.blob.body) == vendor.served[place], state
    assert newest.standing == Standing.REFUSED, state
    return newest.pk


def assert_what_was_served_is_there(source: Source, mirror: Mirror) -> None:
    """Each once, in the order in which it came, and nothing else."""
    stored: dict[str, list[str]] = {}
    rows = Sighting.objects.filter(source=source).order_by("pk")
    for place, digest, body in rows.values_list("place", "blob__sha256", "blob__body"):
        assert sha256(bytes(body)) == digest
        stored.setdefault(place, []).append(digest)
    assert stored == mirror.served
    ordered = list(rows.order_by("place", "ordinal").values_list("place", "ordinal", "pk"))
    for _, found in groupby(ordered, key=lambda row: row[0]):
        numbers = list(found)
        assert [ordinal for _, ordinal, _ in numbers] == list(range(len(numbers)))
        assert numbers == sorted(numbers, key=lambda row: row[2])
    versions = RoleVersion.objects.filter(source=source).values_list("role", "blob__sha256")
    assert len(set(versions)) == len(versions) > CHANGES


def assert_nothing_refused_became_trusted(refused: list[int]) -> None:
    assert len(refused) == len(set(refused)) > 30
    found = Sighting.objects.filter(pk__in=refused).values_list("standing", flat=True)
    assert set(found) == {Standing.REFUSED}
    roles = RoleVersion.objects.filter(blob__sightings__in=refused)
    always_refused = roles.exclude(blob__sightings__standing=Standing.TRUSTED)
    assert always_refused.exists()
    assert not RoleState.objects.filter(trusted__in=always_refused).exists()


def assert_its_verdicts_tell_the_story(source: Source, told: list[tuple[datetime, State]]) -> None:
    for at, state in told:
        verdict = verdict_at(source.pk, at)
        assert verdict is not None
        assert verdict.first_failing == (state.first or ""), state
    rows = list(Verdict.objects.filter(source=source).order_by("pk"))
    assert [one.at for one in rows] == sorted(one.at for one in rows)
    expected = [state.first or "" for _, state in told]
    assert once_each([one.first_failing for one in rows]) == once_each(expected)


def once_each(items: list[str]) -> list[str]:
    """Without what only repeats the one before."""
    return [item for item, _ in groupby(items)]


def assert_it_is_all_in_the_log(source: Source, worker: MovedWorker) -> None:
    pipeline.follow(worker.at)
    assert not check_log(log_verifiers()).wrong
    events = Event.objects.filter(source_id=source.pk)
    listed = [
        one["sha256"]
        for event in events.filter(kind="metadata.refused")
        for one in event.detail["documents"]
    ]
    was_refused = source.sightings.filter(standing=Standing.REFUSED)
    assert sorted(listed) == sorted(was_refused.values_list("blob__sha256", flat=True))
    assert events.filter(kind="metadata.equivocated").exists()
    changed = [event.detail["to"] for event in events.filter(kind="verdict.changed").order_by("pk")]
    verdicts = list(Verdict.objects.filter(source=source).order_by("pk"))
    meanings = [key for key, _ in groupby(verdicts, key=lambda one: one.meaning)]
    assert [
        (one["outcome"], one["trust_state"], one["first_failing"]) for one in changed
    ] == meanings
