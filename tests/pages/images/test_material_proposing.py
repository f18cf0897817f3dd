"""What trust material would be before it is given."""

import json
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.images import NOW
from tests.simulators.notation_policies import STORE, give_store
from tests.simulators.notation_signer import world
from tests.simulators.port import Port
from trustui.demo.images.trust import PUBLIC_KEY, TRUSTED_ROOT, public_key, trusted_root
from trustui.images.models import FollowedRoot
from trustui.pages.images.material_proposing import (
    MOST_QUERIES,
    MaterialDraft,
    MaterialProposal,
    material_proposal,
)
from trustui.policies.models import TrustMaterial


def proposed(port: Port, body: bytes, name: str) -> MaterialProposal:
    return material_proposal(port.viewer, port.now, MaterialDraft(port.team.pk, name, body))


def test_a_next_root_shows_what_it_adds_and_takes_away(
    suite: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    less = json.loads(trusted_root(NOW, rotated=True))
    less["tlogs"] = []
    with django_assert_max_num_queries(MOST_QUERIES):
        found = proposed(suite, json.dumps(less).encode(), TRUSTED_ROOT)
    assert (found.refused, found.kind, found.seen) == ("", "Sigstore trusted root", 1)
    assert {one.line.kind for one in found.held if one.change} == {"transparency log"}
    assert {one.change for one in found.held} == {"", "removed"}
    assert found.used_by == ("policies.json",)
    assert found.rests == 1
    assert found.text
    assert TrustMaterial.objects.filter(team=suite.team).count() == 2


def test_a_new_store_holds_its_certificates_and_nothing_rests_on_it(suite: Port) -> None:
    found = proposed(suite, world().root.pem, STORE)
    assert (found.refused, found.seen, found.replaces) == ("", 0, None)
    assert [(one.line.title, one.change) for one in found.held] == [
        ("CN=root,O=Acme,ST=WA,C=US", "")
    ]
    assert (found.used_by, found.rests, found.text) == ((), 0, ())


def test_another_certificate_in_a_store_stands_beside_the_one_that_goes(suite: Port) -> None:
    give_store(suite.team, NOW - timedelta(hours=1))
    found = proposed(suite, world().stamp_root.pem, STORE)
    assert [one.change for one in found.held] == ["added", "removed"]


@pytest.mark.parametrize(
    ("body", "name", "because"),
    [
        (b"", PUBLIC_KEY, "a public key (PEM or DER)"),
        (b"\xff\xfe", PUBLIC_KEY, "a public key (PEM or DER)"),
        (b"{}", TRUSTED_ROOT, "no Sigstore trusted root"),
        (public_key(NOW), PUBLIC_KEY, "is this already"),
        (public_key(NOW), TRUSTED_ROOT, "expected another Sigstore trusted root"),
        (public_key(NOW), "a\0b", "expected a name"),
        (public_key(NOW), "\u202e", "expected a name"),
    ],
)
def test_what_cannot_be_given_says_why(suite: Port, body: bytes, name: str, because: str) -> None:
    assert because in proposed(suite, body, name).refused


def test_bytes_without_a_name_are_only_looked_at(suite: Port) -> None:
    found = proposed(suite, public_key(NOW), "")
    assert (found.refused, found.kind, found.seen) == ("", "public key", 0)


def test_it_is_told_that_a_followed_root_will_be_replaced_again(suite: Port) -> None:
    FollowedRoot.objects.create(
        team=suite.team, material=TRUSTED_ROOT, source=suite.told.source,
        path="trusted_root.json", begun_by_name="alice", begun_at=NOW, reason="as agreed",
    )  # fmt: skip
    found = proposed(suite, trusted_root(NOW, rotated=False), TRUSTED_ROOT)
    assert found.follows == f"trusted_root.json of {suite.told.source.name}"
