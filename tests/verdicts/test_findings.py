"""Findings: from when to when something was noticed."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from tests.simulators.kept import made_once
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.core.trace import Finding as Noticed
from trustui.core.trace import Severity
from trustui.verdicts.conclusions import Conclusion
from trustui.verdicts.findings import MAX_FINDINGS, keep_findings, subject
from trustui.verdicts.history import findings_of
from trustui.verdicts.models import Cause, Finding
from trustui.verdicts.remembering import load
from trustui.verdicts.reverifying import verified_again

pytestmark = pytest.mark.django_db


@pytest.fixture
@made_once
def watched() -> Watched:
    return Watched(vendor())


def noticing(watched: Watched, *noticed: Noticed) -> Conclusion:
    """A conclusion with exactly these findings."""
    (remembered,) = load([watched.source.pk])
    one = verified_again(remembered, Cause.TIME, START)
    return replace(one, trace=replace(one.trace, findings=noticed))


def weak(on: str, because: str = "a weak key") -> Noticed:
    return Noticed("tuf.keys.rsa", on, because, Severity.HIGH)


def rows(watched: Watched) -> list[tuple[str, str, datetime, datetime | None]]:
    found = Finding.objects.filter(source=watched.source).order_by("id")
    return [(one.on, one.because, one.last_seen_at, one.gone_at) for one in found]


def test_one_that_stays_is_one_row(watched: Watched) -> None:
    keep_findings([noticing(watched, weak("root v1"))], START)
    keep_findings([noticing(watched, weak("root v2", "still weak"))], START + DAY)
    assert rows(watched) == [("root v2", "still weak", START + DAY, None)]
    assert Finding.objects.get().first_seen_at == START


def test_one_that_goes_is_closed_and_may_come_again(watched: Watched) -> None:
    keep_findings([noticing(watched, weak("root v1"))], START)
    keep_findings([noticing(watched)], START + DAY)
    keep_findings([noticing(watched, weak("root v1"))], START + 2 * DAY)
    assert [gone for *_, gone in rows(watched)] == [START + DAY, None]


def test_two_of_one_check_about_two_things_are_two(watched: Watched) -> None:
    keep_findings([noticing(watched, weak("root v1"), weak("targets v1"))], START)
    assert len(rows(watched)) == 2


def test_findings_of_other_sources_stay(watched: Watched) -> None:
    other = Watched(vendor())
    keep_findings([noticing(watched, weak("root v1")), noticing(other, weak("root v1"))], START)
    keep_findings([noticing(watched)], START + DAY)
    assert list(findings_of(watched.source.pk)) == []
    assert len(findings_of(other.source.pk)) == 1


def test_a_place_that_gives_cause_for_millions_gets_a_thousand(watched: Watched) -> None:
    many = [weak(f"role-{number}") for number in range(MAX_FINDINGS + 5)]
    keep_findings([noticing(watched, *many)], START)
    assert Finding.objects.count() == MAX_FINDINGS


def test_hostile_text_loses_no_row(watched: Watched) -> None:
    keep_findings([noticing(watched, weak("a\x00b\ud800" + "x" * 900, "\x00" * 5000))], START)
    ((on, because, *_),) = rows(watched)
    assert "\x00" not in on + because


@pytest.mark.parametrize(
    ("on", "about"),
    [
        ("root v14", "root"),
        ("final root v3", "final root"),
        ("team v1 of targets v2", "team of targets"),
        ("walter vv2", "walter vv2"),
        ("targets", "targets"),
    ],
)
def test_what_it_is_about_has_no_version(on: str, about: str) -> None:
    assert subject(on) == about
