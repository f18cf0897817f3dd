"""Who accepted what, as pages tell it."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.inventoried import new_source
from tests.simulators.watched import DAY, START
from trustui.inventory.text import identity
from trustui.pages.accepted import Accepted, accepted, of_noticed
from trustui.verdicts.accepting import accept
from trustui.verdicts.models import Finding

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 3, 31)


def accept_root() -> int:
    """An accepted finding about a root, whatever its version; gives the source."""
    source = new_source()
    found = Finding.objects.create(
        source=source,
        check_id="tuf.keys.rsa",
        on="root v14",
        on_id=identity("root"),
        severity="high",
        because="a weak key",
        first_seen_at=START,
        last_seen_at=START,
    )
    accept(finding_ids=[found.pk], reason="so be it", until=UNTIL, by="mira", now=START)
    return source.pk


def test_a_finding_is_met_whatever_version_it_is_about(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    source = accept_root()
    with django_assert_num_queries(1):
        found = accepted([source], START)
    expected = Accepted("mira", START, UNTIL, "so be it")
    assert of_noticed(found, source, "tuf.keys.rsa", "root v15", "high") == expected


@pytest.mark.parametrize(
    ("check", "on", "severity"),
    [
        ("tuf.keys.rsa", "root v15", "low"),
        ("tuf.keys.rsa", "targets v1", "high"),
        ("tuf.keys.id", "root v15", "high"),
    ],
)
def test_another_severity_subject_or_check_is_not_covered(
    check: str, on: str, severity: str
) -> None:
    source = accept_root()
    found = accepted([source], START)
    assert of_noticed(found, source, check, on, severity) is None
    assert of_noticed(found, source + 1, "tuf.keys.rsa", "root", "high") is None


def test_before_and_after_nothing_is_accepted() -> None:
    source = accept_root()
    assert accepted([source], START - DAY) == {}
    assert accepted([source], START + 60 * DAY) == {}
    assert accepted([source + 1], START) == {}
