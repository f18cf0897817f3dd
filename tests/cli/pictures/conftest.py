"""Styles, and a vendor to draw."""

from datetime import UTC, datetime

import pytest

from trustui.cli.terminal import Style
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def plain() -> Style:
    return Style()


@pytest.fixture(params=[80, 120])
def style(request: pytest.FixtureRequest) -> Style:
    """Without colour, at both widths that are promised."""
    return Style(width=request.param)


@pytest.fixture
def vendor() -> Publisher:
    """`cranes` (2 of 3) below targets with `firmware` below it, and `gate`, terminating."""
    plans = {"targets": RolePlan(keys=2, threshold=2)}
    repo = Publisher("vendor", START, plans=plans, meta_hashes=True)
    repo.add_delegation("targets", "cranes", keys=3, threshold=2, paths=["cranes/*", "cranes/*/*"])
    repo.add_delegation("cranes", "firmware", paths=["cranes/firmware/*"])
    repo.add_delegation("targets", "gate", paths=["gate/*"], terminating=True)
    repo.add_target("firmware", "cranes/firmware/4.1.bin", b"4.1")
    repo.publish()
    return repo
