"""Where the door may go: URLs are judged before anything is resolved, addresses before anything
is connected. Pure: nothing here asks a name server or opens a socket.

Sources: RFC 3986 §3 (URLs), RFC 6890 and the special-purpose address registries, RFC 6052
(IPv4 inside IPv6), RFC 6761 §6.3 (localhost).
"""

import ipaddress
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import msgspec

from trustui.crawl.networks import METADATA, SPECIAL, UNICAST_IPV6, carried_ipv4

Address = IPv4Address | IPv6Address

DEFAULT_PORTS = frozenset({80, 443, 5000, 8080, 8443})
"""Web ports and the usual ones of registries; Redis or ssh are not asked by accident."""
MAX_URL_CHARACTERS = 8192
MAX_PORT = 65535
MAX_HOST_CHARACTERS = 253
"""RFC 1035 §2.3.4, without the closing dot."""

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.DOTALL)
_FORBIDDEN = re.compile(r"[^\x21-\x7e]|\\")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LOOKS_NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+")
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::([0-9]{1,5}))?")
_NAMED = re.compile(r"([^:\[\]]*)(?::([0-9]{1,5}))?")
_REMEMBERED = 1024
"""A crawl asks few hosts many times, and `ipaddress` is slow to parse and compare."""
_SCHEME_PORTS = {"http": 80, "https": 443}
_LOOPBACK_NAMES = frozenset(
    {"localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback"}
)


class Refusal(msgspec.Struct, frozen=True):
    """Why the policy forbids to ask there."""

    because: str


class Target(msgspec.Struct, frozen=True):
    """A URL that passed the policy, in parts that are put together again by us.

    libcurl gets `url`, never the text that came in: no two parsers can read it differently.
    ``host`` is lower case without a closing dot, an IPv6 address without brackets;
    ``resource`` is path and query, ASCII, as it came.
    """

    scheme: str
    host: str
    port: int
    resource: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.resource}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """RFC 6454 §4. A secret that belongs to one origin never travels to another."""
        return self.scheme, self.host, self.port

    @property
    def unicode_host(self) -> str:
        """What a browser may show for a host with ``xn--`` labels, or "": show both forms."""
        if not any(label.startswith("xn--") for label in self.host.split(".")):
            return ""
        return ".".join(_unicode_label(label) for label in self.host.split("."))


class AddressPolicy(msgspec.Struct, frozen=True, cache_hash=True):
    """What may be asked; one `Fetch` has one policy.

    ``allowed_hosts`` are names, addresses or networks that a person allowed by name. A name
    stands for the host of a URL, whatever it resolves to; an address or network for the address
    that is connected. An allowed host may use any port. ``allow_metadata`` is the second switch
    that addresses of cloud metadata services need besides.

    Raises ValueError for an entry that is no host.
    """

    allowed_hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = DEFAULT_PORTS
    allow_metadata: bool = False

    def __post_init__(self) -> None:
        for entry in self.allowed_hosts:
            if _network(entry) is None and isinstance(_host_of(entry), Refusal):
                raise ValueError(f"{entry!r} is neither a host name, an address nor a network")

    def allows(self, host: str) -> bool:
        """Whether a person allowed this host (as in `Target.host`) or address."""
        address = _address(host)
        if address is None:
            return host in {_host_of(entry) for entry in self.allowed_hosts}
        networks = (_network(entry) for entry in self.allowed_hosts)
        return any(network is not None and address in network for network in networks)

    def check_url(self, url: str) -> Target | Refusal:
        """Judge a URL without asking anybody."""
        target = parse_url(url)
        if isinstance(target, Refusal):
            return target
        return _judge_host(self, target.host, target.port) or target

    def check_address(self, address: str, host: str) -> Refusal | None:
        """Judge the address that is going to be connected for ``host`` (as in `Target.host`)."""
        return _judge_address(self, address, host)


def masked(url: str) -> str:
    """The URL for messages: without what stands before an ``@``, which may be a password."""
    return re.sub(r"(?<=//)[^/?#]*@", "…@", url) if "@" in url else url


@lru_cache(_REMEMBERED)
def _judge_host(policy: AddressPolicy, host: str, port: int) -> Refusal | None:
    if port not in policy.ports and not policy.allows(host):
        return Refusal(f"port {port} is not among {_listed(policy.ports)}; allow the host by name")
    if _address(host) is not None:
        return _judge_address(policy, host, host)
    if _is_loopback_name(host) and not policy.allows(host):
        return Refusal(f"{host} means this machine")
    return None


