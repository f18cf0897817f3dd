"""Three repositories as they were published over years: every version, and every instant.

Sigstore, its staging twin, and Joomla, as their git histories tell (`tuf/README.md` of the
shared collection). `index.csv` was written by another program, with other code.
"""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.data.places_on_disk import Verdict, parsed, verified
from tests.scale import so_many
from trustui.core.checks.threshold import Tally
from trustui.core.formats.tuf.reading import Parsed
from trustui.core.trace import Outcome

TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")

SIGNED_BY_OTHERS = "tuf.timestamp.signature.threshold"
LAPSED = "tuf.timestamp.freeze.expired"
NOT_THE_ONE_LISTED = "tuf.snapshot.hash"
SNAPSHOT_LAPSED = "tuf.snapshot.freeze.expired"


@dataclass(frozen=True)
class Published:
    """What the collection's README and the handbook say about one history."""

    name: str
    top_level: int
    delegated: int
    lapses: tuple[str, ...]
    """Days on which a timestamp expired before the next one was committed."""
    early_roots: int
    """Roots that were committed before the timestamp which their keys sign."""
    instants: int
    """How many instants are looked at where all is, evenly spread."""


SIGSTORE = Published(
    "tuf/sigstore-root-signing",
    top_level=956,
    delegated=15,
    lapses=("2021-12-14", "2022-02-22", "2022-05-06"),
    early_roots=2,
    instants=200,
)
STAGING = Published(
    "tuf/sigstore-root-signing-staging",
    top_level=758,
    delegated=4,
    lapses=(),
    early_roots=3,
    instants=60,
)
JOOMLA = Published(
    "tuf/joomla-updates",
    top_level=1456,
    delegated=0,
    lapses=("2025-07-26", "2025-07-29"),
    early_roots=0,
    instants=60,
)


@dataclass(frozen=True)
class Row:
    """One line of `index.csv`. Numbers of root are pairs: by the root before / by its own keys."""

    role: str
    version: int
    since: datetime
    expires: str
    size: int
    sha256: str
    signatures: int
    valid: tuple[int, ...]
    threshold: tuple[int, ...]
    root_version: int | None
    other_forms: int
    """Other documents that were committed as this version; the folder holds the last."""

    @property
    def lapses(self) -> datetime:
        return datetime.fromisoformat(self.expires)


@dataclass(frozen=True)
class Gap:
    """From `start` up to, not including, `end` the newest timestamp is no good."""

    timestamp: Row
    start: datetime
    end: datetime

    @property
    def middle(self) -> datetime:
        return self.start + (self.end - self.start) / 2


class Record:
    """A history folder, read without the code that is tested, but for `parsed`."""

    def __init__(self, published: Published, folder: Path) -> None:
        self.published = published
        self.folder = folder
        with (folder / "history" / "index.csv").open(newline="", encoding="utf-8") as file:
            self.rows = [row_of(line) for line in csv.DictReader(file)]

    def path(self, role: str, version: int) -> Path:
        return self.folder / "history" / role / f"{version}.{role}.json"

    @cached_property
    def documents(self) -> dict[tuple[str, int], Parsed]:
        return {
            (row.role, row.version): parsed(self.path(row.role, row.version)) for row in self.rows
        }

    def of(self, role: str) -> list[Row]:
        """In the order of publication."""
        rows = (row for row in self.rows if row.role == role)
        return sorted(rows, key=lambda row: (row.since, row.version))

    def newest(self, role: str, at: datetime) -> Row:
        return [row for row in self.of(role) if row.since <= at][-1]

    def tally(self, row: Row, root_version: int) -> Tally:
        """The signatures of a top-level document, under the keys of one root."""
        root = self.documents["root", root_version].metadata
        signed = self.documents[row.role, row.version].signed
        return signed.tally(root.role(row.role), root)

    def as_of(self, at: datetime) -> Verdict:
        first = min(row.version for row in self.of("root"))
        return verified(self.folder, self.path("root", first), at)

    # What is expected, from the index and from key ids alone

    def json(self, row: Row) -> Any:
        return json.loads(self.path(row.role, row.version).read_bytes())

    def fits(self, timestamp: Row, root: Row) -> bool:
        """Whether a key that root names for timestamps has signed this one."""
        named = set(self.json(root)["signed"]["roles"]["timestamp"]["keyids"])
        return bool(named & {one["keyid"] for one in self.json(timestamp)["signatures"]})

    def snapshot_of(self, timestamp: Row) -> tuple[Row, bool]:
        """The snapshot that is listed, and whether it is known to be another document."""
        listed = self.json(timestamp)["signed"]["meta"]["snapshot.json"]
        row = next(row for row in self.of("snapshot") if row.version == listed["version"])
        stated = listed.get("hashes", {}).get("sha256", row.sha256)
        return row, stated != row.sha256 and row.other_forms == 0

    def expected(self, at: datetime) -> tuple[Outcome, str | None]:
        timestamp, root = self.newest("timestamp", at), self.newest("root", at)
        assert timestamp.root_version is not None
        if timestamp.root_version < root.version and not self.fits(timestamp, root):
            return Outcome.FAILED, SIGNED_BY_OTHERS
        if timestamp.lapses <= at:
            return Outcome.FAILED, LAPSED
        snapshot, is_another = self.snapshot_of(timestamp)
        if is_another:
            return Outcome.FAILED, NOT_THE_ONE_LISTED
        if snapshot.lapses <= at:
            return Outcome.FAILED, SNAPSHOT_LAPSED
        return Outcome.PASSED, None

    def lapses(self) -> list[Gap]:
        """Between the expiry of a timestamp and the commit of the next."""
        timestamps = self.of("timestamp")
        return [
            Gap(before, before.lapses, after.since)
            for before, after in pairwise(timestamps)
            if before.lapses < after.since
        ]

    def early_roots(self) -> list[Gap]:
        """Between the commit of a root and that of the first timestamp that its keys sign."""
        gaps = []
        for root in self.of("root"):
            later = [row for row in self.of("timestamp") if row.since > root.since]
            before = [row for row in self.of("timestamp") if row.since <= root.since]
            if before and not self.fits(before[-1], root):
                end = next(row.since for row in later if self.fits(row, root))
                gaps.append(Gap(before[-1], root.since, end))
        return gaps

    def spread(self) -> list[datetime]:
        """Instants in the middle of equal parts of the history."""
        timestamps = self.of("timestamp")
        start, length = timestamps[0].since, timestamps[-1].since - timestamps[0].since
        parts = so_many(20, self.published.instants)
        return [start + length * (part + 0.5) / parts for part in range(parts)]


