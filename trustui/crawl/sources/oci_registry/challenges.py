"""What a registry says in `WWW-Authenticate`: which credentials it wants, and where to get a token.

Sources: RFC 9110 §11.6.1 (grammar), RFC 7617 (Basic), RFC 6750 §3 and the distribution project's token
specification (Bearer with realm, service and scope). The text is a stranger's: what does not fit the
grammar as a whole is refused, so that no two readers can differ about it.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from trustui.core.errors import LimitExceeded, ParseError

MAX_CHALLENGES = 10
MAX_CHARACTERS = 8_192
"""Of all fields together; honest ones have a few hundred."""

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SEPARATORS = re.compile(r"[ \t]*(?:,[ \t]*)*")
_PARAMETER = re.compile(
    rf'({_WORD})[ \t]*=[ \t]*(?:({_WORD})|"((?:[^"\\]|\\.)*)")(?=[ \t]*(?:,|$))'
)
_SCHEME = re.compile(rf"({_WORD})(?: +|(?=[ \t]*(?:,|$)))")
_TOKEN_68 = re.compile(r"[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))")
_ESCAPED = re.compile(r"\\(.)")
_PLAIN = re.compile(r"[\t\x20-\x7e]*")


class Challenge(msgspec.Struct, frozen=True):
    """One way to answer. The scheme and the names of parameters are in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenges(fields: Sequence[str]) -> tuple[Challenge, ...]:
    """Every challenge of an answer, in order. Raises ParseError, LimitExceeded among it."""
    if sum(len(field) for field in fields) > MAX_CHARACTERS:
        raise LimitExceeded(f"WWW-Authenticate has more than {MAX_CHARACTERS:,} characters")
    found: list[tuple[str, dict[str, str]]] = []
    for field in fields:
        if not _PLAIN.fullmatch(field):
            raise ParseError("WWW-Authenticate has control or non-ASCII characters")
        found += _challenges_of(field)
        if len(found) > MAX_CHALLENGES:
            raise LimitExceeded(f"WWW-Authenticate has more than {MAX_CHALLENGES} challenges")
    return tuple(Challenge(scheme, parameters) for scheme, parameters in found)


def _challenges_of(text: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    at = _skip(text, 0)
    while at < len(text):
        parameter = _PARAMETER.match(text, at)
        if parameter is not None:
            if not found:
                raise ParseError("WWW-Authenticate begins with a parameter of no challenge")
            _add(found[-1][1], parameter)
            at = _skip(text, parameter.end())
            continue
        scheme = _SCHEME.match(text, at)
        if scheme is None:
            raise ParseError("WWW-Authenticate does not follow its grammar")
        found.append((scheme[1].lower(), {}))
        at = scheme.end()
        token = None if _PARAMETER.match(text, at) else _TOKEN_68.match(text, at)
        at = _skip(text, token.end() if token else at)
    return found


def _skip(text: str, at: int) -> int:
    match = _SEPARATORS.match(text, at)
    return at if match is None else match.end()


def _add(parameters: dict[str, str], match: "re.Match[str]") -> None:
    name, plain, escaped = match.groups()
    if name.lower() in parameters:
        raise ParseError(f"a challenge names {name.lower()[:40]} twice")
    parameters[name.lower()] = _ESCAPED.sub(r"\1", escaped) if plain is None else plain
