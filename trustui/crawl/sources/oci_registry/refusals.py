"""Answers of a registry that bring nothing, as Problems that say so in words.

Distribution specification 1.1, "Error Codes". The words of the registry are shown cut and quoted.
"""

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.limits import JsonLimits
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import visible
from trustui.crawl.fetch import Reply

NOT_FOUND, FORBIDDEN, UNAUTHORIZED, METHOD_NOT_ALLOWED = 404, 403, 401, 405
UNKNOWN_REPOSITORY = "NAME_UNKNOWN"
UNSUPPORTED = "UNSUPPORTED"
_MAX_WORDS = 160


class Said(msgspec.Struct, frozen=True):
    """The first error that an answer names, or "" for both where it names none."""

    code: str = ""
    message: str = ""


def error_of(reply: Reply) -> Said:
    """What the body says in the form of the specification."""
    try:
        value = load(reply.body, JsonLimits(max_bytes=len(reply.body))).value
    except ParseError:
        return Said()
    errors = value.get("errors") if isinstance(value, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return Said()
    code, message = first.get("code"), first.get("message")
    return Said(_text(code, 40), _text(message, _MAX_WORDS))


def problem_of(reply: Reply) -> Problem:
    """Why there is nothing: ABSENT for what the registry says is not there, and for nothing else."""
    said = error_of(reply)
    words = ": ".join(part for part in (said.code, said.message) if part)
    because = f"it answered {reply.status}" + (f", {words}" if words else "")
    if reply.status == FORBIDDEN:
        because += ": who asks may not see whether it is there"
    kind = ProblemKind.ABSENT if reply.status == NOT_FOUND else ProblemKind.UNREADABLE
    return Problem(reply.location, kind, because)


def _text(value: object, limit: int) -> str:
    return visible(value, limit) if isinstance(value, str) else ""
