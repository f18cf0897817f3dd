"""Three repositories as their git histories tell them: imported whole, once, with every outage.

Sigstore, its staging twin and Joomla (`tuf/README.md` of the shared collection). What is expected
is read from `index.csv`, which another program wrote, and from the files themselves.
"""

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import models

from tests.scale import WHOLE
from tests.simulators.command_line import Trustui
from tests.simulators.git_history import changes_of_history, write_git
from tests.simulators.inventoried import new_source, projections
from trustui.crawl.registry import open_source
from trustui.crawl.source import Options
from trustui.events.models import Event
from trustui.inventory.importing import import_past
from trustui.inventory.models import (
    Blob,
    Crawl,
    Delegation,
    DelegationSet,
    ListedKey,
    PublicKey,
    RoleSignature,
    RoleState,
    RoleVersion,
    Sighting,
    Source,
    SourceKey,
)
from trustui.verdicts.history import verdict_at
from trustui.verdicts.models import Finding, SourceVerdict, Verdict

pytestmark = pytest.mark.django_db

LAPSED = "tuf.timestamp.freeze.expired"
SNAPSHOT_LAPSED = "tuf.snapshot.freeze.expired"
SIGNED_BY_OTHERS = "tuf.timestamp.signature.threshold"
NOT_THE_ONE_LISTED = "tuf.snapshot.hash"
SECOND = timedelta(seconds=1)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
MOST_SECONDS = 30
"""Of this process: half as much again as one import may take on a machine that does nothing else."""


@dataclass(frozen=True)
class Past:
    """What is known of a history from elsewhere (handbook tuf §5.1, the collection's README)."""

    name: str
    versions: int
    lapses: tuple[str, ...]
    """Days on which a timestamp expired before the next one was committed."""
    others: tuple[tuple[str, str], ...] = ()
    """Further days on which a client began to fail, and at which check."""


PASTS = (
    Past(
        "tuf/sigstore-root-signing",
        versions=971,
        lapses=("2021-12-14", "2022-02-22", "2022-05-06"),
        others=(
            ("2021-12-14", SNAPSHOT_LAPSED),
            ("2024-08-30", SIGNED_BY_OTHERS),
            ("2025-02-06", SIGNED_BY_OTHERS),
        ),
    ),
    Past(
        "tuf/sigstore-root-signing-staging",
        versions=762,
        lapses=(),
        others=(
            ("2024-01-08", NOT_THE_ONE_LISTED),
            ("2024-01-10", SIGNED_BY_OTHERS),
            ("2024-01-18", SIGNED_BY_OTHERS),
            ("2024-07-08", SIGNED_BY_OTHERS),
        ),
    ),
    Past("tuf/joomla-updates", versions=1456, lapses=("2025-07-26", "2025-07-29")),
)


@dataclass(frozen=True)
class Gap:
    """From `start` up to, not including, `end` the newest timestamp had expired."""

    start: datetime
    end: datetime


class Timestamps:
    """When timestamps were published and how long they lasted, as `index.csv` says."""

    def __init__(self, folder: Path) -> None:
        with (folder / "history" / "index.csv").open(newline="", encoding="utf-8") as file:
            self.lines = [
                (
                    datetime.fromisoformat(line["first_commit_time"]).astimezone(UTC),
                    int(line["version"]),
                    datetime.fromisoformat(line["expires"]),
                )
                for line in csv.DictReader(file)
                if line["role"] == "timestamp"
            ]
        self.lines.sort()
        self.newest_at = self.lines[-1][0]

    def gaps(self) -> Iterator[Gap]:
        following = [since for since, _, _ in self.lines[1:]]
        for (_, _, expires), until in zip(self.lines, following, strict=False):
            if expires < until:
                yield Gap(expires, until)


Rows = dict[str, list[Any]]


def everything() -> Rows:
    """Each row that an import could write."""
    written: tuple[type[models.Model], ...] = (
        *(Blob, Sighting, Crawl, Verdict, SourceVerdict, Finding, Event),
    )
    rows: Rows = {
        model.__name__: list(model._default_manager.order_by("pk").values_list("pk", flat=True))
        for model in written
    }
    return {**rows, **projections()}


