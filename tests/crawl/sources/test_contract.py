"""What every kind of source promises, whatever it reads. A new kind needs a row in `PLACES`."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest

from tests.simulators.fault_server import FaultServer, answer, raw, redirect
from tests.simulators.git_history import Change, File, Link, changes_of_versions, write_git
from tests.simulators.written import NOON_OF_DAY_3, START, serve, vendor, write_repository
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.trace import Outcome, Trace, collect, trace
from trustui.crawl.registry import IMAGE_SOURCES, SOURCES
from trustui.crawl.source import Options, Source, SourceKind
from trustui.demo.publisher import Publisher

PROJECT = Path(__file__).resolve().parents[3]
LOCAL = frozenset({"127.0.0.1"})

FAULTS = [
    ProblemKind.ABSENT,
    ProblemKind.TOO_LONG,
    ProblemKind.UNREADABLE,
    ProblemKind.REFUSED,
]
"""What may be wrong with one file of a place, of whatever kind. Slowness is the door's to judge."""

HOSTILE_ROLES = [
    "",
    ".",
    "..",
    "/",
    "../secret",
    "../../../../etc/passwd",
    "/etc/passwd",
    "..%2fsecret",
    "%2e%2e/secret",
    "a\\..\\secret",
    "a\0b",
    "a\r\nHost: elsewhere",
    "a?b#c",
    "//elsewhere.example/a",
    "@elsewhere.example",
    "größe\u202e",
    "\udcff",
    "a" * 255,
    "a" * 10_000,
    "\u00e9" * 3_000,
]


class Place(Protocol):
    """A place of one kind that holds a repository, and can be spoiled."""

    location: str

    def __init__(self, repo: Publisher, folder: Path, server: FaultServer) -> None: ...

    def spoil(self, fault: ProblemKind) -> None:
        """Do this to the newest timestamp."""
        ...

    def replace(self, body: bytes) -> None:
        """Put these bytes in the place of the newest timestamp."""
        ...


class InDirectory:
    def __init__(self, repo: Publisher, folder: Path, server: FaultServer) -> None:
        del server
        self.location = str(write_repository(repo, folder).metadata)
        self._timestamp = Path(self.location) / "timestamp.json"
        self._outside = folder.parent

    def spoil(self, fault: ProblemKind) -> None:
        spoil(self._timestamp, fault, self._outside)

    def replace(self, body: bytes) -> None:
        self._timestamp.write_bytes(body)


class InHistory:
    def __init__(self, repo: Publisher, folder: Path, server: FaultServer) -> None:
        del server
        self.location = str(write_repository(repo, folder).history)
        self._folder = Path(self.location) / "timestamp"
        self._newest = self._folder / f"{repo.version('timestamp')}.timestamp.json"
        self._outside = folder.parent

    def spoil(self, fault: ProblemKind) -> None:
        if fault is ProblemKind.ABSENT:
            for path in self._folder.iterdir():
                path.unlink()
        else:
            spoil(self._newest, fault, self._outside)

    def replace(self, body: bytes) -> None:
        self._newest.write_bytes(body)


class InGit:
    def __init__(self, repo: Publisher, folder: Path, server: FaultServer) -> None:
        del server
        self.location = str(folder / "repository.git")
        self._changes = changes_of_versions(repo.versions)
        self._write()

    def _write(self) -> None:
        write_git(self._changes, Path(self.location))

    def _put(self, files: Mapping[str, File]) -> None:
        self._changes.append(Change(self._changes[-1].at, files))
        self._write()

    def spoil(self, fault: ProblemKind) -> None:
        name = "metadata/timestamp.json"
        if fault is ProblemKind.ABSENT:
            kept = [
                Change(one.at, {path: body for path, body in one.files.items() if path != name})
                for one in self._changes
            ]
            self._changes = kept
            self._write()
        elif fault is ProblemKind.TOO_LONG:
            self._put({name: b" " * 20_000})
        elif fault is ProblemKind.UNREADABLE:
            self._put({name: None, f"{name}/inside": b"a folder"})
        elif fault is ProblemKind.REFUSED:
            self._put({name: Link("../../good.json")})

    def replace(self, body: bytes) -> None:
        self._put({"metadata/timestamp.json": body})


