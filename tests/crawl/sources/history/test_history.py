"""A history folder: what existed when, and what a client that followed all along has trusted."""

import csv
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.simulators.places_of_a_past import body_of, newest, problem_of
from tests.simulators.written import DAY, NOON_OF_DAY_3, START, vendor
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.limits import TufLimits
from trustui.core.trace import Outcome, Trace, collect, trace
from trustui.crawl.source import Options, Seen
from trustui.crawl.sources.history import KIND, History
from trustui.demo.layout import write_history
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

HOUR = timedelta(hours=1)


@pytest.fixture
def repo() -> Publisher:
    return vendor()


@pytest.fixture
def folder(repo: Publisher, tmp_path: Path) -> Path:
    write_history(repo.versions, tmp_path)
    return tmp_path


def opened(folder: Path, at: datetime | None = None) -> History:
    return History(str(folder), Options(at=at))


def record(folder: Path, role: str, version: int, **cells: str) -> None:
    """Change cells of one row of the index."""
    with (folder / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if (row["role"], row["version"]) == (role, str(version)):
            row.update(cells)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with (folder / "index.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def verdict(
    folder: Path, repo: Publisher, at: datetime = NOON_OF_DAY_3, past: datetime | None = None
) -> Trace:
    """Of a client that has followed the place all along."""
    source = opened(folder, past)
    anchor = Anchor(Document("pinned", repo.document("root", 1)), AnchorOrigin.PINNED)
    question = Question(anchor, at, source.trusted_before())
    events, _ = collect(verify, question, source.ask)
    return trace(source.location, at, at, events)


def trusted(source: History) -> Mapping[str, bytes]:
    return {role: document.body for role, document in source.trusted_before().items()}


# What is recognized ---------------------------------------------------------------------------


def test_timestamps_by_version_are_the_sign_of_a_history(folder: Path) -> None:
    assert KIND.recognizes(str(folder))
    shutil.rmtree(folder / "timestamp")
    assert not KIND.recognizes(str(folder))


def test_it_may_stand_one_below(folder: Path, tmp_path: Path) -> None:
    above = tmp_path / "above"
    above.mkdir()
    shutil.copytree(folder / "timestamp", above / "history" / "timestamp")
    assert KIND.recognizes(str(above))
    source = opened(above)
    assert source.location == str(above)
    assert isinstance(newest(source, "timestamp"), Document)


def test_no_index_is_needed(folder: Path, repo: Publisher) -> None:
    (folder / "index.csv").unlink()
    assert body_of(newest(opened(folder), "timestamp")) == repo.document("timestamp")
    assert verdict(folder, repo).outcome is Outcome.PASSED


# Versions -------------------------------------------------------------------------------------


def test_a_version_is_asked_for_by_its_number(folder: Path, repo: Publisher) -> None:
    document = opened(folder).ask(Request("snapshot", 1, 100_000))
    assert body_of(document) == repo.document("snapshot", 1)


def test_a_version_that_a_parent_lists_is_the_one_that_is_read(
    folder: Path, repo: Publisher
) -> None:
    """Where names carry no version; a folder with every version must still give the listed one."""
    document = opened(folder).ask(Request("snapshot", None, 100_000, wanted_version=1))
    assert body_of(document) == repo.document("snapshot", 1)


def test_without_either_it_is_the_newest(folder: Path, repo: Publisher) -> None:
    for role in ("timestamp", "snapshot", "firmware"):
        assert body_of(newest(opened(folder), role)) == repo.document(role)


def test_the_newest_is_the_last_published_not_the_highest(folder: Path, repo: Publisher) -> None:
    record(folder, "timestamp", 2, first_commit_time=(START + 9 * DAY).isoformat())
    assert body_of(newest(opened(folder), "timestamp")) == repo.document("timestamp", 2)


def test_a_document_knows_since_when_it_was_published(folder: Path) -> None:
    document = opened(folder).ask(Request("timestamp", 2, 100_000))
    assert isinstance(document, Document)
    assert document.seen_at == START + DAY
    assert document.location == str(folder / "timestamp" / "2.timestamp.json")


def test_a_number_that_is_not_there_is_absent(folder: Path) -> None:
    absent = (ProblemKind.ABSENT, "the history has no such version")
    assert problem_of(opened(folder).ask(Request("root", 2, 100))) == absent


def test_a_role_that_is_not_there_is_absent(folder: Path) -> None:
    kind, because = problem_of(newest(opened(folder), "gate\u202e"))
    assert (kind, because) == (
        ProblemKind.ABSENT,
        r"the history has no version of gate\u{202E}",
    )


@pytest.mark.parametrize(
    "name",
    [
        "timestamp.json",
        "0.timestamp.json",
        "04.timestamp.json",
        "\u0664.timestamp.json",
        "4.other.json",
        "4.timestamp.json.bak",
        f"{'4' * 19}.timestamp.json",
    ],
)
def test_names_of_another_form_are_no_versions(folder: Path, repo: Publisher, name: str) -> None:
    (folder / "timestamp" / name).write_bytes(b"strange")
    assert body_of(newest(opened(folder), "timestamp")) == repo.document("timestamp")


def test_the_names_of_roles_are_percent_encoded(tmp_path: Path) -> None:
    repo = Publisher("encoded", START)
    repo.add_delegation("targets", "team/ä b", paths=["a/*"])
    repo.publish()
    write_history(repo.versions, tmp_path)
    assert (tmp_path / "team%2F%C3%A4%20b").is_dir()
    source = opened(tmp_path)
    assert body_of(newest(source, "team/ä b")) == repo.document("team/ä b")
    assert "team/ä b" in {role for role, _ in source.versions()}


def test_all_versions_are_listed_by_role_and_number(folder: Path, repo: Publisher) -> None:
    listed = [(role, document.body) for role, document in opened(folder).versions()]
    published = sorted((one.role, one.version, one.body) for one in repo.versions)
    assert listed == [(role, body) for role, _, body in published]


def test_a_version_that_cannot_be_read_is_not_listed(folder: Path, repo: Publisher) -> None:
    path = folder / "timestamp" / "2.timestamp.json"
    path.unlink()
    path.mkdir()
    assert len(list(opened(folder).versions())) == len(repo.versions) - 1


def test_the_first_root_is_the_lowest_one_there_is(tmp_path: Path) -> None:
    repo = Publisher("rotated", START, plans={"root": RolePlan(keys=2)})
    for day in range(11):
        repo.rotate("root", keep=1)
        repo.publish(START + day * DAY)
    write_history(repo.versions, tmp_path)
    for number in (1, 2):
        assert body_of(opened(tmp_path).first_root()) == repo.document("root", number)
        (tmp_path / "root" / f"{number}.root.json").unlink()
    shutil.rmtree(tmp_path / "root")
    assert problem_of(opened(tmp_path).first_root())[0] is ProblemKind.ABSENT


def test_the_first_root_is_read_up_to_the_limit_of_a_root(folder: Path) -> None:
    body = b" " * (TufLimits().root_bytes + 1)
    (folder / "root" / "1.root.json").write_bytes(body)
    assert problem_of(opened(folder).first_root())[0] is ProblemKind.TOO_LONG


def test_a_version_that_leads_out_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "4.timestamp.json").write_bytes(b"secret")
    inner = tmp_path / "inner"
    shutil.copytree(folder / "timestamp", inner / "timestamp")
    (inner / "timestamp" / "4.timestamp.json").symlink_to(tmp_path / "outside/4.timestamp.json")
    assert problem_of(newest(opened(inner), "timestamp"))[0] is ProblemKind.REFUSED


