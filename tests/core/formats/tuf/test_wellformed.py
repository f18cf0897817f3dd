"""Single values at the borders of what is well-formed."""

from typing import Any

import pytest

from trustui.core.formats.tuf.wellformed import (
    FRAME,
    SHAPE,
    Envelope,
    judge_expires,
    judge_spec_version,
    judge_succinct,
    judge_threshold,
    judge_threshold_reachable,
    judge_type,
    judge_version,
)
from trustui.core.trace import Outcome


def envelope(type_: str = "targets", **signed: Any) -> Envelope:
    return Envelope({"signed": signed, "signatures": []}, False, type_)


@pytest.mark.parametrize("text", ["1.0", "1.0.0", "1.0.34", "1.999999.0", "01.0"])
def test_versions_of_the_specification_that_are_read(text: str) -> None:
    assert judge_spec_version(envelope(spec_version=text)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "1.0.0.0",
        "0.9.0",
        "2.0.0",
        "10.0.0",
        "1" * 5_000 + ".0",
        "v1.0",
        "1.0-rc1",
        "1..0",
        " 1.0",
        "\u0661.0",
        None,
        1.0,
        1,
        ["1.0"],
    ],
)
def test_versions_of_the_specification_that_are_refused(value: object) -> None:
    assert judge_spec_version(envelope(spec_version=value)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (1, Outcome.PASSED),
        (2**53 + 1, Outcome.PASSED),
        (10**3_999, Outcome.PASSED),
        (0, Outcome.FAILED),
        (-1, Outcome.FAILED),
        (True, Outcome.FAILED),
        (1.0, Outcome.FAILED),
        ("1", Outcome.FAILED),
        (None, Outcome.FAILED),
        ([1], Outcome.FAILED),
    ],
)
def test_a_version_is_an_integer_above_zero(value: object, outcome: Outcome) -> None:
    assert judge_version(envelope(version=value)).outcome is outcome


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("2030-01-01T00:00:00Z", Outcome.PASSED),
        ("9999-12-31T23:59:59Z", Outcome.PASSED),
        ("2030-01-01T00:00:00.5Z", Outcome.NOTED),
        ("10000-01-01T00:00:00Z", Outcome.FAILED),
        (None, Outcome.FAILED),
        (0, Outcome.FAILED),
    ],
)
def test_an_expiry_is_a_utc_time_of_one_form(value: object, outcome: Outcome) -> None:
    assert judge_expires(envelope(expires=value)).outcome is outcome


@pytest.mark.parametrize("found", ["Root", "ROOT", "", None, 5, ["root"]])
def test_the_type_is_exactly_the_role(found: object) -> None:
    assert judge_type(envelope("root", _type=found)).outcome is Outcome.FAILED


def roles(**role: Any) -> Envelope:
    return envelope("root", roles={"root": {"keyids": ["a", "b"], **role}})


@pytest.mark.parametrize(
    ("threshold", "positive", "reachable"),
    [
        (1, Outcome.PASSED, Outcome.PASSED),
        (2, Outcome.PASSED, Outcome.PASSED),
        (3, Outcome.PASSED, Outcome.NOTED),
        (0, Outcome.FAILED, Outcome.PASSED),
        (-1, Outcome.FAILED, Outcome.PASSED),
        (True, Outcome.FAILED, Outcome.PASSED),
        (1.0, Outcome.FAILED, Outcome.PASSED),
        ("1", Outcome.FAILED, Outcome.PASSED),
        (None, Outcome.FAILED, Outcome.PASSED),
    ],
)
def test_a_threshold_is_an_integer_above_zero_and_at_most_the_number_of_keys(
    threshold: object, positive: Outcome, reachable: Outcome
) -> None:
    case = roles(threshold=threshold)
    assert judge_threshold(case).outcome is positive
    assert judge_threshold_reachable(case).outcome is reachable


@pytest.mark.parametrize(
    ("bits", "outcome"),
    [
        (1, Outcome.PASSED),
        (32, Outcome.PASSED),
        (0, Outcome.FAILED),
        (33, Outcome.FAILED),
        (True, Outcome.FAILED),
        ("8", Outcome.FAILED),
        (10**100, Outcome.FAILED),
    ],
)
def test_bins_have_one_to_32_bits(bits: object, outcome: Outcome) -> None:
    case = envelope(delegations={"succinct_roles": {"bit_length": bits}})
    assert judge_succinct(case).outcome is outcome


def test_a_number_of_bins_is_told() -> None:
    case = envelope(delegations={"succinct_roles": {"bit_length": 14}})
    assert judge_succinct(case).because == "16,384 bins of 14 bits"


def test_every_type_has_its_rows_and_each_check_one_clause() -> None:
    assert set(SHAPE) == {"root", "timestamp", "snapshot", "targets"}
    clauses: dict[str, set[str]] = {}
    for check, _ in (*FRAME, *(row for rows in SHAPE.values() for row in rows)):
        clauses.setdefault(check.id, set()).add(check.spec)
    assert {len(specs) for specs in clauses.values()} == {1}