class OnServer:
    def __init__(self, repo: Publisher, folder: Path, server: FaultServer) -> None:
        del folder
        self.location = serve(server, repo.metadata)
        self._server = server

    def spoil(self, fault: ProblemKind) -> None:
        faults = {
            ProblemKind.ABSENT: answer(404),
            ProblemKind.TOO_LONG: answer(200, b" " * 20_000),
            ProblemKind.UNREADABLE: raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
            ProblemKind.REFUSED: redirect("http://127.0.0.2/timestamp.json"),
        }
        self._server.on("/metadata/timestamp.json", faults[fault])

    def replace(self, body: bytes) -> None:
        self._server.on("/metadata/timestamp.json", answer(200, body))


PLACES: Mapping[str, type[Place]] = {
    "tuf_http": OnServer,
    "history": InHistory,
    "git": InGit,
    "directory": InDirectory,
}


def spoil(path: Path, fault: ProblemKind, outside: Path) -> None:
    body = path.read_bytes()
    path.unlink()
    if fault is ProblemKind.TOO_LONG:
        path.write_bytes(b" " * 20_000)
    elif fault is ProblemKind.UNREADABLE:
        path.mkdir()
    elif fault is ProblemKind.REFUSED:
        (outside / "good.json").write_bytes(body)
        path.symlink_to(outside / "good.json")


