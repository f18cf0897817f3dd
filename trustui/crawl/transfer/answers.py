"""What a finished transfer means. Pure: the transfer is read, nothing is asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urljoin

import msgspec
import pycurl

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import Target
from trustui.crawl.transfer.conditional import Unchanged
from trustui.crawl.transfer.headers import Headers, shown
from trustui.crawl.transfer.request import OK, Transfer

_ABSENT = {403, 404, 410}
"""Object stores answer 403 for what does not exist, where they may not be listed."""
_FORBIDDEN = 403
_NOT_MODIFIED = 304
_REDIRECTS = {301, 302, 303, 307, 308}
_WANTS_CREDENTIALS = {401, 407}
_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = range(500, 600)
_WAITS = {_FORBIDDEN, _TOO_MANY_REQUESTS, 503}
"""Where Retry-After asks to be left alone (RFC 9110 §10.2.3, RFC 6585 §4; 403 as GitHub says it)."""
_UNSAID_SECONDS = 2.0
"""For a place that says "too many" without a time."""
_E_HTTP2_STREAM, _E_TOO_LARGE = 92, 100
"""libcurl's numbers that pycurl has no names for: a reset HTTP/2 stream, an endless header."""
_PASSING_ERRORS = {
    _E_HTTP2_STREAM,
    pycurl.E_COULDNT_CONNECT,
    pycurl.E_GOT_NOTHING,
    pycurl.E_HTTP2,
    pycurl.E_PARTIAL_FILE,
    pycurl.E_RECV_ERROR,
    pycurl.E_SEND_ERROR,
}
_TLS_ERRORS = {
    pycurl.E_PEER_FAILED_VERIFICATION,
    pycurl.E_SSL_CACERT_BADFILE,
    pycurl.E_SSL_CERTPROBLEM,
    pycurl.E_SSL_CIPHER,
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_SSL_ISSUER_ERROR,
}


class Redirect(msgspec.Struct, frozen=True):
    """The place names another URL, which has not been judged yet."""

    url: str


class Passing(msgspec.Struct, frozen=True):
    """A problem that may be gone in a moment."""

    problem: Problem


class Reply(msgspec.Struct, frozen=True):
    """What a place answered, for a caller that judges the status and reads the fields.

    ``target`` is who answered, after all redirects; ``fields`` have names in lower case, and only
    those that the door keeps. ``body`` is whole for 200, else its first few KiB; empty for HEAD.
    ``seen_at`` in UTC.
    """

    location: str
    target: Target
    status: int
    fields: Mapping[str, Sequence[str]]
    body: bytes
    seen_at: datetime

    def first(self, name: str) -> str:
        """The first value of a field, or ""."""
        values = self.fields.get(name)
        return values[0] if values else ""


Answer = Document | Unchanged | Problem | Redirect | Passing | Reply


def answer_of(transfer: Transfer, location: str, now: datetime) -> Answer:
    """``location`` is what the caller asked for, whatever hop this is; ``now`` in UTC."""
    headers, fault = transfer.headers, transfer.fault
    if fault is not None:
        problem = Problem(location, fault.kind, fault.because)
        return Passing(problem) if fault.is_passing else problem
    # An answer without a document says all that matters in its headers.
    if headers.complete and headers.status == _NOT_MODIFIED:
        return _unchanged(transfer, location, now)
    if headers.complete and headers.status != OK:
        if transfer.is_exchange and _is_for_the_caller(headers, now):
            return _reply(transfer, location, now)
        return _without_document(headers, transfer.target.url, location, now)
    if transfer.error:
        return _failed(transfer.error, transfer.error_words, location)
    if transfer.body is None:
        return _unreadable(location, "it answered something that is not HTTP")
    if transfer.is_exchange:
        return _reply(transfer, location, now)
    return Document(
        location,
        transfer.body.content,
        headers.first("content-type"),
        seen_at=now,
        validator=headers.validator,
        served_at=headers.served_at,
    )


