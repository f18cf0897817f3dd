"""The pages of images as people get them."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests.simulators.people import sign_in
from tests.simulators.port import Port, make_port
from trustui.accounts.models import User
from trustui.images.models import ImageRepository, ImageSignature

pytestmark = pytest.mark.django_db
HOSTILE = "</title><script>alert(1)</script>\u202e"


@pytest.fixture(scope="module")
def suite(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Port]:
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_port("terminal_suite")
        transaction.set_rollback(True)


@pytest.fixture
def client(suite: Port) -> Client:
    return sign_in(Client(), User.objects.get(pk=suite.viewer.user_id))


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def addresses(port: Port) -> dict[str, str]:
    digest = port.digest("7.2.0")
    row = ImageSignature.objects.filter(subject_digest=digest).select_related(
        "manifest", "identity"
    )[0]
    assert row.identity is not None
    at = f"/images/{port.repository_id}/"
    return {
        "registry": f"/sources/{port.told.source.pk}/",
        "images": "/images/",
        "repository": at,
        "artefact": f"{at}artefacts/{digest}/",
        "graph": f"{at}artefacts/{digest}/graph.svg",
        "tag": f"{at}tags/{port.told.tag('7.2.0').pk}/?digest={digest}",
        "signature": f"{at}signatures/{row.manifest.digest}/{row.position}/",
        "manifest": f"{at}manifests/{digest}/bytes/",
        "content": f"{at}contents/{row.content_digest}/bytes/",
        "identities": "/identities/",
        "identity": f"/identities/{row.identity.identity_id}/",
    }


def test_every_page_is_there_for_its_team_and_for_no_other(suite: Port, client: Client) -> None:
    stranger = sign_in(Client(), User.objects.get(pk=suite.stranger.user_id))
    for name, address in addresses(suite).items():
        assert client.get(address).status_code == 200, name
        expected = 200 if name in {"images", "identities"} else 404
        answer = stranger.get(address)
        assert answer.status_code == expected, name
        assert b"terminal-suite" not in answer.content, name


def test_a_part_is_given_to_htmx_alone(suite: Port, client: Client) -> None:
    for name in ("registry", "images", "repository", "tag", "identities"):
        part = client.get(addresses(suite)[name], headers={"HX-Request": "true"}).content
        assert b"<html" not in part, name
        assert part.strip(), name


def test_the_answer_is_the_title(suite: Port, client: Client) -> None:
    there = addresses(suite)
    assert "Verified: signed by https://git.quayline.example/" in text_of(client, there["artefact"])
    assert "1 tag fails, 3 of 4 tags verified" in text_of(client, there["registry"])
    assert "It was valid all that time." in text_of(client, there["tag"])


def test_the_head_follows_the_list_when_htmx_asks_for_that_alone(client: Client) -> None:
    narrowed = "/images/?text=nothing-is-called-so"
    whole = client.get(narrowed).content.decode()
    part = client.get(narrowed, headers={"HX-Request": "true"}).content.decode()
    head = re.compile(r'<header class="page-head" id="images-head".*?</header>', re.DOTALL)
    (of_page,), (of_part,) = head.findall(whole), head.findall(part)
    assert of_part.replace(' hx-swap-oob="true"', "") == of_page
    assert "hx-swap-oob" not in of_page


def test_what_cannot_be_asked_is_told(suite: Port, client: Client) -> None:
    there = addresses(suite)
    for name in ("registry", "images", "repository", "identity", "identities"):
        assert client.get(f"{there[name]}?after=nonsense").status_code == 400, name
    tag = there["tag"].partition("?")[0]
    assert "this is no digest" in text_of(client, f"{tag}?digest=nonsense", 400).lower()
    assert (
        client.get(f"/images/{suite.repository_id}/artefacts/sha512:{'0' * 64}/").status_code == 404
    )
    assert client.get("/images/999999/").status_code == 404


def test_hostile_names_stay_text(suite: Port, client: Client) -> None:
    ImageRepository.objects.update(full_name=f"localhost/{HOSTILE}", because=HOSTILE)
    there = addresses(suite)
    for name in ("registry", "images", "repository", "artefact", "tag", "signature"):
        text = text_of(client, there[name])
        assert "<script>alert(1)" not in text, name
        assert "\u202e" not in text, name


def test_bytes_are_a_file_that_no_browser_runs(suite: Port, client: Client) -> None:
    for name in ("manifest", "content"):
        answer = client.get(addresses(suite)[name])
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_picture_is_a_file_of_its_own(suite: Port, client: Client) -> None:
    text = text_of(client, addresses(suite)["graph"])
    assert text.startswith("<svg xmlns")
    assert "<a " not in text
