"""A git repository of metadata: answers as of then, its past, and whatever may be broken in it."""

import random
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.scale import so_many
from tests.simulators.git_history import (
    Change,
    changes_of,
    changes_of_history,
    changes_of_versions,
    write_git,
)
from tests.simulators.git_history import Dated as One
from tests.simulators.places_of_a_past import body_of, newest, problem_of
from tests.simulators.written import DAY, NOON_OF_DAY_3, START, vendor
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.trace import Outcome, Trace, collect, trace
from trustui.crawl.source import Options, Seen
from trustui.crawl.sources.git import KIND, GitRepository
from trustui.crawl.sources.history import History
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

HOUR = timedelta(hours=1)


@pytest.fixture
def repo() -> Publisher:
    return vendor()


@pytest.fixture
def folder(repo: Publisher, tmp_path: Path) -> Path:
    write_git(changes_of_versions(repo.versions), tmp_path / "r.git")
    return tmp_path / "r.git"


def opened(folder: Path, at: datetime | None = None) -> GitRepository:
    return GitRepository(str(folder), Options(at=at))


def verdict(source: GitRepository, repo: Publisher, at: datetime = NOON_OF_DAY_3) -> Trace:
    """Of a client that has followed the place all along."""
    anchor = Anchor(Document("pinned", repo.document("root", 1)), AnchorOrigin.PINNED)
    question = Question(anchor, at, source.trusted_before())
    events, _ = collect(verify, question, source.ask)
    return trace(source.location, at, at, events)


def told(source: GitRepository) -> list[Seen]:
    return [one for one in source.past() if isinstance(one, Seen)]


# Versions -------------------------------------------------------------------------------------


def test_a_document_knows_its_commit_and_since_when_it_was_there(
    folder: Path, repo: Publisher
) -> None:
    source = opened(folder)
    document = source.ask(Request("snapshot", 2, 100_000))
    assert isinstance(document, Document)
    assert document.body == repo.document("snapshot", 2)
    assert document.seen_at == START + 2 * DAY
    assert document.other_forms == 0
    tip = (folder / "refs/heads/main").read_text()[:12]
    assert document.location == f"{folder}@{tip}:metadata/snapshot.json"
    source.close()


def test_a_listed_version_is_the_one_that_is_read(folder: Path, repo: Publisher) -> None:
    source = opened(folder)
    listed = source.ask(Request("snapshot", None, 100_000, wanted_version=1))
    assert body_of(listed) == repo.document("snapshot", 1)
    assert body_of(newest(source, "snapshot")) == repo.document("snapshot", 2)
    source.close()


def test_the_newest_is_what_came_last_on_the_branch(folder: Path, repo: Publisher) -> None:
    """Also when its number is lower, and when its commit says an earlier time."""
    changes = changes_of_versions(repo.versions)
    back = Change(START + HOUR, {"metadata/timestamp.json": repo.document("timestamp", 1)})
    write_git([*changes, back], folder)
    source = opened(folder)
    assert body_of(newest(source, "timestamp")) == repo.document("timestamp", 1)
    first = verdict(source, repo).first_failing
    assert first is not None
    assert first.check == "tuf.timestamp.rollback.version"
    source.close()


def test_what_never_was_is_absent(folder: Path) -> None:
    source = opened(folder)
    because = "no commit of the branch has this version of root"
    assert problem_of(source.version("root", 2)) == (ProblemKind.ABSENT, because)
    assert problem_of(newest(source, "gate\u202e"))[1].endswith(r"gate\u{202E}")
    source.close()


def test_the_first_root_is_the_lowest_there_ever_was(tmp_path: Path) -> None:
    repo = Publisher("rotated", START, plans={"root": RolePlan(keys=2)})
    repo.publish()
    for day in range(1, 11):
        repo.rotate("root", keep=1)
        repo.publish(START + day * DAY)
    write_git(changes_of_versions(repo.versions), tmp_path / "r")
    source = opened(tmp_path / "r")
    assert body_of(source.first_root()) == repo.document("root", 1)
    source.close()


def test_all_forms_are_listed_by_role_and_number(folder: Path, repo: Publisher) -> None:
    source = opened(folder)
    listed = [(role, document.body) for role, document in source.versions()]
    published = sorted((one.role, one.version, one.body) for one in repo.versions)
    assert listed == [(role, body) for role, _, body in published]
    source.close()


# As of an instant -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "version"),
    [
        (START, 1),
        (START + DAY - timedelta(seconds=1), 1),
        (START + DAY, 2),
        (START + 9 * DAY, 3),
        (None, 3),
    ],
)
def test_it_answers_as_it_did_then(
    folder: Path, repo: Publisher, at: datetime | None, version: int
) -> None:
    source = opened(folder, at)
    assert body_of(newest(source, "timestamp")) == repo.document("timestamp", version)
    source.close()


