"""What was there before it was counted is counted as the code keeps it."""

from importlib import import_module

import pytest
from django.db import connection

from tests.core.images.verified import bundle
from tests.simulators.expecting import Expecting, expect_everywhere, give_files
from tests.simulators.image_repository import BY_KEY, Repository
from tests.simulators.imaged import START
from trustui.demo.images.repository import attach_bundle, image, platforms
from trustui.verdicts.image_counting import COLUMNS
from trustui.verdicts.models import RepositoryCount

pytestmark = pytest.mark.django_db

KEPT = ("repository", "source", *COLUMNS)


def test_repositories_are_counted() -> None:
    one, other = Repository(), Repository()
    digest = image(one)
    attach_bundle(one, digest, bundle(digest, with_key=True))
    attach_bundle(other, image(other, "2.0", b"other"), bundle(digest, with_key=True))
    index, platform, _ = platforms(other, "3.0")
    attach_bundle(other, index, bundle(index, with_key=True))
    other.tags["amd64"] = platform
    image(other, "4.0", b"bare")
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    Expecting({"team/app": one, "team/other": other}).conclude(START)
    kept = sorted(RepositoryCount.objects.values_list(*KEPT))
    assert [row[KEPT.index("tags")] for row in kept] == [1, 4]
    assert all(row[KEPT.index("tags_trusted")] for row in kept)
    RepositoryCount.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("trustui.verdicts.migrations.0008_count_repositories").COUNT)
    assert sorted(RepositoryCount.objects.values_list(*KEPT)) == kept