@pytest.fixture(params=SOURCES, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> SourceKind:
    assert isinstance(request.param, SourceKind)
    return request.param


@pytest.fixture
def repo() -> Publisher:
    return vendor()


@pytest.fixture
def place(kind: SourceKind, repo: Publisher, tmp_path: Path, server: FaultServer) -> Place:
    return PLACES[kind.name](repo, tmp_path / "place", server)


@pytest.fixture
def source(kind: SourceKind, place: Place) -> Iterator[Source]:
    opened = kind.open(place.location, Options(allowed_hosts=LOCAL))
    yield opened
    opened.close()


def verdict(source: Source, repo: Publisher, *paths: str, days: int = 0) -> Trace:
    """Of a client that pinned the first root and knows nothing else."""
    at = NOON_OF_DAY_3 + timedelta(days=days)
    anchor = Anchor(Document("pinned", repo.document("root", 1)), AnchorOrigin.PINNED)
    events, _ = collect(verify, Question(anchor, at), source.ask, paths)
    return trace(source.location, at, at, events)


# Names and pages ------------------------------------------------------------------------------


def test_every_kind_has_a_name_of_its_own_that_is_its_folder() -> None:
    names = [kind.name for kind in SOURCES]
    folders = [kind.open.__module__.rpartition(".")[2] for kind in SOURCES]
    assert names == folders
    assert len(set(names)) == len(names)


def test_every_folder_of_a_source_is_registered() -> None:
    folder = PROJECT / "trustui" / "crawl" / "sources"
    there = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert there == {kind.name for kind in SOURCES} | {kind.name for kind in IMAGE_SOURCES}
    assert {kind.name for kind in SOURCES} == set(PLACES)


@pytest.mark.parametrize(
    "name", [*(kind.name for kind in SOURCES), *(kind.name for kind in IMAGE_SOURCES)]
)
def test_every_kind_has_a_page_that_says_what_it_does(name: str) -> None:
    page = (PROJECT / "docs" / "sources" / f"{name}.md").read_text("utf-8")
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert headings[0].startswith("# ")
    wanted = [
        "## What is recognized",
        "## What is read",
        "## As of an instant",
        "## Limits",
        "## What it never does",
    ]
    more = [] if name in {kind.name for kind in SOURCES} else ["## Watched by a server"]
    assert [one for one in headings[1:] if one not in more] == wanted


# Recognizing ----------------------------------------------------------------------------------


def test_a_place_of_its_kind_is_recognized(kind: SourceKind, place: Place) -> None:
    assert kind.recognizes(place.location)


@pytest.mark.parametrize(
    "location", ["", ".", "/", "a" * 5000, "a/" * 3000, "\udcff", "\0", "http://", "://", "~"]
)
def test_recognizing_never_raises(kind: SourceKind, location: str) -> None:
    assert kind.recognizes(location) in {True, False}


# Reading --------------------------------------------------------------------------------------


def test_the_bytes_come_as_they_are(source: Source, repo: Publisher) -> None:
    for role in ("timestamp", "snapshot", "targets", "firmware", "root"):
        version = None if role == "timestamp" else repo.version(role)
        document = source.ask(Request(role, version, 100_000))
        assert isinstance(document, Document)
        assert document.body == repo.document(role)


def test_the_first_root_is_the_first(source: Source, repo: Publisher) -> None:
    root = source.first_root()
    assert isinstance(root, Document)
    assert root.body == repo.document("root", 1)


def test_a_version_is_given_by_its_number(source: Source, repo: Publisher) -> None:
    document = source.version("snapshot", 1)
    assert isinstance(document, Document)
    assert document.body == repo.document("snapshot", 1)


def test_no_more_bytes_are_given_than_were_asked_for(source: Source, repo: Publisher) -> None:
    length = len(repo.document("targets"))
    whole = source.ask(Request("targets", 1, length))
    cut = source.ask(Request("targets", 1, length - 1))
    assert isinstance(whole, Document)
    assert isinstance(cut, Problem)
    assert cut.kind is ProblemKind.TOO_LONG


def test_the_location_is_what_the_person_named(source: Source, place: Place) -> None:
    assert source.location == place.location


def test_what_was_seen_before_is_among_its_versions(source: Source) -> None:
    versions = {(role, document.body) for role, document in source.versions()}
    before = {(role, document.body) for role, document in source.trusted_before().items()}
    assert before <= versions


def test_a_past_tells_every_version_as_it_was_served(source: Source, repo: Publisher) -> None:
    told = [one for one in source.past() if not isinstance(one, Problem)]
    published = {(one.role, one.file_name, one.body, one.at) for one in repo.versions}
    if source.trusted_before():
        assert {(one.role, one.place, one.document.body, one.published_at) for one in told} == (
            published
        )
        assert [one.published_at for one in told] == sorted(one.at for one in repo.versions)
    else:
        assert told == []


def test_no_local_path_outside_of_the_roots_is_read(
    kind: SourceKind, place: Place, tmp_path: Path
) -> None:
    roots = (tmp_path / "elsewhere",)
    source = kind.open(place.location, Options(allowed_hosts=LOCAL, local_roots=roots))
    answers = [
        source.ask(Request("timestamp", None, 16_384)),
        source.ask(Request("root", 1, 100_000)),
        source.first_root(),
        source.version("targets", 1),
        *source.past(),
    ]
    refused = {one.kind for one in answers if isinstance(one, Problem)}
    is_remote = kind.name == "tuf_http"
    assert refused == (set() if is_remote else {ProblemKind.REFUSED})
    assert any(isinstance(one, Document) for one in answers) is is_remote
    assert is_remote or list(source.versions()) == []
    source.close()


def test_local_paths_below_a_root_are_read(
    kind: SourceKind, place: Place, tmp_path: Path, repo: Publisher
) -> None:
    roots = (tmp_path / "other", tmp_path)
    source = kind.open(place.location, Options(allowed_hosts=LOCAL, local_roots=roots))
    assert verdict(source, repo).outcome is Outcome.PASSED
    source.close()


def test_it_can_be_closed_twice(source: Source) -> None:
    source.close()
    source.close()


# One repository, one verdict ------------------------------------------------------------------


def test_every_kind_sees_a_good_repository_alike(source: Source, repo: Publisher) -> None:
    one = verdict(source, repo)
    assert one.outcome is Outcome.PASSED
    assert [(group.id, group.on) for group in one.groups] == [
        ("root", "final root v1"),
        ("timestamp", "timestamp v3"),
        ("snapshot", "snapshot v2"),
        ("targets", "targets v1"),
        ("all delegations", "all delegations"),
        ("targets → firmware", "firmware v2"),
    ]


def test_every_kind_finds_the_same_target(source: Source, repo: Publisher) -> None:
    assert verdict(source, repo, "firmware/gate.bin").outcome is Outcome.PASSED
    assert verdict(source, repo, "firmware/none.bin").outcome is Outcome.FAILED


def test_every_kind_sees_the_same_lapse(source: Source, repo: Publisher) -> None:
    first = verdict(source, repo, days=20).first_failing
    assert first is not None
    assert first.check == "tuf.timestamp.freeze.expired"


def test_every_kind_sees_the_same_missing_signature(
    kind: SourceKind, repo: Publisher, tmp_path: Path, server: FaultServer
) -> None:
    repo.sign_with_only("firmware", 0)
    repo.publish()
    place = PLACES[kind.name](repo, tmp_path / "place", server)
    source = kind.open(place.location, Options(allowed_hosts=LOCAL))
    first = verdict(source, repo).first_failing
    source.close()
    assert first is not None
    assert first.check == "tuf.delegation.signature.threshold"


def test_every_kind_reads_a_repository_without_consistent_snapshots(
    kind: SourceKind, tmp_path: Path, server: FaultServer
) -> None:
    repo = Publisher("inconsistent", START, consistent_snapshot=False)
    repo.add_delegation("targets", "team/ä", paths=["a/*"])
    repo.publish()
    repo.renew("targets", "team/ä")
    repo.publish()
    place = PLACES[kind.name](repo, tmp_path / "place", server)
    source = kind.open(place.location, Options(allowed_hosts=LOCAL))
    one = verdict(source, repo)
    source.close()
    assert one.outcome is Outcome.PASSED
    assert one.groups[-1].on == "team/ä v2"


# Faults of the place --------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_place_is_a_problem(
    place: Place, source: Source, fault: ProblemKind
) -> None:
    place.spoil(fault)
    problem = source.ask(Request("timestamp", None, 16_384))
    assert isinstance(problem, Problem)
    assert problem.kind is fault
    assert problem.because
    assert problem.location


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_place_never_passes(
    place: Place, source: Source, repo: Publisher, fault: ProblemKind
) -> None:
    place.spoil(fault)
    one = verdict(source, repo)
    first = one.first_failing
    assert one.outcome is not Outcome.PASSED
    assert first is not None
    assert first.check.startswith("tuf.timestamp.fetch")


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"[" * 10_000, b"<html></html>"])
def test_bytes_that_are_no_metadata_are_given_and_judged(
    place: Place, source: Source, repo: Publisher, body: bytes
) -> None:
    place.replace(body)
    document = source.ask(Request("timestamp", None, 16_384))
    first = verdict(source, repo).first_failing
    assert isinstance(document, Document)
    assert document.body == body
    assert first is not None
    assert first.check == "tuf.meta.parse"