@lru_cache(_REMEMBERED)
def _judge_address(policy: AddressPolicy, address: str, host: str) -> Refusal | None:
    parsed = _address(address)
    if parsed is None:
        return Refusal(f"{address!r} is no plain IP address")
    if not policy.allow_metadata and _is_metadata(parsed):
        return Refusal(f"{address} belongs to a cloud metadata service or is link-local")
    if policy.allows(address) or policy.allows(host):
        return None
    because = _not_public(parsed)
    return Refusal(f"{address} is {because}, not a public address") if because else None


def parse_url(url: str) -> Target | Refusal:
    """The parts of a URL, or why it is none; whether it may be asked is the policy's to say."""
    if len(url) > MAX_URL_CHARACTERS:
        return Refusal(f"the URL has more than {MAX_URL_CHARACTERS} characters")
    if _FORBIDDEN.search(url):
        return Refusal(
            "the URL has a space, control character, backslash or non-ASCII character; "
            "write such characters as %XX, and host names in their xn-- form"
        )
    parts = _URL.fullmatch(url)
    if parts is None:
        return Refusal("the URL has no scheme and host")
    scheme, authority, path, query = parts.groups()
    if scheme.lower() not in _SCHEME_PORTS:
        return Refusal(f"only http and https are asked, not {scheme.lower()}")
    if "@" in authority:
        return Refusal("the URL has a user name or password in it")
    return _target(scheme.lower(), authority, (path or "/") + (query or ""))


def _target(scheme: str, authority: str, resource: str) -> Target | Refusal:
    parts = _BRACKETED.fullmatch(authority) or _NAMED.fullmatch(authority)
    if parts is None:
        return Refusal("the URL's host or port is malformed")
    written, digits = parts.groups()
    if authority.startswith("[") and ":" not in written:
        return Refusal("only an IPv6 address stands in brackets")
    host = _host_of(written)
    if isinstance(host, Refusal):
        return host
    port = int(digits) if digits else _SCHEME_PORTS[scheme]
    if not 0 < port <= MAX_PORT:
        return Refusal(f"there is no port {port}")
    return Target(scheme, host, port, resource)


@lru_cache(_REMEMBERED)
def _host_of(written: str) -> str | Refusal:
    """The one spelling of a host, or why it has none."""
    host = written.lower().removesuffix(".")
    if not host:
        return Refusal("the URL has no host")
    if ":" in host:
        address = _address(host)
        return str(address) if address else Refusal("the host is no IPv6 address")
    if len(host) > MAX_HOST_CHARACTERS:
        return Refusal(f"the host has more than {MAX_HOST_CHARACTERS} characters")
    labels = host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        return Refusal("the host has a label that is empty, too long or of other characters")
    # libcurl and browsers read 127.1, 0x7f000001 and 0177.0.0.1 as addresses; one spelling is
    # enough, and `ipaddress` refuses the leading zeros.
    if _LOOKS_NUMERIC.fullmatch(labels[-1]) and _address(host) is None:
        return Refusal("an IPv4 address is written as four decimal numbers")
    return host


@lru_cache(_REMEMBERED)
def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A zone (fe80::1%eth0) never belongs to a public address.
    return None if getattr(address, "scope_id", None) else address


@lru_cache(_REMEMBERED)
def _network(entry: str) -> IPv4Network | IPv6Network | None:
    try:
        return ipaddress.ip_network(entry.removeprefix("[").removesuffix("]"), strict=False)
    except ValueError:
        return None


def _is_metadata(address: Address) -> bool:
    seen: list[Address] = [address]
    if isinstance(address, IPv6Address):
        seen += carried_ipv4(address)
    return any(one in network for one in seen for network in METADATA)


def _not_public(address: Address) -> str:
    for network, what in SPECIAL:
        if address in network:
            return what
    if isinstance(address, IPv6Address) and address not in UNICAST_IPV6:
        return "outside of IPv6 global unicast (2000::/3)"
    return "" if address.is_global else "not globally routable"


def _is_loopback_name(host: str) -> bool:
    return host in _LOOPBACK_NAMES or host.endswith(".localhost")


def _unicode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _listed(ports: frozenset[int]) -> str:
    return ", ".join(str(port) for port in sorted(ports))