def row_of(line: dict[str, str]) -> Row:
    def pair(name: str) -> tuple[int, ...]:
        return tuple(int(part) for part in line[name].split("/") if part)

    return Row(
        role=line["role"],
        version=int(line["version"]),
        since=datetime.fromisoformat(line["first_commit_time"]).astimezone(UTC),
        expires=line["expires"],
        size=int(line["size"]),
        sha256=line["sha256"],
        signatures=int(line["n_sigs"]),
        valid=pair("valid_sigs"),
        threshold=pair("threshold"),
        root_version=int(line["root_version"]) if line["root_version"] else None,
        other_forms=int(line["alternates"]),
    )


load = lru_cache(Record)


@pytest.fixture(params=(SIGSTORE, STAGING, JOOMLA), ids=lambda published: published.name)
def record(request: pytest.FixtureRequest, shared_data: Callable[[str], Path]) -> Record:
    return load(request.param, shared_data(request.param.name))


# ---- every stored version


def test_it_reads_every_stored_version_as_the_index_describes_it(record: Record) -> None:
    different = []
    for row in record.rows:
        facts = record.documents[row.role, row.version].metadata
        read = (facts.version, facts.length, facts.digest, len(facts.signatures))
        if read != (row.version, row.size, row.sha256, row.signatures):
            different.append(row)
        assert facts.expires == row.lapses.replace(microsecond=facts.expires.microsecond)
    assert different == []
    top_level = sum(row.role in TOP_LEVEL for row in record.rows)
    assert top_level == record.published.top_level
    assert len(record.rows) - top_level == record.published.delegated


def test_every_top_level_version_reaches_its_threshold_under_the_root_of_its_time(
    record: Record,
) -> None:
    different = []
    for row in record.rows:
        if row.role in {"timestamp", "snapshot", "targets"}:
            assert row.root_version is not None
            tally = record.tally(row, row.root_version)
            if tally.missing or (tally.signed, tally.threshold) != (*row.valid, *row.threshold):
                different.append((row, tally.signed, tally.threshold))
    assert different == []


def test_every_root_reaches_the_old_and_the_new_threshold(record: Record) -> None:
    different = []
    for row in record.of("root"):
        assert row.root_version is not None
        by_old, by_new = record.tally(row, row.root_version), record.tally(row, row.version)
        found = ((by_old.signed, by_new.signed), (by_old.threshold, by_new.threshold))
        if by_old.missing or by_new.missing or found != (row.valid, row.threshold):
            different.append((row, found))
    assert different == []