@pytest.mark.parametrize("role", HOSTILE_ROLES, ids=lambda role: ascii(role[:20]))
def test_no_name_of_a_role_leads_out_of_the_place(
    source: Source, role: str, tmp_path: Path, server: FaultServer
) -> None:
    for name in ("secret.json", "1.secret.json", "passwd.json", "1.passwd.json"):
        (tmp_path / name).write_bytes(b"secret")
        (tmp_path / "place" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "place" / name).write_bytes(b"secret")
    for request in (
        Request(role, None, 100),
        Request(role, 1, 100),
        Request(role, None, 100, wanted_version=1),
    ):
        assert isinstance(source.ask(request), Problem)
    assert isinstance(source.version(role, 1), Problem)
    asked = [path.removeprefix("/metadata/") for path in server.paths()]
    assert all("/" not in path and path != ".." for path in asked)


@pytest.mark.parametrize("version", [0, -1, 10**30, 2**63])
def test_no_version_number_is_too_strange(source: Source, version: int) -> None:
    assert isinstance(source.ask(Request("snapshot", version, 100)), Problem)


def test_a_place_that_is_not_there_answers_every_question(
    kind: SourceKind, tmp_path: Path, server: FaultServer
) -> None:
    nowhere = server.url("/nowhere/") if kind.name == "tuf_http" else str(tmp_path / "nowhere")
    source = kind.open(nowhere, Options(at=START, allowed_hosts=LOCAL))
    answers = [
        source.ask(Request("timestamp", None, 100)),
        source.ask(Request("root", 2, 100)),
        source.first_root(),
        source.version("targets", 1),
    ]
    assert {problem.kind for problem in answers if isinstance(problem, Problem)} == {
        ProblemKind.ABSENT
    }
    assert not any(isinstance(one, Document) for one in answers)
    assert dict(source.trusted_before()) == {}
    assert list(source.versions()) == []
    assert [one for one in source.past() if not isinstance(one, Problem)] == []
    source.close()
