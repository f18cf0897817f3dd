"""Findings as verifying leaves them, on days after `watched.START`."""

from tests.simulators.watched import DAY, START
from trustui.inventory.models import Source
from trustui.inventory.text import identity
from trustui.verdicts.models import Finding


def plant(source: Source, check: str, severity: str, day: int, gone: int | None = None) -> None:
    """One about `role-<day>`, first seen on that day and repaired on day `gone`."""
    since = START + day * DAY
    Finding.objects.create(
        source=source,
        check_id=check,
        on=f"role-{day}",
        on_id=identity(f"role-{day}"),
        severity=severity,
        because="two \u202e roles",
        first_seen_at=since,
        last_seen_at=since,
        gone_at=None if gone is None else START + gone * DAY,
    )
