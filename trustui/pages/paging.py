"""Long lists a page at a time, by the last row that was shown: the same cost however deep.

A cursor names the values of the last row in the order of the list. It is opaque to callers and
proves nothing: what it may reach is what the query reaches.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from django.db.models import Model, Q, QuerySet

ROWS = 50
MOST_ROWS = 200
_LONGEST = 4_000

T = TypeVar("T")
M = TypeVar("M", bound=Model)
Value: TypeAlias = int | str | datetime


class PagingError(ValueError):
    """A cursor or a size that cannot be used; the message says what was expected and found."""


class Slice(msgspec.Struct, Generic[T], frozen=True):
    """Some rows of a list, and the cursor of those after them; None: these are the last."""

    rows: list[T]
    after: str | None = None


def sliced(
    query: QuerySet[M, M], order: Sequence[str], after: str | None = None, size: int = ROWS
) -> Slice[M]:
    """The next `size` rows of a query: one statement. Raises PagingError.

    `order` is as `order_by` takes it, such as `("-at", "id")`; its last field makes rows unique,
    and none of its fields is null.
    """
    if not 1 <= size <= MOST_ROWS:
        raise PagingError(f"expected 1 to {MOST_ROWS} rows, found {size}")
    if after:
        query = query.filter(beyond(order, read_cursor(after, len(order))))
    rows = list(query.order_by(*order)[: size + 1])
    if len(rows) <= size:
        return Slice(rows)
    return Slice(rows[:size], write_cursor([_value(rows[size - 1], name) for name in order]))


def size_of(text: str | None) -> int:
    """From `?size=`. Raises PagingError."""
    if not text:
        return ROWS
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_ROWS))):
        raise PagingError(f"size: expected 1 to {MOST_ROWS}, found {text[:20]!r}")
    return max(1, min(int(text), MOST_ROWS))


def write_cursor(values: Sequence[Value]) -> str:
    """Text for `?after=`."""
    plain = [{"t": value.isoformat()} if isinstance(value, datetime) else value for value in values]
    packed = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    # As `json.loads` reads bytes; escaped, a name would be too long for an address.
    return base64.urlsafe_b64encode(packed.encode(errors="surrogatepass")).decode().rstrip("=")


def read_cursor(text: str, fields: int) -> list[Value]:
    """The values of a cursor. Raises PagingError."""
    wrong = PagingError("after: expected what a list gave as its next page, found something else")
    if len(text) > _LONGEST:
        raise wrong
    try:
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
        values = [_read_value(one) for one in found]
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise wrong from error
    if len(values) != fields:
        raise wrong
    return values


def _read_value(found: Any) -> Value:
    if isinstance(found, dict):
        return datetime.fromisoformat(found["t"]).astimezone(UTC)
    if isinstance(found, str) and "\0" not in found:
        return found
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63:
        return found
    raise TypeError


def beyond(order: Sequence[str], values: Sequence[Value]) -> Q:
    """Rows after these values: `a > x or (a = x and (b > y or …))`, its first field bounded alone.

    The bound is redundant, and what lets a database start in the middle of an index.
    """

    def later(rest: Q | None, pair: tuple[str, Value]) -> Q:
        name, value = pair
        field, comparison = (name[1:], "lt") if name.startswith("-") else (name, "gt")
        past = Q(**{f"{field}__{comparison}": value})
        return past if rest is None else past | (Q(**{field: value}) & rest)

    pairs = list(zip(order, values, strict=True))
    first, value = pairs[0]
    bound = {f"{first[1:]}__lte": value} if first.startswith("-") else {f"{first}__gte": value}
    whole: Q | None = reduce(later, reversed(pairs), None)
    assert whole is not None  # an order has at least one field
    return Q(**bound) & whole


def _value(row: Model, name: str) -> Value:
    found: Any = row
    for part in name.removeprefix("-").split("__"):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]
