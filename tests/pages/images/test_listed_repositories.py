"""Which repositories are listed: by registry, name and how their tags stand."""

from typing import get_args, get_type_hints

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.port import Port
from trustui.api.images import ImagesQuery
from trustui.images.models import ImageRepository
from trustui.inventory.text import identity
from trustui.pages.images.listed_repositories import CHOICES, STATES, Filter, filter_of
from trustui.pages.images.registry import (
    MOST_QUERIES,
    exported,
    registry,
    registry_of,
    repositories,
)
from trustui.pages.images.shares import OF_TAGS, Share
from trustui.pages.paging import PagingError, write_cursor
from trustui.verdicts.models import RepositoryCount


def add_repository(port: Port, name: str, tags: Share | None = None) -> None:
    """One more, without tags; `tags` is what is kept of it."""
    repository = ImageRepository.objects.filter(source=port.told.source).earliest("pk")
    repository.pk, repository.name_id = None, identity(name)
    repository.name, repository.full_name = name, f"localhost/{name}"
    repository.save()
    if tags is not None:
        counts = dict(zip(OF_TAGS, msgspec.structs.astuple(tags), strict=True))
        RepositoryCount.objects.create(repository=repository, source=repository.source, **counts)


KEPT = {
    "fails": Share(3, 3, 1, 1, 1),
    "unread": Share(3, 2, 2, 0, 1),
    "partly": Share(3, 1, 1),
    "bare": Share(),
    "uncounted": None,
    "sound": Share(2, 2, 2),
}


def test_repositories_are_narrowed_by_the_worst_of_their_tags(crane: Port) -> None:
    for name, tags in KEPT.items():
        add_repository(crane, name, tags)
    found = {
        state: [
            line.name
            for line in repositories(crane.viewer, crane.now, Filter(state=state, text="/")).lines
            if line.name in KEPT
        ]
        for state in CHOICES
    }
    assert found == {
        "failing": ["fails"],
        "could_not_check": ["unread"],
        "unverified": ["bare", "partly", "uncounted"],
        "verified": ["sound"],
    }
    source = registry_of(crane.viewer, crane.told.source.pk)
    assert source is not None
    whole = registry(crane.viewer, crane.now, source)
    page = registry(crane.viewer, crane.now, source, Filter(state="failing"))
    assert (page.repositories.all, page.repositories.tags) == (1, KEPT["fails"])
    assert (page.title, page.lead, page.facts) == (whole.title, whole.lead, whole.facts)
    assert page.lead.startswith("7 repositories, ")
    assert [one.name for one in exported(crane.viewer, crane.now, Filter(state="verified"))] == [
        "sound"
    ]


@pytest.mark.parametrize("others", [(), ("bare",)])
def test_so_they_are_as_they_stood_at_an_earlier_instant(
    crane: Port, others: tuple[str, ...], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for name in others:
        add_repository(crane, name)
    early = crane.then(crane.told.story, 0)
    for chosen in (Filter(), Filter(source=crane.told.source.pk)):
        every = repositories(crane.viewer, early, chosen)
        assert {line.sign for line in every.lines} <= STATES.keys()
        for sign, state in STATES.items():
            narrowed = msgspec.structs.replace(chosen, state=state)
            with django_assert_max_num_queries(MOST_QUERIES):
                page = repositories(crane.viewer, early, narrowed)
            assert page.lines == tuple(line for line in every.lines if line.sign == sign)
            assert page.lines == tuple(exported(crane.viewer, early, narrowed))
            assert page.all == len(page.lines)
            assert page.tags.all == sum(line.tags.all for line in page.lines)


def test_pages_and_programs_are_offered_the_same_states() -> None:
    offered = get_args(get_type_hints(ImagesQuery)["state"])
    assert set(offered) == {"", *CHOICES}
    assert set(STATES.values()) == CHOICES.keys()


def test_pages_of_an_earlier_instant_follow_one_another(crane: Port) -> None:
    for number in range(3):
        add_repository(crane, f"bare-{number}")
    early, chosen = crane.then(crane.told.story, 0), Filter(state="unverified")
    every = [line.name for line in repositories(crane.viewer, early, chosen).lines]
    assert every == ["bare-0", "bare-1", "bare-2"]
    found: list[str] = []
    after = None
    for _ in every:
        page = repositories(crane.viewer, early, chosen, after, 1)
        found += [line.name for line in page.lines]
        assert page.all == 3
        after = page.after
    assert (found, after) == (every, None)
    for wrong in ("nonsense", write_cursor(["localhost/bare-0", 0])):
        with pytest.raises(PagingError):
            repositories(crane.viewer, early, chosen, wrong)


def test_what_is_no_choice_narrows_nothing() -> None:
    given = {"state": "sound", "source": "x", "team": "\u0663", "text": " a\0 ", "partial": "yes"}
    assert filter_of(given) == Filter(text="a")
    asked = {"source": "7", "partial": "1", "state": "failing"}
    assert filter_of(asked) == Filter(source=7, partial=True, state="failing")
