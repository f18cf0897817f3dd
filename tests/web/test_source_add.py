"""Adding a source: looked at first, then added with the root that a person confirms."""

from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.simulators.people import Cast, sign_in
from tests.simulators.watched import vendor
from trustui.accounts.models import Role
from trustui.core.primitives.digests import sha256
from trustui.demo.layout import write_files
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.jobs.models import Job

REPO = vendor("a new vendor")
ROOT = REPO.document("root", 1)
ADD = "/sources/add/"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder of metadata that the server may read."""
    write_files(REPO.metadata, tmp_path)
    allowed = msgspec.structs.replace(settings.TRUSTUI, local_roots=(tmp_path,))
    monkeypatch.setattr(settings, "TRUSTUI", allowed)
    return str(tmp_path)


@pytest.fixture
def mira(cast: Cast) -> Client:
    return cast.as_role(Role.ADMINISTRATOR)


def given(place: str, **more: object) -> dict[str, object]:
    return {"act": "add", "location": place, "name": "new", "every_seconds": "900", **more}


def test_a_place_is_looked_at_before_anything_is_stored(place: str, mira: Client) -> None:
    assert "Look at it" in mira.get(f"{ADD}?location=x").content.decode()
    text = mira.post(ADD, given(place, act="look")).content.decode()
    assert "Is this root the right one?" in text
    assert sha256(ROOT) in text
    assert "directory" in text
    assert not Source.objects.filter(location=place).exists()


def test_a_place_that_does_not_answer_is_told_and_may_be_added(
    place: str, tmp_path: Path, mira: Client
) -> None:
    (tmp_path / "empty").mkdir()
    empty = f"{place}/empty"
    text = mira.post(ADD, given(empty, act="look")).content.decode()
    assert "does not answer as a repository does" in text
    assert "o first root: no such file" in text
    mira.post(ADD, given(empty))
    assert Source.objects.get(location=empty).anchor is None


def test_it_is_added_with_the_root_whose_fingerprint_is_confirmed(
    cast: Cast, place: str, mira: Client
) -> None:
    answer = mira.post(
        ADD, given(place, pin="fingerprint", fingerprint=sha256(ROOT), reason="their web page")
    )
    source = Source.objects.select_related("anchor").get(name="new")
    assert answer.headers["Location"] == f"/sources/{source.pk}/source/"
    assert source.anchor is not None
    assert (source.anchor.sha256, source.anchor.origin) == (sha256(ROOT), "confirmed")
    assert source.team == cast.own.team
    assert Job.objects.filter(kind="crawl", key=str(source.pk)).exists()
    told = Event.objects.filter(source_id=source.pk).order_by("id").values_list("kind", flat=True)
    assert list(told) == ["source.added", "anchor.confirmed"]


def test_it_is_added_with_a_root_from_a_file(place: str, mira: Client) -> None:
    root = SimpleUploadedFile("root.json", ROOT)
    mira.post(ADD, given(place, pin="file", root=root, reason="from the vendor's hands"))
    anchor = Source.objects.select_related("anchor").get(name="new").anchor
    assert anchor is not None
    assert anchor.origin == "file"


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"location": "ftp://x.example/"}, "may not be asked"),
        ({"location": "/etc"}, "TRUSTUI_LOCAL_ROOTS"),
        ({"name": ""}, "xpected a name of 1 to 200 characters"),
        ({"every_seconds": "soon"}, "xpected the seconds between crawls"),
        ({"pin": "fingerprint", "fingerprint": "0" * 64, "reason": "x"}, "with SHA-256 0000"),
        ({"pin": "fingerprint", "fingerprint": "0" * 64}, "needs a reason"),
        ({"pin": "file", "reason": "x"}, "found no file"),
        ({"team": "0"}, "one of the teams"),
        ({"branch": "main"}, "xpected a branch for a git repository"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_cannot_be_added_is_told_and_nothing_is_stored(
    place: str, mira: Client, wrong: dict[str, object], because: str
) -> None:
    answer = mira.post(ADD, {**given(place), **wrong})
    assert answer.status_code == 400
    assert because in answer.content.decode()
    assert not Source.objects.filter(name="new").exists()


def test_each_act_of_the_form_needs_its_permission(cast: Cast, place: str) -> None:
    manager = cast.as_role(Role.RELEASE_MANAGER)
    assert "Whom to trust" not in manager.post(ADD, given(place, act="look")).content.decode()
    pinned = given(place, pin="fingerprint", fingerprint=sha256(ROOT), reason="x")
    assert manager.post(ADD, pinned).status_code == 403
    assert manager.post(ADD, given(place, allow_addresses="10.0.0.1")).status_code == 403
    assert not Source.objects.filter(name="new").exists()
    assert manager.post(ADD, given(place)).status_code == 302


def test_pinning_asks_for_the_password_again(cast: Cast, place: str) -> None:
    client = sign_in(Client(), cast.own.administrator, is_fresh=False)
    pinned = given(place, pin="fingerprint", fingerprint=sha256(ROOT), reason="x")
    assert client.post(ADD, pinned).headers["Location"].startswith("/account/")
    assert not Source.objects.filter(name="new").exists()
