"""Giving trust material in the browser: looked at first, then given as it was looked at."""

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client

from tests.simulators.images import NOW
from tests.simulators.notation_policies import STORE, give_store
from tests.simulators.notation_signer import world
from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import Role
from trustui.core.primitives.digests import sha256
from trustui.demo.images.trust import public_key
from trustui.events.models import Event
from trustui.policies.materials import set_material
from trustui.policies.models import TrustMaterial
from trustui.web.material_setting import PASTED
from trustui.web.policy_setting import MOST_TEXT

pytestmark = pytest.mark.django_db

LOOK, SET = "/policies/material/look/", "/policies/material/set/"
KEY = public_key(NOW)
WHY = "read out over the phone"


@pytest.fixture
def manager(cast: Cast) -> Client:
    return cast.as_role(Role.RELEASE_MANAGER)


def given(**more: Any) -> dict[str, Any]:
    return {"name": "vendor.pub", "text": KEY.decode(), "reason": WHY, **more}


def hidden(answer: HttpResponseBase) -> dict[str, str]:
    text = getattr(answer, "content", b"").decode()
    found = dict(re.findall(r'name="(seen|looked|packed|file_name)" value="([^"]*)"', text))
    assert set(found) == {"seen", "looked", "packed", "file_name"}
    return found


def test_text_is_looked_at_and_given_with_a_person_and_a_reason(
    cast: Cast, manager: Client
) -> None:
    shown = manager.post(LOOK, given())
    assert "Is this public key the right one?" in shown.content.decode()
    assert sha256(KEY) in shown.content.decode()
    assert not TrustMaterial.objects.exists()
    answer = manager.post(SET, given() | hidden(shown))
    material = TrustMaterial.objects.get()
    assert answer.headers["Location"] == f"/policies/material/{material.pk}/"
    assert bytes(material.body) == KEY
    assert (material.team, material.origin, material.reason) == (cast.own.team, PASTED, WHY)
    assert Event.objects.get(kind="material.added").actor == "person:release_manager-person"


def test_a_file_is_carried_from_the_look_to_the_act_byte_for_byte(manager: Client) -> None:
    body = KEY.replace(b"\n", b"\r\n")
    sent = SimpleUploadedFile("the vendor's.pub", body)
    shown = manager.post(LOOK, given(text="", file=sent))
    manager.post(SET, given(text="") | hidden(shown) | {"file_name": "the vendor's.pub"})
    material = TrustMaterial.objects.get()
    assert (bytes(material.body), material.origin) == (body, "the vendor's.pub")


def test_the_next_version_shows_what_stays_and_what_goes(cast: Cast, manager: Client) -> None:
    give_store(cast.own.team, NOW)
    first = TrustMaterial.objects.get()
    assert f'value="{STORE}"' in manager.get(f"{SET}?material={first.pk}").content.decode()
    form = given(name=STORE, text=world().stamp_root.pem.decode())
    shown = manager.post(LOOK, form)
    text = shown.content.decode()
    assert "in place of version 1" in text
    assert "removed" in text
    manager.post(SET, form | hidden(shown))
    assert TrustMaterial.objects.get(is_current=True).number == 2


def test_a_version_that_came_meanwhile_is_told_and_nothing_is_lost(
    cast: Cast, manager: Client
) -> None:
    form = given(name=STORE, text=world().stamp_root.pem.decode())
    form |= hidden(manager.post(LOOK, form))
    give_store(cast.own.team, NOW + timedelta(hours=1))
    answer = manager.post(SET, form)
    assert answer.status_code == 409
    assert "version 1 of ca:acme came meanwhile, set by alice" in answer.content.decode()
    assert "BEGIN CERTIFICATE" in answer.content.decode()
    assert TrustMaterial.objects.count() == 1
    manager.post(SET, form | hidden(answer))
    assert TrustMaterial.objects.get(is_current=True).number == 2


def test_what_was_changed_after_the_look_is_looked_at_once_more(manager: Client) -> None:
    form = given() | hidden(manager.post(LOOK, given()))
    answer = manager.post(SET, form | {"text": world().root.pem.decode()})
    assert answer.status_code == 409
    assert not TrustMaterial.objects.exists()


def test_a_file_that_comes_after_the_look_is_looked_at_first(manager: Client) -> None:
    form = given() | hidden(manager.post(LOOK, given()))
    sent = SimpleUploadedFile("root.pem", world().root.pem)
    answer = manager.post(SET, form | {"file": sent})
    assert answer.status_code == 409
    assert base64.b64decode(hidden(answer)["packed"]) == world().root.pem
    assert not TrustMaterial.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"text": ""}, "xpected a file or some text, found nothing"),
        ({"text": "", "packed": "?"}, "did not arrive whole"),
        ({"text": "", "packed": "\u20ac"}, "did not arrive whole"),
        ({"text": "-----BEGIN"}, "o public key"),
        ({"name": ""}, "xpected a name"),
        ({"reason": ""}, "needs the name of a person and a reason"),
        ({"team": "0"}, "one of the teams"),
        ({"seen": "soon"}, "looked at before"),
        ({"packed": "", "text": " " * 10 + "x" * MOST_TEXT}, "trustui material add"),
    ],
)
def test_what_cannot_be_given_is_told_and_nothing_is_stored(
    manager: Client, wrong: dict[str, str], because: str
) -> None:
    form = given() | hidden(manager.post(LOOK, given())) | wrong
    form["looked"] = sha256(form["text"].encode())
    answer = manager.post(SET, form)
    assert answer.status_code == 400
    assert because in answer.content.decode()
    assert not TrustMaterial.objects.exists()


def test_a_file_that_is_too_long_is_refused(manager: Client) -> None:
    sent = SimpleUploadedFile("x", b" " * (MOST_TEXT + 1))
    assert manager.post(LOOK, given(text="", file=sent)).status_code == 400


def test_who_may_not_give_it_may_look(cast: Cast) -> None:
    client = cast.as_role(Role.ON_CALL)
    answer = client.post(LOOK, given())
    assert answer.status_code == 200
    assert client.post(SET, given() | hidden(answer)).status_code == 403
    assert client.get(SET).status_code == 403


def test_giving_asks_for_the_password_again(cast: Cast, manager: Client) -> None:
    form = given() | hidden(manager.post(LOOK, given()))
    client = sign_in(Client(), cast.people[Role.RELEASE_MANAGER], is_fresh=False)
    assert client.post(SET, form).headers["Location"].startswith("/account/")
    assert not TrustMaterial.objects.exists()


def test_material_of_others_is_no_beginning(cast: Cast, manager: Client) -> None:
    found = set_material(
        team=cast.other.team, name="x", body=KEY, origin="x", by=None, by_name="otto",
        reason=WHY, now=NOW,
    )  # fmt: skip
    for material in (str(found.pk), "x", "\u0661", "9" * 30):
        assert manager.get(f"{SET}?material={material}").status_code == 404


def test_a_packed_file_is_what_was_sent(manager: Client) -> None:
    der = base64.b64decode("".join(KEY.decode().splitlines()[1:-1]))
    shown = manager.post(LOOK, given(text="", file=SimpleUploadedFile("key.der", der)))
    assert base64.b64decode(hidden(shown)["packed"]) == der
