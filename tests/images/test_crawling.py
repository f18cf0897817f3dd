"""Rounds of a registry, portion after portion: what is left goes on, wherever it was stopped."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.core.images.verified import bundle
from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.imaged import HOST, HOUR, START, Imaged, keep
from trustui.core.facts import ProblemKind
from trustui.crawl.image_source import Referrers
from trustui.demo.images.repository import attach_bundle, image, platforms
from trustui.demo.images.tag_format import TagPlan
from trustui.images.budget import ImageLimits
from trustui.images.models import ImageRepository, Look, Round, Tag, TagMove
from trustui.inventory.models import Crawl, CrawlOutcome

pytestmark = pytest.mark.django_db

FEW = ImageLimits(repositories=3, batch=2)


def repositories(number: int, tags: int) -> dict[str, Repository]:
    found = {}
    for name in range(number):
        behind = found[f"team/app{name:03}"] = Repository()
        for tag in range(tags):
            sign_tag(behind, image(behind, f"{tag}.0", f"{name} {tag}".encode()), TagPlan())
    return found


def ticking(seconds: float) -> Iterator[float]:
    return (number * seconds for number in count())


def test_a_round_goes_on_where_the_portion_before_it_ended() -> None:
    vendor = Imaged(repositories(8, 2))
    outcomes, opened = [], []
    for portion in range(3):
        outcomes.append(vendor.crawl(START + portion * HOUR, FEW).outcome)
        opened += vendor.place.opened
    assert outcomes == [CrawlOutcome.PARTIAL, CrawlOutcome.PARTIAL, CrawlOutcome.COMPLETE]
    assert opened == sorted(vendor.place.behind)
    assert Crawl.objects.count() == 1
    assert Round.objects.get().ended_at is not None
    assert Look.objects.count() == 16


def test_one_row_tells_of_the_whole_round() -> None:
    vendor = Imaged(repositories(5, 1))
    vendor.crawl(START, FEW)
    row = Crawl.objects.get()
    assert (row.outcome, row.because) == ("partial", "3 of 5 repositories so far")
    asked = row.requests
    vendor.crawl(START + HOUR, FEW)
    row = Crawl.objects.get()
    assert (row.outcome, row.because) == ("complete", "")
    assert row.requests > asked
    assert (row.finished_at - row.started_at) >= HOUR


def test_an_unchanged_round_of_several_portions_is_unchanged() -> None:
    vendor = Imaged(repositories(5, 1))
    vendor.crawl(START)
    vendor.crawl(START + HOUR, FEW)
    assert vendor.crawl(START + HOUR, FEW).outcome is CrawlOutcome.UNCHANGED
    assert Crawl.objects.count() == 2


def test_a_portion_that_was_lost_is_done_again_and_nothing_twice() -> None:
    vendor = Imaged(repositories(8, 2))
    vendor.crawl(START, FEW)
    vendor.look(START + HOUR, FEW)  # the process died with it
    for _ in range(2):
        last = vendor.crawl(START + 2 * HOUR, FEW)
    assert last.outcome is CrawlOutcome.COMPLETE
    assert (Look.objects.count(), TagMove.objects.count(), Tag.objects.count()) == (16, 32, 32)


def test_a_repository_that_is_cut_off_goes_on_with_the_artefacts_that_are_left() -> None:
    vendor = Imaged(repositories(1, 6))
    digests = []
    for portion in range(12):
        result = vendor.look(START + portion * HOUR, monotonic=ticking(20.0).__next__)
        keep([result], START + portion * HOUR)
        digests += vendor.verified
        if result.is_over:
            break
    assert result.is_over
    assert portion >= 1
    assert len(digests) == len(set(digests)) == 6
    assert Crawl.objects.get().outcome == "complete"


def test_a_round_that_nobody_finished_in_a_day_begins_anew_with_what_waits_longest() -> None:
    vendor = Imaged(repositories(5, 1))
    vendor.crawl(START, FEW)
    vendor.crawl(START + 30 * HOUR, FEW)
    assert vendor.place.opened == ["team/app003", "team/app004", "team/app000"]
    assert Crawl.objects.count() == 2


def test_only_chosen_repositories_are_crawled() -> None:
    vendor = Imaged(repositories(3, 1) | {"other/app": Repository()}, chosen=["team/*"])
    vendor.crawl(START)
    assert vendor.place.opened == ["team/app000", "team/app001", "team/app002"]


def test_repositories_that_were_named_need_no_catalogue() -> None:
    vendor = Imaged(repositories(3, 1), chosen=["team/app001", "team/none"])
    recorded = vendor.crawl(START)
    assert vendor.place.asked["catalogue"] == 0
    assert recorded.outcome is CrawlOutcome.PARTIAL
    assert ImageRepository.objects.get(name="team/none").gone_at is not None
    assert ImageRepository.objects.get(name="team/app001").gone_at is None


def test_a_registry_without_a_list_is_crawled_by_what_is_known() -> None:
    vendor = Imaged(repositories(2, 1))
    vendor.crawl(START)
    vendor.place.catalogue = vendor.place.open("none").tags()
    recorded = vendor.crawl(START + HOUR)
    assert vendor.place.opened == ["none", "team/app000", "team/app001"][1:]
    assert recorded.outcome is CrawlOutcome.PARTIAL
    assert not ImageRepository.objects.exclude(gone_at=None).exists()


def test_whether_referrers_are_offered_is_remembered_and_asked_again_after_a_day() -> None:
    behind = Repository(offers_referrers=False)
    digest = image(behind)
    attach_bundle(behind, digest, bundle(digest))
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    row = ImageRepository.objects.get()
    assert (row.referrers, row.referrers_probed_at) == (Referrers.NOT_OFFERED, row.looked_at)
    vendor.crawl(START + HOUR)
    assert vendor.place.asked["referrers"] == 0
    assert vendor.verified == []
    behind.offers_referrers = True
    recorded = vendor.crawl(START + 25 * HOUR)
    assert vendor.place.asked["referrers"] > 0
    assert len(recorded.looked) == 1
    assert ImageRepository.objects.get().referrers == Referrers.OFFERED


def test_a_place_that_was_silent_at_the_first_look_is_asked_again() -> None:
    behind = Repository()
    digest = image(behind)
    attach_bundle(behind, digest, bundle(digest))
    behind.problems["referrers"] = ProblemKind.TOO_SLOW
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    look = Look.objects.get()
    assert not look.is_complete
    told = {one["place"]: one["state"] for one in look.places}
    assert told["referrers_api"] == "unreadable"
    assert Crawl.objects.latest("pk").outcome == "partial"
    vendor.crawl(START + HOUR)
    assert vendor.verified == []
    behind.problems.clear()
    recorded = vendor.crawl(START + 2 * HOUR)
    assert recorded.looked[0].changes[1].startswith("referrers_api: unreadable → listed")
    assert Look.objects.get().is_complete


def test_the_platforms_of_a_cut_list_are_all_looked_at() -> None:
    behind = Repository()
    _, one, two = platforms(behind)
    behind.problems["page"] = ProblemKind.UNREADABLE
    vendor = Imaged({"team/app": behind})
    recorded = vendor.crawl(START)
    assert {each.digest for each in recorded.looked} >= {one, two}


def test_progress_is_told_by_repositories() -> None:
    vendor = Imaged(repositories(3, 1))
    assert vendor.look(START).total == 3
    assert vendor.look(START).repositories[0].full_name == f"{HOST}/team/app000"


@pytest.mark.soak
def test_two_hundred_repositories_of_ten_tags_resume_wherever_they_were_stopped() -> None:
    vendor = Imaged(repositories(200, 10))
    limits = ImageLimits(repositories=17, batch=5)
    for portion in range(40):
        at = START + portion * HOUR / 60
        vendor.look(at, limits)  # lost with its process
        if vendor.crawl(at, limits).outcome is CrawlOutcome.COMPLETE:
            break
    assert Crawl.objects.count() == 1
    assert (Look.objects.count(), TagMove.objects.count()) == (2_000, 4_000)
    assert vendor.crawl(START + 2 * HOUR, ImageLimits(repositories=200)).outcome == "unchanged"
    assert vendor.verified == []
