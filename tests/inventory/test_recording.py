"""What a crawl leaves in the database, crawl after crawl."""

import threading
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.scale import so_many
from tests.simulators.inventoried import DAY, START, Inventoried, keep, projections, publisher
from trustui.core.facts import Document, ProblemKind
from trustui.core.primitives.digests import sha256
from trustui.demo.publisher import Publisher
from trustui.events.models import Event
from trustui.inventory.models import (
    Blob,
    Crawl,
    CrawlOutcome,
    RoleState,
    RoleVersion,
    Sighting,
    Source,
    Standing,
)
from trustui.inventory.places import orders_for
from trustui.inventory.rebuilding import rebuild
from trustui.inventory.recording import record
from trustui.inventory.values import CrawlResult

pytestmark = pytest.mark.django_db


@pytest.fixture
def repo() -> Publisher:
    return publisher()


@pytest.fixture
def vendor(repo: Publisher) -> Inventoried:
    return Inventoried(repo)


def told(kind: str) -> list[Event]:
    return list(Event.objects.filter(kind=kind).order_by("id"))


def state(source: Source, role: str) -> RoleState:
    return RoleState.objects.select_related("served", "trusted").get(source=source, role=role)


# ---- the first crawl


def test_every_document_is_kept_byte_for_byte(repo: Publisher, vendor: Inventoried) -> None:
    vendor.crawl(START)
    kept = {
        one.place: bytes(one.blob.body)
        for one in Sighting.objects.filter(source=vendor.source).select_related("blob")
    }
    assert kept == repo.metadata
    for blob in Blob.objects.all():
        assert (blob.sha256, blob.size) == (sha256(bytes(blob.body)), len(bytes(blob.body)))


def test_what_a_client_keeps_is_there_for_the_next_crawl(
    repo: Publisher, vendor: Inventoried
) -> None:
    vendor.crawl(START)
    (order,) = orders_for([vendor.source.pk])
    assert order.root is not None
    assert order.root.body == repo.document("root", 1)
    assert {role: one.body for role, one in order.trusted.items()} == {
        name: repo.document(name) for name in ("timestamp", "snapshot", "targets", "team")
    }
    assert order.is_settled


def test_a_first_crawl_is_told_once(vendor: Inventoried) -> None:
    recorded = vendor.crawl(START)
    (event,) = told("metadata.appeared")
    assert event.subject == vendor.source.name
    assert (event.source_id, event.team_id) == (vendor.source.pk, vendor.source.team_id)
    assert event.detail["crawl"] == recorded.crawl_id
    assert {one["place"] for one in event.detail["documents"]} == set(vendor.repo.metadata)
    assert recorded.is_new_evidence
    assert "timestamp v1 was seen for the first time" in recorded.changed


# ---- later crawls


def test_what_is_unchanged_costs_a_crawl_row_and_moves_the_last_time(vendor: Inventoried) -> None:
    vendor.crawl(START)
    before = list(Sighting.objects.order_by("id").values_list("id", "first_seen_at"))
    events = Event.objects.count()
    recorded = vendor.crawl(START + DAY)
    assert Crawl.objects.get(pk=recorded.crawl_id).outcome == CrawlOutcome.UNCHANGED
    (timestamp,) = vendor.sightings("timestamp.json")
    assert (timestamp.first_seen_at, timestamp.last_seen_at) == (START, START + DAY)
    assert timestamp.last_crawl_id == recorded.crawl_id
    assert list(Sighting.objects.order_by("id").values_list("id", "first_seen_at")) == before
    assert Event.objects.count() == events
    assert (recorded.changed, recorded.is_new_evidence) == ((), False)


def test_bytes_that_come_back_are_a_third_sighting(repo: Publisher, vendor: Inventoried) -> None:
    vendor.crawl(START)
    first = dict(repo.metadata)
    repo.renew("timestamp")
    repo.publish(START + DAY)
    vendor.crawl(START + DAY)
    vendor.crawl(START + 2 * DAY, first)
    sightings = vendor.sightings("timestamp.json")
    assert [one.ordinal for one in sightings] == [0, 1, 2]
    a, b, again = (one.blob.sha256 for one in sightings)
    assert a == again != b
    assert [one.standing for one in sightings] == ["trusted", "trusted", "refused"]
    assert [one.first_seen_at for one in sightings] == [START + n * DAY for n in range(3)]


