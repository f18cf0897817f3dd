"""A repository over HTTP: what is asked for, in which order, and what is never asked."""

from collections.abc import Iterator

import pytest

from tests.simulators.fault_server import FaultServer, answer, redirect
from tests.simulators.written import NOON_OF_DAY_3, serve, vendor
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.limits import TufLimits
from trustui.core.trace import Outcome, collect, trace
from trustui.crawl.source import Options
from trustui.crawl.sources.tuf_http import KIND, TufHttp, TufHttpFiles
from trustui.demo.publisher import Publisher

ALLOWED = Options(allowed_hosts=frozenset({"127.0.0.1"}))


@pytest.fixture
def repo() -> Publisher:
    return vendor()


@pytest.fixture
def source(server: FaultServer, repo: Publisher) -> Iterator[TufHttp]:
    opened = TufHttp(serve(server, repo.metadata), ALLOWED)
    yield opened
    opened.close()


def read_whole(source: TufHttp, repo: Publisher) -> Outcome:
    anchor = Anchor(Document("pinned", repo.document("root", 1)), AnchorOrigin.PINNED)
    events, _ = collect(verify, Question(anchor, NOON_OF_DAY_3), source.ask)
    return trace(source.location, NOON_OF_DAY_3, NOON_OF_DAY_3, events).outcome


def kind_of(answered: Document | Problem) -> ProblemKind | None:
    return answered.kind if isinstance(answered, Problem) else None


def test_it_asks_as_a_client_does_and_for_nothing_twice(
    source: TufHttp, repo: Publisher, server: FaultServer
) -> None:
    """§5.3 to §5.6: the next root until there is none, then each role by the version listed."""
    assert read_whole(source, repo) is Outcome.PASSED
    assert server.paths() == [
        "/metadata/2.root.json",
        "/metadata/timestamp.json",
        "/metadata/2.snapshot.json",
        "/metadata/1.targets.json",
        "/metadata/2.firmware.json",
    ]


def test_one_connection_serves_all_requests(
    source: TufHttp, repo: Publisher, server: FaultServer
) -> None:
    read_whole(source, repo)
    assert server.connections() == 1


@pytest.mark.parametrize("end", ["", "/"])
def test_the_base_address_may_end_in_a_slash_or_not(server: FaultServer, end: str) -> None:
    server.on("/a/b/timestamp.json", answer(200, b"{}"))
    source = TufHttp(server.url(f"/a/b{end}"), ALLOWED)
    assert isinstance(source.ask(Request("timestamp", None, 100)), Document)
    source.close()


def test_the_name_of_a_role_is_one_part_of_the_path(source: TufHttp, server: FaultServer) -> None:
    assert kind_of(source.ask(Request("../a?b#c%2Fd", 3, 100))) is ProblemKind.ABSENT
    assert server.paths() == ["/metadata/3...%2Fa%3Fb%23c%252Fd.json"]


def test_it_says_when_a_document_was_read_and_what_the_place_called_it(
    source: TufHttp, server: FaultServer
) -> None:
    headers = {"Content-Type": "application/json"}
    server.on("/metadata/timestamp.json", answer(200, b"{}", headers))
    document = source.ask(Request("timestamp", None, 100))
    assert isinstance(document, Document)
    assert document.location == server.url("/metadata/timestamp.json")
    assert document.media_type == "application/json"
    assert document.seen_at is not None


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_a_place_does_not_have_is_absent(
    source: TufHttp, server: FaultServer, status: int
) -> None:
    server.on("/metadata/2.root.json", answer(status))
    assert kind_of(source.ask(Request("root", 2, 100))) is ProblemKind.ABSENT


def test_an_error_of_the_server_is_not_the_end_of_the_root_chain(
    source: TufHttp, server: FaultServer, repo: Publisher
) -> None:
    server.on("/metadata/2.root.json", answer(429))
    assert kind_of(source.ask(Request("root", 2, 100))) is ProblemKind.UNREADABLE
    assert read_whole(source, repo) is Outcome.UNDECIDED


def test_the_first_root_is_read_up_to_the_limit_of_a_root(
    source: TufHttp, server: FaultServer
) -> None:
    """Nobody vouches for it yet, so the limit of large targets is not for it."""
    server.on("/metadata/1.root.json", answer(200, b" " * TufLimits().root_bytes))
    assert kind_of(source.first_root()) is None
    server.on("/metadata/1.root.json", answer(200, b" " * (TufLimits().root_bytes + 1)))
    assert kind_of(source.first_root()) is ProblemKind.TOO_LONG


