"""What a door does with questions of a protocol above HTTP: methods, statuses, secrets."""

from collections.abc import Iterator

import pytest

from tests.crawl.conftest import QUICK, STAND_IN
from tests.simulators.fault_server import FaultServer, answer, head, raw, redirect
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.fetch import AddressPolicy, Door, Exchange, Fetch, Reply, Unchanged, Wanted
from trustui.crawl.secrets import Secret
from trustui.crawl.switchboard import Switchboard

HERE = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1", STAND_IN}))
SECRET = Secret("Bearer abc")


@pytest.fixture(params=["fetch", "line"])
def asking(request: pytest.FixtureRequest) -> Iterator[Door]:
    if request.param == "fetch":
        with Fetch(HERE, QUICK) as door:
            yield door
    else:
        with Switchboard(QUICK) as switchboard, switchboard.line(HERE, account="a") as line:
            yield line


def ask(door: Door, url: str, **more: object) -> Reply | Unchanged | Problem:
    return door.exchange_many([Exchange(url, 1_000, **more)])[0]  # type: ignore[arg-type]


def reply(result: object) -> Reply:
    assert isinstance(result, Reply), result
    return result


@pytest.mark.parametrize("status", [200, 201, 204, 206, 400, 401, 403, 404, 405, 410, 418])
def test_the_caller_judges_what_a_status_means(
    server: FaultServer, asking: Door, status: int
) -> None:
    body = b"" if status == 204 else b'{"a":1}'
    headers = {"Link": "</x>; rel=next", "X-Other": "b", "WWW-Authenticate": "Basic"}
    got = reply(ask(asking, server.on("/a", answer(status, body, headers))))
    assert (got.status, got.body, got.first("link")) == (status, body, "</x>; rel=next")
    assert got.fields["www-authenticate"] == ["Basic"]
    assert (got.first("x-other"), got.target.port) == ("", server.port)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_means_the_same_in_every_protocol_stays_a_problem(
    server: FaultServer, asking: Door, status: int
) -> None:
    result = ask(asking, server.on("/a", answer(status, headers={"Retry-After": "60"})))
    assert isinstance(result, Problem)
    assert result.retry_after == 60.0


def test_403_that_asks_to_wait_stays_a_problem(server: FaultServer, asking: Door) -> None:
    result = ask(asking, server.on("/a", answer(403, headers={"Retry-After": "60"})))
    assert isinstance(result, Problem)


def test_a_head_has_no_body_and_keeps_the_connection(server: FaultServer, asking: Door) -> None:
    server.on("/a", raw(head(200, {"Content-Length": "99999999"})))
    got = reply(ask(asking, server.url("/a"), method="HEAD"))
    assert (got.status, got.body, got.first("content-length")) == (200, b"", "99999999")
    gzip = {"Content-Encoding": "gzip", "Content-Length": "7"}
    server.on("/b", raw(head(200, gzip)))
    assert reply(ask(asking, server.url("/b"), method="HEAD")).body == b""
    assert [one.method for one in server.requests] == ["HEAD", "HEAD"]


def test_methods_do_not_linger_on_a_handle(server: FaultServer, asking: Door) -> None:
    url = server.on("/a", answer(200, b"x"))
    server.on("/h", raw(head(200, {"Content-Length": "3"})))
    reply(ask(asking, server.url("/h"), method="HEAD"))
    reply(ask(asking, url, method="POST", form=Secret("a=b&c=%C3%A4")))
    assert isinstance(asking.get(url, max_length=10), Document)
    reply(ask(asking, url))
    methods = [(one.method, one.body) for one in server.requests]
    assert methods == [("HEAD", b""), ("POST", b"a=b&c=%C3%A4"), ("GET", b""), ("GET", b"")]
    posted = server.requests[1].headers
    assert posted["content-type"] == "application/x-www-form-urlencoded"


