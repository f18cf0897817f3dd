from typing import Any

import pytest

from tests.simulators.image_repository import read
from trustui.core.trace import Chain, Outcome
from trustui.core.trust_policy.expectations import Expectation, expectation_of
from trustui.core.trust_policy.given import Given, give_trust, judge_flags


def given(**members: Any) -> Given:
    return give_trust(expectation_of(members), read, Chain("policy", "policy"))


def outcomes(found: Given) -> list[str]:
    return [step.outcome.value for step in found.steps]


def test_a_key_is_read() -> None:
    found = given(key="key.pub")
    assert outcomes(found) == ["passed", "passed", "noted"]
    assert found.trust.key is not None
    assert found.trust.timestamp_authorities == ()


def test_files_of_authorities_are_read() -> None:
    found = given(
        identity="a",
        issuer="b",
        certificate_chain="chain.pem",
        timestamp_certificate_chain="tsa.pem",
        trusted_root="trusted_root.json",
    )
    assert outcomes(found) == ["passed", "noted", "passed"]
    assert len(found.trust.roots) == len(found.trust.intermediates) == 1
    assert [one.uri for one in found.trust.timestamp_authorities] == [
        "https://tsa.acme.example",
        "",
    ]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, "nothing"),
        ({"identity": "a"}, "no issuer"),
        ({"issuer": "b"}, "no identity"),
        ({"key": "key.pub", "identity": "a", "issuer": "b"}, "both"),
    ],
)
def test_somebody_must_be_named(members: dict[str, str], found: str) -> None:
    step = given(**members).steps[0]
    assert (step.outcome, step.found) == (Outcome.FAILED, found)


@pytest.mark.parametrize(("name", "check"), [("key", 1), ("trusted_root", 2), ("ca_roots", 2)])
@pytest.mark.parametrize("file", ["broken", "missing"])
def test_a_file_that_cannot_be_used_fails_its_step(name: str, check: int, file: str) -> None:
    found = given(**{"key": "key.pub", name: file})
    assert found.steps[check].outcome is Outcome.FAILED
    assert found.broken_by == found.steps[check].check
    assert found.trust.key is None


def test_pem_files_go_with_the_tag_format_only() -> None:
    pems = Expectation(certificate_chain="chain.pem")
    assert judge_flags(pems, is_bundle=True).outcome is Outcome.FAILED
    assert judge_flags(pems, is_bundle=False).outcome is Outcome.PASSED
