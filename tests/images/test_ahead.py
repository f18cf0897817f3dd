"""Artefacts that are read together: as many requests as one by one, and sooner."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from tests.core.images.verified import bundle
from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.imaged import HOUR, START, Imaged, OneRepository, keep
from trustui.core.facts import Document, Problem
from trustui.core.oci.requests import ImageRequest
from trustui.crawl.image_source import Coming, Referrers
from trustui.crawl.switchboard import SwitchboardClosed
from trustui.demo.images.repository import attach_bundle, image, platforms
from trustui.demo.images.tag_format import TagPlan
from trustui.images import ahead, budget
from trustui.images.budget import ImageLimits
from trustui.images.values import ImageResult

pytestmark = pytest.mark.django_db

NAME = "team/app"


def mixed(*, offers_referrers: bool = True) -> Repository:
    """Images with signatures at tags, bundles that refer to them, platforms, and nothing at all."""
    behind = Repository(offers_referrers=offers_referrers)
    for number in range(5):
        digest = image(behind, f"signed-{number}", f"signed {number}".encode())
        sign_tag(behind, digest, TagPlan())
    for number in range(4):
        digest = image(behind, f"bundled-{number}", f"bundled {number}".encode())
        attach_bundle(behind, digest, bundle(digest))
    for number in range(3):
        image(behind, f"bare-{number}", f"bare {number}".encode())
    platforms(behind, "several")
    return behind


def looked_at(behind: Repository) -> tuple[ImageResult, Counter[str], Counter[str]]:
    """A look, the kinds of questions it asked, and each question for content."""
    vendor = Imaged({NAME: behind})
    behind.asked.clear()
    result = vendor.look(START)
    return result, Counter(vendor.place.asked), Counter(behind.asked)


def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "FEW_AHEAD", 1)
    monkeypatch.setattr(budget, "MOST_AHEAD", 1)


def told(result: ImageResult) -> dict[str, tuple[str, bool, list[str]]]:
    """What was found of each artefact."""
    (seen,) = result.repositories
    return {
        one.digest: (one.evidence, one.is_complete, sorted(one.discovery.attached))
        for one in seen.found
    }


@pytest.mark.parametrize("offers_referrers", [True, False])
def test_the_same_is_asked_and_found_as_one_by_one(
    monkeypatch: pytest.MonkeyPatch, offers_referrers: bool
) -> None:
    together = looked_at(mixed(offers_referrers=offers_referrers))
    one_by_one(monkeypatch)
    alone = looked_at(mixed(offers_referrers=offers_referrers))
    assert len(told(together[0])) >= 12
    assert told(together[0]) == told(alone[0])
    assert together[1:] == alone[1:]
    assert offers_referrers or together[1]["referrers"] == 1, "the interface is probed once"


class Watched(OneRepository):
    """Tells in which order questions are begun and answered."""

    happened: list[str]
    closes_at = 0

    def begin(self, requests: Sequence[ImageRequest]) -> Coming:
        self.happened.append("begin")
        if self.happened.count("begin") == self.closes_at:
            raise SwitchboardClosed("the line was closed")
        return super().begin(requests)


def watched(vendor: Imaged, closes_at: int = 0) -> list[str]:
    """Have the vendor's repository watched; a judgement is told too."""
    happened: list[str] = []

    def open_(name: str, referrers: Referrers = Referrers.UNKNOWN) -> Watched:
        one = Watched(name, vendor.place.behind[name], vendor.place.asked, referrers)
        one.happened, one.closes_at = happened, closes_at
        return one

    def verify(_full_name: str, _digest: str, _ask: object, _at: object) -> Any:
        happened.append("judged")

    vendor.place.open = open_  # type: ignore[method-assign]
    vendor.verify = verify
    return happened


def test_the_next_questions_are_under_way_while_the_first_artefacts_are_judged() -> None:
    vendor = Imaged({NAME: mixed()})
    happened = watched(vendor)
    vendor.look(START)
    assert "".join(one[0] for one in happened).startswith("bbjjbjjjj")
    assert happened[-1] == "judged"


def test_what_was_read_is_kept_when_the_time_is_up_before_the_next_questions() -> None:
    vendor = Imaged({NAME: mixed()})
    watched(vendor, closes_at=2)
    (seen,) = vendor.look(START).repositories
    assert (len(seen.found), seen.is_whole) == (2, False)


def test_artefacts_that_would_be_too_many_bytes_are_left_to_the_next_portion() -> None:
    vendor = Imaged({NAME: mixed()})
    expected = told(vendor.look(START))
    found: dict[str, tuple[str, bool, list[str]]] = {}
    for portion in range(len(expected)):
        result = vendor.look(START + portion * HOUR, ImageLimits(bytes=1))
        keep([result], START + portion * HOUR)
        assert len(told(result)) == 1
        found |= told(result)
    assert found == expected
    assert vendor.look(START + len(expected) * HOUR).is_over
    few = Imaged({NAME: mixed()})
    assert 1 < len(told(few.look(START, ImageLimits(bytes=6_000)))) < len(expected)


def test_a_long_manifest_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = mixed()
    expected = told(looked_at(behind)[0])
    monkeypatch.setattr(ahead, "MAX_SMALL", 400)
    result, _, each = looked_at(behind)
    assert told(result) == expected
    long = {tag: one for tag, one in behind.tags.items() if len(behind.blobs[one]) > 400}
    asked = [each[f"manifest {tag}"] + each[f"manifest {one}"] for tag, one in long.items()]
    assert set(asked) == {1}, "their lengths were known"


def test_only_so_many_bytes_are_asked_for_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = looked_at(mixed())
    sizes: list[int] = []
    ask_many = OneRepository.ask_many

    def watch(self: OneRepository, requests: Sequence[ImageRequest]) -> list[Document | Problem]:
        sizes.append(len(requests))
        return ask_many(self, requests)

    monkeypatch.setattr(ahead, "MAX_BYTES", 0)
    monkeypatch.setattr(OneRepository, "ask_many", watch)
    found = looked_at(mixed())
    assert told(found[0]) == told(expected[0])
    assert found[1:] == expected[1:]
    assert set(sizes) - {0}, "the usual questions are asked together all the same"
