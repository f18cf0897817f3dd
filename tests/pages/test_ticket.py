"""A verdict as text for a ticket."""

import pytest

from tests.simulators.onlookers import onlooker, present, time_passes
from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.pages.ticket import ticket
from trustui.pages.verdict import VerdictPage, verdict

ADDRESS = "https://trust.example/sources/1/verdicts/2/"


def page_of(watched: Watched) -> VerdictPage:
    row = watched.verdicts[-1]
    found = verdict(onlooker(watched), present(row.at + DAY), watched.source.pk, row.pk)
    assert found is not None
    return found


@pytest.mark.django_db
def test_it_tells_the_answer_the_failing_check_and_how_to_see_it_again() -> None:
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    time_passes(watched, START + WEEK + DAY)
    text = ticket(page_of(watched), ADDRESS)
    assert text.startswith("vendor-updates: Failing for 1 day: the timestamp has expired\n")
    assert "Freshness: expired 8 Mar 12:00" in text
    assert "First check that does not hold: tuf.timestamp.freeze.expired (§5.4.4)" in text
    assert "What to do: Get the timestamp renewed" in text
    assert "timestamp v1 sha256:" in text
    assert "trustui verify tuf https://vendor-updates.example/" in text
    assert text.endswith(f"{ADDRESS}\n")


@pytest.mark.django_db
def test_of_what_holds_it_names_no_failing_check() -> None:
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    text = ticket(page_of(watched), ADDRESS)
    assert "First check" not in text
    assert "Signatures: sound (every threshold met)" in text
