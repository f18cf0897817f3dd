"""Verdicts about artefacts as rows, and the tags that an event names."""

import pytest

from tests.simulators.expecting import Expecting
from tests.simulators.image_repository import Repository
from tests.simulators.imaged import START
from trustui.demo.images.repository import image
from trustui.events.models import Event
from trustui.verdicts.image_writing import MAX_TAGS, tags_of

pytestmark = pytest.mark.django_db


def test_the_tags_of_an_artefact_are_those_that_stand_for_it_now() -> None:
    behind = Repository()
    vendor = Expecting({"team/app": behind})
    digest = image(behind, "1.0")
    behind.tags["latest"] = digest
    other = image(behind, "gone", b"other")
    vendor.conclude(START)
    pk = vendor.repository().pk
    assert tags_of([(pk, digest), (pk, other)]) == {
        (pk, digest): ["1.0", "latest"],
        (pk, other): ["gone"],
    }


def test_an_event_names_no_more_tags_than_fit() -> None:
    behind = Repository()
    vendor = Expecting({"team/app": behind})
    digest = image(behind, "1.0")
    behind.tags |= {f"1.{number}": digest for number in range(MAX_TAGS + 5)}
    vendor.conclude(START)
    event = Event.objects.get(kind="artefact.verdict_changed")
    assert len(event.detail["tags"]) == MAX_TAGS
