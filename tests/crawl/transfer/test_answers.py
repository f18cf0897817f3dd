"""What a finished transfer means. The transfers are fed by hand and never reach a socket."""

from datetime import UTC, datetime, timedelta

import pycurl
import pytest

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import AddressPolicy, Target
from trustui.crawl.transfer.answers import Answer, Passing, Redirect, answer_of, polite_pause
from trustui.crawl.transfer.conditional import Unchanged
from trustui.crawl.transfer.headers import Headers
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.request import Terms, Transfer

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TERMS = Terms(AddressPolicy(), FetchLimits(), ca_file=None)
ASKED = "https://a.test/asked"


def answered(
    *lines: str,
    body: bytes = b"",
    error: int = 0,
    words: str = "",
    path: str = "/asked",
    condition: str = "",
) -> Answer:
    """The answer to `ASKED`, or to where it was redirected."""
    target = Target("https", "a.test", 443, path)
    transfer = Transfer(target, TERMS, max_length=10, deadline=1e9, condition=condition)
    for line in [*lines, ""] if lines else []:
        transfer._header(line.encode() + b"\r\n")
    if body:
        transfer._write(body)
    transfer.finish(error, words)
    return answer_of(transfer, ASKED, NOW)


def problem(*lines: str, error: int = 0, words: str = "") -> Problem:
    answer = answered(*lines, error=error, words=words)
    assert isinstance(answer, Problem), answer
    return answer


def test_200_is_a_document_as_it_came() -> None:
    answer = answered("HTTP/2 200", "Content-Type: application/json", body=b"{}", path="/other")
    assert answer == Document(ASKED, b"{}", "application/json", NOW)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_it_is_absent_where_the_place_says_so(status: int) -> None:
    assert problem(f"HTTP/1.1 {status} X").kind is ProblemKind.ABSENT
    assert str(status) in problem(f"HTTP/1.1 {status} X").because


@pytest.mark.parametrize(
    "status", [201, 204, 206, 300, 304, 305, 400, 401, 407, 416, 418, 451, 600]
)
def test_any_other_status_is_unreadable_and_final(status: int) -> None:
    assert problem(f"HTTP/1.1 {status} X").kind is ProblemKind.UNREADABLE
    assert str(status) in problem(f"HTTP/1.1 {status} X").because


@pytest.mark.parametrize("status", [500, 502, 503, 599])
def test_a_server_error_may_pass(status: int) -> None:
    answer = answered(f"HTTP/1.1 {status} X", "Retry-After: 5")
    assert isinstance(answer, Passing)
    assert answer.problem.retry_after == 5.0


def test_too_many_requests_is_final_for_now() -> None:
    assert problem("HTTP/1.1 429 X", "Retry-After: 5").retry_after == 5.0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/y?z", "https://a.test:443/y?z"),
        ("y", "https://a.test:443/x/y"),
        ("../y", "https://a.test:443/y"),
        ("//b.test/y", "https://b.test/y"),
        ("http://b.test/", "http://b.test/"),
        ("", "https://a.test:443/x/w"),
        ("//b.test\t/y", "//b.test\t/y"),
        ("\u00fc", "\u00c3\u00bc"),
    ],
)
def test_a_redirect_is_resolved_and_not_yet_judged(status: int, location: str, url: str) -> None:
    lines = (f"HTTP/1.1 {status} X", f"Location: {location}")
    assert answered(*lines, path="/x/w") == Redirect(url)


@pytest.mark.parametrize(
    ("lines", "because"),
    [
        ([], "names 0 places"),
        (["Location: /a", "Location: /b"], "names 2 places"),
        (["Location: http://[x/"], "is no URL"),
    ],
)
def test_a_redirect_to_nowhere_is_unreadable(lines: list[str], because: str) -> None:
    assert because in problem("HTTP/1.1 302 X", *lines).because


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (pycurl.E_OPERATION_TIMEDOUT, ProblemKind.TOO_SLOW),
        (pycurl.E_PEER_FAILED_VERIFICATION, ProblemKind.UNREADABLE),
        (pycurl.E_COULDNT_RESOLVE_HOST, ProblemKind.UNREADABLE),
        (100, ProblemKind.TOO_LONG),
    ],
)
def test_libcurls_errors_become_problems(error: int, kind: ProblemKind) -> None:
    assert problem(error=error, words="because").kind is kind


