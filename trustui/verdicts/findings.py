"""What verifications noticed, from when to when."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from trustui.core.trace import Finding as Noticed
from trustui.inventory import sql
from trustui.inventory.models import NAME
from trustui.inventory.text import identity, storable
from trustui.verdicts.conclusions import Conclusion
from trustui.verdicts.models import Finding

MAX_FINDINGS = 1_000
"""Of one source at one time: a hostile repository may give cause for millions."""
MAX_BECAUSE = 2_000

_VERSION = re.compile(r" v(\d+|an integer of more than 40 digits)")

_COLUMNS = (
    "source", "check_id", "on", "on_id", "severity", "because", "first_seen_at", "last_seen_at",
)  # fmt: skip
_STILL_SO = (
    "ON CONFLICT (source_id, check_id, on_id) WHERE gone_at IS NULL DO UPDATE SET"
    ' "on" = excluded."on", severity = excluded.severity, because = excluded.because,'
    " last_seen_at = excluded.last_seen_at"
)

Key: TypeAlias = tuple[int, str, str]
"""Source, check, and what it is about."""


def keep_findings(conclusions: Sequence[Conclusion], now: datetime) -> None:
    """Open what is new, carry on what is still so, close what is gone; three statements at most."""
    noticed = {key: one for conclusion in conclusions for key, one in _noticed(conclusion)}
    _open_or_carry_on(noticed, now)
    open_ones = Finding.objects.filter(
        source__in=[one.source_id for one in conclusions], gone_at=None
    )
    gone = [
        pk
        for pk, *key in open_ones.values_list("pk", "source_id", "check_id", "on_id")
        if tuple(key) not in noticed
    ]
    if gone:
        Finding.objects.filter(pk__in=gone).update(gone_at=now)


def _noticed(conclusion: Conclusion) -> Iterator[tuple[Key, Noticed]]:
    for one in conclusion.trace.findings[:MAX_FINDINGS]:
        yield (conclusion.source_id, one.id, identity(subject(one.on))), one


def subject(on: str) -> str:
    """What a finding is about without its version: root v14 and root v15 may have one fault."""
    return _VERSION.sub("", on)


def _open_or_carry_on(noticed: Mapping[Key, Noticed], now: datetime) -> None:
    sql.insert(
        Finding,
        _COLUMNS,
        [
            (
                *(source_id, check, storable(one.on, NAME), about, one.severity.value),
                *(storable(one.because, MAX_BECAUSE), now, now),
            )
            for (source_id, check, about), one in sorted(noticed.items(), key=_by_key)
        ],
        _STILL_SO,
    )


def _by_key(item: tuple[Key, Noticed]) -> Key:
    return item[0]
