"""The rows tell what they are; the database refuses what must not be there twice."""

import pytest
from django.db import IntegrityError, transaction

from tests.simulators.inventoried import START, Inventoried, publisher
from trustui.inventory.models import (
    Blob,
    Crawl,
    Delegation,
    DelegationSet,
    ListedKey,
    PublicKey,
    RoleSignature,
    RoleState,
    RoleVersion,
    Sighting,
    SourceKey,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor() -> Inventoried:
    made = Inventoried(publisher(), name="vendor")
    made.crawl(START)
    return made


def test_each_row_says_what_it_is(vendor: Inventoried) -> None:
    timestamp = Sighting.objects.get(place="timestamp.json")
    key = PublicKey.objects.earliest("id")
    grants = DelegationSet.objects.earliest("id")
    assert str(vendor.source) == "vendor"
    assert str(Crawl.objects.get()) == f"{vendor.source.pk} complete 2026-03-01 12:00"
    assert str(timestamp) == "timestamp.json #0"
    assert str(timestamp.blob) == timestamp.blob.sha256
    assert str(key) == key.fingerprint[:12]
    assert str(grants) == grants.digest[:12]
    assert str(RoleVersion.objects.get(role="team")) == "team v1"
    assert str(RoleState.objects.get(role="team")) == "team"
    assert str(Delegation.objects.get(name="team")) == "team"
    keyid = vendor.repo.keys("team")[0].key_id
    assert {str(one) for one in ListedKey.objects.filter(keyid=keyid)} == {keyid[:12]}
    assert {str(one) for one in SourceKey.objects.filter(keyid=keyid)} == {keyid[:12]}
    assert {str(one) for one in RoleSignature.objects.filter(keyid=keyid)} == {keyid[:12]}


@pytest.mark.parametrize(
    "model",
    [
        *(Blob, Sighting, PublicKey, DelegationSet, ListedKey, Delegation),
        *(SourceKey, RoleVersion, RoleSignature, RoleState),
    ],
)
@pytest.mark.usefixtures("vendor")
def test_nothing_is_there_twice(
    model: type[Blob | Sighting | PublicKey | RoleVersion | RoleState],
) -> None:
    row = model._default_manager.earliest("pk")
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
