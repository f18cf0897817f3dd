"""Registries through the forms of sources: added, chosen from, and given a login that nobody sees again."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from tests.simulators.people import Cast, sign_in
from tests.simulators.port import told
from trustui.accounts.models import Role
from trustui.demo.layout import write_files
from trustui.inventory.credentials import login_of
from trustui.inventory.models import Credential, Source

SECRET = "correct-horse-battery"  # noqa: S105  made up


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The location of a layout that the server may read."""
    write_files(told("crane_controller").files, tmp_path)
    allowed = settings.TRUSTUI.__class__
    changed = {name: getattr(settings.TRUSTUI, name) for name in allowed.__struct_fields__}
    monkeypatch.setattr(settings, "TRUSTUI", allowed(**{**changed, "local_roots": (tmp_path,)}))
    return f"oci-layout:{tmp_path}"


def test_a_layout_is_looked_at_and_then_added(cast: Cast, layout: str) -> None:
    client = cast.as_role(Role.RELEASE_MANAGER)
    looked = client.post("/sources/add/", {"location": layout, "act": "look"})
    assert looked.status_code == 200
    text = looked.content.decode()
    assert "1 repository stand" in text
    assert 'name="repositories"' in text
    assert 'name="fingerprint"' not in text
    form = {
        "location": layout,
        "name": "crane",
        "repositories": "localhost/crane-controller",
        "act": "add",
    }
    added = client.post("/sources/add/", form)
    assert added.status_code == 302
    source = Source.objects.get(name="crane")
    assert (source.kind, source.repositories) == ("oci_layout", ["localhost/crane-controller"])
    assert client.get(f"/sources/{source.pk}/").status_code == 200
    wrong = client.post("/sources/add/", {**form, "name": "again", "repositories": "../x"})
    assert wrong.status_code == 400


def registry(cast: Cast) -> Source:
    source = cast.own.source
    return Source.objects.create(
        team=source.team, name="harbour", kind="oci_registry", location="oci://registry.example",
        location_id="1" * 64, every_seconds=900, created_at=source.created_at,
    )  # fmt: skip


def test_a_login_is_sealed_and_never_shown(cast: Cast) -> None:
    client, source = cast.as_role(Role.RELEASE_MANAGER), registry(cast)
    address = f"/sources/{source.pk}/source/login/"
    form = {"username": "robot", "password": SECRET, "reason": "private"}
    assert client.post(address, form).status_code == 302
    login = login_of(source)
    assert login is not None
    assert login.username == "robot"
    shown = client.get(f"/sources/{source.pk}/source/").content.decode()
    assert "robot" in shown
    assert SECRET not in shown
    assert SECRET.encode() not in bytes(Credential.objects.get(source=source).sealed)
    assert client.post(address, {"reason": "public now"}).status_code == 302
    assert login_of(source) is None


def test_a_login_that_will_not_do_says_why_without_the_secret(cast: Cast) -> None:
    client = cast.as_role(Role.RELEASE_MANAGER)
    refused = client.post(
        f"/sources/{cast.own.source.pk}/source/login/", {"username": "x", "password": SECRET}
    )
    assert refused.status_code == 400
    assert SECRET not in refused.content.decode()
    assert cast.as_role(Role.VIEWER).post(
        f"/sources/{cast.own.source.pk}/source/login/", {"username": "x"}
    ).status_code == 403  # fmt: skip


def test_a_secret_is_not_kept_while_the_person_proves_to_be_that_person(cast: Cast) -> None:
    user = cast.own.administrator
    user.set_password(SECRET[::-1])  # without one there is nothing to prove it by
    user.save()
    client = sign_in(Client(), user, is_fresh=False)
    form = {
        "location": "oci://registry.example", "name": "private", "allow_addresses": "10.0.0.1",
        "username": "robot", "password": SECRET, "act": "add",
    }  # fmt: skip
    answer = client.post("/sources/add/", form)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/")
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert SECRET not in repr(kept)
    assert "robot" in repr(kept)  # the rest waits there