def test_a_rollback_is_refused_kept_and_does_not_change_what_is_trusted(
    repo: Publisher, vendor: Inventoried
) -> None:
    vendor.crawl(START)
    first = dict(repo.metadata)
    repo.renew("timestamp")
    repo.publish(START + DAY)
    vendor.crawl(START + DAY)
    recorded = vendor.crawl(START + 2 * DAY, first)
    (event,) = told("metadata.refused")
    assert [one["version"] for one in event.detail["documents"]] == ["1"]
    found = state(vendor.source, "timestamp")
    assert found.trusted is not None
    assert (found.served.version, found.trusted.version) == ("1", "2")
    assert "timestamp v2 → v1, a rollback" in recorded.changed
    assert "timestamp v1 was refused" in recorded.changed


def test_two_documents_of_one_version_are_both_kept_and_told(
    repo: Publisher, vendor: Inventoried
) -> None:
    vendor.crawl(START)
    repo.forge("timestamp", lambda signed: signed.update(expires="2026-12-01T00:00:00Z"))
    recorded = vendor.crawl(START + DAY)
    forms = RoleVersion.objects.filter(source=vendor.source, role="timestamp", version="1")
    assert sorted(forms.values_list("form", flat=True)) == [0, 1]
    (event,) = told("metadata.equivocated")
    assert [(one["role"], one["version"]) for one in event.detail["documents"]] == [
        ("timestamp", "1")
    ]
    assert "timestamp v1 → v1, another document of one version" in recorded.changed
    assert orders_for([vendor.source.pk])[0].forms == {("timestamp", "1"): 2}
    repo.renew("timestamp")
    repo.publish(START + 2 * DAY)
    vendor.crawl(START + 2 * DAY)
    assert len(told("metadata.equivocated")) == 1


def test_what_is_no_metadata_is_kept_without_a_projection(
    repo: Publisher, vendor: Inventoried
) -> None:
    vendor.crawl(START)
    repo.serve("timestamp.json", b"<html>404</html>")
    recorded = vendor.crawl(START + DAY)
    (_, page) = vendor.sightings("timestamp.json")
    assert bytes(page.blob.body) == b"<html>404</html>"
    assert (page.standing, page.version) == ("refused", "")
    assert not RoleVersion.objects.filter(blob=page.blob).exists()
    assert state(vendor.source, "timestamp").served.version == "1"
    assert "timestamp.json is not TUF 1.0 metadata" in recorded.changed


def test_standing_is_raised_and_never_lowered(repo: Publisher) -> None:
    vendor = Inventoried(repo, is_pinned=False)
    vendor.crawl(START)
    assert {one.standing for one in Sighting.objects.all()} == {"seen"}
    vendor.pin(repo.document("root", 1))
    vendor.crawl(START + DAY)
    assert {one.standing for one in Sighting.objects.all()} == {"trusted"}
    result = vendor.look(START + 400 * DAY)  # expired, but still the same bytes
    assert not result.seen
    order = msgspec.structs.replace(result.order, is_settled=False)
    refused = msgspec.structs.replace(
        result,
        order=order,
        outcome=CrawlOutcome.COMPLETE,
        confirmed=(),
        seen=tuple(
            msgspec.structs.replace(one, standing=Standing.REFUSED)
            for one in Inventoried(repo).look(START).seen
        ),
    )
    keep([refused], START + 400 * DAY)
    assert {one.standing for one in Sighting.objects.all()} == {"trusted"}


def test_nothing_is_trusted_where_nobody_pinned_a_root(repo: Publisher) -> None:
    vendor = Inventoried(repo, is_pinned=False)
    vendor.crawl(START)
    assert not RoleState.objects.exclude(trusted=None).exists()
    (order,) = orders_for([vendor.source.pk])
    assert (order.root, dict(order.trusted)) == (None, {})


