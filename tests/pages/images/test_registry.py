"""Registries: repositories and how much of each is to be trusted."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.port import Port
from trustui.images.models import ImageRepository
from trustui.pages.images.listed_repositories import Filter
from trustui.pages.images.registry import (
    MOST_QUERIES,
    exported,
    is_seen,
    registry,
    registry_of,
    repositories,
)
from trustui.pages.images.shares import Share
from trustui.pages.paging import PagingError


def test_a_registry_tells_its_repositories_and_their_share(
    crane: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    source = registry_of(crane.viewer, crane.told.source.pk)
    assert source is not None
    with django_assert_max_num_queries(MOST_QUERIES):
        page = registry(crane.viewer, crane.now, source)
    (line,) = page.repositories.lines
    assert (line.tags, line.word, line.policy) == (
        Share(5, 3, 3), "3 of 5 verified", crane.policy.policy.name,
    )  # fmt: skip
    assert page.title == "3 of 5 tags verified"
    assert page.over_time is not None
    assert [fact.word for fact in page.facts[:2]] == ["3 of 5", "3 of 5"]
    assert registry_of(crane.stranger, crane.told.source.pk) is None
    assert not is_seen(crane.stranger, crane.told.source.pk)


def test_repositories_are_narrowed_and_paged(crane: Port) -> None:
    repository = ImageRepository.objects.get(pk=crane.repository_id)
    for number in range(3):
        repository.pk, repository.name_id = None, f"{number:064}"
        repository.full_name = f"localhost/zz-{number}"
        repository.because = "429" if number else ""
        repository.save()
    everything = repositories(crane.viewer, crane.now, Filter())
    assert everything.all == 4
    assert len(repositories(crane.viewer, crane.now, Filter(text="zz-")).lines) == 3
    assert len(repositories(crane.viewer, crane.now, Filter(partial=True)).lines) == 2
    first = repositories(crane.viewer, crane.now, Filter(), size=1)
    rest = repositories(crane.viewer, crane.now, Filter(), first.after)
    assert len(first.lines) + len(rest.lines) == 4
    assert len(list(exported(crane.viewer, crane.now, Filter()))) == 4
    with pytest.raises(PagingError):
        repositories(crane.viewer, crane.now, Filter(), "nonsense")


def test_another_team_and_an_earlier_instant_see_none(crane: Port) -> None:
    assert repositories(crane.stranger, crane.now, Filter()).lines == ()
    early = crane.then(crane.told.story, 0)
    ImageRepository.objects.update(because="429", looked_at=crane.now.at)
    (then,) = repositories(crane.viewer, early, Filter()).lines
    assert (then.looked_at, then.because) == (None, "")  # that was found later
    source = registry_of(crane.viewer, crane.told.source.pk)
    assert source is not None
    assert registry(crane.viewer, early, source).facts[-1].word == "not kept"
    ImageRepository.objects.update(first_seen_at=crane.now.at)
    assert repositories(crane.viewer, early, Filter()).lines == ()
