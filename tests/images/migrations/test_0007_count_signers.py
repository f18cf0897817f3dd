"""What was there before it was counted is counted as the code keeps it."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.imaged import START, Imaged
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import Identity, RepositorySigner
from trustui.images.names import folded

pytestmark = pytest.mark.django_db

CERTIFIED = TagPlan(with_certificate=True, logged=True)
KEPT = ("repository", "source", "identity", "signatures", "first_at", "newest_at")


def test_signers_are_counted_and_subjects_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    migration = import_module("trustui.images.migrations.0007_count_signers")
    monkeypatch.setattr(migration, "AT_ONCE", 2)
    one, other = Repository(), Repository()
    for behind in (one, other):
        sign_tag(behind, image(behind), CERTIFIED, TagPlan(logged=True))
    sign_tag(one, image(one, "2.0", b"other"), CERTIFIED, CERTIFIED)
    Imaged({"team/app": one, "team/other": other}).crawl(START)
    for n in range(4):
        Identity.objects.create(identity_id=f"{n}" * 64, issuer="x", subject=f"STRASSE {n} ß")
    kept = sorted(RepositorySigner.objects.values_list(*KEPT))
    assert len(kept) == 2
    RepositorySigner.objects.all().delete()
    Identity.objects.update(folded="")
    migration.fold_subjects(apps, connection.schema_editor())
    with connection.cursor() as cursor:
        cursor.execute(migration.COUNT)
    assert sorted(RepositorySigner.objects.values_list(*KEPT)) == kept
    assert all(row.folded == folded(row.subject) for row in Identity.objects.all())