def test_a_crawl_under_an_anchor_that_was_replaced_meanwhile_gives_no_trust(
    repo: Publisher, vendor: Inventoried
) -> None:
    late = vendor.look(START)
    other = publisher("another vendor")
    vendor.pin(other.document("root", 1))
    keep([late], START)
    assert not RoleState.objects.exclude(trusted=None).exists()
    assert Sighting.objects.count() == len(repo.metadata)


def test_keys_that_were_rotated_take_the_trusted_documents_with_them(
    repo: Publisher, vendor: Inventoried
) -> None:
    vendor.crawl(START)
    repo.rotate("timestamp")
    repo.publish(START + DAY)
    repo.withdraw("timestamp.json")
    vendor.crawl(START + DAY)
    assert state(vendor.source, "timestamp").trusted is None
    assert state(vendor.source, "snapshot").trusted is not None
    root = state(vendor.source, "root")
    assert root.trusted is not None
    assert root.trusted.version == "2"


def test_what_could_not_be_read_is_kept_by_place_and_told_when_it_changes(
    vendor: Inventoried,
) -> None:
    gone = {"1.team.json": ProblemKind.TOO_SLOW}
    recorded = vendor.crawl(START, problems=gone)
    crawl = Crawl.objects.get(pk=recorded.crawl_id)
    assert crawl.outcome == CrawlOutcome.PARTIAL
    (problem,) = crawl.problems
    assert (problem["place"], problem["kind"]) == ("1.team.json", "too_slow")
    assert "1.team.json: the test wants it so" in recorded.changed
    assert vendor.crawl(START + DAY, problems=gone).changed == ()
    assert "1.team.json can be read again" in vendor.crawl(START + 2 * DAY).changed


def test_a_change_is_told_with_what_it_does_to_trust(repo: Publisher, vendor: Inventoried) -> None:
    vendor.crawl(START)
    repo.add_delegation("targets", "others", paths=["*"])
    repo.publish(START + DAY)
    changed = vendor.crawl(START + DAY).changed
    assert "targets v1 → v2" in changed
    assert any("delegation added" in one and "widens trust" in one for one in changed)


def test_what_the_place_gave_to_ask_with_next_time_comes_back(vendor: Inventoried) -> None:
    vendor.crawl(START, validator='"abc"')
    (order,) = orders_for([vendor.source.pk])
    assert order.known["timestamp.json"].validator == '"abc"'


def test_a_validator_that_does_not_fit_is_no_validator(vendor: Inventoried) -> None:
    vendor.crawl(START, validator="x" * 257)
    (order,) = orders_for([vendor.source.pk])
    assert order.known["timestamp.json"].validator == ""


def test_a_clock_that_went_back_does_not_end_a_sighting_before_it_began(
    vendor: Inventoried,
) -> None:
    vendor.crawl(START)
    vendor.crawl(START - DAY)
    (timestamp,) = vendor.sightings("timestamp.json")
    assert (timestamp.first_seen_at, timestamp.last_seen_at) == (START, START)


# ---- batches


def test_a_source_that_is_not_there_cannot_be_recorded(vendor: Inventoried) -> None:
    result = vendor.look(START)
    order = msgspec.structs.replace(result.order, source_id=987_654)
    with pytest.raises(Source.DoesNotExist, match="987654"):
        keep([msgspec.structs.replace(result, order=order)], START)


