"""The file itself, beside what the metadata says of it."""

import pytest

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.metadata import TargetFile
from trustui.core.formats.tuf.target_files import compare_file, served_names
from trustui.core.primitives.digests import sha256
from trustui.core.trace import Outcome, Step, collect

BODY = b"the artefact"
DIGEST = sha256(BODY)
TARGET = TargetFile("folder/app.tar.gz", len(BODY), {"sha256": DIGEST})


def compared(
    artifact: Document | Problem, *, is_consistent: bool = True, rests_on: str | None = None
) -> dict[str, Step]:
    events, _ = collect(compare_file, TARGET, artifact, is_consistent, rests_on)
    return {step.check: step for step in events if isinstance(step, Step)}


def test_a_consistent_place_serves_a_target_once_for_each_hash() -> None:
    target = TargetFile("a/b.bin", 1, {"sha256": "11", "sha512": "22"})
    assert served_names(target) == ("a/11.b.bin", "a/22.b.bin")
    assert served_names(TargetFile("b.bin", 1, {"sha256": "11"})) == ("11.b.bin",)


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        (f"https://repository.test/targets/folder/{DIGEST}.app.tar.gz", Outcome.PASSED),
        (f"{DIGEST.upper()}.app.tar.gz", Outcome.PASSED),
        (f"folder/{sha256(b'another')}.app.tar.gz", Outcome.FAILED),
        ("folder/app.tar.gz", Outcome.NOTED),
        ("folder/my.app.tar.gz", Outcome.NOTED),
        (f"folder/{DIGEST}.other.tar.gz", Outcome.NOTED),
        ("download", Outcome.NOTED),
    ],
)
def test_a_name_that_carries_a_hash_carries_a_listed_one(location: str, outcome: Outcome) -> None:
    step = compared(Document(location, BODY))["tuf.target.name"]
    assert step.outcome is outcome
    assert step.expected == f"folder/{DIGEST}.app.tar.gz"


def test_without_consistent_snapshots_names_carry_no_hash() -> None:
    artifact = Document(f"folder/{sha256(b'another')}.app.tar.gz", BODY)
    step = compared(artifact, is_consistent=False)["tuf.target.name"]
    assert step.outcome is Outcome.NOTED


def test_a_file_that_cannot_be_read_has_no_hash_to_judge() -> None:
    steps = compared(Problem("app", ProblemKind.UNREADABLE, "permission denied"))
    assert steps["tuf.target.length"].because == "the file cannot be read: permission denied"
    assert "tuf.target.hash" not in steps


def test_all_rests_on_the_metadata_that_describes_the_file() -> None:
    steps = compared(Document("app", BODY), rests_on="tuf.timestamp.freeze.expired")
    assert {step.moot_because for step in steps.values()} == {"tuf.timestamp.freeze.expired"}