def test_a_private_address_is_refused_unless_it_was_allowed(server: FaultServer) -> None:
    source = TufHttp(serve(server, {"timestamp.json": b"{}"}), Options())
    assert kind_of(source.ask(Request("timestamp", None, 100))) is ProblemKind.REFUSED
    source.close()
    assert server.connections() == 0


def test_a_redirect_to_a_private_address_is_refused(source: TufHttp, server: FaultServer) -> None:
    with FaultServer("127.0.0.2") as internal:
        server.on("/metadata/timestamp.json", redirect(internal.url("/admin")))
        assert kind_of(source.ask(Request("timestamp", None, 100))) is ProblemKind.REFUSED
        assert (internal.accepted, internal.paths()) == (0, [])


@pytest.mark.parametrize("location", ["https://", "https://[", "http://a b/", "https://ü.example"])
def test_an_address_that_is_none_is_a_problem(location: str) -> None:
    source = TufHttp(location, ALLOWED)
    assert kind_of(source.ask(Request("timestamp", None, 100))) is ProblemKind.REFUSED
    source.close()


@pytest.mark.parametrize("location", ["https://vendor.example/?a=b", "http://vendor.example#a"])
def test_an_address_that_names_cannot_be_put_behind_is_refused(location: str) -> None:
    with pytest.raises(ValueError, match="a base address has neither"):
        TufHttp(location, ALLOWED)


def test_a_password_is_neither_sent_nor_shown(server: FaultServer) -> None:
    url = server.url("/metadata").replace("//", "//alice:secret@")
    source = TufHttp(url, ALLOWED)
    problem = source.ask(Request("timestamp", None, 100))
    source.close()
    assert kind_of(problem) is ProblemKind.REFUSED
    assert "secret" not in f"{source.location}{problem}"
    assert server.connections() == 0


def test_hosts_are_allowed_by_name_address_or_network_and_nothing_else() -> None:
    with pytest.raises(ValueError, match="neither a host name, an address nor a network"):
        TufHttp("https://vendor.example", Options(allowed_hosts=frozenset({"http://a/"})))


def test_a_server_tells_nothing_of_its_past(source: TufHttp, server: FaultServer) -> None:
    assert dict(source.trusted_before()) == {}
    assert list(source.versions()) == []
    assert server.paths() == []


def test_the_instant_changes_nothing_that_is_asked(server: FaultServer, repo: Publisher) -> None:
    options = Options(at=NOON_OF_DAY_3, allowed_hosts=ALLOWED.allowed_hosts)
    source = TufHttp(serve(server, repo.metadata), options)
    document = source.ask(Request("timestamp", None, 16_384))
    source.close()
    assert isinstance(document, Document)
    assert document.body == repo.document("timestamp")


@pytest.mark.parametrize(
    ("location", "is_one"),
    [
        ("http://a", True),
        ("https://a", True),
        ("HtTpS://a", True),
        ("httpx://a", False),
        ("http:/a", False),
        ("a/http://b", False),
    ],
)
def test_it_recognizes_the_two_schemes(location: str, is_one: bool) -> None:
    assert KIND.recognizes(location) is is_one


# ---- target files


@pytest.mark.parametrize("base", ["", "metadata", "metadata/"])
def test_target_files_stand_below_the_base_or_beside_its_metadata(
    server: FaultServer, base: str
) -> None:
    server.on("/targets/a%20folder/app", answer(200, b"an app"))
    files = TufHttpFiles(server.url(f"/{base}"), ALLOWED)
    found = files.get("a folder/app", 10)
    files.close()
    assert isinstance(found, Document)
    assert found.body == b"an app"


@pytest.mark.parametrize("path", ["", "../timestamp.json", "a/../../b", "/etc/passwd", "a//b", "."])
def test_no_target_file_outside_the_targets_is_asked_for(server: FaultServer, path: str) -> None:
    files = TufHttpFiles(server.url(), ALLOWED)
    found = files.get(path, 10)
    files.close()
    assert isinstance(found, Problem)
    assert found.kind is ProblemKind.REFUSED
    assert server.requests == []