def test_nothing_to_record_is_no_statement(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    with django_assert_num_queries(0):
        assert record([], START) == []


def test_two_crawls_of_one_source_in_a_batch_count_one_after_the_other(
    repo: Publisher, vendor: Inventoried
) -> None:
    first = vendor.look(START)
    repo.renew("timestamp")
    repo.publish(START + DAY)
    second = vendor.look(START + DAY)
    keep([first, second, first], START + DAY)
    assert [one.ordinal for one in vendor.sightings("timestamp.json")] == [0, 1, 2]
    assert len(vendor.sightings("1.targets.json")) == 1


def test_what_many_sources_serve_alike_is_stored_once(repo: Publisher) -> None:
    mirrors = [Inventoried(repo) for _ in range(3)]
    keep([one.look(START) for one in mirrors], START)
    assert Blob.objects.count() == len(repo.metadata)
    assert Sighting.objects.count() == 3 * len(repo.metadata)


@pytest.mark.parametrize("case", ["first", "changed", "refused", "unchanged"])
def test_one_or_many_crawls_take_the_same_number_of_statements(case: str) -> None:
    def statements(number: int) -> int:
        vendors = [Inventoried(publisher(f"{case} {number} {n}")) for n in range(number)]
        if case != "first":
            keep([one.look(START) for one in vendors], START)
        for one in vendors:
            if case == "changed":
                one.repo.rotate("targets")
                one.repo.publish(START + DAY)
            if case == "refused":
                one.repo.serve("timestamp.json", one.source.name.encode())
        results = [one.look(START + DAY) for one in vendors]
        with CaptureQueriesContext(connection) as queries:
            keep(results, START + DAY)
        # The log's own insert goes by the ORM, which splits it on SQLite from 100 events on.
        return sum("events_event" not in query["sql"] for query in queries)

    one = statements(1)
    assert statements(so_many(25, 100)) == one
    assert one <= {"unchanged": 6}.get(case, 45)


# ---- concurrency


def test_a_sighting_cannot_be_written_twice(vendor: Inventoried) -> None:
    vendor.crawl(START)
    (timestamp,) = vendor.sightings("timestamp.json")
    timestamp.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        timestamp.save()


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Run each in a thread of its own; gives what they raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  told to the test
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.mark.django_db(transaction=True)
def test_recorders_of_the_same_bytes_do_not_wait_for_one_another_in_a_ring() -> None:
    repos = [publisher(f"shared {n}") for n in range(6)]
    batches: list[list[CrawlResult]] = []
    for turn in range(4):
        order = repos if turn % 2 else repos[::-1]
        batches.append([Inventoried(repo).look(START) for repo in order])

    def work(results: list[CrawlResult]) -> Callable[[], object]:
        return lambda: keep(results, START)

    assert at_once(*(work(results) for results in batches)) == []
    assert Blob.objects.count() == sum(len(repo.metadata) for repo in repos)
    assert Crawl.objects.count() == 24


@pytest.mark.django_db(transaction=True)
def test_one_result_recorded_twice_at_once_makes_no_second_sighting(repo: Publisher) -> None:
    result = Inventoried(repo).look(START)

    def work() -> object:
        return keep([result], START)

    assert at_once(work, work, work) == []
    assert Sighting.objects.count() == len(repo.metadata)
    assert RoleVersion.objects.count() == len(repo.metadata)


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_and_recorders_at_once_lose_nothing() -> None:
    vendors = [Inventoried(publisher(f"vendor {n}")) for n in range(4)]
    keep([one.look(START) for one in vendors], START)

    def work(vendor: Inventoried) -> Callable[[], object]:
        vendor.repo.rotate("targets")
        vendor.repo.publish(START + DAY)
        result = vendor.look(START + DAY)
        return lambda: keep([result], START + DAY)

    recorders = [work(one) for one in vendors]
    assert at_once(rebuild, *recorders, rebuild) == []
    found = projections()
    rebuild()
    assert projections() == found
    assert RoleVersion.objects.filter(role="targets").count() == 8


# ---- hostile text


def test_a_place_and_a_role_with_odd_names_lose_nothing(vendor: Inventoried) -> None:
    odd = "xo\x00le\ud800\u202e" + "x" * 5_000
    result = vendor.look(START)
    document = Document("somewhere", vendor.repo.document("targets"))
    seen = msgspec.structs.replace(
        result.seen[0], role=odd, place=f"{odd}.json", document=document, version="9" * 4_000
    )
    keep([msgspec.structs.replace(result, seen=(*result.seen, seen))], START)
    row = Sighting.objects.get(role__startswith="xo")
    assert len(row.role) <= 500
    assert "\x00" not in row.role
    assert row.role_bytes is not None
    assert bytes(row.role_bytes).decode("utf-8", "surrogatepass") == odd
    assert row.version.endswith("(4000 digits)")
    late = msgspec.structs.replace(result, seen=(*result.seen, seen))
    keep([late], START + timedelta(hours=1))
    assert Sighting.objects.filter(role__startswith="xo").count() == 1
