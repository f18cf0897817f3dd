"""The rules for certificates that no vector shows."""

from dataclasses import replace

import pytest

from tests.simulators.notation_signer import LEAF, SIGNS_TIME, certificates, world
from trustui.core.formats.notation.profile import (
    code_signing_problem,
    time_stamping_problem,
    tolerated,
)
from trustui.demo.images.certifying import Wish, issue


def test_no_chain_is_a_problem_and_tolerates_nothing() -> None:
    found = code_signing_problem(())
    assert found is not None
    assert found.because == "there is no certificate"
    assert tolerated(()) == ""


def test_a_chain_whose_extensions_cannot_be_read_is_refused() -> None:
    odd = issue(replace(LEAF, extensions=(("2.5.29.31", b"\x05\x00", False),)), None)
    found = code_signing_problem(certificates(odd))
    assert found is not None
    assert "extensions cannot be read" in found.because


def test_timestamps_are_for_whom_they_are_made() -> None:
    assert time_stamping_problem(certificates(world().stamp_signer, world().stamp_root)) is None


@pytest.mark.parametrize(
    "wish",
    [
        replace(SIGNS_TIME, purposes=("code",)),
        replace(SIGNS_TIME, purposes=("time", "code")),
        replace(SIGNS_TIME, purposes=None),
        replace(SIGNS_TIME, purposes_critical=False),
        replace(SIGNS_TIME, usages=None),
    ],
    ids=["for code", "for both", "for nothing", "not critical", "no key usage"],
)
def test_timestamps_are_signed_by_nobody_else(wish: Wish) -> None:
    chain = certificates(world().stamp_root.issue(wish), world().stamp_root)
    assert time_stamping_problem(chain) is not None


def test_the_key_usage_of_a_timestamp_authority_need_not_be_critical() -> None:
    wish = replace(SIGNS_TIME, usages_critical=False)
    chain = certificates(world().stamp_root.issue(wish), world().stamp_root)
    assert time_stamping_problem(chain) is None
