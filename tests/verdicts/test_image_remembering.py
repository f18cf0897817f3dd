"""Artefacts read back from the store, with what they are judged by."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.images.verified import bundle
from tests.simulators.expecting import Expecting, expect_everywhere, give_files
from tests.simulators.image_repository import BY_KEY, Repository
from tests.simulators.imaged import START
from trustui.demo.images.repository import attach_bundle, image
from trustui.inventory.models import Crawl
from trustui.verdicts.image_remembering import RememberedArtefact, load
from trustui.verdicts.image_sweeping import verified_again

pytestmark = pytest.mark.django_db


def seen(count: int) -> tuple[Expecting, list[tuple[int, str]]]:
    behind = Repository()
    vendor = Expecting({"team/app": behind})
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    digests = [image(behind, f"1.{n}.0", f"web {n}".encode()) for n in range(count)]
    for digest in digests:
        attach_bundle(behind, digest, bundle(digest))
    vendor.conclude(START)
    return vendor, [(vendor.repository().pk, digest) for digest in digests]


def read(keys: list[tuple[int, str]]) -> list[RememberedArtefact]:
    found = load(keys, None)
    assert found is not None
    return found


def test_what_is_stored_is_verified_as_the_crawl_did() -> None:
    vendor, keys = seen(1)
    (one,) = read(keys)
    verdict = vendor.standing(keys[0][1]).verdict
    again = verified_again(one, verdict.at)
    assert (one.basis, one.crawl_id) == (verdict.pk, Crawl.objects.get().pk)
    assert (again.evidence, again.draft.packed) == (verdict.evidence, bytes(verdict.trace))


def test_what_was_never_looked_at_is_left_out() -> None:
    _, keys = seen(1)
    assert load([(keys[0][0], "sha256:" + "0" * 64)]) == []
    assert load([]) == []


def test_more_bytes_than_allowed_are_not_kept_in_memory() -> None:
    _, keys = seen(2)
    assert load(keys, 100) is None
    assert len(read(keys)) == 2


def test_a_crawl_that_is_gone_is_named_by_nobody() -> None:
    _, keys = seen(1)
    Crawl.objects.all().delete()
    (one,) = read(keys)
    assert one.crawl_id is None


def test_many_are_read_in_as_many_statements_as_few() -> None:
    found = []
    for count in (1, 9):
        _, keys = seen_once(count)
        with CaptureQueriesContext(connection) as captured:
            load(keys)
        found.append(len(captured))
    assert found[0] == found[1]


def seen_once(count: int) -> tuple[Expecting, list[tuple[int, str]]]:
    behind = Repository()
    vendor = Expecting({f"team/app{count}": behind})
    digests = [image(behind, f"1.{n}.0", f"web {n}".encode()) for n in range(count)]
    vendor.conclude(START)
    pk = vendor.repository(f"team/app{count}").pk
    return vendor, [(pk, digest) for digest in digests]
