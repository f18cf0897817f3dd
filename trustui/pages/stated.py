"""What publishers state beside the specification: when a role is signed anew, whose a key is.

tuf-on-ci writes both into its metadata. Only documents that name them are read.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from trustui.core.diff.signers import KEY_OWNER
from trustui.core.formats.tuf.states import SIGNING_PERIOD, renewal_begins
from trustui.core.limits import MIB
from trustui.core.primitives.text import visible
from trustui.inventory import sql
from trustui.inventory.models import Blob
from trustui.pages.keeping import Remembered
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

LARGEST = MIB
"""Bytes of a document that is looked into; what tuf-on-ci writes is far smaller."""
REMEMBERED = 8_192
"""Documents, of which each process remembers what they state."""
FEW = 64
"""Roles and keys of a document that is remembered: most state nothing at all."""
_MARK = b"x-tuf-on-ci-"
_OWNER = 60


class Stated(msgspec.Struct, frozen=True):
    """Of one document. Periods are whatever it wrote; owners are fit to be shown."""

    period: object = None
    periods: Mapping[str, object] = {}
    """By role, where a root states them."""
    owners: Mapping[str, str] = {}
    """By key id."""


NOTHING = Stated()


class _Signed(msgspec.Struct):
    signing_period: Any = msgspec.field(default=None, name=SIGNING_PERIOD)
    roles: Any = None
    keys: Any = None
    delegations: Any = None


class _Document(msgspec.Struct):
    signed: _Signed


_DECODER = msgspec.json.Decoder(_Document)


def stated(blob_ids: Collection[int]) -> dict[int, Stated]:
    """By blob id; `NOTHING` of documents that state nothing. One query, none once it is known."""
    return _known.each(blob_ids, _stated)


def _stated(blob_ids: tuple[int, ...]) -> dict[int, Stated]:
    rows = _marked.rows(chosen=LARGEST, about=(blob_ids,))
    return dict.fromkeys(blob_ids, NOTHING) | {one.id: read(bytes(one.body)) for one in rows}


_known: Remembered[int, Stated] = Remembered(
    REMEMBERED, lambda one: len(one.periods) + len(one.owners) <= FEW
)


class _Body(msgspec.Struct, frozen=True):
    id: int
    body: Any


def _that_hold_mark(
    _: Viewer, __: Moment, largest: int, blob_ids: Collection[int]
) -> "QuerySet[Blob]":
    return Blob.objects.filter(holds_mark(), pk__in=blob_ids, size__lte=largest)


def read(body: bytes) -> Stated:
    """What a document states; nothing where it cannot be read."""
    try:
        signed = _DECODER.decode(body).signed
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        return NOTHING
    roles = _object(signed.roles)
    keys = _object(signed.keys) or _object(_object(signed.delegations).get("keys"))
    return Stated(
        period=signed.signing_period,
        periods={name: _object(one).get(SIGNING_PERIOD) for name, one in roles.items()},
        owners={
            keyid: visible(owner, _OWNER)
            for keyid, one in keys.items()
            if isinstance(owner := _object(one).get(KEY_OWNER), str) and owner
        },
    )


def signing_begins(own: Stated, root: Stated, role: str, expires: datetime) -> datetime | None:
    """When a role is to be signed anew (UTC): as its document states it, else as its root does."""
    period = root.periods.get(role) if own.period is None else own.period
    return renewal_begins(period, expires)


def holds_mark() -> RawSQL:
    """The condition of a blob to name anything of it, where a statement joins blobs once."""
    column = f"{sql.table(Blob)}.body"
    text = f"position(%s::bytea in {column})" if sql.is_postgresql() else f"instr({column}, %s)"
    return RawSQL(f"{text} > 0", [_MARK], output_field=BooleanField())  # noqa: S611  names of the model


_marked = KeptQuery(_that_hold_mark, _Body.__struct_fields__, _Body)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
