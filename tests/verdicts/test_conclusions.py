"""What a verification means: until when, what time did, and what does not depend on it."""

import zlib
from datetime import datetime

import pytest

from tests.simulators.crawl_memory import CrawlMemory
from tests.simulators.verified import verified
from tests.simulators.watched import DAY, START, WEEK, vendor
from trustui.core.answer import as_json
from trustui.core.formats.tuf.states import trust_state
from trustui.demo.publisher import Publisher
from trustui.verdicts.conclusions import (
    MAX_CHANGES,
    Conclusion,
    capped,
    concluded,
    concluded_from_crawl,
    what_time_did,
)
from trustui.verdicts.evidence import Looked
from trustui.verdicts.models import Cause


def conclusion(repo: Publisher, at: datetime) -> Conclusion:
    repository, trace = verified(repo, at)
    return concluded(
        source_id=1,
        anchor_id=1,
        crawl_id=1,
        cause=Cause.EVIDENCE,
        trace=trace,
        state=trust_state(trace, repository),
        repository=repository,
        looked=Looked(),
    )


def test_it_keeps_the_answer_of_verify_json() -> None:
    one = conclusion(vendor(), START)
    assert zlib.decompress(one.packed_trace()) == as_json(one.trace, "tuf", one.state)
    assert (one.at, one.first_failing) == (START, "")


@pytest.mark.parametrize(("days", "depends"), [(1, True), (8, True)], ids=["verified", "expired"])
def test_what_is_good_or_expired_depends_on_time(days: int, depends: bool) -> None:
    assert conclusion(vendor(), START + days * DAY).depends_on_time is depends


def test_what_lacks_signatures_does_not_depend_on_time() -> None:
    repo = vendor()
    repo.sign_with_only("timestamp", 0)
    repo.publish(START)
    one = conclusion(repo, START)
    assert one.first_failing == "tuf.timestamp.signature.threshold"
    assert not one.depends_on_time


def test_an_unchanged_crawl_means_nothing_new() -> None:
    repo = vendor()
    memory = CrawlMemory(repo.document("root", 1))
    first, second = (memory.crawl(repo.metadata, START + n * DAY) for n in (0, 1))
    assert concluded_from_crawl(first, 7, ["a"]) is not None
    assert concluded_from_crawl(second, 8, []) is None


def test_sentences_are_capped_and_the_rest_counted() -> None:
    many = [f"sentence {number}" for number in range(MAX_CHANGES + 3)]
    assert capped(many)[-1] == "and 3 more changes"
    assert capped(many)[:-1] == tuple(many[:MAX_CHANGES])
    assert capped(many[:2]) == ("sentence 0", "sentence 1")


def test_what_time_did_is_told_by_document() -> None:
    repository, _ = verified(vendor(), START, seen_at=START)
    soon = START + WEEK - DAY
    expiry = "2026-03-08T12:00:00Z"
    assert list(what_time_did(repository, START, soon)) == [f"timestamp v1 expires soon, {expiry}"]
    assert list(what_time_did(repository, soon, START + WEEK)) == [f"timestamp v1 expired {expiry}"]
    assert list(what_time_did(repository, START + WEEK, START + 8 * DAY)) == []
