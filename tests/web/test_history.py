"""The page of versions and their differences."""

import pytest
from django.test import Client

from tests.simulators.people import Cast, new_user, sign_in
from tests.simulators.seen import published_twice
from trustui.accounts.models import Role
from trustui.inventory.text import identity

pytestmark = pytest.mark.django_db


ROOT = identity("root")


@pytest.fixture
def browser() -> tuple[Client, str]:
    watched = published_twice()
    person = new_user("ada", watched.source.team, Role.VIEWER)
    return sign_in(Client(), person), f"/sources/{watched.source.pk}/history/?role={ROOT}"


def test_it_says_what_changed_and_lets_one_step(browser: tuple[Client, str]) -> None:
    client, address = browser
    text = client.get(address).content.decode()
    assert "What changed in <bdi>root</bdi>" in text
    assert "widens trust" in text
    assert 'type="range"' in text
    assert ">Older</a>" in text
    assert " style=" not in text


def test_the_text_stands_on_a_tab_of_its_own(browser: tuple[Client, str]) -> None:
    client, address = browser
    text = client.get(f"{address}&view=text").content.decode()
    assert "<ins>" in text
    assert "widens trust" not in text


def test_htmx_gets_the_comparison_alone(browser: tuple[Client, str]) -> None:
    client, address = browser
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="section" id="compared"')


def test_without_a_role_it_says_which_there_are(browser: tuple[Client, str]) -> None:
    client, address = browser
    text = client.get(address.partition("?")[0]).content.decode()
    assert f'?role={ROOT}"><bdi>root</bdi></a>' in text
    assert "What changed in" not in text
    then = client.get(f"{address.partition('?')[0]}?at=2026-03-02T12:00:00Z").content.decode()
    assert f"?at=2026-03-02T12%3A00%3A00Z&amp;role={ROOT}" in then


def test_of_others_there_is_none(cast: Cast) -> None:
    address = f"/sources/{cast.other.source.pk}/history/"
    assert cast.as_role(Role.VIEWER).get(address).status_code == 404
