"""Where a registry is asked, and the name that people and policies know it by."""

import msgspec

from trustui.core.primitives.text import visible
from trustui.crawl.addresses import Refusal, Target, masked, parse_url

_SCHEMES = {"oci://": "https", "oci+http://": "http"}
FORM = "oci://HOST[:PORT], or oci+http://HOST[:PORT] where it speaks no TLS"


class Where(msgspec.Struct, frozen=True):
    """A registry's one address. `host` is HOST[:PORT] as written, in lower case."""

    host: str
    target: Target

    @property
    def base(self) -> str:
        """What every path of the protocol is put behind."""
        return self.target.url.removesuffix("/")


def recognizes(location: str) -> bool:
    """Whether this names a registry by one of the two prefixes."""
    return location.startswith(tuple(_SCHEMES))


def plain_url(location: str) -> str:
    """The http(s) URL that a location stands for, not judged yet. Raises ValueError."""
    for prefix, scheme in _SCHEMES.items():
        if location.startswith(prefix):
            return f"{scheme}://{location.removeprefix(prefix)}"
    raise ValueError(f"expected {FORM}, found {visible(masked(location), 200)!r}")


def parse_location(location: str) -> Where:
    """Raises ValueError with what was expected and found."""
    url = plain_url(location)
    target = parse_url(url)
    if isinstance(target, Refusal):
        raise ValueError(  # noqa: TRY004  it is the text that has the wrong value
            f"expected {FORM}, found {visible(masked(location), 200)!r}: {target.because}"
        )
    if target.resource != "/" or "#" in url:
        raise ValueError(f"expected {FORM} and nothing behind it, found {visible(location, 200)!r}")
    return Where(url.partition("://")[2].removesuffix("/").lower(), target)