# As of an instant -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "version"),
    [
        (START, 1),
        (START + DAY - timedelta(seconds=1), 1),
        (START + DAY, 2),
        (START + 3 * DAY, 3),
    ],
)
def test_it_answers_as_it_did_then(
    folder: Path, repo: Publisher, at: datetime, version: int
) -> None:
    document = newest(opened(folder, at), "timestamp")
    assert body_of(document) == repo.document("timestamp", version)


def test_before_the_first_publication_there_was_nothing(folder: Path) -> None:
    early = opened(folder, START - HOUR)
    assert problem_of(newest(early, "timestamp")) == (
        ProblemKind.ABSENT,
        "the history has no version of timestamp by 2026-03-02T08:00:00Z",
    )
    assert problem_of(early.first_root())[0] is ProblemKind.ABSENT
    assert list(early.versions()) == []


def test_a_version_that_came_later_says_when_it_came(folder: Path) -> None:
    past = opened(folder, START)
    for answered in (past.ask(Request("timestamp", 3, 100)), past.version("timestamp", 3)):
        assert problem_of(answered) == (
            ProblemKind.ABSENT,
            "it was published later, 2026-03-04T09:00:00Z",
        )


def test_a_version_without_a_time_was_always_there(folder: Path) -> None:
    record(folder, "timestamp", 3, first_commit_time="")
    assert isinstance(opened(folder, START).version("timestamp", 3), Document)


