"""The pages of what is expected of images."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.simulators.people import sign_in
from tests.simulators.port import make_port
from trustui.accounts.models import Membership, Role, User
from trustui.policies.models import TrustMaterial

pytestmark = pytest.mark.django_db


def test_policies_versions_and_material_are_told_to_their_team() -> None:
    port = make_port("port_simulator")
    client = sign_in(Client(), User.objects.get(pk=port.viewer.user_id))
    stranger = sign_in(Client(), User.objects.get(pk=port.stranger.user_id))
    assert "1 repository is not covered" in client.get("/policies/").content.decode()
    assert "policies.json" not in stranger.get("/policies/").content.decode()
    material = TrustMaterial.objects.filter(team=port.team)[0]
    for address in (f"/policies/{port.policy.policy_id}/", f"/policies/material/{material.pk}/"):
        assert client.get(address).status_code == 200
        assert stranger.get(address).status_code == 404
    shown = f"/policies/{port.policy.policy_id}/?version="
    assert client.get(f"{shown}1").status_code == 200
    for odd in ("2", "x", "-1", "9" * 30, "\u0661"):
        assert client.get(f"{shown}{odd}").status_code == 404


def test_what_no_policy_covers_leads_whoever_may_to_setting_one() -> None:
    port = make_port("port_simulator")
    user = User.objects.get(pk=port.viewer.user_id)
    client = sign_in(Client(), user)
    pages = (
        f"/images/{port.repository_id}/",
        f"/images/{port.repository_id}/artefacts/{port.digest('')}/",
    )
    for role, may in ((Role.RELEASE_MANAGER, True), (Role.VIEWER, False)):
        Membership.objects.filter(user=user).update(role=role)
        for page in pages:
            text = client.get(page).content.decode()
            assert ('href="/policies/set/">Set a policy' in text) is may


def test_where_no_repository_was_seen_none_is_said_to_be_covered(signed_in: Client) -> None:
    text = signed_in.get("/policies/").content.decode()
    assert "No repository of images was seen yet" in text
    assert "is covered" not in text


def test_a_version_of_material_leads_to_the_others() -> None:
    port = make_port("port_simulator")
    client = sign_in(Client(), User.objects.get(pk=port.viewer.user_id))
    first = TrustMaterial.objects.filter(team=port.team).order_by("pk")[0]
    first_id, number = first.pk, first.number
    TrustMaterial.objects.filter(pk=first_id).update(is_current=False)
    first.pk, first.number, first.replaces_id = None, number + 1, first_id
    first.set_at += timedelta(minutes=1)
    first.save()
    text = client.get(f"/policies/material/{first_id}/").content.decode()
    assert f'<a href="/policies/material/{first.pk}/">A newer version</a> is in force.' in text
    assert f'<a href="/policies/material/{first.pk}/">Version {number + 1}</a>' in text
    newer = client.get(f"/policies/material/{first.pk}/").content.decode()
    assert "is in force." not in newer
    assert f'<a href="/policies/material/{first_id}/">Version {number}</a>' in newer


def test_a_policy_answers_what_applies_to_an_image_whole_and_in_part() -> None:
    port = make_port("terminal_suite")
    client = sign_in(Client(), User.objects.get(pk=port.viewer.user_id))
    address = f"/policies/{port.policy.policy_id}/"
    page = client.get(f"{address}?reference=localhost/terminal-suite:7.2.0").content.decode()
    assert "applies to localhost/terminal-suite." in page
    assert "<html" in page
    part = client.get(f"{address}?part=1", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "7.2.0" in part
    other = client.get(f"{address}?part=4").content.decode()
    assert "7.3.0-rc1" not in other
    for odd in ("reference=%00x", "reference=http://a.example/b", "after=odd", "size=0x"):
        assert client.get(f"{address}?{odd}").status_code == 400, odd
    for odd in ("part=99999999999", "part=x", "part=0", "part=\u0661"):
        assert client.get(f"{address}?{odd}").status_code == 200, odd


def test_a_policy_is_tried_without_being_stored() -> None:
    port = make_port("port_simulator")
    client = sign_in(Client(), User.objects.get(pk=port.viewer.user_id))
    assert client.get("/policies/lint/").status_code == 200
    wrong = client.post("/policies/lint/", {"policy": "{}<script>"})
    assert wrong.status_code == 400
    assert b"{}<script>" not in wrong.content
    loose = (
        '{"version": 1, "policies": [{"repositories": ["*"], "require": [{"of": '
        '[{"identity_regexp": "acme", "issuer": "https://a.example"}]}]}]}'
    )
    told = client.post("/policies/lint/", {"policy": loose}).content.decode()
    assert "may not mean what was meant" in told
    assert client.get("/policies/").content.decode().count("policies.json") >= 1
