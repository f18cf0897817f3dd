"""Trusted roots that are followed from a TUF source: when it rotates, so do verdicts about images."""

from pathlib import Path

import pytest
from django.db import transaction

from tests.core.images.verified import bundle
from tests.simulators.distribution import NAME, Distribution, clock_at
from tests.simulators.expecting import WHY, Expecting, delivery, expect_everywhere
from tests.simulators.image_repository import ANYBODY, Repository, files
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.sigstore_stack import NOW
from tests.simulators.watched import DAY
from trustui.accounts.models import Team
from trustui.demo.images.repository import attach_bundle, image
from trustui.events.models import Event
from trustui.images.models import FollowedRoot
from trustui.jobs.models import Job
from trustui.policies.stating import PolicyError
from trustui.verdicts.image_following import handle
from trustui.verdicts.image_sweeping import VERIFY, verify_again
from trustui.verdicts.root_following import follow_root, release_root
from trustui.verdicts.root_job import FOLLOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def distribution(tmp_path: Path) -> Distribution:
    return Distribution(tmp_path, files()["retired.json"])


def read_log() -> None:
    with transaction.atomic():
        handle(list(Event.objects.order_by("id")))


def asked() -> set[str]:
    return set(Job.objects.values_list("kind", flat=True)) & {FOLLOW, VERIFY}


def because() -> str:
    return FollowedRoot.objects.latest("pk").because


def test_the_target_becomes_a_version_of_the_material(distribution: Distribution) -> None:
    followed = distribution.follow()
    (material,) = distribution.look()
    assert bytes(material.body) == files()["retired.json"]
    assert (material.kind, material.number, material.set_by_name) == ("trusted_root", 1, "trustui")
    assert material.origin == f"target {NAME} of the source {distribution.source.name}"
    followed.refresh_from_db()
    assert (followed.looked_at, followed.because) == (NOW, "")
    event = Event.objects.get(kind="material.added")
    assert (event.actor, event.subject) == ("worker", NAME)
    assert len(distribution.look()) == 1


def test_a_rotated_root_verifies_images_again_and_the_verdict_says_why(
    distribution: Distribution,
) -> None:
    """The whole way: a TUF repository rotates its target, and an image of a registry changes."""
    distribution.follow()
    distribution.look()
    behind = Repository()
    vendor = Expecting({"team/app": behind})
    expect_everywhere(ANYBODY)
    digest = image(behind)
    attach_bundle(behind, digest, bundle(digest, with_key=False))
    vendor.conclude(NOW)
    assert vendor.standing(digest).trust_state == "failing"
    later = NOW + DAY
    Job.objects.all().delete()
    before = Event.objects.latest("id").pk
    distribution.rotate(files()[NAME], later)
    with transaction.atomic():
        handle(list(Event.objects.filter(pk__gt=before)))
    assert asked() == {FOLLOW}
    assert [one.number for one in distribution.look(later)] == [1, 2]
    rotated = Event.objects.get(kind="material.rotated")
    with transaction.atomic():
        handle([rotated])
    assert asked() == {FOLLOW, VERIFY}
    run_once(verify_again(clock_at(later)), claim(VERIFY))
    assert vendor.story(digest) == [("evidence", "failing"), ("anchor", "verified")]
    (change,) = vendor.standing(digest).verdict.changes
    assert change == (
        f"{NAME} version 2 was set by trustui: target {NAME} of {distribution.source.name} is another, "
        f"and alice follows it: {WHY}"
    )


def test_a_file_that_is_not_the_target_changes_nothing(distribution: Distribution) -> None:
    distribution.follow()
    distribution.look()
    distribution.repo.add_target("targets", NAME, files()[NAME])
    distribution.repo.publish(NOW + DAY)
    distribution.serve(NOW + DAY)
    (served,) = [
        path for path in distribution.folder.glob("targets/*") if path.read_bytes() == files()[NAME]
    ]
    served.write_bytes(files()[NAME].replace(b"tlogs", b"tlogz"))
    assert len(distribution.look(NOW + DAY)) == 1
    assert because().startswith("the file is not the target: ")


def test_a_file_that_is_not_there_changes_nothing(distribution: Distribution) -> None:
    distribution.follow()
    for path in distribution.folder.glob("targets/*"):
        path.unlink()
    assert distribution.look() == []
    assert because().startswith("the file is not the target: the file cannot be read")


def test_what_has_expired_is_not_followed(distribution: Distribution) -> None:
    distribution.follow()
    assert distribution.look(NOW + 100 * DAY) == []
    assert because().startswith("the source does not verify: ")


def test_a_source_that_nobody_pinned_is_not_followed(tmp_path: Path) -> None:
    distribution = Distribution(tmp_path, files()[NAME])
    distribution.source.anchor = None
    distribution.source.save()
    distribution.follow()
    assert distribution.look() == []
    assert because().startswith("no root is pinned for the source")


def test_a_target_that_is_not_listed_is_said_so(distribution: Distribution) -> None:
    distribution.follow(path="else.json")
    assert distribution.look() == []
    assert because().startswith("the source does not verify: ")


def test_what_is_no_trusted_root_is_refused_and_said_so(tmp_path: Path) -> None:
    distribution = Distribution(tmp_path, b"nothing that could be used")
    distribution.follow()
    assert distribution.look() == []
    assert because().startswith("expected a Sigstore trusted root (JSON), ")


def test_what_is_released_stays_as_it_is(distribution: Distribution) -> None:
    followed = distribution.follow()
    distribution.look()
    release_root(followed=followed, by_name="alice", reason=WHY, now=NOW)
    distribution.rotate(files()[NAME], NOW + DAY)
    assert [one.number for one in distribution.look(NOW + DAY)] == [1]
    with pytest.raises(PolicyError, match="is not followed"):
        release_root(followed=followed, by_name="alice", reason=WHY, now=NOW)
    kinds = Event.objects.filter(kind__startswith="material.").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == [
        "material.followed",
        "material.added",
        "material.released",
    ]


def test_following_anew_ends_what_was_followed_before(distribution: Distribution) -> None:
    first, second = distribution.follow(), distribution.follow(path="else.json")
    first.refresh_from_db()
    assert (first.ended_at, second.ended_at) == (NOW, None)


def test_it_is_said_what_cannot_be_followed(distribution: Distribution) -> None:
    team = Team.objects.create(name="Others", created_at=NOW)
    source = distribution.source
    given = {
        "team": delivery(),
        "material": NAME,
        "source": source,
        "path": NAME,
        "by_name": "alice",
        "reason": WHY,
        "now": NOW,
    }
    for changes, words in (
        ({"team": team}, "a source of another team"),
        ({"path": ""}, "the path of a target"),
        ({"path": "a" * 501}, "the path of a target"),
        ({"path": "a\u202e"}, "the path of a target"),
        ({"reason": " "}, "a reason"),
        ({"material": ""}, "a name of the material"),
    ):
        with pytest.raises(PolicyError, match=words):
            follow_root(**{**given, **changes})  # type: ignore[arg-type]
    source.kind = "git"
    with pytest.raises(PolicyError, match="gives no target files"):
        follow_root(**given)  # type: ignore[arg-type]
    assert not FollowedRoot.objects.exists()


def test_what_a_source_shows_is_compared_only_where_somebody_follows_it(
    distribution: Distribution,
) -> None:
    Job.objects.all().delete()
    read_log()
    assert asked() == set()
    distribution.follow()
    read_log()
    assert asked() == {FOLLOW}
