"""A vendor with a spare root key, a shared key and three delegations."""

from datetime import UTC, datetime

import pytest

from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def vendor_with(*, meta_hashes: bool) -> Publisher:
    """Root 2 of 3, targets 2 of 2; `cranes` (2 of 3) above `firmware` (1 of 1); bins `lists`."""
    plans = {"root": RolePlan(keys=3, threshold=2), "targets": RolePlan(keys=2, threshold=2)}
    repo = Publisher("vendor", START, plans=plans, meta_hashes=meta_hashes)
    repo.add_delegation("targets", "cranes", keys=3, threshold=2, paths=["cranes/*"])
    repo.add_delegation("cranes", "firmware", paths=["cranes/firmware/*"])
    repo.add_delegation("targets", "lists", paths=["lists/*"])
    repo.delegate_hash_bins("lists", bit_length=2, prefix="list", keys=2)
    repo.publish()
    return repo


@pytest.fixture
def vendor() -> Publisher:
    """Its snapshot and timestamp pin hashes."""
    return vendor_with(meta_hashes=True)


@pytest.fixture
def loose() -> Publisher:
    """Its snapshot and timestamp pin versions only."""
    return vendor_with(meta_hashes=False)
