"""The formats there are, one line each; explicit, so that a broken one fails loudly."""

from trustui.core.formats import tuf

FORMATS = (tuf.FORMAT,)
