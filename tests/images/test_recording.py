"""What crawls of registries saw, as it stands in the store."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.images.verified import bundle
from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.imaged import HOUR, START, Imaged, keep
from tests.simulators.sigstore_stack import EMAIL
from trustui.core.facts import Problem, ProblemKind
from trustui.crawl.image_source import Listing
from trustui.demo.images.repository import attach_bundle, image, platforms, referrer
from trustui.demo.images.tag_format import TagPlan
from trustui.events.models import Event
from trustui.images.models import (
    Attachment,
    Content,
    ImageRepository,
    ImageSignature,
    Look,
    Manifest,
    Platform,
    Tag,
    TagMove,
)
from trustui.inventory.models import Blob, Crawl, CrawlOutcome

pytestmark = pytest.mark.django_db

CERTIFIED = TagPlan(with_certificate=True, logged=True)


@pytest.fixture
def behind() -> Repository:
    return Repository()


@pytest.fixture
def vendor(behind: Repository) -> Imaged:
    return Imaged({"team/app": behind})


def test_a_first_look_keeps_tags_manifests_and_what_hangs_there(
    behind: Repository, vendor: Imaged
) -> None:
    digest = image(behind)
    signature = sign_tag(behind, digest, CERTIFIED)
    recorded = vendor.crawl(START)
    assert recorded.outcome is CrawlOutcome.COMPLETE
    assert [(one.digest, one.is_first) for one in recorded.looked] == [(digest, True)]
    assert recorded.looked[0].draft == f"draft of {digest}"
    assert ImageRepository.objects.get().full_name == "registry.example/team/app"
    assert vendor.moves("1.0") == [digest]
    assert vendor.attached() == [(digest, signature, False)]
    kinds = dict(Manifest.objects.values_list("digest", "kind"))
    assert kinds == {digest: "image", signature: "signature"}
    move = vendor.tag("1.0").move
    assert move is not None
    assert move.manifest == Manifest.objects.get(digest=digest)


def test_a_signature_is_found_by_whom_it_names(behind: Repository, vendor: Imaged) -> None:
    digest = image(behind)
    sign_tag(behind, digest, CERTIFIED)
    vendor.crawl(START)
    one = ImageSignature.objects.select_related("identity", "certificate").get()
    assert (one.format, one.kind, one.subject_digest) == ("cosign", "signature", digest)
    assert one.identity is not None
    assert one.identity.subject == EMAIL
    assert one.certificate is not None
    assert one.certificate.identity == one.identity
    assert one.logged_at is not None


def test_a_tag_that_goes_and_comes_back_has_three_moves(behind: Repository, vendor: Imaged) -> None:
    first = image(behind, text=b"one")
    vendor.crawl(START)
    second = image(behind, text=b"two")
    vendor.crawl(START + HOUR)
    behind.tags["1.0"] = first
    recorded = vendor.crawl(START + 2 * HOUR)
    assert vendor.moves("1.0") == [first, second, first]
    assert [(one.before, one.digest) for one in recorded.moves] == [(second, first)]
    assert vendor.verified == []
    seen = TagMove.objects.order_by("ordinal").values_list("first_seen_at", "last_seen_at")
    assert [(a - START) // HOUR for a, _ in seen] == [0, 1, 2]


def test_a_tag_that_is_gone_and_comes_back_has_two_moves(
    behind: Repository, vendor: Imaged
) -> None:
    digest = image(behind)
    vendor.crawl(START)
    del behind.tags["1.0"]
    recorded = vendor.crawl(START + HOUR)
    assert [(one.before, one.digest) for one in recorded.moves] == [(digest, "")]
    assert vendor.tag("1.0").gone_at is not None
    behind.tags["1.0"] = digest
    recorded = vendor.crawl(START + 2 * HOUR)
    assert [(one.before, one.digest) for one in recorded.moves] == [("", digest)]
    assert (vendor.moves("1.0"), vendor.tag("1.0").gone_at) == ([digest, digest], None)


def test_a_list_that_was_cut_short_makes_nothing_gone(behind: Repository, vendor: Imaged) -> None:
    image(behind)
    image(behind, tag="2.0", text=b"two")
    vendor.crawl(START)
    del behind.tags["1.0"]
    behind.problems["page"] = ProblemKind.UNREADABLE
    recorded = vendor.crawl(START + HOUR)
    assert recorded.moves == ()
    assert "a page could not be read" in ImageRepository.objects.get().because


def test_a_tag_that_names_nothing_any_more_is_gone_and_told(
    behind: Repository, vendor: Imaged
) -> None:
    digest = image(behind)
    image(behind, tag="2.0", text=b"two")
    vendor.crawl(START)
    del behind.blobs[digest]
    recorded = vendor.crawl(START + HOUR)
    assert [(one.tag, one.digest) for one in recorded.moves] == [("1.0", "")]
    assert recorded.outcome is CrawlOutcome.PARTIAL
    assert [one["place"] for one in Crawl.objects.latest("pk").problems] == ["team/app: tag 1.0"]


def test_a_signature_that_comes_later_is_found_and_judged(
    behind: Repository, vendor: Imaged
) -> None:
    digest = image(behind)
    vendor.crawl(START)
    signature = sign_tag(behind, digest, CERTIFIED)
    recorded = vendor.crawl(START + HOUR)
    assert vendor.verified == [digest]
    (looked,) = recorded.looked
    assert not looked.is_first
    assert looked.changes[0] == f"{signature[:19]} was attached (cosign_sig_tag)"
    assert vendor.attached() == [(digest, signature, False)]


def test_a_signature_that_is_taken_away_stays_in_the_past(
    behind: Repository, vendor: Imaged
) -> None:
    digest = image(behind)
    bundled = attach_bundle(behind, digest, bundle(digest))
    vendor.crawl(START)
    listed = behind.referrers.pop(digest)
    recorded = vendor.crawl(START + HOUR)
    assert f"{bundled[:19]} is no longer attached (referrers_api)" in recorded.looked[0].changes
    assert vendor.attached() == []
    behind.referrers[digest] = listed
    vendor.crawl(START + 2 * HOUR)
    rows = Attachment.objects.order_by("ordinal").values_list("ordinal", "gone_at")
    assert [(ordinal, gone is None) for ordinal, gone in rows] == [(0, False), (1, True)]
    assert ImageSignature.objects.count() == 1


def test_a_listed_signature_that_cannot_be_had_is_lost_not_absent(
    behind: Repository, vendor: Imaged
) -> None:
    digest = image(behind)
    bundled = attach_bundle(behind, digest, bundle(digest))
    vendor.crawl(START)
    body = behind.blobs.pop(bundled)
    recorded = vendor.crawl(START + HOUR)
    told = f"{bundled[:19]} is listed and cannot be had (referrers_api)"
    assert recorded.looked[0].changes == (told,)
    assert vendor.attached() == [(digest, bundled, True)]
    assert Attachment.objects.get(is_lost=True).because == "not found"
    behind.blobs[bundled] = body
    vendor.crawl(START + 2 * HOUR)
    assert vendor.attached() == [(digest, bundled, False)]


def test_a_place_that_cannot_be_read_makes_nothing_gone(behind: Repository, vendor: Imaged) -> None:
    digest = image(behind)
    bundled = attach_bundle(behind, digest, bundle(digest))
    vendor.crawl(START)
    behind.problems["referrers"] = ProblemKind.UNREADABLE
    recorded = vendor.crawl(START + HOUR)
    assert recorded.looked == ()
    assert recorded.outcome is CrawlOutcome.PARTIAL
    assert vendor.attached() == [(digest, bundled, False)]
    sign_tag(behind, digest, CERTIFIED)  # now it has to be looked at anew
    vendor.crawl(START + 2 * HOUR)
    assert (digest, bundled, False) in vendor.attached()
    assert not Look.objects.get().is_complete


def test_the_platforms_of_an_index_are_told_and_looked_at_where_something_hangs(
    behind: Repository, vendor: Imaged
) -> None:
    whole, one, two = platforms(behind)
    vendor.crawl(START)
    assert list(Look.objects.values_list("digest", flat=True)) == [whole]
    told = Platform.objects.order_by("position").values_list("platform", "digest")
    assert list(told) == [("linux/amd64", one), ("linux/arm64", two)]
    sign_tag(behind, two, CERTIFIED)
    recorded = vendor.crawl(START + HOUR)
    assert [(each.digest, each.index_digest) for each in recorded.looked] == [(two, whole)]
    bundled = attach_bundle(behind, one, bundle(one))
    recorded = vendor.crawl(START + 2 * HOUR)
    assert [(each.digest, each.index_digest) for each in recorded.looked] == [(one, whole)]
    assert (one, bundled, False) in vendor.attached()
    assert vendor.crawl(START + 3 * HOUR).outcome is CrawlOutcome.UNCHANGED


def test_an_unchanged_registry_is_confirmed_without_reading_or_judging_anything(
    behind: Repository, vendor: Imaged
) -> None:
    for number in range(5):
        digest = image(behind, f"{number}.0", f"text {number}".encode())
        sign_tag(behind, digest, CERTIFIED)
        attach_bundle(behind, digest, bundle(digest))
    vendor.crawl(START)
    before = snapshot()
    recorded = vendor.crawl(START + HOUR)
    assert recorded.outcome is CrawlOutcome.UNCHANGED
    assert (recorded.looked, recorded.moves, vendor.verified) == ((), (), [])
    assert vendor.place.asked["manifest"] == vendor.place.asked["blob"] == 0
    assert vendor.place.asked["referrers"] == 5
    assert vendor.place.asked["head"] == 15  # ten tags, and each bundle by its digest
    assert snapshot() == {**before, "crawl": before["crawl"] + 1}
    assert not TagMove.objects.exclude(last_crawl_id=recorded.crawl_id).exists()
    assert not Look.objects.filter(looked_at__lt=START + HOUR).exists()
    assert not Attachment.objects.filter(last_seen_at__lt=START + HOUR).exists()


def snapshot() -> dict[str, int]:
    models = (
        *(Attachment, Blob, Content, Crawl, Event, ImageSignature, Look, Manifest, Platform),
        *(Tag, TagMove),
    )
    return {model._meta.model_name or "": model._default_manager.count() for model in models}


@pytest.mark.parametrize("tags", [2, 12])
def test_an_unchanged_registry_takes_a_constant_number_of_statements(
    behind: Repository, vendor: Imaged, tags: int
) -> None:
    for number in range(tags):
        sign_tag(behind, image(behind, f"{number}.0", f"text {number}".encode()), CERTIFIED)
    vendor.crawl(START)
    with CaptureQueriesContext(connection) as reading:
        result = vendor.look(START + HOUR)
    with CaptureQueriesContext(connection) as writing:
        keep([result], START + HOUR)
    assert len(reading) == 9
    changed = [found[0] for one in writing if (found := _WRITES.findall(one["sql"]))]
    assert sorted(changed) == ["INSERT INTO", *["UPDATE"] * 5]


_WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)(?= \")")


def test_a_first_crawl_takes_a_constant_number_of_statements() -> None:
    counts = []
    for tags in (2, 12):
        behind = Repository()
        for number in range(tags):
            sign_tag(behind, image(behind, f"{number}.0", f"text {number}".encode()), CERTIFIED)
        result = Imaged({"team/app": behind}).look(START)
        with CaptureQueriesContext(connection) as captured:
            keep([result], START)
        counts.append(len(captured))
    assert counts[0] == counts[1] < 50


def test_content_that_is_known_is_not_fetched_again(behind: Repository, vendor: Imaged) -> None:
    digest = image(behind)
    attach_bundle(behind, digest, bundle(digest))
    vendor.crawl(START)
    behind.asked.clear()
    sign_tag(behind, digest, CERTIFIED)
    vendor.crawl(START + HOUR)
    fetched = [one for one in behind.asked if ":" in one.split()[1] and "referrers" not in one]
    assert len(fetched) == 1  # the new payload
    assert fetched[0].startswith("blob ")


def test_a_repository_that_is_gone_keeps_its_past(behind: Repository, vendor: Imaged) -> None:
    image(behind)
    vendor.crawl(START)
    del vendor.place.behind["team/app"]
    vendor.place.behind["other"] = behind
    vendor.crawl(START + HOUR)
    assert ImageRepository.objects.get(name="team/app").gone_at is not None
    assert TagMove.objects.count() == 2
    vendor.place.behind["team/app"] = behind
    vendor.crawl(START + 2 * HOUR)
    assert ImageRepository.objects.get(name="team/app").gone_at is None


def test_a_registry_that_does_not_answer_fails_and_loses_nothing(
    behind: Repository, vendor: Imaged
) -> None:
    digest = image(behind)
    vendor.crawl(START)
    vendor.place.catalogue = Problem("x", ProblemKind.UNREADABLE, "503", retry_after=40.0)
    behind.problems["tags"] = ProblemKind.UNREADABLE
    result = vendor.look(START + HOUR)
    assert result.retry_after == 40.0
    (recorded,) = keep([result], START + HOUR)
    assert recorded.outcome is CrawlOutcome.FAILED
    assert recorded.moves == ()
    assert vendor.moves("1.0") == [digest]
    assert vendor.tag("1.0").gone_at is None
    assert "could not be read" in ImageRepository.objects.get().because


def test_a_name_that_is_none_is_told_and_never_asked(vendor: Imaged, behind: Repository) -> None:
    image(behind)
    odd = ("../etc", "team/APP", "a\x00b", "x" * 2000, "x" * 600)
    vendor.place.catalogue = Listing(("team/app", *odd))
    recorded = vendor.crawl(START)
    assert recorded.outcome is CrawlOutcome.PARTIAL
    assert vendor.place.opened == ["team/app"]
    assert len(Crawl.objects.get().problems) == len(odd)


def test_events_tell_what_came_moved_and_went(behind: Repository, vendor: Imaged) -> None:
    digest = image(behind)
    sign_tag(behind, digest, CERTIFIED)
    vendor.crawl(START)
    image(behind, text=b"two")
    del behind.tags[next(name for name in behind.tags if name.endswith(".sig"))]
    vendor.crawl(START + HOUR)
    behind.tags["1.0"] = digest
    vendor.crawl(START + 2 * HOUR)
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        *("artefact.appeared", "artefact.attached", "tag.moved"),
        *("artefact.appeared", "tag.moved"),
        *("artefact.detached", "tag.moved"),
    ]
    assert Event.objects.latest("pk").detail["listed"][0]["digest"] == digest


def test_a_nested_signature_of_a_bill_hangs_on_the_bill(behind: Repository, vendor: Imaged) -> None:
    digest = image(behind)
    bill = referrer(behind, digest, b"{}", "application/spdx+json")
    signature = attach_bundle(behind, bill, bundle(bill))
    vendor.crawl(START)
    assert vendor.attached() == [(digest, bill, False), (bill, signature, False)]
    assert ImageSignature.objects.get().subject_digest == bill
    assert Manifest.objects.get(digest=bill).kind == "sbom"
