"""A vendor to change, and a way to tell what one publication changed about a role."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.verified import facts
from trustui.core.diff import Change, compare
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EVERY_VERSION = {"version", "expiry"}

Published = Callable[[str], list[Change]]


@pytest.fixture
def vendor() -> Publisher:
    """Root 2 of 3; `cranes` (2 of 3) and `gate` below targets."""
    plans = {"root": RolePlan(keys=3, threshold=2)}
    repo = Publisher("vendor", START, plans=plans)
    repo.add_delegation("targets", "cranes", keys=3, threshold=2, paths=["cranes/*"])
    repo.add_delegation("targets", "gate", paths=["gate/*"])
    repo.add_target("targets", "SUPPORT.txt", b"two years")
    repo.publish()
    return repo


@pytest.fixture
def publish(vendor: Publisher) -> Published:
    """Publish a day later; gives what changed about a role, but for its number and its date."""

    def changed(role: str) -> list[Change]:
        before = facts(vendor, role)
        vendor.publish(vendor.now + DAY)
        changes = compare(before, facts(vendor, role))
        return [change for change in changes if change.kind not in EVERY_VERSION]

    return changed
