"""Artefacts verified again from the store: what people changed, what time did, what rules did."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.core.images.verified import bundle
from tests.simulators.expecting import (
    WHY,
    Expecting,
    document,
    expect,
    expect_everywhere,
    give,
    give_files,
)
from tests.simulators.image_repository import ANYBODY, BY_KEY, Repository, files, sign_tag
from tests.simulators.imaged import HOST, HOUR
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.sigstore_stack import NOW, stack
from trustui.demo.images.certifying import SIGNED, pem
from trustui.demo.images.repository import attach_bundle, image
from trustui.demo.images.tag_format import TagPlan
from trustui.events.models import Event
from trustui.jobs.kinds import Result
from trustui.jobs.models import Job
from trustui.policies.image_policies import remove_policy
from trustui.policies.models import ImagePolicy
from trustui.verdicts import image_sweeping
from trustui.verdicts.clock import Clock
from trustui.verdicts.image_following import handle
from trustui.verdicts.image_remembering import RememberedArtefact
from trustui.verdicts.image_sweeping import UPGRADE, VERIFY, ImageSweep, upgrade, verify_again
from trustui.verdicts.models import (
    ArtefactStanding,
    ArtefactVerdict,
    Cause,
    DueRepository,
    Finding,
)
from trustui.verdicts.verifier import IMAGE_VERIFIER

pytestmark = pytest.mark.django_db

BY_CERTIFICATE = {**ANYBODY, "log": "ignored", "sct": "ignored"}
"""Nothing proves when it was signed: the present decides."""


class Time:
    """A clock that the test moves, and that nothing is wrong with."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = self.began = at
        self.clock = Clock(
            "one.example", wall=lambda: self.at, running=self.running, database=lambda: None
        )

    def running(self) -> float:
        return (self.at - self.began).total_seconds()


@pytest.fixture
def at() -> Time:
    return Time()


@pytest.fixture
def behind() -> Repository:
    return Repository()


@pytest.fixture
def vendor(behind: Repository) -> Expecting:
    return Expecting({"team/app": behind})


def signed(behind: Repository, tag: str = "1.0.0", text: bytes = b"web") -> str:
    digest = image(behind, tag, text)
    attach_bundle(behind, digest, bundle(digest))
    return digest


def read_log() -> None:
    """Let the consumer read everything that is told so far, as if it were new."""
    with transaction.atomic():
        handle(list(Event.objects.order_by("id")))


def run(at: Time, portion: int = 200) -> list[bool]:
    """Run the job until nothing is due; gives whether each run asked for another."""
    kind = ImageSweep(VERIFY, image_sweeping.due, at.clock, portion=portion)
    again: list[bool] = []
    while not again or again[-1]:
        (result,) = run_once(kind, claim(VERIFY))
        again.append(result.again)
        assert len(again) < 100
    return again


def with_another_key() -> bytes:
    return pem(stack().authority.key)


# ---- people


