"""What is noticed about the past of repositories, as crawls see it happen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.images.verified import bundle
from tests.simulators.expecting import Expecting
from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.imaged import HOST, HOUR, START
from trustui.core.images import history
from trustui.core.oci.references import fallback_tag
from trustui.demo.images.repository import attach_bundle, image, index
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import ImageRepository
from trustui.verdicts.accepting import accept
from trustui.verdicts.image_findings import keep_history
from trustui.verdicts.models import Finding

pytestmark = pytest.mark.django_db

NAME = f"{HOST}/team/app"


@pytest.fixture
def behind() -> Repository:
    return Repository()


@pytest.fixture
def vendor(behind: Repository) -> Expecting:
    return Expecting({"team/app": behind})


def release(behind: Repository, tag: str, text: str, *, is_signed: bool = True) -> str:
    digest = image(behind, tag, text.encode())
    if is_signed:
        attach_bundle(behind, digest, bundle(digest))
    return digest


def open_ones(digest: str = "") -> list[tuple[str, str]]:
    found = Finding.objects.filter(gone_at=None, digest=digest).order_by("check_id", "on")
    return [(one.check_id, one.on.removeprefix(NAME)) for one in found]


def test_signing_that_stopped_is_noticed_and_ends_when_it_goes_on(
    behind: Repository, vendor: Expecting
) -> None:
    for number in range(5):
        release(behind, f"1.{number}.0", f"web {number}", is_signed=number < 3)
        vendor.conclude(START + number * HOUR)
    assert open_ones() == [(history.SIGNING_STOPPED, "")]
    finding = Finding.objects.get(check_id=history.SIGNING_STOPPED)
    assert (finding.source, finding.repository) == (vendor.source, vendor.repository())
    assert (finding.severity, finding.first_seen_at) == ("high", START + 4 * HOUR)
    release(behind, "1.5.0", "web 5")
    vendor.conclude(START + 5 * HOUR)
    assert open_ones() == []
    finding.refresh_from_db()
    assert finding.gone_at == START + 5 * HOUR


def test_a_version_that_was_signed_twice_is_noticed(behind: Repository, vendor: Expecting) -> None:
    release(behind, "1.0.0", "web")
    vendor.conclude(START)
    release(behind, "1.0.0", "other")
    vendor.conclude(START + HOUR)
    assert open_ones() == [(history.TWO_SIGNED, ":1.0.0")]


def test_a_tag_that_moved_to_an_unsigned_digest_is_noticed(
    behind: Repository, vendor: Expecting
) -> None:
    release(behind, "latest", "web")
    vendor.conclude(START)
    digest = release(behind, "latest", "other", is_signed=False)
    vendor.conclude(START + HOUR)
    assert open_ones() == [(history.MOVED_TO_UNSIGNED, ":latest")]
    attach_bundle(behind, digest, bundle(digest))
    vendor.conclude(START + 2 * HOUR)
    assert open_ones() == []


def test_a_copy_without_its_signature_is_noticed(behind: Repository) -> None:
    copy = Repository()
    vendor = Expecting({"team/app": copy, "origin/app": behind})
    digest = release(behind, "1.0.0", "web")
    assert release(copy, "1.0.0", "web", is_signed=False) == digest
    vendor.conclude(START)
    assert open_ones() == [(history.LOST_IN_COPY, f"@{digest}")]
    assert f"{HOST}/origin/app" in Finding.objects.get(gone_at=None, digest="").because


def test_a_fallback_index_that_lost_an_entry_is_noticed(
    behind: Repository, vendor: Expecting
) -> None:
    behind.offers_referrers = False
    digest = release(behind, "1.0.0", "web", is_signed=False)
    attach_bundle(behind, digest, bundle(digest))
    entries = behind.referrers[digest]
    behind.put(index(entries), fallback_tag(digest))
    vendor.conclude(START)
    assert open_ones() == []
    behind.put(index([]), fallback_tag(digest))
    vendor.conclude(START + HOUR)
    assert open_ones() == [(history.FALLBACK_LOST, f"@{digest}")]
    assert entries[0]["digest"] in Finding.objects.get(gone_at=None, digest="").because


def test_a_finding_of_a_repository_can_be_accepted_like_any_other(
    behind: Repository, vendor: Expecting
) -> None:
    release(behind, "latest", "web")
    vendor.conclude(START)
    release(behind, "latest", "other", is_signed=False)
    vendor.conclude(START + HOUR)
    (pk,) = Finding.objects.filter(digest="").values_list("pk", flat=True)
    assert accept(finding_ids=[pk], reason="known", until=START.date(), by="alice", now=START) == 1


def test_the_past_is_read_in_as_many_statements_for_many_as_for_few() -> None:
    found = []
    for count in (1, 6):
        Finding.objects.all().delete()
        repositories = {f"team/app{count}-{number}": Repository() for number in range(count)}
        for name, behind in repositories.items():
            digest = release(behind, "1.0.0", name)
            sign_tag(behind, digest, TagPlan())
            release(behind, "1.1.0", f"{name} unsigned", is_signed=False)
        vendor = Expecting(repositories)
        vendor.conclude(START)
        ids = ImageRepository.objects.filter(source=vendor.source).values_list("pk", flat=True)
        with CaptureQueriesContext(connection) as captured:
            keep_history(list(ids), START + HOUR)
        found.append(len(captured))
    assert found[0] == found[1] < 12
