"""Which alert rules hold for a source: the same ones that Prometheus raises."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulators.people import make_cast
from tests.simulators.watched import DAY, START
from trustui.core.trace import TrustState
from trustui.images.models import ImageRepository
from trustui.inventory.models import Crawl, RoleState, Source
from trustui.pages.alerts import Alert, alerts_of
from trustui.pages.moment import Moment
from trustui.pages.standings import with_standing
from trustui.verdicts.models import SourceVerdict

NOW = START + 2 * DAY
RULES = Path(__file__).resolve().parent.parent.parent / "deploy" / "alerts.yml"


@pytest.fixture
def own(db: None) -> Source:
    """Crawled yesterday, verified, of one day's interval."""
    del db
    source = make_cast().own.source
    Source.objects.filter(pk=source.pk).update(every_seconds=86_400)
    RoleState.objects.filter(source=source).update(expires_at=NOW + 60 * DAY)
    return source


def alerts(source: Source) -> tuple[Alert, ...]:
    row: Any = with_standing(Source.objects.filter(pk=source.pk), Moment(NOW, NOW, NOW)).get()
    return alerts_of(row, NOW)


def names(found: Sequence[Alert]) -> list[str]:
    return [one.name for one in found]


def test_nothing_holds_for_a_source_in_order(own: Source) -> None:
    assert alerts(own) == ()


@pytest.mark.parametrize("state", ["failing", "not_trusted", "not_signed"])
def test_what_does_not_verify_is_critical(own: Source, state: str) -> None:
    SourceVerdict.objects.filter(source=own).update(
        trust_state=state, since=NOW - timedelta(hours=3)
    )
    (found,) = alerts(own)
    assert (found.name, found.severity, found.sign) == ("TrustuiSourceFailing", "critical", "bad")
    assert found.because.endswith("for 3 hours")


@pytest.mark.parametrize(("minutes", "expected"), [(29, []), (30, ["TrustuiSourceUnreadable"])])
def test_what_cannot_be_judged_is_told_of_after_a_while(
    own: Source, minutes: int, expected: list[str]
) -> None:
    since = NOW - timedelta(minutes=minutes)
    SourceVerdict.objects.filter(source=own).update(trust_state="could_not_check", since=since)
    assert names(alerts(own)) == expected


def test_what_expires_soon_is_a_warning(own: Source) -> None:
    SourceVerdict.objects.filter(source=own).update(trust_state=TrustState.EXPIRES_SOON)
    assert names(alerts(own)) == ["TrustuiMetadataExpiresSoon"]


def test_expired_roles_are_named_and_those_that_nobody_lists_are_not(own: Source) -> None:
    RoleState.objects.filter(source=own, role="timestamp").update(expires_at=NOW)
    (found,) = alerts(own)
    assert (found.name, found.because) == ("TrustuiMetadataExpired", "timestamp")
    RoleState.objects.filter(source=own).update(expires_at=NOW - DAY)
    (found,) = alerts(own)
    assert found.because.endswith("and more")
    RoleState.objects.filter(source=own).update(is_listed=False)
    assert alerts(own) == ()


def test_a_root_that_expires_within_two_weeks_is_critical(own: Source) -> None:
    root = RoleState.objects.filter(source=own, role="root")
    root.update(expires_at=NOW + 14 * DAY)
    assert alerts(own) == ()
    root.update(expires_at=NOW + 3 * DAY)
    (found,) = alerts(own)
    assert (found.name, found.because) == ("TrustuiRootExpiresSoon", "root expires in 3 days")


def test_a_crawl_is_overdue_after_three_intervals_without_an_answer(own: Source) -> None:
    Source.objects.filter(pk=own.pk).update(every_seconds=3600)
    at = NOW - timedelta(minutes=1)
    Crawl.objects.create(source=own, started_at=at, finished_at=at, outcome="failed", problems=[])
    (found,) = alerts(own)
    assert (found.name, found.because) == ("TrustuiCrawlOverdue", "no usable answer for 1 day")
    Crawl.objects.create(source=own, started_at=at, finished_at=at, outcome="partial", problems=[])
    assert alerts(own) == ()


def test_a_registry_is_told_of_by_its_crawls_and_looks(own: Source) -> None:
    Source.objects.filter(pk=own.pk).update(kind="oci_registry", every_seconds=3600)
    SourceVerdict.objects.filter(source=own).update(trust_state="failing")
    ImageRepository.objects.create(source=own, name="app", first_seen_at=NOW - DAY)
    assert names(alerts(own)) == ["TrustuiCrawlOverdue", "TrustuiRegistryNotLookedAt"]
    ImageRepository.objects.update(looked_at=NOW - timedelta(hours=6))
    assert names(alerts(own)) == ["TrustuiCrawlOverdue"]


def test_the_critical_ones_come_first(own: Source) -> None:
    SourceVerdict.objects.filter(source=own).update(trust_state="expires_soon")
    RoleState.objects.filter(source=own, role="snapshot").update(expires_at=NOW)
    assert [one.severity for one in alerts(own)] == ["critical", "warning"]


def test_a_removed_source_has_none(own: Source) -> None:
    RoleState.objects.filter(source=own).update(expires_at=NOW)
    Source.objects.filter(pk=own.pk).update(removed_at=NOW)
    assert alerts(own) == ()


def test_they_are_the_rules_that_are_shipped() -> None:
    """Of the rules per source none is forgotten but the one that counts images of all sources."""
    shipped = {
        rule["alert"]: rule["labels"]["severity"]
        for group in yaml.safe_load(RULES.read_bytes())["groups"]
        for rule in group["rules"]
        if "{{ $labels.source }}" in rule["annotations"]["summary"]
    }
    assert shipped == {
        "TrustuiSourceFailing": "critical",
        "TrustuiSourceUnreadable": "warning",
        "TrustuiMetadataExpired": "critical",
        "TrustuiMetadataExpiresSoon": "warning",
        "TrustuiRootExpiresSoon": "critical",
        "TrustuiCrawlOverdue": "warning",
        "TrustuiRegistryNotLookedAt": "warning",
    }
