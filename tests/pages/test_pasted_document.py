"""A pasted metadata document."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.simulators.kept import made_once
from tests.simulators.onlookers import STRANGER, onlooker
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.demo.publisher import Publisher
from trustui.pages.pasted_document import DocumentTold, NotReadable, tell_document
from trustui.pages.viewer import Viewer

pytestmark = pytest.mark.django_db

CountQueries = Callable[[int], AbstractContextManager[object]]


def firmware() -> Publisher:
    repo = Publisher("firmware", START)
    repo.add_delegation("targets", "cranes", keys=2, threshold=2, paths=["cranes/*"])
    repo.add_target("cranes", "cranes/a.bin", b"a")
    repo.publish(START)
    return repo


@pytest.fixture
@made_once
def watched() -> Watched:
    found = Watched(firmware(), name="vendor-firmware")
    found.crawl(START + DAY)
    return found


def told(viewer: Viewer, body: bytes) -> DocumentTold:
    found = tell_document(viewer, body, START + DAY)
    assert isinstance(found, DocumentTold)
    return found


def test_a_document_that_was_seen_is_told_with_where(watched: Watched) -> None:
    found = told(onlooker(watched), watched.repo.document("timestamp", 1))
    assert (found.type, found.version, found.is_expired) == ("timestamp", "1", False)
    assert [(one.source, one.role, one.version) for one in found.seen] == [
        ("vendor-firmware", "timestamp", "1")
    ]
    assert found.content == "1 metadata files"


def test_a_text_field_may_change_the_ends_of_lines(watched: Watched) -> None:
    body = watched.repo.document("timestamp", 1).replace(b"\n", b"\r\n") + b"\r\n"
    assert len(told(onlooker(watched), body).seen) == 1


def test_its_signatures_are_counted_for_the_role_of_a_known_root(watched: Watched) -> None:
    (one,) = told(onlooker(watched), watched.repo.document("timestamp", 1)).counted
    assert (one.source, one.delegator, one.role) == ("vendor-firmware", "root", "timestamp")
    assert (one.signed, one.threshold, one.is_met) == (1, 1, True)


def test_a_delegated_role_is_found_by_its_keys(watched: Watched) -> None:
    repo = watched.repo.fork()
    repo.add_target("cranes", "cranes/b.bin", b"b")
    repo.sign_with_only("cranes", 1)
    repo.publish(START + DAY)
    found = told(onlooker(watched), repo.document("cranes", 2))
    (one,) = found.counted
    assert (one.delegator, one.role) == ("targets", "cranes")
    assert (one.signed, one.threshold, one.keys, one.is_met) == (1, 2, 2, False)
    assert found.seen == ()


def test_a_root_is_counted_by_its_own_keys_too(watched: Watched) -> None:
    found = told(onlooker(watched), watched.repo.document("root", 1))
    assert [(one.source, one.is_met) for one in found.counted] == [
        ("this document", True),
        ("vendor-firmware", True),
    ]


def test_a_stranger_learns_nothing_of_our_sources(watched: Watched) -> None:
    found = told(STRANGER, watched.repo.document("timestamp", 1))
    assert (found.counted, found.seen) == ((), ())


def test_bytes_that_are_no_metadata_name_the_check_that_they_fail() -> None:
    found = tell_document(STRANGER, b'{"signed": {"_type": "mirrors"}}', START)
    assert isinstance(found, NotReadable)
    assert found.check_id == "tuf.meta.type"
    assert "tuf.meta.type" in found.href


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"a":' * 5000, b'{"signed": 1, "signed": 2}'])
def test_no_bytes_break_it(body: bytes) -> None:
    assert isinstance(tell_document(STRANGER, body, START), NotReadable)


def test_the_number_of_queries_does_not_grow(
    watched: Watched, django_assert_max_num_queries: CountQueries
) -> None:
    viewer = onlooker(watched)
    for number in range(4):
        another = Watched(firmware(), name=f"mirror-{number}")
        another.crawl(START + DAY)
    with django_assert_max_num_queries(3):
        found = told(viewer, watched.repo.document("timestamp", 1))
    assert len(found.counted) == 5


def test_an_unknown_vendor_is_told_as_unknown() -> None:
    watched = Watched(vendor("ours"))
    watched.crawl(START + DAY)
    assert told(onlooker(watched), vendor("theirs").document("timestamp", 1)).counted == ()
