"""The job that looks at followed roots."""

from pathlib import Path

import pytest

from tests.simulators.distribution import NAME, Distribution
from tests.simulators.image_repository import files
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.sigstore_stack import NOW
from tests.simulators.watched import DAY
from trustui.images.models import FollowedRoot
from trustui.policies.models import TrustMaterial
from trustui.verdicts.clock import Clock
from trustui.verdicts.root_job import FOLLOW, RootsFollow

pytestmark = pytest.mark.django_db


@pytest.fixture
def distribution(tmp_path: Path) -> Distribution:
    return Distribution(tmp_path, files()["retired.json"])


def test_while_the_clock_is_in_doubt_nothing_is_followed(distribution: Distribution) -> None:
    distribution.follow()
    times = iter([NOW, NOW, NOW + 4 * DAY])
    last = NOW + 4 * DAY
    clock = Clock(
        "two.example",
        wall=lambda: next(times, last),
        running=lambda: 0.0,
        database=lambda: None,
    )
    clock.believed()
    job = RootsFollow(clock, (distribution.folder,))
    assert run_once(job, claim(FOLLOW)) == []


def test_when_the_process_has_to_stop_it_is_due_again(distribution: Distribution) -> None:
    distribution.follow()
    job = RootsFollow(distribution.clock(NOW), (distribution.folder,))
    (result,) = run_once(job, claim(FOLLOW), is_stopping=True)
    assert result.again
    assert not TrustMaterial.objects.exists()


def test_of_a_removed_source_nothing_is_followed(distribution: Distribution) -> None:
    distribution.follow()
    distribution.source.removed_at = NOW
    distribution.source.save()
    assert distribution.look() == []
    assert FollowedRoot.objects.get().looked_at is None


def test_a_folder_that_the_settings_do_not_name_is_not_read(distribution: Distribution) -> None:
    distribution.follow()
    run_once(RootsFollow(distribution.clock(NOW), ()), claim(FOLLOW))
    assert not TrustMaterial.objects.filter(name=NAME).exists()
    assert FollowedRoot.objects.get().because.startswith("the file is not the target: ")