@pytest.mark.parametrize("past", PASTS if WHOLE else PASTS[:1], ids=lambda past: past.name)
def test_a_past_is_imported_whole_and_once_and_tells_of_every_outage(
    past: Past, trustui: Trustui, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data(past.name)
    root = folder / "history" / "root" / "1.root.json"
    pinned = ("--root", root, "--as", "alice", "--reason", "read out over the phone")
    assert trustui("source", "add", "vendor", "https://updates.example/", *pinned).status == 0

    answer, seconds, own_seconds = timed(trustui, folder)
    assert own_seconds < MOST_SECONDS
    assert answer["documents"] == answer["new"] == answer["role_versions"] == past.versions
    assert_every_version_is_there_byte_for_byte(folder, past)
    assert_its_outages_are_told(Timestamps(folder), past)

    before = everything()
    answer, once_more, _ = timed(trustui, folder)
    print(f"{past.name}: {seconds:.1f} s, of which {own_seconds:.1f} ours; again {once_more:.1f} s")
    assert (answer["documents"], answer["new"], answer["verdicts"]) == (past.versions, 0, 0)
    assert everything() == before


def timed(trustui: Trustui, folder: Path) -> tuple[dict[str, Any], float, float]:
    """The answer, the seconds that passed, and those that this process worked."""
    began, own = time.perf_counter(), time.process_time()
    answer = trustui("import", folder, "--source", "vendor", "--as", "alice", "--json")
    seconds, own_seconds = time.perf_counter() - began, time.process_time() - own
    assert answer.status == 0, answer.err
    return answer.json, seconds, own_seconds


def assert_every_version_is_there_byte_for_byte(folder: Path, past: Past) -> None:
    files = {
        (unquote(path.parent.name), path.name.partition(".")[0]): path.read_bytes()
        for path in (folder / "history").glob("*/*.json")
    }
    assert len(files) == past.versions
    sightings = Sighting.objects.values_list("role", "version", "blob__body")
    versions = RoleVersion.objects.values_list("role", "version", "blob__body")
    for rows in (sightings.exclude(origin="anchor"), versions):
        stored = [(role, version, bytes(body)) for role, version, body in rows]
        assert len(stored) == past.versions
        assert {(role, version): body for role, version, body in stored} == files


def assert_its_outages_are_told(timestamps: Timestamps, past: Past) -> None:
    source = Source.objects.get()
    gaps = list(timestamps.gaps())
    assert tuple(f"{gap.start:%Y-%m-%d}" for gap in gaps) == past.lapses
    for gap in gaps:
        instants = (gap.start - SECOND, gap.start, gap.end - SECOND, gap.end)
        found = [verdict_at(source.pk, at) for at in instants]
        assert [one is not None and one.first_failing == LAPSED for one in found] == [
            *(False, True, True, False)
        ], gap
    failing = Verdict.objects.filter(outcome="failed", at__lte=timestamps.newest_at)
    told = [(f"{one.at:%Y-%m-%d}", one.first_failing) for one in failing.order_by("at")]
    assert sorted(told) == sorted([*past.others, *((day, LAPSED) for day in past.lapses)])


# ---- the same past in git


SHARED: tuple[type[models.Model], ...] = (Blob, PublicKey, DelegationSet, ListedKey, Delegation)
"""What equal documents of different sources share."""

OF_A_SOURCE: dict[type[models.Model], tuple[str, ...]] = {
    Sighting: (
        *("place", "place_id", "ordinal", "blob_id", "role", "role_id", "version", "standing"),
        *("first_seen_at", "last_seen_at", "validator"),
    ),
    RoleVersion: (
        *("role", "role_id", "type", "version", "version_rank", "form", "blob_id", "spec_version"),
        *("expires_at", "first_seen_at", "signature_count", "delegation_set_id"),
    ),
    RoleSignature: (
        *("role_version__role_id", "role_version__blob_id", "position", "keyid", "keyid_id"),
        "is_empty",
    ),
    SourceKey: ("keyid", "keyid_id", "key_id"),
    RoleState: (
        *("role", "role_id", "served__blob_id", "place_id", "trusted__blob_id", "expires_at"),
        "is_listed",
    ),
}
"""What a source has of its own, without ids and origin."""


def rows_of(source: Source) -> Rows:
    return {
        model.__name__: sorted(
            map(repr, model._default_manager.filter(source=source).values_list(*names))
        )
        for model, names in OF_A_SOURCE.items()
    }


@pytest.mark.parametrize("past", PASTS if WHOLE else PASTS[:1], ids=lambda past: past.name)
def test_a_git_repository_of_the_same_past_gives_equal_rows(
    past: Past, tmp_path: Path, shared_data: Callable[[str], Path]
) -> None:
    history = shared_data(past.name) / "history"
    write_git(changes_of_history(history), tmp_path / "clone")
    from_history = imported(history, "history")
    shared = {model: model._default_manager.count() for model in SHARED}
    from_git = imported(tmp_path / "clone", "git")
    assert {model: model._default_manager.count() for model in SHARED} == shared
    rows = rows_of(from_history)
    assert len(rows["RoleVersion"]) == past.versions
    assert rows_of(from_git) == rows


def imported(location: Path, origin: str) -> Source:
    source = new_source(origin)
    place = open_source(str(location), Options())
    try:
        report = import_past(source=source, seen=place.past(), now=NOW, actor="person:alice")
    finally:
        place.close()
    assert not report.problems
    assert set(source.sightings.values_list("origin", flat=True)) == {origin}
    return source
