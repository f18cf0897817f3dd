"""Setting policies in the browser: looked at first, then set as it was looked at."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils.html import escape

from tests.simulators.images import NOW
from tests.simulators.people import Cast, new_user, sign_in
from trustui.accounts.models import Membership, Role, Team
from trustui.core.primitives.digests import sha256
from trustui.events.models import Event
from trustui.pages.images.policy_examples import EXAMPLES
from trustui.policies.image_policies import set_policy
from trustui.policies.models import ImagePolicyVersion
from trustui.web.policy_setting import MOST_TEXT

pytestmark = pytest.mark.django_db

LOOK, SET = "/policies/lint/", "/policies/set/"
WHY = "the vendor signs by workflow now"


def written(*patterns: str) -> str:
    """With a log entry that nobody demands, so that it has a lint."""
    wanted = {"identity": "a@example.org", "issuer": "https://a.example", "log": "ignored"}
    rule = {"repositories": list(patterns), "require": [{"of": [wanted]}]}
    return json.dumps({"version": 1, "policies": [rule]}, indent=1)


BODY = written("registry.example/team/*")


@pytest.fixture
def manager(cast: Cast) -> Client:
    """Who may set policies, with the least role that may."""
    return cast.as_role(Role.RELEASE_MANAGER)


def given(**more: Any) -> dict[str, Any]:
    return {"name": "images", "language": "expectations", "policy": BODY, "reason": WHY, **more}


def hidden(answer: HttpResponseBase) -> dict[str, str]:
    """What the form carries on after a look."""
    text = getattr(answer, "content", b"").decode()
    found = dict(re.findall(r'name="(seen|looked)" value="([^"]*)"', text))
    assert set(found) == {"seen", "looked"}
    return found


def test_an_empty_form_shows_what_a_policy_looks_like(manager: Client) -> None:
    text = manager.get(SET).content.decode()
    assert "What one looks like" in text
    for example in EXAMPLES.values():
        assert escape(example) in text
    assert "What one looks like" not in manager.post(LOOK, given()).content.decode()


def looked_at(client: Client, **more: Any) -> dict[str, Any]:
    """A form after it was looked at."""
    return given(**more) | hidden(client.post(LOOK, given(**more)))


def test_it_is_looked_at_and_set_with_a_person_a_reason_and_an_event(
    cast: Cast, manager: Client
) -> None:
    shown = manager.post(LOOK, given()).content.decode()
    assert "Set it" in shown
    assert "not demanded" in shown
    assert "a certificate" in shown
    assert not ImagePolicyVersion.objects.exists()
    answer = manager.post(SET, looked_at(manager))
    version = ImagePolicyVersion.objects.select_related("policy").get()
    assert answer.headers["Location"] == f"/policies/{version.policy_id}/"
    assert bytes(version.body) == BODY.encode()
    assert (version.set_by_name, version.reason) == ("release_manager-person", WHY)
    assert version.policy.team == cast.own.team
    event = Event.objects.get(kind="policy.added")
    assert (event.actor, event.reason) == ("person:release_manager-person", WHY)


def test_line_ends_of_a_browser_are_those_of_the_text_again(manager: Client) -> None:
    sent = BODY.replace("\n", "\r\n")
    manager.post(SET, looked_at(manager, policy=sent))
    assert ImagePolicyVersion.objects.get().sha256 == sha256(BODY.encode())


def test_a_file_takes_the_place_of_the_text_and_is_shown(manager: Client) -> None:
    other = written("*")
    sent = SimpleUploadedFile("images.json", other.encode())
    shown = manager.post(LOOK, given(policy="", file=sent))
    assert shown.status_code == 200
    manager.post(SET, given(policy=other) | hidden(shown))
    assert bytes(ImagePolicyVersion.objects.get().body) == other.encode()


def test_the_next_version_is_written_from_the_one_in_force(manager: Client) -> None:
    manager.post(SET, looked_at(manager))
    first = ImagePolicyVersion.objects.get()
    form = manager.get(f"{SET}?policy={first.policy_id}").content.decode()
    assert "registry.example/team/*" in form
    next_one = written("registry.example/*")
    shown = manager.post(LOOK, given(policy=next_one))
    text = shown.content.decode()
    assert "in place of version 1" in text
    assert re.search(r"<del>.*registry\.example/team/\*", text)
    assert re.search(r"<ins>.*registry\.example/\*", text)
    manager.post(SET, given(policy=next_one) | hidden(shown))
    told = ImagePolicyVersion.objects.order_by("number").values_list("number", "is_current")
    assert list(told) == [(1, False), (2, True)]
    assert Event.objects.filter(kind="policy.changed").count() == 1


def test_a_version_that_came_meanwhile_is_told_and_nothing_is_lost(
    cast: Cast, manager: Client
) -> None:
    form = looked_at(manager)
    set_policy(
        team=cast.own.team, name="images", language="expectations", body=written("*").encode(),
        by=None, by_name="otto", reason="in a hurry", now=NOW + timedelta(hours=1),
    )  # fmt: skip
    answer = manager.post(SET, form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "version 1 of images came meanwhile, set by otto: in a hurry" in text.replace(
        "&#x27;", ""
    )
    assert "registry.example/team/*" in text
    assert WHY in text
    assert ImagePolicyVersion.objects.count() == 1
    manager.post(SET, given() | hidden(answer))
    assert ImagePolicyVersion.objects.get(is_current=True).number == 2


def test_what_was_changed_after_the_look_is_looked_at_once_more(manager: Client) -> None:
    form = looked_at(manager) | {"policy": written("*")}
    answer = manager.post(SET, form)
    assert answer.status_code == 409
    assert "changed after it was looked at" in answer.content.decode()
    assert not ImagePolicyVersion.objects.exists()
    manager.post(SET, form | hidden(answer))
    assert ImagePolicyVersion.objects.count() == 1


def test_a_file_that_comes_after_the_look_is_looked_at_first(manager: Client) -> None:
    sent = SimpleUploadedFile("images.json", written("registry.example/from-a-file").encode())
    answer = manager.post(SET, looked_at(manager) | {"file": sent})
    assert answer.status_code == 409
    assert "registry.example/from-a-file" in answer.content.decode()
    assert not ImagePolicyVersion.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"policy": "{"}, "no policy"),
        ({"policy": "   "}, "xpected a policy, found nothing"),
        ({"policy": "{}<script>"}, "Set a policy"),
        ({"reason": " \0 "}, "needs the name of a person and a reason"),
        ({"name": ""}, "xpected a name"),
        ({"name": "a\u202eb"}, "xpected a name"),
        ({"language": "klingon"}, "expectations"),
        ({"team": "0"}, "one of the teams"),
        ({"team": "x"}, "one of the teams"),
        ({"seen": "-1"}, "looked at before"),
        ({"seen": "9" * 40}, "looked at before"),
        ({"seen": "\u0661"}, "looked at before"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_cannot_be_set_is_told_and_kept_in_the_form(
    manager: Client, wrong: dict[str, str], because: str
) -> None:
    form = looked_at(manager) | wrong
    form["looked"] = sha256(form["policy"].encode())
    answer = manager.post(SET, form)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert because in text
    assert "<script>" not in text
    if wrong.get("policy", "x").strip():
        assert 'name="policy"' in text
    assert not ImagePolicyVersion.objects.exists()


@pytest.mark.parametrize("body", [b"\xff\xfe", b" " * (MOST_TEXT + 1)], ids=["bytes", "long"])
def test_a_file_that_is_no_text_or_too_long_is_refused(manager: Client, body: bytes) -> None:
    answer = manager.post(LOOK, given(file=SimpleUploadedFile("x.json", body)))
    assert answer.status_code == 400
    assert "xpected" in answer.content.decode()


def test_a_text_that_is_too_long_is_refused_and_says_what_takes_it(manager: Client) -> None:
    answer = manager.post(LOOK, given(policy=f"{BODY}{' ' * MOST_TEXT}"))
    assert answer.status_code == 400
    assert "trustui policy add" in answer.content.decode()


def test_who_may_not_set_may_try(cast: Cast) -> None:
    viewer = cast.as_role(Role.VIEWER)
    answer = viewer.post(LOOK, given())
    assert answer.status_code == 200
    assert "Set it" not in answer.content.decode()
    assert viewer.post(SET, given() | hidden(answer)).status_code == 403
    assert viewer.get(SET).status_code == 403
    assert not ImagePolicyVersion.objects.exists()


def test_a_role_in_one_team_sets_nothing_in_another(cast: Cast) -> None:
    """Release manager of one team, viewer of the other."""
    other = Team.objects.create(name="Third", created_at=NOW)
    both = new_user("both", cast.own.team, Role.RELEASE_MANAGER)
    Membership.objects.create(user=both, team=other, role=Role.VIEWER)
    client = sign_in(Client(), both)
    form = looked_at(client, team=str(other.pk))
    assert client.post(SET, form).status_code == 403
    stranger = looked_at(client, team=str(cast.own.team.pk)) | {"team": str(cast.other.team.pk)}
    assert client.post(SET, stranger).status_code == 400
    assert not ImagePolicyVersion.objects.exists()


def test_setting_asks_for_the_password_again(cast: Cast) -> None:
    fresh = cast.as_role(Role.RELEASE_MANAGER)
    form = looked_at(fresh)
    client = sign_in(Client(), cast.people[Role.RELEASE_MANAGER], is_fresh=False)
    assert client.post(LOOK, given()).status_code == 200
    assert client.post(SET, form).headers["Location"].startswith("/account/")
    assert not ImagePolicyVersion.objects.exists()


def test_nothing_is_set_in_the_past(manager: Client) -> None:
    form = looked_at(manager)
    assert manager.post(f"{SET}?at=2026-01-01T00:00:00Z", form).status_code == 409
    text = manager.get(f"{SET}?at=2026-01-01T00:00:00Z").content.decode()
    assert "You look at the past" in text
    assert "<textarea" not in text


def test_a_policy_of_others_is_no_beginning(cast: Cast, manager: Client) -> None:
    version = set_policy(
        team=cast.other.team, name="images", language="expectations", body=BODY.encode(),
        by=None, by_name="otto", reason=WHY, now=NOW,
    )  # fmt: skip
    for policy in (str(version.policy_id), "x", "\u0661", "9" * 30, "0"):
        assert manager.get(f"{SET}?policy={policy}").status_code == 404
