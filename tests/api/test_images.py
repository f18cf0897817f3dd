"""Images for programs: the same values as the pages."""

import pytest
from django.test import Client

from tests.simulators.people import sign_in
from tests.simulators.port import make_port
from trustui.accounts.models import User
from trustui.images.models import ImageSignature
from trustui.policies.models import TrustMaterial
from trustui.verdicts.models import ArtefactVerdict

pytestmark = pytest.mark.django_db


def test_every_resource_is_told_to_its_team_alone() -> None:
    port = make_port("terminal_suite")
    client = sign_in(Client(), User.objects.get(pk=port.viewer.user_id))
    stranger = sign_in(Client(), User.objects.get(pk=port.stranger.user_id))
    digest = port.digest("7.3.0-rc1")
    row = ImageSignature.objects.select_related("manifest", "identity").get(subject_digest=digest)
    verdict = ArtefactVerdict.objects.get(digest=digest)
    material = TrustMaterial.objects.filter(team=port.team)[0]
    assert row.identity is not None
    at = f"/api/v1/images/{port.repository_id}/"
    told = {
        address: client.get(address)
        for address in (
            at,
            f"{at}tags/{port.told.tag('7.3.0-rc1').pk}/?digest={digest}",
            f"{at}artefacts/{digest}/",
            f"{at}artefacts/{digest}/graph/",
            f"{at}artefacts/{digest}/verdicts/",
            f"{at}verdicts/{verdict.pk}/",
            f"{at}verdicts/{verdict.pk}/trace/",
            f"{at}signatures/{row.manifest.digest}/{row.position}/",
            f"/api/v1/identities/{row.identity.identity_id}/",
            f"/api/v1/policies/{port.policy.policy_id}/?version=1",
            f"/api/v1/material/{material.pk}/",
        )
    }
    for address, answer in told.items():
        assert answer.status_code == 200, address
        assert stranger.get(address).status_code == 404, address
    assert told[f"{at}verdicts/{verdict.pk}/"].json()["nearest"]["check"] == "bundle.identity"
    assert told[f"{at}verdicts/{verdict.pk}/trace/"].json()["trust_state"] == "failing"
    assert told[f"{at}artefacts/{digest}/"].json()["places"][0]["place"] == "referrers interface"


def test_lists_are_narrowed_and_of_ones_own_team() -> None:
    port = make_port("terminal_suite")
    client = sign_in(Client(), User.objects.get(pk=port.viewer.user_id))
    stranger = sign_in(Client(), User.objects.get(pk=port.stranger.user_id))
    for address, name in (("images", "lines"), ("identities", "lines"), ("policies", "policies")):
        assert client.get(f"/api/v1/{address}/").json()[name], address
        assert stranger.get(f"/api/v1/{address}/").json()[name] == [], address
    assert client.get("/api/v1/images/?text=nothing").json()["lines"] == []
    assert len(client.get("/api/v1/identities/?text=contractor").json()["lines"]) == 1
    narrowed = client.get(f"/api/v1/images/{port.repository_id}/?state=failing").json()
    assert [one["tag"] for one in narrowed["lines"]] == ["7.3.0-rc1"]
    assert client.get("/api/v1/images/?after=nonsense").status_code == 400
    policy = f"/api/v1/policies/{port.policy.policy_id}/"
    asked = client.get(f"{policy}?reference=localhost/terminal-suite:1&part=1&size=2").json()
    assert [one["applies"] for one in asked["asked"]["parts"]] == [True, False, False, False]
    assert len(asked["images"]["lines"]) == 2
    assert client.get(f"{policy}?part=4").json()["images"]["lines"] == []
    assert client.get(f"{policy}?after=nonsense").status_code == 400
