"""Verify anything, as a page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.simulators.kept import made_once
from tests.simulators.metadata_server import serving
from tests.simulators.people import HIDDEN_NAME, Cast, new_user, sign_in
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.accounts.models import Role
from trustui.inventory.models import Crawl
from trustui.pages import verifying

pytestmark = pytest.mark.django_db


@pytest.fixture
@made_once
def watched() -> Watched:
    found = Watched(vendor(), name="vendor-updates")
    found.crawl(START + DAY)
    return found


@pytest.fixture
def client_of(watched: Watched) -> Client:
    return sign_in(Client(), new_user("olive", watched.source.team, Role.ON_CALL))


def test_the_box_is_empty_at_first(client_of: Client) -> None:
    text = client_of.get("/verify/").content.decode()
    assert "<h1>Verify anything</h1>" in text
    assert 'enctype="multipart/form-data"' in text


def test_an_error_text_is_explained_from_a_link_too(client_of: Client) -> None:
    text = client_of.get("/verify/", {"q": "timestamp.json is expired"}).content.decode()
    assert "<h1>The timestamp has expired" in text
    assert "/help/checks/tuf.timestamp.freeze.expired/" in text


def test_a_text_that_nobody_says_leads_to_the_search(client_of: Client) -> None:
    text = client_of.post("/verify/", {"text": "segmentation <b>fault"}).content.decode()
    assert "No known client says it like this" in text
    assert "/search/?q=segmentation%20%3Cb%3Efault" in text


def test_a_text_that_nobody_says_stays_in_the_box(client_of: Client) -> None:
    text = client_of.post("/verify/", {"text": "segmentation <b>fault"}).content.decode()
    assert ">segmentation &lt;b&gt;fault</textarea>" in text
    assert "recognised: python-tuf, go-tuf, tuf-js, notation, cosign" in text


def test_a_text_with_hidden_characters_does_not_come_back(client_of: Client) -> None:
    text = client_of.post("/verify/", {"text": "segmentation \u202efault"}).content.decode()
    assert "\u202e" not in text
    assert "></textarea>" in text


def test_an_image_is_looked_for_by_its_reference(client_of: Client) -> None:
    answer = client_of.post("/verify/", {"text": "registry.example/team/app:1.0"})
    assert answer.status_code == 302
    assert answer.headers["location"] == "/search/?q=registry.example%2Fteam%2Fapp%3A1.0"


def test_a_dropped_file_is_told(watched: Watched, client_of: Client) -> None:
    body = watched.repo.document("timestamp", 1)
    file = SimpleUploadedFile("timestamp.json", body, "application/json")
    text = client_of.post("/verify/", {"text": "", "file": file}).content.decode()
    assert "<h1>Timestamp v1, expired</h1>" in text
    assert "These very bytes are known." in text
    assert "1 of 1 needed, 1 may sign" in text


def test_bytes_that_are_no_metadata_name_their_check(client_of: Client) -> None:
    text = client_of.post("/verify/", {"text": '{"signed": {}}'}).content.decode()
    assert "no TUF metadata as it must be" in text
    assert "/help/checks/tuf.meta.type/" in text


def test_a_digest_goes_to_the_search(client_of: Client) -> None:
    answer = client_of.get("/verify/", {"q": f"sha256:{'ab' * 32}"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/search/?q={'ab' * 32}"


def test_a_private_key_is_never_shown_again(client_of: Client) -> None:
    text = client_of.post(
        "/verify/",
        {"text": "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ\n-----END PRIVATE KEY-----"},
    ).content.decode()
    assert "This is a private key" in text
    assert "MC4CAQAwBQ" not in text


def test_a_broken_key_is_told_as_such(client_of: Client) -> None:
    text = client_of.post(
        "/verify/", {"text": "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----"}
    ).content.decode()
    assert "holds no public key" in text


# Locations


def test_a_link_asks_nobody(client_of: Client) -> None:
    text = client_of.get("/verify/", {"q": "https://updates.example/"}).content.decode()
    assert "A place that is not crawled yet" in text
    assert "Ask it now" in text


def test_a_private_address_is_refused_whatever_a_source_allows(
    watched: Watched, client_of: Client
) -> None:
    with serving({}, frozenset()) as served:
        watched.source.allow_addresses = ["127.0.0.1"]
        watched.source.location = f"{served}/"
        watched.source.save()
        answer = client_of.post("/verify/", {"text": f"{served}/"})
    assert answer.status_code == 400
    assert "may not be asked" in answer.content.decode()


def test_a_known_place_leads_to_its_verdict(watched: Watched, client_of: Client) -> None:
    text = client_of.get("/verify/", {"q": watched.source.location}).content.decode()
    assert "This place is <bdi>vendor-updates</bdi>" in text
    assert f"/verdicts/{watched.verdicts[-1].pk}/" in text


def test_a_known_folder_is_told_from_the_store_and_not_read(
    watched: Watched, client_of: Client
) -> None:
    watched.source.location = "/srv/metadata"
    watched.source.save()
    before = Crawl.objects.count()
    answer = client_of.post("/verify/", {"text": "/srv/metadata"})
    assert answer.status_code == 200
    assert "This place is" in answer.content.decode()
    assert Crawl.objects.count() == before


def test_an_unknown_folder_is_refused(client_of: Client) -> None:
    answer = client_of.post("/verify/", {"text": "/etc/passwd"})
    assert answer.status_code == 400


def test_who_may_not_crawl_may_not_have_a_place_asked(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).post("/verify/", {"text": "https://updates.example/"})
    assert answer.status_code == 403


def test_a_place_of_another_team_is_no_known_place(cast: Cast) -> None:
    location = cast.other.source.location
    text = cast.as_role(Role.ON_CALL).get("/verify/", {"q": location}).content.decode()
    assert "A place that is not crawled yet" in text
    assert f"{HIDDEN_NAME}-team" not in text


def test_when_others_wait_already_it_says_so(client_of: Client) -> None:
    for _ in range(verifying.AT_ONCE):
        assert verifying._turns.acquire(blocking=False)
    try:
        answer = client_of.post("/verify/", {"text": "https://updates.example/"})
    finally:
        for _ in range(verifying.AT_ONCE):
            verifying._turns.release()
    assert answer.status_code == 503
    assert "Try again" in answer.content.decode()


def test_in_the_past_nobody_is_asked(client_of: Client) -> None:
    answer = client_of.post("/verify/?at=2026-03-04T00:00:00Z", {"text": "https://a.example/"})
    assert answer.status_code == 409
