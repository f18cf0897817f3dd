"""What publishers state beside the specification."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from trustui.inventory.models import Blob
from trustui.pages import stated as module
from trustui.pages.stated import LARGEST, NOTHING, Stated, read, signing_begins, stated

EXPIRES = datetime(2026, 6, 1, tzinfo=UTC)
# The members are those that tuf-on-ci 0.19 writes: keyowner in a key, signing period in a role of
# a root for online roles, and in `signed` for the others.
ROOT = {
    "_type": "root",
    "x-tuf-on-ci-signing-period": 60,
    "keys": {
        "k1": {"keytype": "ed25519", "x-tuf-on-ci-keyowner": "@lind"},
        "k2": {"keytype": "ed25519", "x-tuf-on-ci-online-uri": "gcpkms:x"},
    },
    "roles": {
        "timestamp": {"keyids": ["k2"], "threshold": 1, "x-tuf-on-ci-signing-period": 6},
        "root": {"keyids": ["k1"], "threshold": 1},
    },
}


def body(signed: object) -> bytes:
    return json.dumps({"signatures": [], "signed": signed}).encode()


def test_periods_and_owners_are_read() -> None:
    found = read(body(ROOT))
    assert found.period == 60
    assert found.periods == {"timestamp": 6, "root": None}
    assert found.owners == {"k1": "@lind"}


def test_keys_of_delegations_have_owners_too() -> None:
    signed = {"delegations": {"keys": {"k": {"x-tuf-on-ci-keyowner": "a\u202eb"}}, "roles": []}}
    assert read(body(signed)).owners == {"k": "a\\u{202E}b"}


@pytest.mark.parametrize(
    "odd",
    [b"", b"[]", b"{}", b'{"signed": 3}', b"\xff", body({"keys": [], "roles": 3, "delegations": []}),
     body({"keys": {"k": 1, "l": {"x-tuf-on-ci-keyowner": 3}}, "roles": {"r": []}})],
)  # fmt: skip
def test_what_has_another_form_states_nothing(odd: bytes) -> None:
    found = read(odd)
    assert (found.owners, {*found.periods.values()} - {None}) == ({}, set())


def test_a_documents_own_period_counts_before_that_of_its_root() -> None:
    root = read(body(ROOT))
    assert signing_begins(NOTHING, root, "timestamp", EXPIRES) == EXPIRES - timedelta(days=6)
    assert signing_begins(Stated(period=9), root, "timestamp", EXPIRES) == EXPIRES - timedelta(
        days=9
    )
    assert signing_begins(NOTHING, root, "targets", EXPIRES) is None
    assert signing_begins(Stated(period="9"), root, "targets", EXPIRES) is None


@pytest.mark.django_db
def test_only_small_documents_that_name_them_are_read(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    bodies = [body(ROOT), body({"_type": "timestamp"}), body(ROOT)]
    sizes = [len(bodies[0]), len(bodies[1]), LARGEST + 1]
    rows = Blob.objects.bulk_create(
        Blob(sha256=f"{n:064x}", size=size, body=text, written_at=at)
        for n, (text, size) in enumerate(zip(bodies, sizes, strict=True))
    )
    with django_assert_num_queries(1):
        found = stated({row.pk for row in rows})
    assert found == {rows[0].pk: read(bodies[0]), rows[1].pk: NOTHING, rows[2].pk: NOTHING}
    with django_assert_num_queries(0):
        assert stated({row.pk for row in rows}) == found


@pytest.mark.django_db
def test_what_a_document_states_of_many_is_read_anew(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(module, "FEW", 1)
    text = body(ROOT)
    row = Blob.objects.create(sha256="0" * 64, size=len(text), body=text, written_at=EXPIRES)
    first = stated([row.pk])
    with django_assert_num_queries(1):
        assert stated([row.pk]) == first == {row.pk: read(text)}
