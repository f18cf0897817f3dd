"""Whom the vendor of the demo world signs as."""

from datetime import UTC, datetime

from trustui.core.trust_policy.policies import lint_policies, parse_policies
from trustui.core.trusted_root import parse_trusted_root
from trustui.demo.images.trust import (
    certify,
    first_stack,
    in_service_since,
    policies,
    second_stack,
    trusted_root,
)

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


def test_the_second_trusted_root_knows_both_authorities_and_the_same_logs() -> None:
    before = parse_trusted_root(trusted_root(NOW, rotated=False))
    after = parse_trusted_root(trusted_root(NOW, rotated=True))
    assert len(before.certificate_authorities) == 1
    assert after.certificate_authorities[:1] == before.certificate_authorities
    assert len(after.certificate_authorities) == 2
    assert (after.logs, after.timestamp_authorities) == (before.logs, before.timestamp_authorities)


def test_the_services_are_older_than_the_world() -> None:
    since = in_service_since(NOW)
    assert since.year == 2024
    assert first_stack(since) is first_stack(since)
    assert first_stack(since).authority != second_stack(since).authority


def test_a_seed_gives_the_same_certificate() -> None:
    stack = first_stack(in_service_since(NOW))
    one, same = (certify(stack, "https://a.example/b", NOW, "seed") for _ in range(2))
    assert one.der == same.der
    assert certify(stack, "https://a.example/b", NOW, "other").der != one.der


def test_the_policies_say_where_they_waive_the_log() -> None:
    assert {one.id for one in lint_policies(parse_policies(policies()))} == {
        "policy.lint.log_not_required"
    }
