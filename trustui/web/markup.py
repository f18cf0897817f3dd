"""Mark-up written in Python: what is not mark-up yet is escaped where it is put in.

As `django.utils.html` does it, in a third of the time: nothing here waits to be translated, so that
no argument has to be asked whether it does.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString

_SPECIAL = re.compile("[&<>\"']").search


def escaped(told: object) -> SafeString:
    """Of anything but mark-up the text, with `&`, `<`, `>` and both quotes as entities."""
    if type(told) is not str:
        if hasattr(told, "__html__"):
            return SafeString(told.__html__())
        told = str(told)
    return SafeString(escape(told) if _SPECIAL(told) else told)


def filled(form: str, *cells: object) -> SafeString:
    """Mark-up with these in its places, each `escaped`."""
    return SafeString(form.format(*map(escaped, cells)))


def joined(between: str, form: str, rows: Iterable[Sequence[object]]) -> SafeString:
    """Mark-up `filled` with each of the rows, one after another; `between` is mark-up too."""
    return SafeString(between.join(filled(form, *row) for row in rows))


def composed(form: str, *cells: SafeString) -> SafeString:
    """Mark-up of mark-up: the types say so, and nothing looks again."""
    return SafeString(form.format(*cells))
