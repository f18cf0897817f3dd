"""Which repositories each part of a policy applies to, and what is tagged there."""

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.notation_policies import document, statement
from tests.simulators.port import Port
from trustui.core.trust_policy.languages import EXPECTATIONS, NOTATION
from trustui.demo.images.trust import policies as text_of_policies
from trustui.pages.images.coverage import (
    Applies,
    applies,
    covered,
    images,
    part_of,
    parts_of,
    there,
)
from trustui.pages.images.policies import in_force
from trustui.pages.paging import PagingError

BY_PATTERN = EXPECTATIONS.parse(text_of_policies())
BY_STATEMENT = NOTATION.parse(document(statement("a", "a.b/c"), statement("rest", "*")))


@pytest.mark.parametrize(
    ("document", "name", "part"),
    [
        (BY_PATTERN, "localhost/berth-planner", 1),
        (BY_PATTERN, "localhost/port-simulator", None),
        (BY_STATEMENT, "a.b/c", 0),
        (BY_STATEMENT, "a.b/d", 1),
        (NOTATION.parse(document(statement("a", "a.b/c"))), "a.b/d", None),
        (None, "a.b/c", None),
    ],
)
def test_the_part_that_decides_is_found_in_both_languages(
    document: object, name: str, part: int | None
) -> None:
    assert part_of(document, name) == part


def test_parts_are_called_by_their_patterns_or_their_names() -> None:
    assert parts_of(BY_STATEMENT) == ("a", "rest")
    assert parts_of(BY_PATTERN)[1] == "localhost/berth-planner"
    one = {"of": [{"identity": "a@example.org", "issuer": "https://a.example"}]}
    rule = {"repositories": ["a.b/1", "a.b/2", "a.b/3", "a.b/4"], "require": [one]}
    body = json.dumps({"version": 1, "policies": [rule]}).encode()
    assert parts_of(EXPECTATIONS.parse(body)) == ("a.b/1, a.b/2, a.b/3 and 1 more",)
    assert parts_of(None) == ()


def of_policy(port: Port) -> Applies:
    force = in_force([port.team.pk], port.now)
    repositories = there(port.viewer, port.now, port.team.pk)
    (own,) = force
    return applies(repositories, force, own.policy_id, own.document)


def test_repositories_stand_by_their_part_with_how_their_tags_are(suite: Port) -> None:
    found = of_policy(suite)
    assert found.count == 1
    ((part, (one,)),) = covered(found, suite.now).items()
    assert (part, one.full_name) == (0, "localhost/terminal-suite")
    assert one.tags.all > one.tags.trusted > 0
    assert there(suite.stranger, suite.now, suite.team.pk) == []


def test_images_come_a_page_at_a_time_with_how_they_stand(
    suite: Port, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = of_policy(suite)
    titles = ("the suite",)
    with django_assert_num_queries(1):
        all_of_them = images(found, titles, suite.now, None, None, 50)
    assert all_of_them.after is None
    words = {line.tag: line.state.word for line in all_of_them.lines}
    assert words["7.2.0"] == "verified"
    assert words["7.3.0-rc1"] == "failing"
    assert {line.part for line in all_of_them.lines} == {"the suite"}
    first = images(found, titles, suite.now, 0, None, 1)
    rest = images(found, titles, suite.now, 0, first.after, 50)
    assert (*first.lines, *rest.lines) == all_of_them.lines
    assert images(found, titles, suite.now, 7, None, 50).lines == ()
    with pytest.raises(PagingError):
        images(found, titles, suite.now, None, "odd", 50)


def test_of_an_earlier_instant_what_was_tagged_and_known_then_is_told(suite: Port) -> None:
    then = suite.then(suite.told.story, 1)
    found = applies(
        there(suite.viewer, then, suite.team.pk),
        in_force([suite.team.pk], then),
        suite.policy.policy_id,
        BY_PATTERN,
    )
    early = images(found, ("the suite",) * 4, then, None, None, 50)
    late = images(of_policy(suite), ("the suite",), suite.now, None, None, 50)
    assert 0 < len(early.lines) < len(late.lines)