def test_before_the_first_commit_there_was_nothing(folder: Path) -> None:
    source = opened(folder, START - HOUR)
    because = "it was published later, 2026-03-02T09:00:00Z"
    assert problem_of(newest(source, "timestamp")) == (ProblemKind.ABSENT, because)
    assert problem_of(source.first_root()) == (ProblemKind.ABSENT, because)
    assert list(source.versions()) == []
    assert told(source) == []
    source.close()


def test_a_version_that_came_later_says_when_it_came(folder: Path) -> None:
    source = opened(folder, START)
    because = "it was published later, 2026-03-04T09:00:00Z"
    assert problem_of(source.version("timestamp", 3)) == (ProblemKind.ABSENT, because)
    source.close()


def test_the_past_verifies_as_it_did_then(folder: Path, repo: Publisher) -> None:
    then = START + DAY + HOUR
    source = opened(folder, then)
    one = verdict(source, repo, then)
    assert one.outcome is Outcome.PASSED
    assert "timestamp v2" in {group.on for group in one.groups}
    source.close()


@pytest.fixture
def resigned(tmp_path: Path) -> tuple[Publisher, Publisher, Path]:
    """A snapshot was signed anew, and longer, an hour before the timestamp listed that form."""
    repo = Publisher("forms", START, plans={"snapshot": RolePlan(keys=2)}, meta_hashes=True)
    repo.publish()
    longer = repo.fork()
    longer.sign_with("snapshot", *repo.keys("snapshot"))
    longer.set_version("snapshot", 1)
    longer.publish(START + 2 * HOUR)
    snapshot = {"metadata/snapshot.json": longer.document("snapshot", 1)}
    timestamp = {"metadata/timestamp.json": longer.document("timestamp")}
    changes = [
        *changes_of_versions(repo.versions),
        Change(START + HOUR, snapshot),
        Change(START + 2 * HOUR, timestamp),
    ]
    write_git(changes, tmp_path / "r")
    return repo, longer, tmp_path / "r"


def test_the_form_of_then_is_held_against_what_was_listed_then(
    resigned: tuple[Publisher, Publisher, Path],
) -> None:
    repo, longer, folder = resigned
    outcomes = {}
    for hours in (0, 1, 2):
        at = START + hours * HOUR
        source = opened(folder, at)
        one = verdict(source, repo, at)
        outcomes[hours] = one.first_failing.check if one.first_failing else one.outcome
        source.close()
    assert longer.document("snapshot", 1) != repo.document("snapshot", 1)
    assert outcomes == {
        0: Outcome.PASSED,
        1: "tuf.snapshot.fetch.length",
        2: Outcome.PASSED,
    }


def test_every_form_is_told_with_its_time(resigned: tuple[Publisher, Publisher, Path]) -> None:
    repo, longer, folder = resigned
    source = opened(folder)
    forms = [
        (one.document.body, one.published_at) for one in told(source) if one.role == "snapshot"
    ]
    assert forms == [
        (repo.document("snapshot", 1), START),
        (longer.document("snapshot", 1), START + HOUR),
    ]
    assert len([role for role, _ in source.versions() if role == "snapshot"]) == 2
    source.close()


# Branches and folders -------------------------------------------------------------------------


def test_another_branch_may_be_chosen(folder: Path, repo: Publisher) -> None:
    commit = (folder / "refs/heads/main").read_bytes()
    first = write_git(changes_of_versions(repo.versions), folder)[0]
    assert commit
    (folder / "refs/heads/old").write_bytes(first)
    source = GitRepository(str(folder), Options(branch="old"))
    assert body_of(newest(source, "timestamp")) == repo.document("timestamp", 1)
    source.close()
    source = GitRepository(str(folder), Options(branch="none"))
    assert problem_of(newest(source, "timestamp")) == (
        ProblemKind.ABSENT,
        "the repository has no refs/heads/none",
    )
    source.close()


def test_another_folder_may_be_chosen(repo: Publisher, tmp_path: Path) -> None:
    published = [One(one.at, one.role, one.version, one.body) for one in repo.versions]
    for place in ("live", "dev"):
        write_git(
            [*changes_of(published, "live"), *changes_of(published[:1], "dev")], tmp_path / "r"
        )
        source = GitRepository(str(tmp_path / "r"), Options(folder=place))
        answer = newest(source, "timestamp")
        assert isinstance(answer, Document) is (place == "live")
        source.close()


