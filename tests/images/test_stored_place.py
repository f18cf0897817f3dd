"""An artefact in the store answers as its place did."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.images.verified import bundle
from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.imaged import HOUR, START, Imaged
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.limits import MIB
from trustui.core.oci.discovery import discover
from trustui.core.oci.requests import blob_request, manifest_request, referrers_request
from trustui.core.trace import collect
from trustui.demo.images.repository import attach_bundle, image
from trustui.demo.images.tag_format import TagPlan
from trustui.images import stored_place
from trustui.images.models import ImageRepository, PastLook
from trustui.images.stored_place import StoredArtefact, TooMuch, artefact_of, stored_artefacts

pytestmark = pytest.mark.django_db


def stored(*digests: str) -> list[StoredArtefact]:
    repository = ImageRepository.objects.get()
    return list(stored_artefacts((repository.pk, digest) for digest in digests))


def test_a_discovery_from_the_store_is_that_of_the_place() -> None:
    behind = Repository()
    digest = image(behind)
    sign_tag(behind, digest, TagPlan(with_certificate=True))
    attach_bundle(behind, digest, bundle(digest))
    vendor = Imaged({"team/app": behind})
    result = vendor.look(START)
    vendor.crawl(START)
    (one,) = stored(digest)
    seen = result.repositories[0].found[0]
    events, again = collect(discover, one.reference, one.ask)
    assert again.places == seen.discovery.places
    assert again.attached == seen.discovery.attached
    assert one.evidence == seen.evidence
    assert (one.full_name, str(one.reference)) == (
        "registry.example/team/app",
        f"registry.example/team/app@{digest}",
    )
    assert events == collect(discover, one.reference, one.ask)[0]


def test_every_kind_of_answer_is_played_back() -> None:
    behind = Repository()
    digest = image(behind)
    bundled = attach_bundle(behind, digest, bundle(digest))
    behind.problems[f"{digest.replace(':', '-')}.att"] = ProblemKind.TOO_SLOW
    Imaged({"team/app": behind}).crawl(START)
    (one,) = stored(digest)
    layer = next(name for kind, name in one.told if kind == "blob")
    assert one.ask(manifest_request(digest)) == behind.ask(manifest_request(digest))
    assert one.ask(manifest_request(bundled)) == behind.ask(manifest_request(bundled))
    assert one.ask(referrers_request(digest)) == behind.ask(referrers_request(digest))
    blob = one.ask(blob_request(layer, 10**6))
    assert isinstance(blob, Document)
    assert blob.body == behind.blobs[layer]
    silent = one.ask(manifest_request(f"{digest.replace(':', '-')}.att"))
    assert isinstance(silent, Problem)
    assert (silent.kind, silent.because) == (ProblemKind.TOO_SLOW, "as the test says")


def test_what_nobody_asked_is_not_said_to_be_absent() -> None:
    behind = Repository()
    digest = image(behind)
    Imaged({"team/app": behind}).crawl(START)
    (one,) = stored(digest)
    answer = one.ask(manifest_request("another"))
    assert isinstance(answer, Problem)
    assert answer.kind is ProblemKind.UNREADABLE


def test_artefacts_are_read_in_portions_of_bounded_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = Repository()
    digests = [image(behind, f"{number}.0", str(number).encode()) for number in range(7)]
    Imaged({"team/app": behind}).crawl(START)
    with CaptureQueriesContext(connection) as captured:
        assert len(stored(*digests, "sha256:" + "0" * 64)) == 7
    assert len(captured) == 5
    monkeypatch.setattr(stored_place, "BYTES_AT_ONCE", 1)
    monkeypatch.setattr(stored_place, "AT_ONCE", 3)
    assert [one.digest for one in stored(*digests)] == sorted(digests)


def test_answers_that_were_replaced_are_kept_by_their_evidence() -> None:
    behind = Repository()
    digest = image(behind)
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    (before,) = stored(digest)
    sign_tag(behind, digest, TagPlan(with_certificate=True))
    vendor.crawl(START + HOUR)
    (now,) = stored(digest)
    repository = ImageRepository.objects.get()
    assert artefact_of(repository, digest, before.evidence, MIB) == before
    assert artefact_of(repository, digest, now.evidence, MIB) == now
    assert artefact_of(repository, digest, "0" * 64, MIB) is None
    with pytest.raises(TooMuch) as much:
        artefact_of(repository, digest, now.evidence, 10)
    assert much.value.size > 10


def test_what_comes_and_goes_is_kept_once() -> None:
    behind = Repository()
    digest = image(behind)
    vendor = Imaged({"team/app": behind})
    tag = f"{digest.replace(':', '-')}.sig"
    signature = sign_tag(behind, digest, TagPlan(with_certificate=True))
    for hour in range(6):
        behind.tags[tag] = signature
        if hour % 2:
            del behind.tags[tag]
        vendor.crawl(START + hour * HOUR)
        assert PastLook.objects.count() == min(hour, 2)


def test_a_look_that_is_confirmed_replaces_none() -> None:
    behind = Repository()
    image(behind)
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    vendor.crawl(START + HOUR)
    assert not PastLook.objects.exists()
