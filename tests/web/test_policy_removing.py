"""Taking a policy out of force in the browser."""

import pytest
from django.test import Client

from tests.simulators.images import NOW
from tests.simulators.people import Cast, sign_in
from trustui.accounts.models import Role
from trustui.events.models import Event
from trustui.policies.image_policies import set_policy
from trustui.policies.models import ImagePolicyVersion
from trustui.verdicts.image_following import handle
from trustui.verdicts.models import DueRepository

pytestmark = pytest.mark.django_db

WHY = "the vendor is gone"


@pytest.fixture
def version(cast_with_images: Cast) -> ImagePolicyVersion:
    return ImagePolicyVersion.objects.get(policy__team=cast_with_images.own.team, is_current=True)


@pytest.fixture
def address(version: ImagePolicyVersion) -> str:
    return f"/policies/{version.policy_id}/remove/"


@pytest.fixture
def manager(cast_with_images: Cast) -> Client:
    """With the least role that may."""
    return cast_with_images.as_role(Role.RELEASE_MANAGER)


def test_it_is_looked_at_and_taken_out_with_a_person_a_reason_and_an_event(
    manager: Client, version: ImagePolicyVersion, address: str
) -> None:
    assert address in manager.get(f"/policies/{version.policy_id}/").content.decode()
    shown = manager.get(address).content.decode()
    assert "localhost/crane-controller" in shown
    assert "not by this any more" in shown
    answer = manager.post(address, {"seen": "1", "reason": WHY})
    assert answer.headers["Location"] == f"/policies/{version.policy_id}/"
    version.refresh_from_db()
    assert (version.is_current, version.removed_because) == (False, WHY)
    event = Event.objects.get(kind="policy.removed")
    assert (event.actor, event.reason) == ("person:release_manager-person", WHY)
    told = manager.get(f"/policies/{version.policy_id}/").content.decode()
    assert "Taken out of force" in told
    assert WHY in told
    assert WHY in manager.get("/policies/").content.decode()


def test_what_it_covered_is_verified_again(
    manager: Client, version: ImagePolicyVersion, address: str
) -> None:
    DueRepository.objects.all().delete()
    manager.post(address, {"seen": "1", "reason": WHY})
    handle(list(Event.objects.filter(kind="policy.removed")))
    due = DueRepository.objects.values_list("repository__source__team", flat=True)
    assert list(due) == [version.policy.team_id]


@pytest.mark.parametrize(
    ("given", "status", "because"),
    [
        ({"seen": "1", "reason": " \0 "}, 400, "needs the name of a person and a reason"),
        ({"seen": "1"}, 400, "needs the name of a person and a reason"),
        ({"reason": WHY}, 400, "looked at before"),
        ({"seen": "\u0661", "reason": WHY}, 400, "looked at before"),
        ({"seen": "9", "reason": WHY}, 409, "came meanwhile"),
    ],
)
def test_what_cannot_be_is_told_and_kept_in_the_form(
    manager: Client,
    version: ImagePolicyVersion,
    address: str,
    given: dict[str, str],
    status: int,
    because: str,
) -> None:
    answer = manager.post(address, given)
    assert answer.status_code == status
    text = answer.content.decode()
    assert because in text
    assert 'name="reason"' in text
    version.refresh_from_db()
    assert version.is_current


def test_a_version_that_came_meanwhile_is_not_taken_out_unseen(
    manager: Client, version: ImagePolicyVersion, address: str
) -> None:
    set_policy(
        team=version.policy.team, name=version.policy.name, language="expectations",
        body=bytes(version.body) + b"\n", by=None, by_name="otto", reason="in a hurry", now=NOW,
    )  # fmt: skip
    answer = manager.post(address, {"seen": "1", "reason": WHY})
    assert answer.status_code == 409
    assert "set by otto: in a hurry" in answer.content.decode()
    assert ImagePolicyVersion.objects.get(policy=version.policy_id, is_current=True).number == 2
    assert manager.post(address, {"seen": "2", "reason": WHY}).status_code == 302


def test_it_is_taken_out_once(manager: Client, address: str) -> None:
    manager.post(address, {"seen": "1", "reason": WHY})
    again = manager.post(address, {"seen": "1", "reason": WHY})
    assert again.status_code == 400
    assert "is not in force" in again.content.decode()
    assert Event.objects.filter(kind="policy.removed").count() == 1
    assert 'name="reason"' not in manager.get(address).content.decode()


def test_who_may_not_set_may_not_take_out(
    cast_with_images: Cast, version: ImagePolicyVersion, address: str
) -> None:
    viewer = cast_with_images.as_role(Role.VIEWER)
    assert viewer.get(address).status_code == 403
    assert viewer.post(address, {"seen": "1", "reason": WHY}).status_code == 403
    assert address not in viewer.get(f"/policies/{version.policy_id}/").content.decode()
    stranger = sign_in(Client(), cast_with_images.other.administrator)
    assert stranger.post(address, {"seen": "1", "reason": WHY}).status_code == 404
    assert not Event.objects.filter(kind="policy.removed").exists()


def test_it_asks_for_the_password_again(cast_with_images: Cast, address: str) -> None:
    person = cast_with_images.people[Role.RELEASE_MANAGER]
    client = sign_in(Client(), person, is_fresh=False)
    answer = client.post(address, {"seen": "1", "reason": WHY})
    assert answer.headers["Location"].startswith("/account/")
    assert not Event.objects.filter(kind="policy.removed").exists()


def test_nothing_is_taken_out_in_the_past(manager: Client, address: str) -> None:
    then = f"{address}?at=2026-11-20T12:00:00Z"
    assert manager.post(then, {"seen": "1", "reason": WHY}).status_code == 409
    text = manager.get(then).content.decode()
    assert "You look at the past" in text
    assert 'name="reason"' not in text
