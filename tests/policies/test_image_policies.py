"""What a team expects of images: only what can be read, only by somebody, only for a reason."""

import pytest

from tests.simulators.expecting import WHY, delivery, document, expect, give_files
from tests.simulators.image_repository import ANYBODY, BY_KEY
from tests.simulators.imaged import HOST, HOUR, START
from trustui.core.primitives.digests import sha256
from trustui.events.models import Event
from trustui.policies.image_policies import in_force, refusal, remove_policy, set_policy
from trustui.policies.models import ImagePolicy, ImagePolicyVersion
from trustui.policies.stating import OvertakenError, PolicyError

pytestmark = pytest.mark.django_db

TEAM = f"{HOST}/team/*"
BODY = document((TEAM, BY_KEY))


@pytest.fixture
def key() -> None:
    give_files("key.pub")


def told(kind: str) -> Event:
    return Event.objects.get(kind=kind)


# ---- policies


@pytest.mark.usefixtures("key")
def test_a_policy_is_kept_as_it_came_with_who_and_why() -> None:
    version = expect(BODY)
    version.refresh_from_db()
    assert (bytes(version.body), version.sha256, version.number) == (BODY, sha256(BODY), 1)
    assert (version.set_by_name, version.reason, version.set_at) == ("alice", WHY, START)
    assert (version.policy.name, version.policy.language) == ("images", "expectations")
    event = told("policy.added")
    assert (event.actor, event.subject, event.reason) == ("person:alice", "images", WHY)
    assert event.team_id == delivery().pk
    assert event.detail == {
        "policy": version.policy_id,
        "language": "expectations",
        "version": 1,
        "sha256": sha256(BODY),
        "replaces": None,
    }


@pytest.mark.usefixtures("key")
def test_a_change_is_a_version_and_the_one_before_stays() -> None:
    first, other = expect(BODY), document((f"{HOST}/*", BY_KEY))
    second = expect(other, now=START + HOUR)
    versions = list(ImagePolicyVersion.objects.order_by("number"))
    assert [(one.pk, one.number, one.is_current) for one in versions] == [
        (first.pk, 1, False),
        (second.pk, 2, True),
    ]
    assert bytes(versions[0].body) == BODY
    assert told("policy.changed").detail["replaces"] == sha256(BODY)


@pytest.mark.usefixtures("key")
def test_a_removed_policy_can_be_set_again() -> None:
    version = expect(BODY)
    policy = version.policy
    with pytest.raises(OvertakenError, match=r"version 1 of .* came meanwhile"):
        remove_policy(policy=policy, by_name="bob", reason="moved", now=START, seen=7)
    remove_policy(policy=policy, by_name="bob", reason="moved", now=START, seen=1)
    version.refresh_from_db()
    assert (version.removed_at, version.removed_by_name, version.removed_because) == (
        START,
        "bob",
        "moved",
    )
    assert told("policy.removed").actor == "person:bob"
    with pytest.raises(PolicyError, match="is not in force"):
        remove_policy(policy=policy, by_name="bob", reason="moved", now=START)
    assert expect(BODY).number == 2


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": b"{}"}, "this is no policy: the version of the document is not known"),
        ({"body": b"\xff"}, "this is no policy: "),
        ({"body": document((TEAM, ANYBODY))}, "'trusted_root.json', which is no material"),
        ({"body": document((TEAM, {"keys": "key.pub"}))}, "no member 'keys'.*expected"),
        ({"language": "prose"}, "expected expectations"),
        ({"name": " "}, "a name of the policy"),
        ({"name": "a\u202e"}, "a name of the policy"),
        ({"by_name": " "}, "the name of a person and a reason"),
        ({"reason": ""}, "the name of a person and a reason"),
    ],
)
def test_it_is_said_what_cannot_be_expected(changes: dict[str, object], words: str) -> None:
    given = {
        "team": delivery(),
        "name": "images",
        "language": "expectations",
        "body": BODY,
        "by": None,
        "by_name": "alice",
        "reason": WHY,
        "now": START,
    }
    with pytest.raises(PolicyError, match=words):
        set_policy(**{**given, **changes})  # type: ignore[arg-type]
    assert not ImagePolicy.objects.exists()


@pytest.mark.usefixtures("key")
def test_what_is_in_force_is_no_new_version() -> None:
    expect(BODY)
    with pytest.raises(PolicyError, match="says this already, since version 1"):
        expect(BODY)


@pytest.mark.usefixtures("key")
def test_the_language_of_a_policy_stays() -> None:
    policy = expect(BODY).policy
    ImagePolicy.objects.filter(pk=policy.pk).update(language="prose")
    with pytest.raises(PolicyError, match="is written in prose"):
        expect(document((f"{HOST}/*", BY_KEY)))


@pytest.mark.usefixtures("key")
def test_a_version_that_nobody_saw_is_not_replaced() -> None:
    other = document((f"{HOST}/*", BY_KEY))
    given = {
        "team": delivery(), "name": "images", "language": "expectations", "by": None,
        "by_name": "alice", "reason": WHY, "now": START,
    }  # fmt: skip
    set_policy(**given, body=BODY, seen=0)  # type: ignore[arg-type]
    for seen in (0, 2):
        with pytest.raises(
            OvertakenError, match="version 1 of images came meanwhile, set by alice"
        ):
            set_policy(**given, body=other, seen=seen)  # type: ignore[arg-type]
    assert ImagePolicyVersion.objects.count() == 1
    set_policy(**given, body=other, seen=1)  # type: ignore[arg-type]
    assert Event.objects.filter(kind="policy.changed").count() == 1


@pytest.mark.usefixtures("key")
def test_what_would_be_refused_is_told_beforehand() -> None:
    team = delivery()
    assert refusal(team, "images", "expectations", BODY) == ""
    assert "name of the policy" in refusal(team, "\0", "expectations", BODY)
    assert "this is no policy" in refusal(team, "images", "expectations", b"{")
    missing = document((TEAM, {**BY_KEY, "key": "gone.pub"}))
    assert "is no material of the team" in refusal(team, "images", "expectations", missing)
    version = expect(BODY)
    assert "says this already" in refusal(team, "images", "expectations", BODY)
    assert in_force(team, "images") == version
    remove_policy(policy=version.policy, by_name="alice", reason=WHY, now=START)
    assert in_force(team, "images") is None
    assert refusal(team, "images", "expectations", BODY) == ""
