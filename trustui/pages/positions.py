"""Positions in the lists of `inventory.listing`, as the cursors of pages carry them."""

import re
from datetime import datetime
from typing import Any, TypeAlias

from trustui.pages.paging import MOST_ROWS, PagingError, read_cursor

Kind: TypeAlias = type[int] | type[str] | type[datetime]
_DIGEST = re.compile(r"[0-9a-f]{64}")


def read_position(after: str | None, *kinds: Kind) -> tuple[Any, ...] | None:
    """The values that the next page begins after; None for the first page. Raises PagingError.

    Each is of its kind; text is a SHA-256 in lower-case hexadecimal, as all listings have it.
    """
    if not after:
        return None
    values = read_cursor(after, len(kinds))
    for value, kind in zip(values, kinds, strict=True):
        if not isinstance(value, kind) or (isinstance(value, str) and not _DIGEST.fullmatch(value)):
            raise PagingError(
                "after: expected what this list gave as its next page, found that of another"
            )
    return tuple(values)


def checked_size(size: int) -> int:
    """The same, where a page may have so many rows. Raises PagingError."""
    if not 1 <= size <= MOST_ROWS:
        raise PagingError(f"expected 1 to {MOST_ROWS} rows, found {size}")
    return size
