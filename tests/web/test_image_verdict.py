"""The page of a verdict of an artefact: the same template as any verdict's."""

import pytest
from django.test import Client

from tests.simulators.people import sign_in
from tests.simulators.port import make_port
from trustui.accounts.models import User
from trustui.verdicts.models import ArtefactVerdict

pytestmark = pytest.mark.django_db


def test_page_part_text_and_json_are_given() -> None:
    port = make_port("terminal_suite")
    client = sign_in(Client(), User.objects.get(pk=port.viewer.user_id))
    row = ArtefactVerdict.objects.get(digest=port.digest("7.3.0-rc1"))
    address = f"/images/{port.repository_id}/verdicts/{row.pk}/"
    answer = client.get(address)
    assert "verdict/show.html" in {one.name for one in answer.templates}
    text = answer.content.decode()
    for told in (
        "Nearest miss",
        "Places looked at",
        "bundle.identity",
        "JSON, as",
        "Images</bdi></a>",
    ):
        assert told in text
    part = client.get(address, headers={"HX-Request": "true"}).content
    assert b"<html" not in part
    assert b'id="waterfall"' in part
    assert "First check that does not hold" in client.get(f"{address}text/").content.decode()
    assert client.get(f"{address}json/").json()["trust_state"] == "failing"
    assert client.get(f"{address}?every=1").status_code == 200
    stranger = sign_in(Client(), User.objects.get(pk=port.stranger.user_id))
    for one in (address, f"{address}text/", f"{address}json/"):
        assert stranger.get(one).status_code == 404
