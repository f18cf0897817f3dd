"""What the judges of the workflow say to people: expected, found, and which files."""

import pytest

from tests.simulators.tuf_places import TufPlace
from tests.vectors.tuf.builders import client, delegating, small, staged, up_to_date
from trustui.core.facts import ProblemKind
from trustui.core.trace import Outcome


def test_a_rollback_tells_both_versions() -> None:
    repo = small()
    old = repo.document("timestamp")
    repo.publish()
    known = up_to_date(repo)
    repo.serve("timestamp.json", old)
    step = known.refresh(repo.files).step("tuf.timestamp.rollback.version")
    assert (step.expected, step.found) == ("version 2 or later", "version 1")


def test_a_snapshot_tells_which_files_became_older() -> None:
    repo = delegating()
    repo.renew("team", "squad")
    repo.publish()
    known = up_to_date(repo)
    repo.claim("snapshot", "team", version=1)
    repo.claim("snapshot", "squad", version=1)
    repo.publish()
    step = known.refresh(repo.files).step("tuf.snapshot.rollback.targets_version")
    assert step.evidence["files"] == ["squad.json: 2 → 1", "team.json: 2 → 1"]
    assert step.found == "2 older files"


def test_a_snapshot_tells_which_files_are_missing() -> None:
    repo = delegating()
    known = up_to_date(repo)
    repo.omit("snapshot", "squad")
    repo.publish()
    step = known.refresh(repo.files).step("tuf.snapshot.rollback.role_removed")
    assert (step.found, step.evidence["files"]) == ("1 file missing", ["squad.json"])


def test_of_many_files_twenty_are_listed_and_all_are_counted() -> None:
    repo = staged()
    for number in range(30):
        repo.claim("snapshot", f"role-{number:02}", version=2)
    repo.publish()
    known = client(repo)
    known.refresh(repo.files)
    for number in range(30):
        repo.claim("snapshot", f"role-{number:02}", version=1)
    repo.publish()
    step = known.refresh(repo.files).step("tuf.snapshot.rollback.targets_version")
    files = step.evidence["files"]
    assert isinstance(files, list)
    assert (step.found, len(files)) == ("30 older files", 20)


def test_two_documents_of_one_version_are_told_by_their_digests() -> None:
    repo = small()
    known = up_to_date(repo)
    repo.forge("timestamp", lambda signed: signed.update(expires="2026-11-22T00:00:00Z"))
    step = known.refresh(repo.files).step("tuf.equivocation", "timestamp")
    assert step.outcome is Outcome.NOTED
    assert str(step.expected).startswith("SHA-256 ")
    assert step.expected != step.found


@pytest.mark.parametrize(
    ("kind", "check", "words"),
    [
        (ProblemKind.ABSENT, "tuf.timestamp.fetch", "there is no timestamp: the test wants it so"),
        (
            ProblemKind.UNREADABLE,
            "tuf.timestamp.fetch",
            "timestamp could not be read: the test wants it so",
        ),
        (
            ProblemKind.REFUSED,
            "tuf.timestamp.fetch",
            "timestamp could not be read: the test wants it so",
        ),
        (
            ProblemKind.TOO_LONG,
            "tuf.timestamp.fetch.length",
            "timestamp is longer than allowed: the test wants it so",
        ),
        (
            ProblemKind.TOO_SLOW,
            "tuf.fetch.slow",
            "timestamp came too slowly: the test wants it so",
        ),
    ],
)
def test_each_problem_of_a_place_is_told_by_its_own_check(
    kind: ProblemKind, check: str, words: str
) -> None:
    repo = small()
    verdict = client(repo).refresh(TufPlace(repo.files, {"timestamp.json": kind}))
    assert verdict.trace.first_failing is not None
    assert (verdict.first, verdict.trace.first_failing.because) == (check, words)
