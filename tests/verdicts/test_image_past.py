"""What was known of an artefact at an instant, judged at another one from the store."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.simulators.expecting import Expecting, expect_everywhere, give, give_files
from tests.simulators.image_repository import ANYBODY, BY_KEY, Repository, sign_tag
from tests.simulators.imaged import HOUR, START
from tests.simulators.sigstore_stack import stack
from trustui.core.trace import TrustState
from trustui.demo.images.certifying import SIGNED, pem
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import Look, PastLook
from trustui.policies.models import ImagePolicyVersion
from trustui.verdicts import image_past
from trustui.verdicts.image_past import NotJudged, judged_as_of
from trustui.verdicts.models import ArtefactVerdict

pytestmark = pytest.mark.django_db

BY_CERTIFICATE = {**ANYBODY, "log": "ignored", "sct": "ignored"}
"""Nothing proves when it was signed: the instant decides."""
DAY = timedelta(days=1)


@pytest.fixture
def behind() -> Repository:
    return Repository()


@pytest.fixture
def vendor(behind: Repository) -> Expecting:
    return Expecting({"team/app": behind})


def by_certificate(behind: Repository, vendor: Expecting) -> str:
    give_files("trusted_root.json")
    expect_everywhere(BY_CERTIFICATE)
    digest = image(behind)
    sign_tag(behind, digest, TagPlan(with_certificate=True))
    vendor.conclude(SIGNED)
    return digest


def verdict(digest: str) -> ArtefactVerdict:
    return ArtefactVerdict.objects.filter(digest=digest).latest("id")


def test_time_alone_makes_another_answer_and_nothing_is_stored(
    behind: Repository, vendor: Expecting
) -> None:
    row = verdict(by_certificate(behind, vendor))
    assert row.trust_state == "verified"
    asked = vendor.place.asked.copy()
    later = judged_as_of(row, SIGNED, SIGNED + DAY)
    assert (later.state, later.first_failing) == (TrustState.FAILING, "cosign.expiry")
    assert judged_as_of(row, SIGNED, SIGNED).state is TrustState.VERIFIED
    assert ArtefactVerdict.objects.count() == 1
    assert vendor.place.asked == asked


def test_it_is_judged_by_what_was_known_and_trusted_then(
    behind: Repository, vendor: Expecting
) -> None:
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    digest = image(behind)
    sign_tag(behind, digest, TagPlan())
    vendor.conclude(START)
    row = verdict(digest)
    give("key.pub", pem(stack().authority.key), START + HOUR)
    behind.tags.pop(f"{digest.replace(':', '-')}.sig")
    vendor.conclude(START + 2 * HOUR)
    assert judged_as_of(row, START, START + DAY).state is TrustState.VERIFIED
    assert judged_as_of(verdict(digest), START, START + DAY).state is TrustState.NOT_SIGNED


def test_what_an_index_lists_stands_as_the_index_does(
    behind: Repository, vendor: Expecting
) -> None:
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    digest = image(behind)
    vendor.conclude(START)
    row = verdict(digest)
    assert judged_as_of(row, START, START + DAY).state is TrustState.NOT_SIGNED
    Look.objects.update(index_digest="sha256:of an index")
    assert judged_as_of(row, START, START + DAY).state is TrustState.INHERITED


def test_it_says_why_nothing_is_judged(
    behind: Repository, vendor: Expecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = verdict(by_certificate(behind, vendor))
    Look.objects.update(evidence="of later")
    with pytest.raises(NotJudged, match="is not kept"):
        judged_as_of(row, SIGNED, SIGNED)
    Look.objects.update(evidence=row.evidence)
    monkeypatch.setattr(image_past, "MAX_BYTES", 10)
    with pytest.raises(NotJudged, match="too long for a page"):
        judged_as_of(row, SIGNED, SIGNED)
    ImagePolicyVersion.objects.update(body=b"{")
    with pytest.raises(NotJudged, match="no longer be read"):
        judged_as_of(verdict(row.digest), SIGNED, SIGNED)
    row.policy = None
    with pytest.raises(NotJudged, match="no policy covered it"):
        judged_as_of(row, SIGNED, SIGNED)


def test_it_takes_a_handful_of_statements(behind: Repository, vendor: Expecting) -> None:
    digest = by_certificate(behind, vendor)
    sign_tag(behind, digest, TagPlan())
    vendor.conclude(SIGNED + HOUR)
    assert PastLook.objects.count() == 1
    chosen = ArtefactVerdict.objects.select_related("policy__policy", "repository")
    row = chosen.earliest("id")
    with CaptureQueriesContext(connection) as queries:
        judged_as_of(row, SIGNED, SIGNED + DAY)
    assert len(queries) == 5
