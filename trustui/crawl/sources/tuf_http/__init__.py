"""A TUF repository over HTTP(S), as clients read it (docs/sources/tuf_http.md)."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import TufLimits
from trustui.crawl.addresses import AddressPolicy, masked
from trustui.crawl.fetch import Fetch
from trustui.crawl.source import Options, Seen, SourceKind, served_name, stays_inside


class TufHttp:
    """The base address of a repository's metadata. Raises ValueError for what cannot be one."""

    def __init__(self, location: str, options: Options) -> None:
        self.location = masked(location)
        if "?" in location or "#" in location:
            raise ValueError("a base address has neither a query (?) nor a fragment (#)")
        has_end = location.endswith("/") and not location.endswith("://")
        self._base = location if has_end else f"{location}/"
        self._fetch = Fetch(AddressPolicy(allowed_hosts=options.allowed_hosts))

    def ask(self, request: Request) -> Document | Problem:
        """One GET through the door."""
        return self._fetch.get(self._base + served_name(request), max_length=request.max_length)

    def first_root(self) -> Document | Problem:
        """`1.root.json`, which every repository has to keep (TUF 1.0.34 §6.1)."""
        return self.ask(Request("root", 1, TufLimits().root_bytes))

    def trusted_before(self) -> Mapping[str, Document]:
        """A server says nothing about what it served before."""
        return {}

    def versions(self) -> Iterator[tuple[str, Document]]:
        """A server has no list of its files."""
        return iter(())

    def past(self) -> Iterator[Seen | Problem]:
        """As for `versions`."""
        return iter(())

    def version(self, role: str, version: int) -> Document | Problem:
        """`N.role.json`."""
        return self.ask(Request(role, version, TufLimits().targets_bytes))

    def close(self) -> None:
        """Close the connections."""
        self._fetch.close()


class TufHttpFiles:
    """`targets/` below the base address; where that ends in `metadata/`, beside it instead."""

    def __init__(self, location: str, options: Options) -> None:
        base = location.rstrip("/")
        above, _, last = base.rpartition("/")
        self._base = f"{above if last == 'metadata' else base}/targets/"
        self._fetch = Fetch(AddressPolicy(allowed_hosts=options.allowed_hosts))

    def get(self, path: str, max_length: int) -> Document | Problem:
        """One GET through the door."""
        address = self._base + quote(path, safe="/", errors="surrogatepass")
        if not stays_inside(path):
            return Problem(masked(address), ProblemKind.REFUSED, "it stands outside the targets")
        return self._fetch.get(address, max_length=max_length)

    def close(self) -> None:
        """Close the connections."""
        self._fetch.close()


def _recognizes(location: str) -> bool:
    return location.lower().startswith(("http://", "https://"))


KIND = SourceKind("tuf_http", "TUF over HTTP", _recognizes, TufHttp, TufHttpFiles)
