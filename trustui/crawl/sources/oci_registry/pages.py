"""Lists that come in pages: until the last, or until they stop making sense.

Distribution specification 1.1 ("Listing Tags", "Listing Referrers"), RFC 8288 (Link). Of a link to the
next page only its query is taken: whatever it names, the same list of the same registry is asked.
"""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import counted
from trustui.crawl.fetch import Reply
from trustui.crawl.image_source import Listing
from trustui.crawl.sources.oci_registry.refusals import problem_of

PAGE = 1_000
"""Names asked for at once; registries may give less."""
MAX_PAGES = 1_000
MAX_NAMES = 100_000
MAX_PAGE = 4 * MIB
OK = 200
_MAX_QUERY = 2_048
_MAX_LINKS = 20
_LINK = re.compile(
    r"<([^<>\s\"]{1,4096})>"
    r"((?:[ \t]*;[ \t]*[A-Za-z]{1,20}=(?:\"[^\"]*\"|[^\";, \t]*)){0,10})[ \t]*(?:,|$)"
)
_NEXT = re.compile(r';[ \t]*rel="?next"?(?=[ \t]*(?:;|$))', re.IGNORECASE)

AskPage = Callable[[str], Reply | Problem]
"""From a query, without its question mark, to one page."""


class NotThisForm(Exception):  # noqa: N818  the message says what was found
    """A page that is no such list."""


def next_query(reply: Reply) -> str | None:
    """The query of the link to the next page, or None where there is none. Raises NotThisForm."""
    for field in reply.fields.get("link", ()):
        for number, link in enumerate(_LINK.finditer(field)):
            if number >= _MAX_LINKS:
                break
            if _NEXT.search(link[2]):
                return _query_of(link[1])
    return None


def _query_of(url: str) -> str:
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=10)
    except ValueError as error:
        raise NotThisForm(f"the link to its next page is none: {error}") from error
    query = urlencode(pairs)
    if len(query) > _MAX_QUERY:
        raise NotThisForm("the link to its next page is longer than any is")
    return query


class _Page(msgspec.Struct, frozen=True):
    names: list[str]
    odd: int
    next_query: str | None


class Names:
    """Collects the names of all pages: those of ``member``, and only what ``is_name``."""

    def __init__(self, member: str, is_name: Callable[[str], bool], ask: AskPage) -> None:
        self._member = member
        self._is_name = is_name
        self._ask = ask
        self._found: dict[str, None] = {}
        self._odd = 0

    def collect(self) -> Listing | Problem:
        """Every name once. A first page that cannot be had is a Problem; a later one cuts short."""
        query: str | None = f"n={PAGE}"
        asked: set[str] = set()
        because = ""
        while query is not None:
            if len(asked) >= MAX_PAGES or len(self._found) >= MAX_NAMES:
                because = f"cut after {len(asked):,} pages with {len(self._found):,} names"
                break
            asked.add(query)
            page = self._page(query)
            if isinstance(page, Problem):
                if len(asked) == 1:
                    return page
                because = f"page {len(asked)} is missing: {page.because}"
                break
            query, because = self._go_on(page, asked)
        return Listing(tuple(self._found), "; ".join(filter(None, (because, self._odd_names()))))

    def _page(self, query: str) -> _Page | Problem:
        reply = self._ask(query)
        if isinstance(reply, Problem):
            return reply
        if reply.status != OK:
            return problem_of(reply)
        try:
            listed = self._listed(reply)
            names = [one for one in listed if isinstance(one, str) and self._is_name(one)]
            return _Page(names, len(listed) - len(names), next_query(reply))
        except NotThisForm as error:
            return Problem(reply.location, ProblemKind.UNREADABLE, str(error))

    def _go_on(self, page: _Page, asked: set[str]) -> tuple[str | None, str]:
        """The query of the next page, if there is one, and what cuts the list short, if anything."""
        before = len(self._found)
        self._found |= dict.fromkeys(page.names)
        self._odd += page.odd
        is_new = len(self._found) > before
        if page.next_query is None:
            # As many as were asked for and no link: some go on by `last` alone. One that ignores it
            # sends what is known already, and the list is whole.
            is_full = len(page.names) + page.odd == PAGE and is_new
            return (urlencode({"n": PAGE, "last": page.names[-1]}) if is_full else None), ""
        if page.next_query in asked or not is_new:
            return None, f"page {len(asked)} leads to pages that bring nothing new"
        return page.next_query, ""

    def _listed(self, reply: Reply) -> list[JsonValue]:
        value = json_of(reply)
        if not isinstance(value, dict) or self._member not in value:
            raise NotThisForm(f"what it answered has no list {self._member!r}")
        listed = value[self._member]
        if listed is None:  # an empty repository, as Debian's docker-registry writes it
            return []
        if not isinstance(listed, list):
            raise NotThisForm(f"{self._member!r} is no list")
        return listed

    def _odd_names(self) -> str:
        return f"{counted(self._odd, 'name')} left out that no name can be" if self._odd else ""


def json_of(reply: Reply) -> JsonValue:
    """The body as strict JSON. Raises NotThisForm."""
    try:
        return load(reply.body, JsonLimits(max_bytes=MAX_PAGE)).value
    except ParseError as error:
        raise NotThisForm(f"what it answered cannot be read: {error.because}") from error
