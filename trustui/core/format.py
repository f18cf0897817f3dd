"""What a signature format promises; `registry.FORMATS` lists those there are."""

from collections.abc import Callable

import msgspec

from trustui.core.facts import Document
from trustui.core.trace import Check


class Format(msgspec.Struct, frozen=True):
    """One signature format, as every caller sees it.

    `recognizes` says whether a document looks like this format and never raises. `parse` gives
    facts of type `facts`, or raises ParseError or LimitExceeded and nothing else. `checks` are
    all checks that its verifications may leave as steps, `findings` all further finding ids.
    """

    name: str
    spec: str
    recognizes: Callable[[Document], bool]
    parse: Callable[[Document], msgspec.Struct]
    facts: type[msgspec.Struct]
    checks: tuple[Check, ...]
    findings: tuple[str, ...]
    prefix: str = ""
    """How its ids begin, where that is not its name."""

    @property
    def first_part(self) -> str:
        """The first part of all its ids."""
        return self.prefix or self.name
