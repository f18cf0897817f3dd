"""Images live beside the vendor's TUF repository, and what is written is what crawls write."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from trustui.demo.images.code_signing import LISTS
from trustui.demo.images.notation_stories import weighbridge
from trustui.demo.images.stories import (
    IMAGE_STORIES,
    ROTATED_ON,
    crane_controller,
    reefer_monitor,
    terminal_mirror,
    terminal_suite,
    tide_service,
    yard_map,
)
from trustui.demo.images.story import ImageStory
from trustui.demo.images.trust import TRUSTED_ROOT, trusted_root
from trustui.demo.layout import write_files
from trustui.demo.life import live
from trustui.demo.serving import NOTICED_AFTER
from trustui.demo.site import Login
from trustui.demo.sound import releases
from trustui.demo.story import DAY, DAYS
from trustui.demo.troubled import schedules
from trustui.images.models import Tag, TagMove
from trustui.inventory.models import Crawl
from trustui.policies.models import TrustMaterial
from trustui.revocation.models import AskedPlace
from trustui.verdicts.models import ArtefactStanding, ArtefactVerdict, Cause, Finding

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
LOGIN = Login("demo", "berth 7 tide 12 crane")
BEFORE_THE_ROTATION = DAYS - ROTATED_ON + 2
"""Days that are watched: from shortly before the trusted root is another."""

Tell = Callable[[datetime], ImageStory]

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(tmp_path,))
    vendor = releases(NOW)
    write_files(vendor.repo.target_files, tmp_path / vendor.name / "targets")
    return tmp_path


def lived(folder: Path, *tell: Tell, days: int = 3) -> int:
    vendor = msgspec.structs.replace(releases(NOW), watched_days=days)
    return live(folder, [vendor], LOGIN, NOW, images=[one(NOW) for one in tell])


def standing(name: str, tag: str) -> ArtefactStanding:
    move = Tag.objects.get(repository__name=name, name=tag).move
    assert move is not None
    rows = ArtefactStanding.objects.select_related("verdict")
    return rows.get(repository__name=name, digest=move.digest)


def findings(check: str) -> list[str]:
    return list(Finding.objects.filter(check_id=check).values_list("on", flat=True))


def test_every_life_ends_as_its_story_tells(folder: Path) -> None:
    stories = [tell(NOW) for tell in IMAGE_STORIES]
    lived(folder, *IMAGE_STORIES)
    for story in stories:
        for expected in story.expected:
            now = standing(story.name, expected.tag)
            assert (now.outcome, now.trust_state) == (expected.outcome, expected.trust_state)
            assert now.verdict.first_failing == (expected.check or ""), story.name


def test_the_tide_service_is_verified_when_the_trusted_root_rotates(folder: Path) -> None:
    lived(folder, tide_service, days=BEFORE_THE_ROTATION)
    now = standing("tide-service", "5.1.0")
    rotated = NOW - timedelta(hours=6) - (DAYS - 1 - ROTATED_ON) * DAY + NOTICED_AFTER
    assert (now.outcome, now.since, now.verdict.cause) == ("passed", rotated, Cause.ANCHOR)
    first, _ = ArtefactVerdict.objects.filter(digest=now.digest).order_by("id")
    assert (first.outcome, first.first_failing) == ("failed", "bundle.chain")
    kept = TrustMaterial.objects.filter(name=TRUSTED_ROOT).order_by("pk")
    bodies = [bytes(one.body) for one in kept]
    assert bodies == [trusted_root(NOW, rotated=False), trusted_root(NOW, rotated=True)]


def test_the_reefer_monitor_fails_when_its_certificate_is_over(folder: Path) -> None:
    lived(folder, reefer_monitor, days=6)
    now = standing("reefer-monitor", "1.8.0")
    first, last = ArtefactVerdict.objects.filter(digest=now.digest).order_by("id")
    assert (first.outcome, last.outcome, last.cause) == ("passed", "failed", Cause.TIME)
    assert timedelta() < now.since - first.at < timedelta(minutes=10)


def test_the_weighbridge_is_not_trusted_since_its_certificate_is_over(folder: Path) -> None:
    over = weighbridge(NOW).past[0].since + 30 * DAY
    lived(folder, weighbridge, days=(NOW - over).days + 6)
    now = standing("weighbridge", "1.0.0")
    first, last = ArtefactVerdict.objects.filter(digest=now.digest).order_by("id")
    assert (first.trust_state, last.trust_state, last.cause) == (
        "verified",
        "not_trusted",
        Cause.TIME,
    )
    assert timedelta() < now.since - over < timedelta(seconds=1)


def test_what_tells_of_revocation_is_a_place_that_nobody_was_allowed_to_ask(folder: Path) -> None:
    lived(folder, weighbridge, days=15)
    (place,) = AskedPlace.objects.all()
    assert (place.address, place.looked_at) == (LISTS, None)


def test_a_tag_that_is_moved_is_seen_to_move(folder: Path) -> None:
    count = lived(folder, yard_map, days=18)
    moves = TagMove.objects.filter(tag__name="2.0.0").order_by("ordinal")
    pushed = [one.since for one in yard_map(NOW).past]
    assert [one.first_seen_at for one in moves] == [
        pushed[1] + NOTICED_AFTER,  # until then it was there, and nobody had looked
        pushed[2] + NOTICED_AFTER,
    ]
    assert count == Crawl.objects.count() == (18 + 1) + (2 + 1)
    assert findings("registry.finding.moved_to_unsigned") == ["localhost/yard-map:2.0.0"]


def test_signing_that_stopped_and_a_copy_that_lost_its_signature_are_found(folder: Path) -> None:
    lived(folder, crane_controller, terminal_suite, terminal_mirror)
    assert findings("registry.finding.signing_stopped") == ["localhost/crane-controller"]
    assert len(findings("registry.finding.lost_in_copy")) == 1


def test_verdicts_stand_in_the_order_in_which_they_happened(folder: Path) -> None:
    lived(folder, reefer_monitor, tide_service, days=BEFORE_THE_ROTATION)
    times = list(ArtefactVerdict.objects.order_by("id").values_list("at", flat=True))
    assert len(times) > 3
    assert times == sorted(times)
    assert times[-1] <= NOW


def test_without_the_vendors_releases_nobody_watches_images(folder: Path) -> None:
    live(
        folder,
        [msgspec.structs.replace(schedules(NOW), watched_days=1)],
        LOGIN,
        NOW,
        images=[yard_map(NOW)],
    )
    assert not ArtefactStanding.objects.exists()
