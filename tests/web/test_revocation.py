"""The page of places of revocation."""

import pytest
from django.test import Client

from tests.simulators.people import Cast, sign_in
from tests.simulators.revocation_store import leaf_at, noted
from tests.simulators.revoking import CRL_URL
from trustui.accounts.models import Role
from trustui.images.models import ImageRepository

pytestmark = pytest.mark.django_db

ADDRESS = "/policies/revocation/"


def own_repository(cast: Cast) -> ImageRepository:
    return ImageRepository.objects.get(source__team=cast.own.team)


def test_it_lists_the_places_of_the_own_team_whole_and_in_part(cast_with_images: Cast) -> None:
    viewer = cast_with_images.as_role(Role.VIEWER)
    assert "No certificate names a place so far" in viewer.get(ADDRESS).content.decode()
    noted(leaf_at(), own_repository(cast_with_images))
    text = viewer.get(ADDRESS).content.decode()
    assert "crl.acme.example" in text
    assert "TRUSTUI_REVOCATION_HOSTS" in text
    part = viewer.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "nobody may be asked" in part
    stranger = sign_in(Client(), cast_with_images.other.administrator)
    assert "nobody may be asked" not in stranger.get(ADDRESS).content.decode()


def test_policies_lead_to_it(cast_with_images: Cast) -> None:
    viewer = cast_with_images.as_role(Role.VIEWER)
    assert ADDRESS in viewer.get("/policies/").content.decode()


def test_an_odd_cursor_is_refused_with_its_reason(cast_with_images: Cast) -> None:
    viewer = cast_with_images.as_role(Role.VIEWER)
    for odd in ("after=odd", "size=0x", "size=\u0661"):
        answer = viewer.get(f"{ADDRESS}?{odd}")
        assert answer.status_code == 400, odd
        assert "xpected" in answer.content.decode()


def test_the_past_says_what_of_it_is_of_now(cast_with_images: Cast) -> None:
    viewer = cast_with_images.as_role(Role.VIEWER)
    text = viewer.get(f"{ADDRESS}?at=2026-11-20T12:30:00Z").content.decode()
    assert "as of now" in text


def test_the_api_tells_the_same(cast_with_images: Cast) -> None:
    viewer = cast_with_images.as_role(Role.VIEWER)
    noted(leaf_at(), own_repository(cast_with_images))
    told = viewer.get("/api/v1/revocation/").json()
    assert [one["address"] for one in told["lines"]] == [CRL_URL]
    assert viewer.get("/api/v1/revocation/?after=odd").status_code == 400
