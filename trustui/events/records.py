"""The record of an event: the exact bytes that the log is made of (docs/events.md)."""

from datetime import UTC, datetime

import msgspec

from trustui.core.primitives.canonical_json import JsonValue, canonical
from trustui.core.primitives.merkle import leaf_hash

MEMBERS = (
    "position", "kind", "at", "actor", "team_id", "source_id", "subject", "reason", "detail",
)  # fmt: skip
"""The columns of an event that its record holds, in the order of `Record`."""


class Record(msgspec.Struct, frozen=True):
    """What the log promises about one event; positions count from 0, times are UTC."""

    position: int
    kind: str
    at: datetime
    actor: str
    team_id: int | None
    source_id: int | None
    subject: str
    reason: str
    detail: JsonValue

    @property
    def members(self) -> dict[str, JsonValue]:
        """The record as a JSON object; `at` to the microsecond."""
        return {
            "actor": self.actor,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z",
            "detail": self.detail,
            "kind": self.kind,
            "position": self.position,
            "reason": self.reason,
            "source": self.source_id,
            "subject": self.subject,
            "team": self.team_id,
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON. Raises ParseError for values that `services.record` never stores."""
        return canonical(self.members)

    @property
    def leaf(self) -> bytes:
        """The RFC 6962 leaf hash. Raises ParseError as `to_bytes` does."""
        return leaf_hash(self.to_bytes())

    def placed_at(self, position: int) -> "Record":
        """The same event at another place of the log."""
        return msgspec.structs.replace(self, position=position)
