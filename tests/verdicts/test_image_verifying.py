"""What a team expects, held against an artefact. No database."""

import json
import zlib
from datetime import timedelta

import pytest

from tests.simulators.expecting import document
from tests.simulators.image_repository import (
    ANYBODY,
    BY_KEY,
    NAME,
    Repository,
    files,
    sign_tag,
)
from tests.simulators.imaged import START
from trustui.core.trace import TrustState
from trustui.core.trust_policy.languages import EXPECTATIONS
from trustui.demo.images.certifying import SIGNED
from trustui.demo.images.repository import image
from trustui.demo.images.stack import Json
from trustui.demo.images.tag_format import TagPlan
from trustui.policies.trust import Material, PolicyInForce, TeamTrust
from trustui.verdicts.image_verifying import Draft, Verifier, inherited


def trust(wanted: Json, *names: str, pattern: str = NAME) -> TeamTrust:
    policy = PolicyInForce(
        1, 1, "images", 3, "alice", START, "why", EXPECTATIONS,
        EXPECTATIONS.parse(document((pattern, wanted))),
    )  # fmt: skip
    made = files()
    materials = {name: Material(name, 2, "", name, made[name], "alice", "why") for name in names}
    return TeamTrust(1, (policy,), materials)


def draft(team: TeamTrust, plan: TagPlan | None, at: object = SIGNED) -> Draft:
    repository = Repository()
    digest = image(repository)
    if plan is not None:
        sign_tag(repository, digest, plan)
    found = Verifier(team)(NAME, digest, repository.ask, at)  # type: ignore[arg-type]
    assert isinstance(found, Draft)
    return found


def test_a_draft_says_by_which_versions_it_was_judged() -> None:
    one = draft(trust(BY_KEY, "key.pub"), TagPlan())
    assert (one.state, one.first_failing, one.nearest) == (TrustState.VERIFIED, "", "")
    assert one.trust.rests_on(one.applied) == {
        "policy": "images",
        "version": 3,
        "pattern": NAME,
        "materials": {"key.pub": 2},
    }
    assert json.loads(zlib.decompress(one.packed))["trust_state"] == "verified"


def test_a_material_that_is_not_there_fails_and_says_so() -> None:
    one = draft(trust(BY_KEY), TagPlan())
    assert (one.state, one.first_failing) == (TrustState.FAILING, "policy.key_readable")
    assert one.trust.rests_on(one.applied)["materials"] == {}


def test_what_time_did_is_told_between_two_instants() -> None:
    wanted = {**ANYBODY, "log": "ignored", "sct": "ignored"}
    one = draft(trust(wanted, "trusted_root.json"), TagPlan(with_certificate=True))
    assert one.valid_until is not None
    later = draft(
        trust(wanted, "trusted_root.json"),
        TagPlan(with_certificate=True),
        SIGNED + timedelta(days=1),
    )
    assert later.state is TrustState.FAILING
    (told,) = later.what_time_did(SIGNED)
    assert " was valid until " in told
    assert later.what_time_did(later.at) == ()


@pytest.mark.parametrize(
    ("plan", "index", "state"),
    [
        (None, "sha256:" + "0" * 64, TrustState.INHERITED),
        (None, "", TrustState.NOT_SIGNED),
        (TagPlan(), "sha256:" + "0" * 64, TrustState.VERIFIED),
    ],
)
def test_only_what_is_not_signed_itself_inherits(
    plan: TagPlan | None, index: str, state: TrustState
) -> None:
    assert inherited(draft(trust(BY_KEY, "key.pub"), plan), index) is state