def test_replaced_material_is_a_new_verdict_that_says_who_and_why(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    give("key.pub", with_another_key(), NOW)
    expect_everywhere(BY_KEY)
    digest = signed(behind)
    vendor.conclude(NOW)
    give("key.pub", files()["key.pub"], NOW)
    read_log()
    assert DueRepository.objects.get().cause == Cause.ANCHOR
    run(at)
    assert vendor.story(digest) == [("evidence", "failing"), ("anchor", "verified")]
    verdict = vendor.standing(digest).verdict
    assert verdict.changes == [f"key.pub version 2 was set by alice: {WHY}"]
    assert verdict.rests_on["materials"] == {"key.pub": 2}
    event = Event.objects.filter(kind="artefact.verdict_changed").latest("id")
    assert (event.detail["cause"], event.detail["changes"]) == ("anchor", verdict.changes)
    assert not DueRepository.objects.exists()


def test_another_policy_is_a_new_verdict_for_what_it_covers(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    give_files("key.pub")
    digest = signed(behind)
    vendor.conclude(NOW)
    expect(document((f"{HOST}/team/*", BY_KEY)), now=NOW)
    read_log()
    run(at)
    assert vendor.story(digest) == [("evidence", "not_covered"), ("anchor", "verified")]
    assert vendor.standing(digest).verdict.changes == [
        f"policy images version 1 was set by alice: {WHY}"
    ]


def test_a_policy_that_is_removed_leaves_its_artefacts_not_covered(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    digest = signed(behind)
    vendor.conclude(NOW)
    remove_policy(policy=ImagePolicy.objects.get(), by_name="alice", reason=WHY, now=NOW)
    read_log()
    run(at)
    assert vendor.story(digest)[1:] == [("anchor", "not_covered")]
    assert vendor.standing(digest).verdict.changes == ["no policy covers the repository any more"]


def test_a_change_that_says_the_same_of_a_repository_writes_nothing(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    digest = signed(behind)
    vendor.conclude(NOW)
    expect(document((f"{HOST}/*", BY_KEY), (f"{HOST}/other/*", ANYBODY_BY_KEY)), now=NOW)
    read_log()
    run(at)
    assert vendor.story(digest) == [("evidence", "verified")]
    assert vendor.standing(digest).verdict.rests_on["version"] == 1


ANYBODY_BY_KEY = {**BY_KEY, "annotations": {"stage": "release"}}


def test_lints_of_the_policy_are_findings_of_the_repository(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    give_files("key.pub", "trusted_root.json")
    expect_everywhere(BY_KEY)
    signed(behind)
    vendor.conclude(NOW)
    lint = Finding.objects.filter(check_id="policy.lint.unanchored_pattern", gone_at=None)
    assert not lint.exists()
    pattern = {"identity_regexp": "alice@.*", "issuer": ANYBODY["issuer"]}
    expect(document((f"{HOST}/*", {**pattern, "trusted_root": "trusted_root.json"})), now=NOW)
    read_log()
    run(at)
    assert (lint.get().on, lint.get().digest) == (f"{HOST}/team/app", "")
    expect(document((f"{HOST}/*", BY_KEY)), now=NOW)
    read_log()
    run(at)
    assert not lint.exists()


# ---- portions


def many(vendor: Expecting, behind: Repository, count: int) -> list[str]:
    digests = [image(behind, f"1.{number}.0", f"web {number}".encode()) for number in range(count)]
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    vendor.conclude(NOW)
    return digests


@pytest.mark.parametrize(
    ("count", "portion"),
    [(100, 20), pytest.param(1_000, 200, marks=pytest.mark.soak)],
)
def test_many_artefacts_of_a_policy_are_verified_again_in_portions(
    behind: Repository, vendor: Expecting, at: Time, count: int, portion: int
) -> None:
    many(vendor, behind, count)
    give("key.pub", with_another_key(), NOW)
    read_log()
    read_log()  # told twice it is asked for once
    assert Job.objects.filter(kind=VERIFY).count() == 1
    kind = ImageSweep(VERIFY, image_sweeping.due, at.clock, portion=portion)
    sizes, statements = [], []
    for _ in range(7):
        before = ArtefactVerdict.objects.count()
        with CaptureQueriesContext(connection) as captured:
            (result,) = run_once(kind, claim(VERIFY))
        sizes.append((ArtefactVerdict.objects.count() - before, result.again))
        statements.append(len(captured))
    assert sizes == [*[(portion, True)] * 5, (0, False), (0, False)]
    assert max(statements) < 50
    assert len(set(statements[1:5])) == 1
    assert not DueRepository.objects.exists()
    assert ArtefactVerdict.objects.filter(cause=Cause.ANCHOR).count() == count


def test_portions_go_through_several_repositories_and_forget_none(at: Time) -> None:
    names = [f"team/app{number}" for number in range(5)]
    repositories = {name: Repository() for name in names}
    for name, one in repositories.items():
        for number in range(3):
            image(one, f"1.{number}.0", f"{name} {number}".encode())
    vendor = Expecting(repositories)
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    vendor.conclude(NOW)
    give("key.pub", with_another_key(), NOW)
    read_log()
    again = run(at, portion=4)
    assert (len(again), again[-1]) == (4, False)
    assert ArtefactVerdict.objects.filter(cause=Cause.ANCHOR).count() == 15
    assert not DueRepository.objects.exists()


def test_what_is_asked_for_meanwhile_begins_anew(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    many(vendor, behind, 3)
    give("key.pub", with_another_key(), NOW)
    read_log()
    kind = ImageSweep(VERIFY, image_sweeping.due, at.clock, portion=2)
    (task,) = kind.prepare([claim(VERIFY)])
    give("key.pub", files()["key.pub"], NOW + timedelta(seconds=1))
    with transaction.atomic():
        handle(list(Event.objects.filter(detail__version=3)))
    portion = image_sweeping.verify_portion(task.work.artefacts, at.clock, lambda: False)
    portion.marks = task.work.marks
    with transaction.atomic():
        kind.record([Result(claim(VERIFY), portion)])
    assert DueRepository.objects.get().after == 0
    run(at, portion=2)
    assert not ArtefactVerdict.objects.filter(trust_state="failing").exists()


def test_what_is_left_when_the_process_has_to_stop_is_due_at_once(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    many(vendor, behind, 2)
    give("key.pub", with_another_key(), NOW)
    read_log()
    (result,) = run_once(verify_again(at.clock), claim(VERIFY), is_stopping=True)
    assert result.again
    assert DueRepository.objects.exists()
    run(at)
    assert ArtefactVerdict.objects.filter(cause=Cause.ANCHOR).count() == 2


def test_after_a_death_one_is_taken_alone_and_passed_by(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    many(vendor, behind, 3)
    give("key.pub", with_another_key(), NOW)
    read_log()
    kind = verify_again(at.clock)
    kind.prepare([claim(VERIFY, attempt=2)])  # and the process dies
    due = ArtefactStanding.objects.exclude(valid_until=None)
    assert due.count() == 1
    assert DueRepository.objects.get().after > 0
    run(at)
    assert ArtefactVerdict.objects.filter(cause=Cause.ANCHOR).count() == 2
    at.at += HOUR
    run(at)
    assert ArtefactVerdict.objects.filter(cause=Cause.ANCHOR).count() == 3


def test_what_breaks_keeps_nobody_waiting(
    behind: Repository, vendor: Expecting, at: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = many(vendor, behind, 2)
    give("key.pub", with_another_key(), NOW)
    read_log()
    real = image_sweeping.verified_again

    def breaks(one: RememberedArtefact, when: datetime) -> object:
        if one.artefact.digest == first:
            raise RuntimeError("our own mistake")
        return real(one, when)

    monkeypatch.setattr(image_sweeping, "verified_again", breaks)
    run(at)
    assert ArtefactVerdict.objects.filter(cause=Cause.ANCHOR).count() == 1
    assert vendor.standing(first).valid_until == NOW + timedelta(minutes=15)


def test_more_bytes_than_are_read_at_once_make_smaller_portions(
    behind: Repository, vendor: Expecting, at: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(vendor, behind, 9)
    give("key.pub", with_another_key(), NOW)
    read_log()
    monkeypatch.setattr(image_sweeping, "MAX_BYTES", 1_000)
    again = run(at, portion=16)
    assert len(again) > 3
    assert ArtefactVerdict.objects.filter(cause=Cause.ANCHOR).count() == 9


# ---- time


def by_certificate(behind: Repository) -> str:
    give_files("trusted_root.json")
    expect_everywhere(BY_CERTIFICATE)
    digest = image(behind)
    sign_tag(behind, digest, TagPlan(with_certificate=True))
    return digest


def test_a_certificate_that_only_the_present_judges_lapses(
    behind: Repository, vendor: Expecting
) -> None:
    digest = by_certificate(behind)
    vendor.conclude(SIGNED)
    standing = vendor.standing(digest)
    assert standing.trust_state == "verified"
    assert standing.valid_until is not None
    at = Time(SIGNED)
    run(at)
    assert len(vendor.story(digest)) == 1
    at.at = standing.valid_until
    run(at)
    assert vendor.story(digest) == [("evidence", "verified"), ("time", "failing")]
    verdict = vendor.standing(digest).verdict
    assert verdict.first_failing == "cosign.expiry"
    (change,) = verdict.changes
    assert change.startswith("the certificate ")
    assert " was valid until " in change


def test_the_instant_before_it_still_holds(behind: Repository, vendor: Expecting) -> None:
    digest = by_certificate(behind)
    vendor.conclude(SIGNED)
    until = vendor.standing(digest).valid_until
    assert until is not None
    vendor.place.behind["team/app"] = behind
    ArtefactStanding.objects.update(valid_until=SIGNED)
    run(Time(until - timedelta(microseconds=1)))
    assert vendor.story(digest) == [("evidence", "verified")]
    assert vendor.standing(digest).valid_until == until


def test_a_signature_whose_time_is_proven_never_lapses(
    behind: Repository, vendor: Expecting
) -> None:
    give_files("trusted_root.json")
    expect_everywhere(ANYBODY)
    digest = image(behind)
    attach_bundle(behind, digest, bundle(digest, with_key=False))
    vendor.conclude(NOW)
    standing = vendor.standing(digest)
    assert (standing.trust_state, standing.valid_until) == ("verified", None)


def test_a_clock_in_doubt_holds_what_time_decides(behind: Repository, vendor: Expecting) -> None:
    digest = by_certificate(behind)
    vendor.conclude(SIGNED)
    at = Time(SIGNED)
    run(at)
    at.at += 3652 * timedelta(days=1)
    at.began += 3652 * timedelta(days=1)
    assert run_once(verify_again(at.clock), claim(VERIFY)) == []
    assert len(vendor.story(digest)) == 1


def test_what_waited_for_the_clock_is_concluded_when_it_is_believed(
    behind: Repository, vendor: Expecting
) -> None:
    digest = by_certificate(behind)
    vendor.conclude(SIGNED, is_clock_doubted=True)
    assert not ArtefactVerdict.objects.exists()
    run(Time(SIGNED))
    assert vendor.story(digest) == [("evidence", "verified")]
    assert vendor.standing(digest).verdict.crawl_id is not None
    assert not DueRepository.objects.exists()


# ---- rules


def test_other_rules_conclude_everything_again(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    digests = many(vendor, behind, 2)
    ArtefactVerdict.objects.update(verifier="trustui/0.0.1 images rules 0")
    run_once(upgrade(at.clock), claim(UPGRADE))
    assert vendor.story(digests[0]) == [("evidence", "not_signed"), ("verifier", "not_signed")]
    assert vendor.standing(digests[0]).verdict.changes == [
        f"verified by {IMAGE_VERIFIER}, before by trustui/0.0.1 images rules 0"
    ]
    run_once(upgrade(at.clock), claim(UPGRADE))
    assert ArtefactVerdict.objects.count() == 4


def test_of_removed_sources_nothing_is_verified_again(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    many(vendor, behind, 2)
    ArtefactVerdict.objects.update(verifier="trustui/0.0.1 images rules 0")
    vendor.source.removed_at = NOW
    vendor.source.save()
    run_once(upgrade(at.clock), claim(UPGRADE))
    assert ArtefactVerdict.objects.count() == 2


def test_a_newer_crawl_wins_over_what_was_read_before(
    behind: Repository, vendor: Expecting, at: Time
) -> None:
    (digest,) = many(vendor, behind, 1)
    give("key.pub", with_another_key(), NOW)
    read_log()
    kind = verify_again(at.clock)
    (task,) = kind.prepare([claim(VERIFY)])
    attach_bundle(behind, digest, bundle(digest))
    vendor.conclude(NOW + HOUR)
    portion = image_sweeping.verify_portion(task.work.artefacts, at.clock, lambda: False)
    with transaction.atomic():
        kind.record([Result(claim(VERIFY), portion)])
    assert vendor.story(digest) == [("evidence", "not_signed"), ("anchor", "failing")]
