"""What expires, what a key signs, a role's past, which keys there are; page after page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from tests.simulators import many_rows
from tests.simulators.inventoried import DAY, START, Inventoried, publisher
from trustui.accounts.models import Team
from trustui.demo.publisher import Publisher
from trustui.inventory.listing import Page, expiring, history, keys, signed_by
from trustui.inventory.models import PublicKey, RoleState, SourceKey

pytestmark = pytest.mark.django_db

YEAR = 400 * DAY
RowT = TypeVar("RowT")


@pytest.fixture
def repo() -> Publisher:
    return publisher()


@pytest.fixture
def vendor(repo: Publisher) -> Inventoried:
    made = Inventoried(repo)
    made.crawl(START)
    return made


def pages(ask: Callable[[Any], Page[RowT, Any]]) -> list[RowT]:
    """Every row, one page after the other."""
    rows: list[RowT] = []
    after = None
    while True:
        page = ask(after)
        rows += page.rows
        if page.next is None:
            return rows
        assert page.rows
        after = page.next


def fingerprint_of(vendor: Inventoried, role: str) -> str:
    keyid = vendor.repo.keys(role)[0].key_id
    return SourceKey.objects.get(source=vendor.source, keyid=keyid).key.fingerprint


# ---- what expires


def test_what_expires_first_comes_first(vendor: Inventoried) -> None:
    rows = expiring(START + YEAR).rows
    assert {one.role for one in rows} == {"root", "timestamp", "snapshot", "targets", "team"}
    assert [one.expires_at for one in rows] == sorted(one.expires_at for one in rows)
    assert {(one.source, one.version) for one in rows} == {(vendor.source.name, "1")}


@pytest.mark.usefixtures("vendor")
def test_what_expires_later_is_not_asked_for() -> None:
    first = expiring(START + YEAR).rows[0]
    assert expiring(first.expires_at).rows == ()
    assert expiring(first.expires_at + DAY, since=first.expires_at).rows[0] == first
    assert first not in expiring(START + YEAR, since=first.expires_at + DAY).rows


def test_sources_that_were_removed_and_roles_that_nobody_reaches_do_not_count(
    vendor: Inventoried,
) -> None:
    RoleState.objects.filter(role="team").update(is_listed=False)
    assert "team" not in {one.role for one in expiring(START + YEAR).rows}
    vendor.source.removed_at = START
    vendor.source.save()
    assert expiring(START + YEAR).rows == ()


def test_other_teams_see_nothing(vendor: Inventoried) -> None:
    stranger = Team.objects.create(name="Strangers", created_at=START)
    fingerprint = fingerprint_of(vendor, "timestamp")
    for team, seen in ((vendor.source.team_id, True), (stranger.pk, False)):
        assert bool(expiring(START + YEAR, teams=[team]).rows) is seen
        assert bool(signed_by(fingerprint, teams=[team]).rows) is seen
        assert bool(keys(teams=[team]).rows) is seen


# ---- what a key signs


def test_a_key_is_found_by_what_it_is_not_by_how_it_is_called(
    repo: Publisher, vendor: Inventoried
) -> None:
    repo.renew("timestamp")
    repo.publish(START + DAY)
    vendor.crawl(START + DAY)
    rows = signed_by(fingerprint_of(vendor, "timestamp")).rows
    assert [(one.role, one.version) for one in rows] == [("timestamp", "1"), ("timestamp", "2")]
    assert {one.keyid for one in rows} == {repo.keys("timestamp")[0].key_id}
    assert not any(one.is_empty for one in rows)


def test_a_key_id_that_another_source_gives_another_key_is_not_this_key(
    vendor: Inventoried,
) -> None:
    fingerprint = fingerprint_of(vendor, "timestamp")
    thief = Inventoried(publisher("a thief"))
    thief.crawl(START)
    keyid = vendor.repo.keys("timestamp")[0].key_id
    other = SourceKey.objects.filter(source=thief.source).first()
    assert other is not None
    SourceKey.objects.filter(pk=other.pk).update(keyid=keyid)
    assert {one.source for one in signed_by(fingerprint).rows} == {vendor.source.name}


def test_a_key_of_few_names_is_read_in_one_statement(
    vendor: Inventoried, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fingerprint = fingerprint_of(vendor, "timestamp")
    with django_assert_num_queries(1):
        rows = signed_by(fingerprint).rows
    (one,) = rows
    assert one.expires_at.utcoffset() == timedelta()
    assert one.first_seen_at == START


def test_a_key_that_nobody_knows_signs_nothing() -> None:
    assert signed_by("0" * 64).rows == ()


# ---- the past of a role


def test_the_past_of_a_role_begins_with_the_highest_version(
    repo: Publisher, vendor: Inventoried
) -> None:
    for number, version in enumerate((9, 10, 11), 1):
        repo.set_version("timestamp", version)
        repo.publish(START + number * DAY)
        vendor.crawl(START + number * DAY)
    rows = pages(lambda after: history(vendor.source.pk, "timestamp", after=after, limit=1))
    assert [one.version for one in rows] == ["11", "10", "9", "1"]
    assert rows[0].first_seen_at == START + 3 * DAY
    assert (rows[0].type, rows[0].signature_count, rows[0].origin) == ("timestamp", 1, "")


def test_a_role_without_a_past_has_none(vendor: Inventoried) -> None:
    assert history(vendor.source.pk, "nobody").rows == ()


# ---- which keys there are


def test_every_key_is_listed_once_with_how_many_sources_name_it(repo: Publisher) -> None:
    first, second = Inventoried(repo), Inventoried(repo)
    first.crawl(START)
    second.crawl(START)
    other = Inventoried(publisher("another vendor"))
    other.crawl(START)
    rows = pages(lambda after: keys(after=after, limit=2))
    assert [one.fingerprint for one in rows] == sorted(
        PublicKey.objects.values_list("fingerprint", flat=True)
    )
    assert {one.sources for one in rows} == {1, 2}
    of_one = keys(source_ids=[other.source.pk]).rows
    assert {one.sources for one in of_one} == {1}
    assert 0 < len(of_one) < len(rows)


# ---- many rows


def test_pages_together_are_the_whole() -> None:
    filled = many_rows.fill(2_000)
    until = START + 2 * YEAR
    assert len(pages(lambda after: expiring(until, after=after, limit=7))) == 100
    rows = pages(lambda after: signed_by(filled.shared_key, after=after, limit=7))
    assert rows == list(signed_by(filled.shared_key, limit=10_000).rows)
    assert len(rows) == len(set(rows)) > 5
    assert {one.keyid for one in rows} == {"keyid-shared"}


def test_the_same_seed_makes_the_same_rows() -> None:
    first = many_rows.fill(1_000, seed=7)
    rows = signed_by(first.own_key, limit=1_000).rows
    assert rows
    assert {one.source_id for one in rows} == {1}


@dataclass(frozen=True)
class Question:
    """What is asked, the index that answers it, and how the store is filled for that to pay."""

    index: str
    ask: Callable[[many_rows.Filled], Page[Any, Any]]
    signatures: int
    versions_per_role: int
    signers: int


QUESTIONS = [
    Question("role_expiry", lambda _: expiring(START + 2 * DAY), 6_000, 2, 1),
    Question("signatures_by_keyid", lambda filled: signed_by(filled.shared_key), 40_000, 20, 10),
    Question("names_of_key", lambda filled: signed_by(filled.own_key), 40_000, 20, 10),
    Question(
        "history_of_role",
        lambda filled: history(filled.first_source, filled.role),
        *(10_000, 100, 1),
    ),
]


@pytest.mark.skipif(
    "postgresql" not in settings.DATABASES["default"]["ENGINE"], reason="plans are PostgreSQL's"
)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.index)
def test_each_question_reads_an_index(question: Question) -> None:
    with connection.cursor() as cursor:
        # New files: what other tests left behind in the old ones counts in the planner's estimates.
        cursor.execute("TRUNCATE inventory_source, inventory_publickey CASCADE")
    filled = many_rows.fill(
        question.signatures,
        versions_per_role=question.versions_per_role,
        signers=question.signers,
    )
    with CaptureQueriesContext(connection) as queries:
        page = question.ask(filled)
    assert page.rows
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries[-1]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f" using {question.index} on " in plan or f" on {question.index} " in plan, plan
    assert "Seq Scan on inventory_role" not in plan