@pytest.mark.parametrize(
    "error",
    [pycurl.E_COULDNT_CONNECT, pycurl.E_RECV_ERROR, pycurl.E_PARTIAL_FILE, pycurl.E_GOT_NOTHING],
)
def test_what_broke_on_the_way_may_pass(error: int) -> None:
    assert isinstance(answered(error=error), Passing)


def test_an_error_without_words_has_its_number() -> None:
    assert problem(error=43).because == "libcurl ended with error 43"


def test_a_status_counts_even_if_its_body_broke() -> None:
    answer = answered("HTTP/1.1 404 X", error=pycurl.E_PARTIAL_FILE)
    assert isinstance(answer, Problem)
    assert answer.kind is ProblemKind.ABSENT


def test_the_end_without_any_header_is_not_http() -> None:
    assert "not HTTP" in problem().because


DATE = "Sat, 21 Nov 2026 00:00:05 GMT"
TAG = 'If-None-Match: "1"'


def test_a_document_has_what_to_ask_with_next_time_and_the_places_own_time() -> None:
    answer = answered("HTTP/1.1 200 OK", 'ETag: "1"', f"Date: {DATE}", "Age: 10", body=b"x")
    assert isinstance(answer, Document)
    assert answer.validator == '"1"'
    assert answer.served_at == NOW + timedelta(seconds=15)


@pytest.mark.parametrize(
    ("fields", "validator"), [((), '"1"'), (('ETag: "2"',), '"2"'), (("ETag: 2",), '"1"')]
)
def test_304_says_that_nothing_changed(fields: tuple[str, ...], validator: str) -> None:
    answer = answered("HTTP/1.1 304 X", *fields, f"Date: {DATE}", condition=TAG)
    assert answer == Unchanged(ASKED, NOW, validator, NOW + timedelta(seconds=5))


def test_304_to_a_request_without_a_condition_is_unreadable() -> None:
    said = problem("HTTP/1.1 304 X", 'ETag: "1"')
    assert said.kind is ProblemKind.UNREADABLE
    assert "nothing to compare" in said.because


@pytest.mark.parametrize(
    ("lines", "kind", "retry_after"),
    [
        (["HTTP/1.1 403 X"], ProblemKind.ABSENT, None),
        (["HTTP/1.1 403 X", "X-RateLimit-Remaining: 3"], ProblemKind.ABSENT, None),
        (["HTTP/1.1 403 X", "Retry-After: 30"], ProblemKind.UNREADABLE, 30.0),
        (
            ["HTTP/1.1 403 X", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 40"],
            ProblemKind.UNREADABLE,
            40.0,
        ),
        (["HTTP/1.1 404 X", "Retry-After: 30"], ProblemKind.ABSENT, None),
        (
            ["HTTP/1.1 429 X", "RateLimit-Remaining: 0", "RateLimit-Reset: 9999"],
            ProblemKind.UNREADABLE,
            3600.0,
        ),
    ],
)
def test_a_used_up_quota_is_not_taken_for_an_absent_document(
    lines: list[str], kind: ProblemKind, retry_after: float | None
) -> None:
    said = problem(*lines)
    assert (said.kind, said.retry_after) == (kind, retry_after)


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([], 0.0),
        (["HTTP/1.1 200 X"], 0.0),
        (["HTTP/1.1 200 X", "Retry-After: 60"], 0.0),
        (["HTTP/1.1 200 X", "RateLimit-Remaining: 0", "RateLimit-Reset: 60"], 60.0),
        (["HTTP/1.1 429 X"], 2.0),
        (["HTTP/1.1 429 X", "Retry-After: 0"], 0.0),
        (["HTTP/1.1 429 X", "Retry-After: soon"], 2.0),
        (["HTTP/1.1 429 X", "Retry-After: 60", 'RateLimit: "a";r=0;t=90'], 90.0),
        (["HTTP/1.1 500 X", "Retry-After: 60"], 0.0),
        (["HTTP/1.1 503 X"], 0.0),
        (["HTTP/1.1 503 X", "Retry-After: 99999"], 3600.0),
    ],
)
def test_what_a_place_asks_for_holds_for_all_of_us(lines: list[str], seconds: float) -> None:
    headers = Headers(FetchLimits())
    for line in [*lines, ""] if lines else []:
        headers.feed(line.encode() + b"\r\n")
    assert polite_pause(headers, NOW) == seconds
