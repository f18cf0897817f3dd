"""Which roles a client can come to, and so whose expiry counts."""

from collections.abc import Callable

import pytest
from django.test.utils import CaptureQueriesContext

from tests.simulators.inventoried import DAY, START, Inventoried, publisher
from trustui.demo.publisher import Publisher
from trustui.inventory.models import RoleState
from trustui.inventory.reaching import mark_reachable

pytestmark = pytest.mark.django_db


def withdraw(repo: Publisher, *roles: str) -> None:
    """Stop delegating; the snapshot goes on listing the roles, lest clients refuse it (§5.5.5)."""
    versions = {role: repo.version(role) for role in roles}
    repo.remove_delegation("targets", roles[0])
    for role, version in versions.items():
        repo.claim("snapshot", role, version=version)


def listed() -> dict[str, bool]:
    return dict(RoleState.objects.values_list("role", "is_listed"))


def test_every_role_of_a_sound_repository_counts() -> None:
    Inventoried(publisher()).crawl(START)
    assert set(listed().values()) == {True}


def test_a_role_that_nobody_delegates_to_any_more_does_not_count() -> None:
    repo = publisher()
    repo.add_delegation("team", "part", paths=["team/part/*"])
    repo.publish(START)
    vendor = Inventoried(repo)
    vendor.crawl(START)
    assert set(listed().values()) == {True}
    withdraw(repo, "team", "part")
    repo.publish(START + DAY)
    vendor.crawl(START + DAY)
    assert {name for name, counts in listed().items() if not counts} == {"team", "part"}


def test_a_role_that_is_delegated_again_counts_again() -> None:
    repo = publisher()
    vendor = Inventoried(repo)
    vendor.crawl(START)
    withdraw(repo, "team")
    repo.publish(START + DAY)
    vendor.crawl(START + DAY)
    assert listed()["team"] is False
    repo.add_delegation("targets", "team", paths=["team/*"])
    repo.claim("snapshot", "team")
    repo.set_version("team", 2)
    repo.publish(START + 2 * DAY)
    vendor.crawl(START + 2 * DAY)
    assert listed()["team"] is True


def test_a_role_that_the_snapshot_in_force_does_not_list_does_not_count() -> None:
    repo = publisher()
    vendor = Inventoried(repo, is_pinned=False)
    vendor.crawl(START)
    repo.omit("snapshot", "team")
    repo.publish(START + DAY)
    vendor.crawl(START + DAY)
    assert {name for name, counts in listed().items() if not counts} == {"team"}


def test_hash_bins_count_by_their_names() -> None:
    repo = publisher()
    repo.delegate_hash_bins("team", prefix="bin", bit_length=2)
    repo.publish(START + DAY)
    Inventoried(repo).crawl(START + DAY)
    assert {name for name in listed() if name.startswith("bin")} == {f"bin-{n}" for n in range(4)}
    assert set(listed().values()) == {True}


def test_top_level_roles_alone_need_no_reading(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    with django_assert_num_queries(0):
        mark_reachable([], {})