def test_bytes_are_posted_as_they_are_with_their_media_type(
    server: FaultServer, asking: Door
) -> None:
    url = server.on("/a", answer(200, b"x"))
    body = bytes(range(256))
    got = ask(asking, url, method="POST", message=body, message_type="application/ocsp-request")
    assert reply(got).body == b"x"
    reply(ask(asking, url))
    sent = [(one.body, one.headers.get("content-type")) for one in server.requests]
    assert sent == [(body, "application/ocsp-request"), (b"", None)]


def test_a_secret_is_sent_and_not_by_the_next_request(server: FaultServer, asking: Door) -> None:
    url = server.on("/a", answer(200, b"x"))
    reply(ask(asking, url, authorization=SECRET))
    reply(ask(asking, url))
    assert isinstance(asking.get(url, max_length=10), Document)
    sent = [one.headers.get("authorization") for one in server.requests]
    assert sent == ["Bearer abc", None, None]


def test_a_secret_stays_at_its_origin(
    server: FaultServer, public: FaultServer, asking: Door
) -> None:
    """To another path of the origin it goes; to another origin never, nor back from there."""
    server.on("/a", redirect("/b"))
    server.on("/b", redirect(public.url("/c")))
    public.on("/c", redirect(server.url("/d")))
    server.on("/d", answer(200, b"x"))
    got = reply(ask(asking, server.url("/a"), authorization=SECRET))
    assert got.target.port == server.port
    sent = {one.path: one.headers.get("authorization") for one in server.requests}
    assert sent == {"/a": "Bearer abc", "/b": "Bearer abc", "/d": None}
    assert public.requests[0].headers.get("authorization") is None


def test_what_is_posted_follows_no_redirect(server: FaultServer, asking: Door) -> None:
    for status in (301, 302, 303, 307, 308):
        url = server.on(f"/{status}", redirect("/b", status))
        result = ask(asking, url, method="POST", form=Secret("password=a"))
        assert isinstance(result, Problem)
        assert result.kind is ProblemKind.REFUSED
    assert "/b" not in server.paths()


def test_of_a_long_refusal_the_beginning_is_kept(server: FaultServer, asking: Door) -> None:
    got = reply(ask(asking, server.on("/a", answer(404, b"x" * 40_000))))
    assert len(got.body) == 16 * 1024
    assert reply(ask(asking, server.on("/b", answer(404, b"x" * 400_000)))).status == 404


def test_a_body_is_within_its_limit(server: FaultServer, asking: Door) -> None:
    result = ask(asking, server.on("/a", answer(200, b"x" * 1_001)))
    assert isinstance(result, Problem)
    assert result.kind is ProblemKind.TOO_LONG


def test_an_exchange_can_be_conditional(server: FaultServer, asking: Door) -> None:
    url = server.on("/a", answer(304))
    assert isinstance(ask(asking, url, validator='"a"'), Unchanged)


@pytest.mark.parametrize("text", ["Bearer a\r\nX: y", "Bearer \x00", "Bearer ä", "\n"])
def test_a_secret_that_is_no_header_is_never_asked_with(text: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII") as error:
        Exchange("https://a.test/", 1, authorization=Secret(text))
    assert "Bearer" not in str(error.value)


def test_answers_come_in_the_order_asked(server: FaultServer, asking: Door) -> None:
    urls = [server.on(f"/{n}", answer(200 + n, b"", after=0.02 * (4 - n))) for n in range(4)]
    results = asking.exchange_many([Exchange(url, 10) for url in urls])
    assert [reply(one).status for one in results] == [200, 201, 202, 203]


def test_lines_of_different_accounts_share_no_connection(server: FaultServer) -> None:
    url = server.on("/a", answer(200, b"x"))
    with Switchboard(QUICK) as switchboard:
        for account in ("", "a", "a", "b"):
            with switchboard.line(HERE, account=account) as line:
                assert isinstance(line.get_many([Wanted(url, 10)])[0], Document)
    assert server.connections() == 3
