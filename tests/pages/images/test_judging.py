"""An artefact judged at another instant than it was: as a page, as a verdict, on its tag."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.expecting import Expecting, delivery, expect_everywhere, give_files
from tests.simulators.image_repository import ANYBODY, Repository, sign_tag
from tests.simulators.imaged import HOUR
from tests.simulators.people import new_user
from trustui.accounts.models import Role
from trustui.core.trace import TrustState
from trustui.demo.images.certifying import SIGNED
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import Look, Tag
from trustui.pages.image_verdict import MOST_QUERIES as VERDICT_QUERIES
from trustui.pages.image_verdict import artefact_verdict
from trustui.pages.images.artefact import MOST_QUERIES as ARTEFACT_QUERIES
from trustui.pages.images.artefact import artefact
from trustui.pages.images.judging import (
    MOST_QUERIES,
    NOT_ASKED,
    NOT_IN_FORCE,
    judged_again,
)
from trustui.pages.images.tag import MOST_QUERIES as TAG_QUERIES
from trustui.pages.images.tag import tag
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer, viewer_of
from trustui.verdicts.models import ArtefactVerdict

BY_CERTIFICATE = {**ANYBODY, "log": "ignored", "sct": "ignored"}
"""Nothing proves when it was signed: the instant decides."""
DAY = timedelta(days=1)
NOW = SIGNED + 10 * DAY


class Signed:
    """An image that somebody's certificate signs, looked at right after that."""

    def __init__(self) -> None:
        give_files("trusted_root.json")
        expect_everywhere(BY_CERTIFICATE)
        behind = Repository()
        self.digest = image(behind)
        sign_tag(behind, self.digest, TagPlan(with_certificate=True))
        vendor = Expecting({"team/app": behind})
        vendor.conclude(SIGNED)
        self.repository_id = vendor.repository().pk
        self.verdict = ArtefactVerdict.objects.get()
        self.tag = Tag.objects.get(is_helper=False)
        self.viewer: Viewer = viewer_of(new_user("vera", delivery(), Role.VIEWER))


@pytest.fixture
def signed() -> Signed:
    return Signed()


def judged_at(at: datetime, known_at: datetime = SIGNED + HOUR) -> Moment:
    return Moment(NOW, known_at, at)


def test_the_page_says_what_time_alone_makes_of_it(
    signed: Signed, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    then = artefact(signed.viewer, judged_at(SIGNED + HOUR), signed.repository_id, signed.digest)
    assert then is not None
    assert (then.sign, then.is_again, then.not_judged) == ("ok", False, "")
    with django_assert_max_num_queries(ARTEFACT_QUERIES + MOST_QUERIES):
        page = artefact(signed.viewer, judged_at(SIGNED + DAY), signed.repository_id, signed.digest)
    assert page is not None
    assert (page.sign, page.is_again, page.verdict_id) == ("bad", True, signed.verdict.pk)
    assert page.title.startswith("Failing: ")
    assert page.nearest is not None
    assert page.nearest.check == "cosign.expiry"
    (signatures,) = page.attached
    assert [line.judged.word for line in signatures.lines if line.judged] == ["refused"]
    assert ArtefactVerdict.objects.count() == 1


def test_the_verdict_shows_its_evidence_at_the_other_instant(
    signed: Signed, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(VERDICT_QUERIES + MOST_QUERIES):
        page = artefact_verdict(
            signed.viewer, judged_at(SIGNED + DAY), signed.repository_id, signed.verdict.pk
        )
    assert page is not None
    assert (page.head.sign, page.is_again, page.valid_at) == ("bad", True, SIGNED + DAY)
    assert page.known_at == signed.verdict.at
    stored = artefact_verdict(
        signed.viewer, judged_at(SIGNED + HOUR), signed.repository_id, signed.verdict.pk
    )
    assert stored is not None
    assert (stored.head.sign, stored.is_again) == ("ok", False)


def test_what_cannot_be_judged_is_shown_as_it_was_concluded_and_why(signed: Signed) -> None:
    Look.objects.update(evidence="of later")
    page = artefact(signed.viewer, judged_at(SIGNED + DAY), signed.repository_id, signed.digest)
    assert page is not None
    assert (page.sign, page.is_again) == ("ok", False)
    assert page.not_judged == "what the registry answered then is not kept"


def test_only_the_verdict_that_was_in_force_is_judged(signed: Signed) -> None:
    later = ArtefactVerdict.objects.get()
    later.pk, later.at = None, SIGNED + 2 * DAY
    later.save()
    moment = judged_at(SIGNED + DAY, SIGNED + 3 * DAY)
    old = judged_again(moment, signed.repository_id, signed.verdict.pk)
    assert (old.answer, old.because) == (None, NOT_IN_FORCE)
    assert judged_again(moment, signed.repository_id, later.pk).answer is not None
    early = judged_at(SIGNED + DAY, SIGNED + DAY)
    assert judged_again(early, signed.repository_id, later.pk) == NOT_ASKED
    earlier = judged_at(SIGNED, SIGNED + DAY)
    assert judged_again(earlier, signed.repository_id, later.pk).because == NOT_IN_FORCE


def test_a_tag_tells_how_a_digest_that_was_on_it_is_judged_at_another_instant(
    signed: Signed, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(TAG_QUERIES + MOST_QUERIES + 1):
        page = tag(
            signed.viewer,
            judged_at(SIGNED + DAY),
            signed.repository_id,
            signed.tag.pk,
            signed.digest,
        )
    assert page is not None
    assert page.asked is not None
    assert page.asked.answer.startswith("Yes, once, and it is there.")
    assert page.asked.judged is not None
    assert page.asked.judged.word == TrustState.FAILING
    now = tag(
        signed.viewer, judged_at(SIGNED + HOUR), signed.repository_id, signed.tag.pk, signed.digest
    )
    assert now is not None
    assert now.asked is not None
    assert now.asked.judged is None
