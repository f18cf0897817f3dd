"""What a policy would do before it is set."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.images import NOW
from tests.simulators.notation_policies import STORE, document, give_store, statement
from tests.simulators.port import Port
from trustui.demo.images.trust import PUBLIC_KEY, TRUSTED_ROOT
from trustui.demo.images.trust import policies as text_of_policies
from trustui.events.models import Event
from trustui.pages.images.proposing import MOST_QUERIES, Draft, Proposal, proposal
from trustui.policies.image_policies import set_policy
from trustui.policies.models import ImagePolicyVersion

BY_KEY = {"key": PUBLIC_KEY, "trusted_root": TRUSTED_ROOT}


def written(*patterns: str, **expected: Any) -> bytes:
    required = [{"of": [{**BY_KEY, **expected}]}]
    return json.dumps(
        {"version": 1, "policies": [{"repositories": list(patterns), "require": required}]}
    ).encode()


def proposed(
    port: Port, body: bytes, name: str = "policies.json", language: str = "expectations"
) -> Proposal:
    return proposal(port.viewer, port.now, Draft(port.team.pk, name, language, body))


def test_nothing_is_stored(suite: Port) -> None:
    before = ImagePolicyVersion.objects.count(), Event.objects.count()
    proposed(suite, written("*"))
    assert (ImagePolicyVersion.objects.count(), Event.objects.count()) == before


def test_a_next_version_shows_what_it_covers_no_more_and_what_changes_in_the_text(
    suite: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        found = proposed(suite, written("localhost/other"))
    assert (found.refused, found.seen, found.covers) == ("", 1, 0)
    assert found.replaces is not None
    assert (found.replaces.policy_id, found.replaces.set_by) == (suite.policy.policy_id, "alice")
    (lost,) = found.lost
    assert (lost.full_name, lost.after) == ("localhost/terminal-suite", "not covered")
    assert lost.before == "policies.json by localhost/terminal-suite"
    assert (found.gained, found.altered) == ((), ())
    assert found.text is not None
    assert {line.kind for line in found.text} >= {"ins", "del"}
    assert {one.name for one in found.materials} == {PUBLIC_KEY, TRUSTED_ROOT}


def test_a_policy_of_another_name_takes_over_where_it_is_more_specific(suite: Port) -> None:
    everywhere = proposed(suite, written("*"), "another")
    assert (everywhere.seen, everywhere.replaces, everywhere.text) == (0, None, ())
    assert (everywhere.covers, everywhere.gained) == (0, ())
    same = proposed(suite, written("localhost/terminal-suite"), "another")
    assert same.covers == 0  # the older one counts


def test_a_repository_that_nobody_covered_is_gained(bare: Port) -> None:
    found = proposed(bare, written("localhost/*"), "another")
    (gained,) = found.gained
    assert (gained.before, gained.after) == ("not covered", "another by localhost/*")
    assert found.rules[0].covers[0].full_name == "localhost/port-simulator"


def test_what_is_asked_otherwise_of_the_same_repository_is_told(suite: Port) -> None:
    found = proposed(suite, written("localhost/terminal-suite"))
    assert [one.full_name for one in found.altered] == ["localhost/terminal-suite"]
    assert (found.gained, found.lost, found.covers) == ((), (), 1)


def test_a_policy_that_is_not_in_force_any_more_is_replaced_from_nothing(bare: Port) -> None:
    ImagePolicyVersion.objects.filter(pk=bare.policy.pk).update(is_current=False)
    found = proposed(bare, written("localhost/*"))
    assert (found.seen, found.replaces) == (0, None)
    assert found.covers == 1


@pytest.mark.parametrize(
    ("body", "name", "because"),
    [
        (text_of_policies(), "policies.json", "says this already, since version 1"),
        (written("*", key="nobody.pub"), "policies.json", "is no material of the team"),
        (written("*"), "a\u202eb", "expected a name"),
        (written("*"), "x" * 201, "expected a name"),
        (written("*"), "a\0b", "expected a name"),
    ],
)
def test_why_it_cannot_be_set_is_told_with_what_it_means(
    suite: Port, body: bytes, name: str, because: str
) -> None:
    found = proposed(suite, body, name)
    assert because in found.refused
    assert found.is_readable


@pytest.mark.parametrize(
    "body", [b"{", b"{}", b"[]", b'{"version": 2}', b"\xff", b"\0", b"9" * 5_000, b""]
)
@pytest.mark.parametrize("language", ["expectations", "notation", "klingon"])
def test_a_text_that_is_no_policy_says_why(suite: Port, body: bytes, language: str) -> None:
    found = proposed(suite, body, language=language)
    assert found.refused
    assert not found.is_readable
    assert not found.has_lints


def test_without_a_name_a_text_is_only_read(suite: Port) -> None:
    loose = {"identity_regexp": "acme", "issuer": "https://a.example", "log": "ignored"}
    required = [{"of": [loose]}]
    text = {
        "version": 1,
        "policies": [{"repositories": ["registry.example/*"], "require": required}],
    }
    found = proposed(suite, json.dumps(text).encode(), "")
    assert (found.refused, found.seen) == ("", 0)
    assert found.has_lints
    assert {one.id for one in found.lints} == {
        "policy.lint.unanchored_pattern",
        "policy.lint.log_not_required",
    }


def test_a_trust_policy_of_notation_is_proposed_with_its_statements_and_stores(bare: Port) -> None:
    body = document(statement("port", "localhost/port-simulator", level="audit"))
    refused = proposed(bare, body, "trustpolicy", "notation")
    assert STORE in refused.refused
    assert refused.statements[0].stores[0].problem
    give_store(bare.team, NOW - timedelta(hours=1))
    found = proposed(bare, body, "trustpolicy", "notation")
    assert found.refused == ""
    assert [one.full_name for one in found.gained] == ["localhost/port-simulator"]
    assert found.gained[0].after == "trustpolicy, port by localhost/port-simulator"
    assert found.statements[0].covers[0].full_name == "localhost/port-simulator"
    assert found.has_lints
    assert found.lints == ()


def test_of_two_policies_for_everything_the_older_one_keeps_what_it_has(bare: Port) -> None:
    set_policy(
        team=bare.team, name="everything", language="expectations", body=written("*"), by=None,
        by_name="alice", reason="until there is a better one", now=NOW - timedelta(hours=1),
    )  # fmt: skip
    found = proposed(bare, written("*"), "another")
    assert (found.covers, found.gained) == (0, ())
