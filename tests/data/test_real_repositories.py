"""Repositories of other implementations, as they lie in the shared collection."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.data.known_repositories import PUBLISHED, REFERENCES, SELF_SIGNED, TOUGH, Case
from tests.data.places_on_disk import document, verified
from trustui.core.errors import ParseError
from trustui.core.formats.tuf import FORMAT
from trustui.core.formats.tuf.parse import parse
from trustui.core.trace import Outcome


@pytest.mark.parametrize(
    "case", [*TOUGH, *REFERENCES, *PUBLISHED], ids=lambda case: f"{case.folder}: {case.why}"
)
def test_it_says_of_a_real_repository_what_is_known_of_it(
    case: Case, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data(case.folder)
    paths = () if case.target is None else (case.target,)
    verdict = verified(folder, folder / case.root, day(case.day), *paths)
    assert verdict.first == case.first
    assert verdict.outcome is (Outcome.PASSED if case.first is None else Outcome.FAILED)
    if verdict.trace.first_failing is not None:
        assert verdict.trace.first_failing.on.startswith(case.on)
    assert case.finding is None or case.finding in verdict.findings


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# ---- the same address, begun anew


def test_a_repository_that_begins_anew_is_refused_by_those_who_followed_it(
    shared_data: Callable[[str], Path],
) -> None:
    """tuf-demo was made again from version 1, with other keys, under the address that it had."""
    before, now = (shared_data(f"tuf/tuf-demo/{one}") for one in BEGUN_ANEW)
    pinned = before / "metadata" / "1.root.json"
    earlier = verified(before, pinned, day("2023-10-03"), "file1.txt")
    kept = earlier.repository.trusted
    assert set(kept) == {"root", "timestamp", "snapshot", "targets"}
    later = verified(now, pinned, day("2023-10-03"), trusted=kept)
    assert later.first == "tuf.timestamp.signature.threshold"
    assert later.repository.trusted == {"root": kept["root"]}


BEGUN_ANEW = ("2023-10-03-succinct-bins", "current")


# ---- expected outputs of tuf-on-ci's own tests, with signatures blanked


TUF_ON_CI = {
    "tuf/tuf-on-ci-expected": ("basic", "delegated", "multi-user-signing", "online-version-bump",
                               "root-key-rotation", "signing-event-creation",
                               "target-file-changes", "target-files-in-delegated-roles"),
    "tuf/tuf-on-ci-unit": ("test_repo1", "test_repo2", "test_repo3/good"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("data_set", "name"), [(one, name) for one, names in TUF_ON_CI.items() for name in names]
)
def test_a_blanked_signature_is_none_and_nothing_below_it_is_asked_for(
    data_set: str, name: str, shared_data: Callable[[str], Path]
) -> None:
    folder = shared_data(f"{data_set}/{name}")
    root = min(folder.rglob("*root.json"))
    verdict = verified(folder, root, day("2021-02-03"))
    assert verdict.first == SELF_SIGNED
    assert "tuf.sig.invalid" in verdict.findings
    assert verdict.repository.timestamp is None


@pytest.mark.parametrize("data_set", TUF_ON_CI)
def test_metadata_of_tuf_on_ci_has_a_good_form_and_its_snapshots_name_what_is_there(
    data_set: str, shared_data: Callable[[str], Path]
) -> None:
    files = sorted(shared_data(data_set).rglob("*.json"))
    read = {path: parse(document(path)) for path in files}
    snapshots = {path: facts for path, facts in read.items() if facts.type == "snapshot"}
    assert snapshots
    for path, snapshot in snapshots.items():
        there = {
            (other.name.split(".")[-2], facts.version)
            for other, facts in read.items()
            if other.parent == path.parent
        }
        named = {(name.removesuffix(".json"), one) for name, one in snapshot.meta_versions}
        assert named <= there, path


def test_every_folder_of_tuf_on_ci_is_in_the_table(shared_data: Callable[[str], Path]) -> None:
    found = {
        f"{data_set}/{timestamp.relative_to(shared_data(data_set)).parent}"
        for data_set in TUF_ON_CI
        for timestamp in shared_data(data_set).rglob("timestamp.json")
    }
    listed = {f"{data_set}/{name}" for data_set, names in TUF_ON_CI.items() for name in names}
    assert {folder.removesuffix("/metadata") for folder in found} == listed


@pytest.mark.parametrize(
    "data_set", ["tuf/awslabs-tough-testdata", "tuf/go-tuf-testdata", "tuf/python-tuf-testdata"]
)
def test_every_root_of_a_collection_of_cases_is_in_the_table(
    data_set: str, shared_data: Callable[[str], Path]
) -> None:
    collection = shared_data(data_set)
    found = {path.parent for path in collection.rglob("*root.json") if "targets" not in path.parts}
    listed = {
        (shared_data(case.folder) / case.root).parent
        for case in (*TOUGH, *REFERENCES)
        if case.folder.startswith(data_set)
    }
    assert found - listed == {
        # The client's copy of the very root that stands in the repository.
        *collection.glob("multirepo/client"),
    }


# ---- older dialects


@pytest.mark.parametrize("data_set", ["tuf/notary-v1-fixtures", "tuf/uptane-aktualizr"])
def test_it_takes_no_older_dialect_for_tuf_1_0(
    data_set: str, shared_data: Callable[[str], Path]
) -> None:
    """`_type` is "Root", and nothing states a version of the specification."""
    files = sorted(shared_data(data_set).rglob("*.json"))
    assert files
    for path in files:
        assert not FORMAT.recognizes(document(path)), path
        with pytest.raises(ParseError) as refused:
            parse(document(path))
        assert refused.value.check in {"tuf.meta.type", "tuf.meta.parse"}, path