def test_a_clone_is_read_by_its_commits_not_by_its_files(
    folder: Path, repo: Publisher, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(folder, clone / ".git")
    (clone / "metadata").mkdir()
    (clone / "metadata/timestamp.json").write_bytes(b"not committed")
    assert KIND.recognizes(str(clone))
    source = opened(clone)
    assert body_of(newest(source, "timestamp")) == repo.document("timestamp")
    source.close()


# As a past ------------------------------------------------------------------------------------


def test_a_past_that_cannot_be_read_is_a_problem_and_not_an_empty_one(tmp_path: Path) -> None:
    (problem,) = opened(tmp_path).past()
    assert isinstance(problem, Problem)
    assert problem.because.startswith("no git repository")


def test_a_file_that_is_missing_is_told_as_a_problem(repo: Publisher, tmp_path: Path) -> None:
    """As in a partial clone."""
    write_git(changes_of_versions(repo.versions), tmp_path / "r", packed=False)
    source = opened(tmp_path / "r")
    whole = len(told(source))
    entry = source._of_role("snapshot")[0].entry.object.decode()
    (tmp_path / "r/objects" / entry[:2] / entry[2:]).unlink()
    source = opened(tmp_path / "r")
    problems = [one for one in source.past() if isinstance(one, Problem)]
    assert [one.kind for one in problems] == [ProblemKind.UNREADABLE]
    assert "lacks the object" in problems[0].because
    assert len(told(source)) == whole - 1


@pytest.mark.parametrize("with_deltas", [False, True])
def test_an_import_from_git_equals_one_from_a_history(
    shared_data: Callable[[str], Path], tmp_path: Path, *, with_deltas: bool
) -> None:
    """971 documents of Sigstore; with deltas, as git packs them, those of one role."""
    history = shared_data("tuf/sigstore-root-signing") / "history"
    changes = changes_of_history(history)
    if with_deltas:
        changes = changes[-100:]
    write_git(changes, tmp_path / "r", with_deltas=with_deltas)
    source = opened(tmp_path / "r")
    begin = time.process_time()
    from_git = told(source)
    assert time.process_time() - begin < 3
    from_history = [one for one in History(str(history), Options()).past() if isinstance(one, Seen)]
    assert len(from_history) == 971
    assert rows(from_git) == rows(from_history)[-len(from_git) :]
    assert {one.origin for one in from_git} == {"git"}
    source.close()


def rows(past: Sequence[Seen]) -> list[tuple[str, str, bytes, datetime | None]]:
    return [(one.role, one.place, one.document.body, one.published_at) for one in past]


def test_it_reads_what_git_itself_has_packed(folder: Path, repo: Publisher) -> None:
    """The git of the machine makes deltas, an index of several packs and packed refs."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("there is no git on this machine to make the repository with")
    source = opened(folder)
    before = rows(told(source))
    source.close()
    for words in (
        ["repack", "-a", "-d", "-f", "--depth=50", "--window=50", "-q"],
        ["pack-refs", "--all"],
    ):
        subprocess.run([git, "--git-dir", folder, *words], check=True, timeout=60)
    source = opened(folder)
    assert rows(told(source)) == before
    assert body_of(newest(source, "timestamp")) == repo.document("timestamp")
    source.close()


# Whatever is broken ---------------------------------------------------------------------------


def test_a_repository_without_a_commit_is_absent(tmp_path: Path) -> None:
    write_git([], tmp_path / "r")
    source = opened(tmp_path / "r")
    assert problem_of(newest(source, "timestamp")) == (
        ProblemKind.ABSENT,
        "the repository has no refs/heads/main",
    )
    source.close()


def test_a_missing_commit_makes_every_answer_unreadable(folder: Path) -> None:
    (folder / "refs/heads/main").write_bytes(b"1" * 40)
    source = opened(folder)
    answers = [newest(source, "timestamp"), source.first_root(), source.version("root", 1)]
    assert {problem_of(one)[0] for one in answers} == {ProblemKind.UNREADABLE}
    assert source.trusted_before() == {}
    assert list(source.versions()) == []
    source.close()


@pytest.mark.parametrize("packed", [True, False])
def test_a_damaged_repository_raises_nothing_and_invents_nothing(
    repo: Publisher, tmp_path: Path, *, packed: bool
) -> None:
    """Any file cut, changed, emptied, removed, or a folder instead."""
    count = so_many(40, 150)
    whole = tmp_path / "whole"
    write_git(changes_of_versions(repo.versions), whole, packed=packed)
    names = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    published = {one.body for one in repo.versions}
    chance = random.Random(7)
    damaged = 0
    for number in range(count):
        folder = tmp_path / f"r{number}"
        shutil.copytree(whole, folder)
        damage(folder / chance.choice(names), chance)
        source = opened(folder)
        answers = everything(source)
        source.close()
        given = {one.body for one in answers if isinstance(one, Document)}
        assert given <= published
        damaged += any(isinstance(one, Problem) for one in answers)
        shutil.rmtree(folder)
    assert damaged > count // 3


def damage(path: Path, chance: random.Random) -> None:
    body = bytearray(path.read_bytes())
    path.chmod(0o600)
    match chance.randrange(5):
        case 0:
            path.write_bytes(body[: chance.randrange(len(body))])
        case 1:
            for _ in range(chance.randint(1, 20)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            path.write_bytes(body)
        case 2:
            path.write_bytes(b"")
        case 3:
            path.unlink()
        case _:
            path.unlink()
            path.mkdir()


def everything(source: GitRepository) -> list[Document | Problem]:
    return [
        newest(source, "timestamp"),
        source.ask(Request("snapshot", 2, 100_000)),
        source.first_root(),
        source.version("firmware", 1),
        *source.trusted_before().values(),
        *(document for _, document in source.versions()),
        *(one.document if isinstance(one, Seen) else one for one in source.past()),
    ]