def test_the_past_verifies_as_it_did_then(folder: Path, repo: Publisher) -> None:
    then = START + DAY + HOUR
    one = verdict(folder, repo, then, past=then)
    assert one.outcome is Outcome.PASSED
    assert "timestamp v2" in {group.on for group in one.groups}


# What was trusted before ----------------------------------------------------------------------


def test_it_is_the_timestamp_before_the_newest_and_what_that_led_to(
    folder: Path, repo: Publisher
) -> None:
    assert trusted(opened(folder)) == {
        "timestamp": repo.document("timestamp", 2),
        "snapshot": repo.document("snapshot", 1),
        "targets": repo.document("targets", 1),
    }


def test_it_is_of_the_same_instant_as_the_answers(folder: Path, repo: Publisher) -> None:
    past = opened(folder, START + DAY)
    assert trusted(past)["timestamp"] == repo.document("timestamp", 1)
    assert trusted(opened(folder, START)) == {}


def test_a_place_that_went_back_is_a_rollback(folder: Path, repo: Publisher) -> None:
    record(folder, "timestamp", 1, first_commit_time=(START + 3 * DAY).isoformat())
    assert trusted(opened(folder))["timestamp"] == repo.document("timestamp", 3)
    first = verdict(folder, repo).first_failing
    assert first is not None
    assert first.check == "tuf.timestamp.rollback.version"


def test_it_ends_where_the_past_has_a_gap(folder: Path, repo: Publisher) -> None:
    (folder / "snapshot" / "1.snapshot.json").unlink()
    assert trusted(opened(folder)) == {"timestamp": repo.document("timestamp", 2)}


def test_it_ends_where_a_document_cannot_be_read(folder: Path) -> None:
    (folder / "timestamp" / "2.timestamp.json").write_bytes(b"garbage")
    assert trusted(opened(folder)) == {"timestamp": b"garbage"}


# As a past ------------------------------------------------------------------------------------


def told(source: History) -> list[Seen]:
    return [one for one in source.past() if isinstance(one, Seen)]


def test_it_is_told_in_the_order_of_publication(folder: Path, repo: Publisher) -> None:
    past = [(one.published_at, one.place, one.document.body) for one in told(opened(folder))]
    published = [(one.at, one.file_name, one.body) for one in repo.versions]
    assert sorted(past) == sorted(published)
    assert [at for at, _, _ in past] == sorted(at for at, _, _ in published)
    assert past[0][1] == "1.root.json"
    assert {one.origin for one in told(opened(folder))} == {"history"}


def test_versions_without_a_time_come_first_and_have_none(folder: Path) -> None:
    for version in (3, 2):
        record(folder, "timestamp", version, first_commit_time="")
    past = [(one.published_at, one.document.location) for one in told(opened(folder))]
    names = ["2.timestamp.json", "3.timestamp.json"]
    assert past[:2] == [(None, str(folder / "timestamp" / name)) for name in names]


