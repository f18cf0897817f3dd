"""Documents as rows that search reads."""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec
import pytest
from django.test.utils import CaptureQueriesContext

from tests.simulators.inventoried import DAY, START, new_source, publisher
from trustui.core.facts import Document
from trustui.core.formats.tuf.parse import parse
from trustui.core.primitives.digests import sha256
from trustui.demo.publisher import Publisher
from trustui.inventory.models import RoleSignature, RoleVersion, Source, SourceKey
from trustui.inventory.projecting import Form, known_versions, move_back, project
from trustui.inventory.sightings import write_blobs
from trustui.inventory.text import identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Source:
    return new_source()


def forms(
    source: Source, role: str, bodies: Iterable[bytes], at: datetime = START, origin: str = ""
) -> list[Form]:
    documents = list(bodies)
    blobs = write_blobs({sha256(body): body for body in documents}, START)
    return [
        Form(
            *(source.pk, role, identity(role), blobs[sha256(body)]),
            *(parse(Document("", body)), at, origin),
        )
        for body in documents
    ]


def timestamp(version: int = 1, day: int = 1, **members: object) -> bytes:
    signed = {
        "_type": "timestamp",
        "spec_version": "1.0.34",
        "version": version,
        "expires": f"2030-01-{day:02d}T00:00:00Z",
        "meta": {"snapshot.json": {"version": 1}},
        **members,
    }
    signatures = [{"keyid": "a", "sig": "00"}, {"keyid": "b\x00", "sig": ""}]
    return msgspec.json.encode({"signatures": signatures, "signed": signed})


def test_a_document_is_a_row_with_its_signatures(source: Source) -> None:
    (form,) = forms(source, "timestamp", [timestamp(7)])
    projected = project([form])
    row = RoleVersion.objects.get()
    assert projected.rows[form.key].id == row.pk
    assert projected.new == (form,)
    assert (row.type, row.version, row.version_rank, row.form) == ("timestamp", "7", "00017", 0)
    assert (row.expires_at, row.signature_count) == (datetime.fromisoformat("2030-01-01T00:00Z"), 2)
    signatures = RoleSignature.objects.order_by("position")
    assert [(one.keyid, one.is_empty) for one in signatures] == [("a", False), ("b\\u{0000}", True)]
    assert [one.keyid_id for one in signatures] == [identity("a"), identity("b\x00")]


def test_a_document_that_is_there_is_not_written_again(source: Source) -> None:
    first = project(forms(source, "timestamp", [timestamp()]))
    again = project(forms(source, "timestamp", [timestamp(), timestamp()], START + DAY))
    assert again.new == ()
    assert again.rows == first.rows
    assert RoleVersion.objects.get().first_seen_at == START


def test_of_one_document_the_earliest_time_counts(source: Source) -> None:
    late = forms(source, "timestamp", [timestamp()], START + DAY)
    early = forms(source, "timestamp", [timestamp()], START, "git")
    project([*late, *early])
    row = RoleVersion.objects.get()
    assert (row.first_seen_at, row.origin) == (START, "git")


def test_different_documents_of_one_version_are_counted(source: Source) -> None:
    project(forms(source, "timestamp", [timestamp(1, 1)]))
    project(forms(source, "timestamp", [timestamp(1, 2), timestamp(2, 1), timestamp(1, 3)]))
    found = RoleVersion.objects.order_by("id").values_list("version", "form")
    assert list(found) == [("1", 0), ("1", 1), ("2", 0), ("1", 2)]


def test_versions_too_long_to_show_are_still_told_apart(source: Source) -> None:
    huge = 10**3_000
    project(forms(source, "timestamp", [timestamp(huge), timestamp(huge + 1)]))
    assert sorted(RoleVersion.objects.values_list("form", flat=True)) == [0, 0]
    assert len(set(RoleVersion.objects.values_list("version", flat=True))) == 2


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_an_expiry_of_any_year_comes_back(source: Source, year: str) -> None:
    project(forms(source, "timestamp", [timestamp(expires=f"{year}-12-31T23:59:59Z")]))
    assert RoleVersion.objects.get().expires_at.isoformat() == f"{year}-12-31T23:59:59+00:00"


def test_each_source_has_its_own_names_for_keys(source: Source) -> None:
    repo = Publisher("vendor", START)
    repo.publish()
    other = new_source()
    for one in (source, other):
        project(forms(one, "root", [repo.document("root")]))
        project(forms(one, "root", [repo.document("root")]))
    names = SourceKey.objects.filter(source=source).values_list("keyid", flat=True)
    assert sorted(names) == sorted(repo.keys(role)[0].key_id for role in ("root", "timestamp", "snapshot", "targets"))  # fmt: skip
    assert SourceKey.objects.filter(source=other).count() == len(names)


def test_a_key_id_that_is_given_to_another_key_names_both(source: Source) -> None:
    repo = publisher()
    document = msgspec.json.decode(repo.document("targets"))
    keys = document["signed"]["delegations"]["keys"]
    (keyid,) = keys
    project(forms(source, "targets", [repo.document("targets")]))
    keys[keyid]["keyval"]["public"] = "58" + "66" * 31  # the base point, RFC 8032 §5.1
    project(forms(source, "targets", [msgspec.json.encode(document)]))
    assert SourceKey.objects.filter(keyid=keyid).count() == 2


def test_nothing_is_no_statement(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    with django_assert_num_queries(0):
        assert project([]).new == ()


def test_any_number_of_documents_takes_the_same_statements(
    source: Source, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    few = forms(source, "timestamp", [timestamp(1)])
    many = forms(source, "timestamp", [timestamp(n) for n in range(2, 500)])
    for some in (few, many):
        with django_assert_num_queries(4):
            project(some)


def test_what_is_there_is_found_by_its_bytes(source: Source) -> None:
    body = timestamp()
    (form,) = forms(source, "timestamp", [body])
    written = project([form]).rows[form.key]
    role = identity("timestamp")
    key = (source.pk, role, sha256(body))
    absent = [(source.pk, role, "0" * 64), (source.pk, identity("root"), sha256(body))]
    assert known_versions([key, key, *absent]) == {key: written}


def test_an_earlier_time_takes_the_place_of_the_first(source: Source) -> None:
    project(forms(source, "timestamp", [timestamp(1), timestamp(2)]))
    first = RoleVersion.objects.get(version="1")
    move_back({first.pk: (START - DAY, "history")})
    found = RoleVersion.objects.order_by("version").values_list("first_seen_at", "origin")
    assert list(found) == [(START - DAY, "history"), (START, "")]
