"""Model instances by statements that are written once."""

from typing import Any

import pytest
from django.db.models import F, QuerySet
from pytest_django import DjangoAssertNumQueries

from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.inventory.models import Source
from trustui.pages.kept_models import KeptModels
from trustui.verdicts.models import Verdict

pytestmark = pytest.mark.django_db


def _named(_: object, __: object, ___: object, name: str) -> "QuerySet[Source]":
    return Source.objects.filter(name=name)


def _beside(_: object, __: object, ___: object, name: str) -> "QuerySet[Any]":
    return Source.objects.filter(name=name).annotate(again=F("name"), team_named=F("team__name"))


def _of(_: object, __: object, ___: object, source: int) -> "QuerySet[Verdict]":
    return Verdict.objects.filter(source__pk=source)


def test_an_instance_is_what_django_makes_of_the_row(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = Watched(vendor())
    expected = Source.objects.select_related("anchor").get(pk=watched.source.pk)
    kept = KeptModels(_named, Source, along="anchor")
    with django_assert_num_queries(1):
        found = kept.first(about=(expected.name,))
        assert found == expected
        assert found is not None
        assert found.anchor == expected.anchor
        assert found.anchor is not None
        for one, like in ((found, expected), (found.anchor, expected.anchor)):
            assert not one._state.adding
            fields = type(one)._meta.concrete_fields
            for field in fields:
                assert getattr(one, field.attname) == getattr(like, field.attname), field
    found.name = "renamed"
    found.save(update_fields=["name"])
    assert Source.objects.get(pk=found.pk).name == "renamed"


def test_what_leads_nowhere_and_what_is_not_there_are_none(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = Watched(vendor(), is_pinned=False)
    kept = KeptModels(_named, Source, along="anchor")
    with django_assert_num_queries(1):
        found = kept.first(about=(watched.source.name,))
        assert found is not None
        assert found.anchor is None
    assert kept.first(about=("nobody's",)) is None


def test_annotations_stand_beside_the_fields() -> None:
    watched = Watched(vendor())
    kept = KeptModels(_beside, Source, beside=("again", "team_named"))
    found: Any = kept.first(about=(watched.source.name,))
    assert (found.again, found.team_named) == (watched.source.name, watched.source.team.name)


def test_a_field_that_was_left_out_is_read_when_it_is_asked_for(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    watched.crawl(START + 2 * DAY)
    kept = KeptModels(_of, Verdict, along="crawl", without=("trace",))
    expected = Verdict.objects.select_related("crawl").order_by("-at").first()
    assert expected is not None
    with django_assert_num_queries(1):
        found = kept.first(order=("-at", "-id"), about=(watched.source.pk,))
        assert found == expected
        assert found is not None
        assert found.crawl == expected.crawl
    with django_assert_num_queries(1):
        assert bytes(found.trace) == bytes(expected.trace)
