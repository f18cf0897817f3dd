"""Asking authorities about revocation: OCSP (RFC 6960 appendix A, RFC 5019 §5) and CRLs, over http.

Addresses stand in certificates, which anybody can make: only hosts are asked that a person allowed.
What is asked needs no TLS, for answers are signed.
"""

import base64
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import TypeAlias
from urllib.parse import quote

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.pki.revocation import Enquiry, longest
from trustui.core.primitives.text import visible
from trustui.crawl.addresses import AddressPolicy, Refusal, parse_url
from trustui.crawl.fetch import Door, Exchange, Fetch, FetchLimits, Reply

LIMITS = FetchLimits(
    stall_seconds=5.0,
    total_seconds=15.0,
    max_redirects=0,
    attempts=2,
    at_once_per_host=2,
    at_once=4,
)
"""Notation waits for 2 s (OCSP) and 5 s (CRL). The longest lists, 32 MiB, take 15 s at 2 MiB/s."""
MAX_ASKED = 32
"""Places that one verification on the command line asks; three certificates name six."""
MAX_SECONDS = 60.0
"""For all of them."""
_LONGEST_GET = 255
"""Characters of a request that go into an address (RFC 5019 §5)."""
_OK = 200
_OCSP_REQUEST, _OCSP_RESPONSE = "application/ocsp-request", "application/ocsp-response"
_LIST = "application/pkix-crl"

Question: TypeAlias = tuple[str, bytes | None]
"""An address and the DER of the OCSPRequest, as in `Enquiry`."""


class RevocationHosts(msgspec.Struct, frozen=True):
    """Whom a person allowed to ask: host names, addresses, networks. None: nobody is asked.

    A name is asked at public addresses and web ports only, as everywhere. An address or network
    allows what it names, private ones too: for an authority in one's own network both the name and
    the address.
    Raises ValueError for an entry that is no host.
    """

    entries: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        AddressPolicy(allowed_hosts=self.entries)

    def names(self, host: str) -> bool:
        """Whether this host (as `Target.host`) is among them."""
        return AddressPolicy(allowed_hosts=self.entries).allows(host)

    def refusal(self, address: str) -> str:
        """Why this address may not be asked, with the host's name in it; "" where it may."""
        target = parse_url(address)
        if isinstance(target, Refusal):
            return target.because
        if not self.names(target.host):
            return f"{target.host} is not among the hosts that may be asked about revocation"
        judged = self.policy.check_url(address)
        return judged.because if isinstance(judged, Refusal) else ""

    @property
    def policy(self) -> AddressPolicy:
        """Which addresses may be connected: of what is listed, the addresses and networks."""
        return AddressPolicy(allowed_hosts=frozenset(filter(_is_address, self.entries)))


def _is_address(entry: str) -> bool:
    return ":" in entry or "/" in entry or entry.rpartition(".")[2].isdecimal()


def ask_all(
    door: Door, questions: Sequence[Question]
) -> Generator[tuple[int, Document | Problem], None, None]:
    """What each place answers, as (number of the question, answer), as they come. Never raises.

    A responder is asked by GET where the request is short, and by POST where that gives no answer.
    What is left is cancelled when the generator is closed.
    """
    first = [_first(address, request) for address, request in questions]
    again: list[int] = []
    with closing(door.run(first)) as answers:
        for number, reply in answers:
            request = questions[number][1]
            if request is not None and first[number].method == "GET" and _is_other(reply):
                again.append(number)
            else:
                yield number, _answer(reply)
    posts = [
        _post(address, request or b"") for address, request in map(questions.__getitem__, again)
    ]
    with closing(door.run(posts)) as answers:
        for place, reply in answers:
            yield again[place], _answer(reply)


def _first(address: str, request: bytes | None) -> Exchange:
    if request is None:
        return Exchange(address, longest(None), accept=f"{_LIST}, */*")
    encoded = quote(base64.b64encode(request), safe="")
    if len(encoded) > _LONGEST_GET or "?" in address:
        return _post(address, request)
    url = f"{address.rstrip('/')}/{encoded}"
    return Exchange(url, longest(request), accept=_OCSP_RESPONSE)


def _post(address: str, request: bytes) -> Exchange:
    return Exchange(
        address,
        longest(request),
        method="POST",
        accept=_OCSP_RESPONSE,
        message=request,
        message_type=_OCSP_REQUEST,
    )


def _is_other(reply: object) -> bool:
    return isinstance(reply, Reply) and reply.status != _OK


def _answer(reply: object) -> Document | Problem:
    if isinstance(reply, Problem):
        # A redirect, or an address that the name gave, is the place's own word: no reason of ours.
        is_refused = reply.kind is ProblemKind.REFUSED
        kind = ProblemKind.UNREADABLE if is_refused else reply.kind
        return msgspec.structs.replace(reply, kind=kind)
    assert isinstance(reply, Reply), "an exchange without a validator gets a reply or a problem"
    if reply.status != _OK:
        because = f"it answered {reply.status}"
        return Problem(reply.location, ProblemKind.UNREADABLE, because)
    return Document(reply.location, reply.body, reply.first("content-type"), seen_at=reply.seen_at)


class AskedAuthorities:
    """An `Evidence` that asks now, through the door, whom it may; each place once."""

    def __init__(
        self,
        hosts: RevocationHosts,
        how_to_allow: str,
        *,
        limits: FetchLimits = LIMITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hosts = hosts
        self._how_to_allow = how_to_allow
        self._door = Fetch(hosts.policy, limits)
        self._clock = clock
        self._began_at = clock()
        self._known: dict[Question, Document | Problem] = {}

    def __call__(self, enquiry: Enquiry) -> Document | Problem:
        """What the place answers now, or answered before."""
        question = enquiry.address, enquiry.request
        if question not in self._known:
            self._known[question] = self._asked(question)
        return self._known[question]

    def close(self) -> None:
        """Close all kept connections."""
        self._door.close()

    def _asked(self, question: Question) -> Document | Problem:
        location = visible(question[0])
        refused = self._hosts.refusal(question[0])
        if refused:
            return Problem(location, ProblemKind.REFUSED, f"{refused}; {self._how_to_allow}")
        if self._clock() - self._began_at > MAX_SECONDS:
            because = f"others took more than {MAX_SECONDS:.0f} s to answer"
            return Problem(location, ProblemKind.TOO_SLOW, because)
        if len(self._known) >= MAX_ASKED:
            because = f"more than {MAX_ASKED} places are named"
            return Problem(location, ProblemKind.TOO_LONG, because)
        ((_, answer),) = ask_all(self._door, [question])
        return answer