def test_the_past_ends_at_the_instant(folder: Path) -> None:
    times = {one.published_at for one in told(opened(folder, START + DAY))}
    assert times == {START, START + DAY}


def test_a_version_that_cannot_be_read_is_told_as_a_problem(folder: Path) -> None:
    path = folder / "timestamp" / "2.timestamp.json"
    path.unlink()
    path.mkdir()
    (problem,) = [one for one in opened(folder).past() if isinstance(one, Problem)]
    assert (problem.kind, problem.location) == (ProblemKind.UNREADABLE, str(path))


def test_an_index_that_cannot_be_read_is_the_only_thing_told(folder: Path) -> None:
    (folder / "index.csv").write_bytes(b"\xff")
    (problem,) = opened(folder).past()
    assert isinstance(problem, Problem)
    assert problem.kind is ProblemKind.UNREADABLE


# Several forms of one version -----------------------------------------------------------------


@pytest.fixture
def hashed(tmp_path: Path) -> tuple[Publisher, Path]:
    """A repository whose snapshot was signed again with more keys after the timestamp listed it."""
    repo = Publisher(
        "forms", START, plans={"snapshot": RolePlan(keys=2, threshold=1)}, meta_hashes=True
    )
    repo.publish()
    write_history(repo.versions, tmp_path)
    longer = repo.fork()
    longer.sign_with("snapshot", *repo.keys("snapshot"))
    longer.set_version("snapshot", 1)
    longer.publish()
    (tmp_path / "snapshot" / "1.snapshot.json").write_bytes(longer.document("snapshot", 1))
    return repo, tmp_path


def test_another_form_of_a_version_fails_by_its_length(hashed: tuple[Publisher, Path]) -> None:
    repo, folder = hashed
    first = verdict(folder, repo, START + HOUR).first_failing
    assert first is not None
    assert first.check == "tuf.snapshot.fetch.length"


def test_a_form_that_is_recorded_as_one_of_several_is_noted_with_a_finding(
    hashed: tuple[Publisher, Path],
) -> None:
    """Length and hash of the form that was listed are not to be had; the rest is still judged."""
    repo, folder = hashed
    record(folder, "snapshot", 1, alternates="1")
    one = verdict(folder, repo, START + HOUR)
    compared = {
        step.check: step.outcome
        for step in one.steps
        if step.group == "snapshot" and ("length" in step.check or "hash" in step.check)
    }
    assert one.outcome is Outcome.PASSED
    assert compared["tuf.snapshot.fetch.length"] is Outcome.NOTED
    assert compared["tuf.snapshot.hash"] is Outcome.NOTED
    assert {finding.id for finding in one.findings} >= {"tuf.snapshot.hash", "tuf.equivocation"}


def test_several_forms_excuse_no_signature(hashed: tuple[Publisher, Path]) -> None:
    repo, folder = hashed
    record(folder, "snapshot", 1, alternates="1")
    path = folder / "snapshot" / "1.snapshot.json"
    path.write_bytes(path.read_bytes().replace(b'"sig": "', b'"sig": "00'))
    first = verdict(folder, repo, START + HOUR).first_failing
    assert first is not None
    assert first.check == "tuf.snapshot.signature.threshold"


# An index that cannot be read -----------------------------------------------------------------


def test_with_an_index_that_cannot_be_read_nothing_is_said_of_any_instant(
    folder: Path, repo: Publisher
) -> None:
    """Else a past instant would be answered with what was published later."""
    (folder / "index.csv").write_bytes(b"role,version\n\xff,1\n")
    source = opened(folder, START)
    answers = [
        newest(source, "timestamp"),
        source.ask(Request("root", 2, 100)),
        source.version("snapshot", 1),
        source.first_root(),
    ]
    assert {problem_of(answered)[0] for answered in answers} == {ProblemKind.UNREADABLE}
    assert list(source.versions()) == []
    assert trusted(source) == {}
    assert verdict(folder, repo).outcome is Outcome.UNDECIDED
