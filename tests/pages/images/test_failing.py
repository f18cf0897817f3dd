"""Tagged images that do not verify, grouped by cause."""

from pytest_django import DjangoAssertNumQueries

from tests.simulators.port import Port
from trustui.images.models import Tag
from trustui.pages.failing import FailingPage
from trustui.pages.images.failing import NOTHING, failing_images


def test_images_with_one_cause_are_one_group(
    crane: Port, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        found = failing_images(crane.viewer, crane.now)
    (group,) = found.groups
    assert (group.check, group.count, group.sign) == ("registry.find", 2, "none")
    assert [one.name for one in group.artefacts] == [
        "localhost/crane-controller:4.5.0", "localhost/crane-controller:4.4.0",
    ]  # fmt: skip
    assert found.words == "2 images do not verify"
    assert group.since == max(one.since for one in group.artefacts)


def test_causes_of_images_stand_among_those_of_sources(crane: Port) -> None:
    page = FailingPage((), is_cut=False, images=failing_images(crane.viewer, crane.now))
    assert page.causes == [("images-1", page.images.groups[0])]


def test_a_group_says_which_teams_look_after_it(crane: Port) -> None:
    assert [group.teams for group in failing_images(crane.viewer, crane.now).groups] == [
        [crane.team.name]
    ]


def test_what_no_tag_names_any_more_is_left_out(crane: Port) -> None:
    Tag.objects.filter(name="4.5.0").update(gone_at=crane.now.at)
    assert failing_images(crane.viewer, crane.now).count == 1


def test_another_team_and_an_earlier_instant_see_nothing(crane: Port) -> None:
    assert failing_images(crane.stranger, crane.now) == NOTHING
    assert failing_images(crane.viewer, crane.then(crane.told.story, 0)) == NOTHING
    assert failing_images(crane.viewer, crane.then(crane.told.story, 3)).count == 1
    assert NOTHING.words == ""
