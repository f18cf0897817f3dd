"""The page of a role."""

import pytest

from tests.simulators.people import Cast
from trustui.accounts.models import Role
from trustui.inventory.text import identity

pytestmark = pytest.mark.django_db


def test_it_is_shown_whole_or_in_part(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    address = f"/sources/{cast.own.source.pk}/roles/{cast.own.examples['role_id']}/"
    text = client.get(address).content.decode()
    assert "As <bdi>root</bdi> trusts it" in text
    assert "v<bdi>1</bdi>" in text
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="section" id="versions"')
    assert client.get(f"{address}?after=x").status_code == 400
    then = client.get(f"{address}?at=2026-03-03T00:00:00Z").content.decode()
    assert "history/?at=2026-03-03T00%3A00%3A00Z&amp;role=" in then
    assert "history/?role=" in text


def test_what_cannot_be_signed_any_more_is_red(cast: Cast) -> None:
    address = f"/sources/{cast.own.source.pk}/roles/{identity('timestamp')}/"
    text = cast.as_role(Role.VIEWER).get(address).content.decode()
    assert '<span class="is-bad">cannot sign</span>' in text
    assert "<span>Who signed v<bdi>1</bdi></span>" in text


def test_of_others_there_is_none(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    address = f"/sources/{cast.other.source.pk}/roles/{cast.own.examples['role_id']}/"
    assert client.get(address).status_code == 404
    own = f"/sources/{cast.own.source.pk}/roles/{'0' * 64}/"
    assert client.get(own).status_code == 404
