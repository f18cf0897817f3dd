"""A verdict of an artefact: the page of any verdict."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries
from pytest_django.plugin import DjangoDbBlocker

from tests.simulators.port import Port, make_port
from trustui.pages.image_verdict import (
    MOST_QUERIES,
    artefact_verdict,
    artefact_verdict_json,
    reproduce,
)
from trustui.pages.ticket import ticket
from trustui.verdicts.models import ArtefactVerdict

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def suite(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Port]:
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_port("terminal_suite")
        transaction.set_rollback(True)


def row_of(port: Port, tag: str) -> ArtefactVerdict:
    return ArtefactVerdict.objects.get(digest=port.digest(tag))


def test_it_tells_why_with_the_nearest_miss_and_the_places(
    suite: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = row_of(suite, "7.3.0-rc1")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = artefact_verdict(suite.viewer, suite.now, suite.repository_id, row.pk)
    assert page is not None
    assert page.head.title.endswith("somebody else signed than was expected")
    first = next(
        line for group in page.waterfall.groups for line in group.head.steps
        if line.number == page.waterfall.first
    )  # fmt: skip
    assert first.check_id == "bundle.identity"
    assert "Nearest miss" in [one.label for one in first.more]
    assert len(page.places) == 6
    assert page.policy == "policies.json, version 1"
    told = ticket(page, "https://trustui.example/")
    assert "First check that does not hold: bundle.identity" in told
    assert "manifest sha256:" in told


def test_an_older_verdict_says_what_came_after(suite: Port) -> None:
    row = row_of(suite, "7.2.0")
    later = row_of(suite, "7.2.0")
    later.pk, later.at, later.outcome, later.trust_state = None, suite.now.at, "failed", "failing"
    later.save()
    page = artefact_verdict(suite.viewer, suite.now, suite.repository_id, row.pk)
    assert page is not None
    assert page.ended is not None
    assert page.ended.id == later.pk
    newer = artefact_verdict(suite.viewer, suite.now, suite.repository_id, later.pk)
    assert newer is not None
    assert newer.passed_at == row.at


def test_it_is_shown_to_those_who_see_it_and_from_when_it_was_made(suite: Port) -> None:
    row = row_of(suite, "7.2.0")
    assert artefact_verdict(suite.stranger, suite.now, suite.repository_id, row.pk) is None
    assert artefact_verdict_json(suite.stranger, suite.now, suite.repository_id, row.pk) is None
    early = suite.then(suite.told.story, 0)
    assert artefact_verdict(suite.viewer, early, suite.repository_id, row.pk) is None
    stored = artefact_verdict_json(suite.viewer, suite.now, suite.repository_id, row.pk)
    assert stored is not None
    assert stored.startswith(b'{"subject":')


def test_the_command_says_how_the_place_and_the_name_are_given(suite: Port) -> None:
    row = row_of(suite, "7.2.0")
    (ours,) = reproduce(row, suite.now.at + timedelta(hours=1))
    assert ours.text.startswith("trustui verify image oci-layout:")
    assert "--as localhost/terminal-suite" in ours.text
    row.repository.source.location = "oci://registry.example"
    (ours,) = reproduce(row, suite.now.at)
    assert f"localhost/terminal-suite@{row.digest} --policy" in ours.text
    assert row.policy is not None
    row.policy.policy.language = "notation"
    (ours,) = reproduce(row, suite.now.at)
    assert f"localhost/terminal-suite@{row.digest} --notation-config DIR --at" in ours.text