def test_the_chain_of_roots_is_followed_from_the_first_to_the_last(record: Record) -> None:
    roots = [row.version for row in record.of("root")]
    verdict = record.as_of(record.of("timestamp")[-1].since)
    assert verdict.outcome is Outcome.PASSED
    assert (
        [root.version for root in verdict.repository.roots]
        == roots
        == list(range(1, len(roots) + 1))
    )


def test_every_delegated_version_reaches_the_threshold_that_targets_of_its_time_ask_for(
    record: Record,
) -> None:
    """Snapshot says which version of a role goes with which version of targets."""
    reached = set()
    for (role, version), snapshot in record.documents.items():
        if role != "snapshot":
            continue
        listed = snapshot.metadata.meta("targets.json")
        assert listed is not None, version
        targets = record.documents["targets", listed.version].metadata
        for edge in targets.delegations.roles if targets.delegations else ():
            name = edge.role.name
            meta = snapshot.metadata.meta(f"{name}.json")
            assert meta is not None, (version, name)
            delegated = record.documents[name, meta.version]
            assert delegated.signed.tally(edge.role, targets).missing == 0, (version, name)
            reached.add((name, meta.version))
    assert reached == {key for key in record.documents if key[0] not in TOP_LEVEL}


# ---- as of an instant


def test_its_verdict_at_any_instant_is_what_the_commits_of_that_time_say(record: Record) -> None:
    wrong = []
    for at in record.spread():
        verdict = record.as_of(at)
        if (verdict.outcome, verdict.first) != record.expected(at):
            wrong.append((at, verdict.first, record.expected(at)))
    assert wrong == []


def test_it_finds_every_outage_that_was_seen_in_the_field(record: Record) -> None:
    lapses = record.lapses()
    assert tuple(f"{gap.start:%Y-%m-%d}" for gap in lapses) == record.published.lapses
    for gap in lapses:
        verdict = record.as_of(gap.middle)
        assert (verdict.outcome, verdict.first) == (Outcome.FAILED, LAPSED)


def test_an_outage_begins_with_the_second_of_expiry_and_ends_with_the_next_timestamp(
    record: Record,
) -> None:
    for gap in record.lapses():
        second = timedelta(seconds=1)
        instants = (gap.start - second, gap.start, gap.end - second, gap.end)
        verdicts = [record.as_of(at) for at in instants]
        assert [one.first == LAPSED for one in verdicts] == [False, True, True, False], gap
        expected = [record.expected(at) for at in instants]
        assert [(one.outcome, one.first) for one in verdicts] == expected, gap


def test_a_snapshot_that_lapsed_a_second_before_its_timestamp_is_the_first_to_fail(
    shared_data: Callable[[str], Path],
) -> None:
    """2021-12-14T18:48:46Z: for one second, snapshot v3 had lapsed and timestamp v3 had not."""
    record = load(SIGSTORE, shared_data(SIGSTORE.name))
    last_second = record.lapses()[0].start - timedelta(seconds=1)
    assert record.expected(last_second) == (Outcome.FAILED, SNAPSHOT_LAPSED)
    assert record.as_of(last_second).first == SNAPSHOT_LAPSED


def test_in_an_outage_nothing_that_rests_on_the_timestamp_counts(record: Record) -> None:
    for gap in record.lapses():
        steps = record.as_of(gap.middle).trace.steps
        after = [step for step in steps if step.group in {"snapshot", "targets"}]
        assert after
        assert {step.moot_because for step in after} == {LAPSED}


def test_a_snapshot_that_was_changed_on_import_is_not_the_one_that_timestamp_lists(
    shared_data: Callable[[str], Path],
) -> None:
    """Until its first own root, two days later, the imported staging repository did not verify."""
    record = load(STAGING, shared_data(STAGING.name))
    start = record.of("timestamp")[0].since
    verdict = record.as_of(start)
    assert record.expected(start) == (Outcome.FAILED, NOT_THE_ONE_LISTED)
    assert (verdict.outcome, verdict.first) == (Outcome.FAILED, NOT_THE_ONE_LISTED)


def test_a_root_that_came_before_its_timestamp_is_an_outage_of_its_own(record: Record) -> None:
    """The new root names another key for timestamps than the one that signed the newest."""
    early = record.early_roots()
    assert len(early) == record.published.early_roots
    for gap in early:
        assert gap.timestamp.root_version is not None
        assert gap.timestamp.root_version < record.newest("root", gap.start).version
        for at in (gap.start, gap.end - timedelta(seconds=1)):
            verdict = record.as_of(at)
            assert (verdict.outcome, verdict.first) == (Outcome.FAILED, SIGNED_BY_OTHERS)
        assert record.as_of(gap.end).outcome is Outcome.PASSED
