"""Verdicts about artefacts, as pages ask for them."""

import pytest

from tests.core.images.verified import bundle
from tests.simulators.expecting import (
    Expecting,
    expect_everywhere,
    give_files,
)
from tests.simulators.image_repository import BY_KEY, Repository
from tests.simulators.imaged import HOST, HOUR, START
from trustui.demo.images.repository import attach_bundle, image
from trustui.verdicts.image_concluding import ask_again
from trustui.verdicts.image_history import (
    current,
    overdue,
    states,
    verdict_at,
    verdicts_of,
    waiting,
)
from trustui.verdicts.models import Cause

pytestmark = pytest.mark.django_db

CHANGED = "artefact.verdict_changed"


@pytest.fixture
def behind() -> Repository:
    return Repository()


@pytest.fixture
def vendor(behind: Repository) -> Expecting:
    return Expecting({"team/app": behind})


def signed(behind: Repository, tag: str = "1.0", text: bytes = b"web") -> str:
    digest = image(behind, tag, text)
    attach_bundle(behind, digest, bundle(digest, with_key=True))
    return digest


def by_key() -> None:
    give_files("key.pub")
    expect_everywhere(BY_KEY)


def test_two_repositories_judge_one_digest_each_by_its_own_policy() -> None:
    one, other = Repository(), Repository()
    vendor = Expecting({"team/app": one, "else/app": other})
    give_files("key.pub")
    expect_everywhere(BY_KEY, f"{HOST}/team/*")
    digest = signed(one)
    assert signed(other) == digest
    vendor.conclude(START)
    assert vendor.standing(digest).trust_state == "verified"
    assert vendor.standing(digest, "else/app").trust_state == "not_covered"
    assert states() == {"not_covered": 1, "verified": 1}
    assert current().count() == 2


def test_verdicts_are_found_by_time(behind: Repository, vendor: Expecting) -> None:
    by_key()
    digest = image(behind)
    vendor.conclude(START)
    attach_bundle(behind, digest, bundle(digest))
    vendor.conclude(START + HOUR)
    pk = vendor.repository().pk
    newest, oldest = verdicts_of(pk, digest)
    assert verdict_at(pk, digest, START + HOUR / 2) == oldest
    assert verdict_at(pk, digest, START + 2 * HOUR) == newest
    assert verdict_at(pk, digest, START - HOUR) is None
    assert list(verdicts_of(pk, digest, before=(newest.at, newest.pk))) == [oldest]


def test_what_is_overdue_and_what_waits_is_counted(behind: Repository, vendor: Expecting) -> None:
    by_key()
    signed(behind)
    vendor.conclude(START)
    assert (overdue(START), waiting()) == (0, 0)
    current().update(valid_until=START)
    ask_again({vendor.repository().pk: Cause.ANCHOR}, START)
    assert (overdue(START), waiting()) == (1, 1)


def test_what_no_tag_names_any_more_is_not_counted(behind: Repository, vendor: Expecting) -> None:
    by_key()
    signed(behind)
    vendor.conclude(START)
    image(behind, "1.0", b"other")
    vendor.conclude(START + HOUR)
    assert (states(), current().count()) == ({"not_signed": 1}, 2)
