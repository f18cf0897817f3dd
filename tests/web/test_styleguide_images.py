"""What the style guide shows of images and policies is there in each of its states."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from trustui.core.oci.places import PlaceState
from trustui.pages.images.answer import PlaceLine
from trustui.pages.images.revocation import RevocationPage
from trustui.web.styleguide_images import HOSTILE, image_components

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def text(signed_in: Client) -> str:
    return signed_in.get("/styleguide/").content.decode()


def test_each_answer_of_a_place_is_among_them() -> None:
    places = image_components(NOW)["places"]
    assert isinstance(places, tuple)
    assert all(isinstance(one, PlaceLine) for one in places)
    assert len({one.word for one in places}) == len(PlaceState)


def test_places_of_revocation_are_known_unknown_and_in_trouble() -> None:
    authorities = image_components(NOW)["authorities"]
    assert isinstance(authorities, RevocationPage)
    assert {one.sign for one in authorities.lines} == {"unknown", "soon", "ok"}


@pytest.mark.parametrize(
    "words",
    [
        "nobody may be asked",
        "3 failures in a row",
        "overridden",
        "trusts nobody: ",
        "every repository that no other statement names",
        "The identity that comes closest",
        "Applies to ",
        'id="missed-head"',
        "TrustuiSourceFailing",
        'class="strip"',
    ],
)
def test_the_page_has_what_came_with_images_and_policies(text: str, words: str) -> None:
    assert words in text


def test_a_hostile_name_is_among_them_and_does_nothing(text: str) -> None:
    assert HOSTILE.startswith("<script>")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