def wait_asked(headers: Headers, now: datetime) -> float | None:
    """Seconds for which the place says that it wants no requests; None for no such wish."""
    if headers.status == OK:
        return headers.quota_pause(now)
    asked = [headers.quota_pause(now)]
    if headers.status in _WAITS:
        asked.append(headers.retry_after(now))
    return max((seconds for seconds in asked if seconds is not None), default=None)


def polite_pause(headers: Headers, now: datetime) -> float:
    """Seconds for which nobody of us is to ask this place; 0 for no reason to wait."""
    asked = wait_asked(headers, now)
    if asked is None:
        return _UNSAID_SECONDS if headers.status == _TOO_MANY_REQUESTS else 0.0
    return asked


def _is_for_the_caller(headers: Headers, now: datetime) -> bool:
    """Statuses that say something in the caller's protocol; the others mean the same in each."""
    status = headers.status
    if status == _FORBIDDEN:
        return wait_asked(headers, now) is None
    return status not in _REDIRECTS | {_TOO_MANY_REQUESTS} and status not in _SERVER_ERRORS


def _reply(transfer: Transfer, location: str, now: datetime) -> Reply:
    body = transfer.refusal if transfer.body is None else transfer.body.content
    headers = transfer.headers
    return Reply(location, transfer.target, headers.status, headers.fields, body, now)


def _unchanged(transfer: Transfer, location: str, now: datetime) -> Answer:
    if not transfer.condition:
        because = "it answered 304, not modified, to a request that named nothing to compare"
        return _unreadable(location, because)
    headers = transfer.headers
    _, _, sent = transfer.condition.partition(": ")
    return Unchanged(location, now, headers.validator or sent, headers.served_at)


def _without_document(headers: Headers, url: str, location: str, now: datetime) -> Answer:
    status = headers.status
    asked = wait_asked(headers, now)
    if status in _ABSENT and not (status == _FORBIDDEN and asked is not None):
        return Problem(location, ProblemKind.ABSENT, f"it answered {status}")
    if status in _REDIRECTS:
        return _redirect(headers.all("location"), url, location)
    retry_after = headers.retry_after(now) if asked is None else asked
    if status == _TOO_MANY_REQUESTS:
        because = "it answered 429, too many requests"
        return Problem(location, ProblemKind.UNREADABLE, because, retry_after)
    problem = Problem(location, ProblemKind.UNREADABLE, f"it answered {status}", retry_after)
    if status in _SERVER_ERRORS:
        return Passing(problem)
    if status in _WANTS_CREDENTIALS:
        return _unreadable(location, f"it answered {status}: it wants credentials")
    return problem


def _redirect(named: list[str], url: str, location: str) -> Answer:
    if len(set(named)) != 1:
        return _unreadable(location, f"a redirect that names {len(set(named))} places")
    try:
        return Redirect(urljoin(url, named[0]) if _is_plain(named[0]) else named[0])
    except ValueError:
        return _unreadable(location, f"a redirect to {shown(named[0])}, which is no URL")


def _is_plain(text: str) -> bool:
    """`urljoin` drops line breaks and tabs, which our own check has to see."""
    return text.isascii() and text.isprintable()


def _failed(error: int, words: str, location: str) -> Answer:
    plain = shown(words)[1:-1] or f"libcurl ended with error {error}"
    if error == _E_TOO_LARGE:
        return Problem(location, ProblemKind.TOO_LONG, "a header is longer than libcurl reads")
    if error == pycurl.E_OPERATION_TIMEDOUT:
        return Problem(location, ProblemKind.TOO_SLOW, plain)
    if error in _TLS_ERRORS:
        return _unreadable(location, f"TLS: {plain}")
    if error in _PASSING_ERRORS:
        return Passing(_unreadable(location, plain))
    return _unreadable(location, plain)


def _unreadable(location: str, because: str) -> Problem:
    return Problem(location, ProblemKind.UNREADABLE, because)
