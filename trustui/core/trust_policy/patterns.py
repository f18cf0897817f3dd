"""Patterns of identities: regular expressions that must match the whole text.

Cosign finds a pattern anywhere in a name, so that `acme` is met by `acme.evil.example`; here an
expectation says the whole identity, with or without `^` and `$`. The text comes from whoever asked
for a certificate: patterns that could take exponential time on it are refused.
"""

import re

from trustui.core.errors import ParseError
from trustui.core.primitives.text import visible

MAX_PATTERN = 1_000
MAX_TEXT = 2_000
"""Characters of a name that is matched; longer ones match nothing."""

_START, _END = ("^", r"\A"), ("$", r"\z", r"\Z")
_REPEATS = frozenset("*+{")


def check_pattern(pattern: str) -> None:
    """Raises ParseError when the pattern cannot be read, or could take very long."""
    if len(pattern) > MAX_PATTERN:
        raise ParseError(
            "the pattern is too long",
            expected=f"at most {MAX_PATTERN} characters",
            found=f"{len(pattern):,}",
        )
    if _repeats_a_choice(pattern):
        raise ParseError(
            "the pattern repeats a group that has repetitions or alternatives itself: a hostile name "
            "could make it run for hours",
            expected="no repetition of such a group",
            found=visible(pattern, 80),
        )
    try:
        re.compile(_in_python(pattern))
    except re.error as error:
        raise ParseError(
            f"the pattern is no regular expression: {error.msg}", found=visible(pattern, 80)
        ) from error


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches."""
    return len(text) <= MAX_TEXT and re.fullmatch(_in_python(pattern), text) is not None


def is_found_in(pattern: str, text: str) -> bool:
    """Whether the pattern matches some part of the text, as cosign looks for it."""
    return len(text) <= MAX_TEXT and re.search(_in_python(pattern), text) is not None


def is_anchored(pattern: str) -> bool:
    """Whether it says itself that it means the whole text, in both directions."""
    return pattern == ".*" or (pattern.startswith(_START) and _ends_anchored(pattern))


def _ends_anchored(pattern: str) -> bool:
    if not pattern.endswith(_END):
        return False
    return not pattern.endswith(r"\$") or pattern.endswith(r"\\$")


def _in_python(pattern: str) -> str:
    r"""`\z` of Go's expressions is `\Z` in Python's."""
    return re.sub(r"(?<!\\)((?:\\\\)*)\\z", r"\1\\Z", pattern)


def _repeats_a_choice(pattern: str) -> bool:
    """Whether a group is repeated inside of which something is repeated or chosen."""
    outer: list[bool] = []
    inside, in_class, position = False, False, 0
    while position < len(pattern):
        char = pattern[position]
        if char == "\\":
            position += 1
        elif in_class or char == "[":
            in_class = char != "]"
        elif char == "(":
            outer.append(inside)
            inside = False
        elif char == ")" and outer:
            if inside and pattern[position + 1 : position + 2] in _REPEATS:
                return True
            inside = outer.pop() or inside
        elif char in _REPEATS or char == "|":
            inside = True
        position += 1
    return False
