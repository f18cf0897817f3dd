"""What crawls of registries mean by what a team expects of them."""

from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.core.images.verified import bundle
from tests.simulators.expecting import (
    Expecting,
    document,
    expect,
    expect_everywhere,
    give,
    give_files,
)
from tests.simulators.image_repository import ANYBODY, BY_KEY, Repository, sign_tag
from tests.simulators.imaged import HOST, HOUR, START
from trustui.core.facts import ProblemKind
from trustui.core.trace import TrustState
from trustui.demo.images.repository import attach_bundle, image, platforms
from trustui.demo.images.tag_format import TagPlan
from trustui.events.models import Event
from trustui.images.models import ImageRepository
from trustui.images.recording import record
from trustui.verdicts.image_concluding import ImagesConcluded, conclude_images
from trustui.verdicts.image_history import current, trace_of
from trustui.verdicts.image_verifying import verifiers
from trustui.verdicts.models import ArtefactVerdict, Cause, DueRepository, Finding
from trustui.verdicts.verifier import IMAGE_VERIFIER

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


def told() -> list[tuple[str, object, object]]:
    """Subject, from and to of each event about an artefact."""
    found = Event.objects.filter(kind=CHANGED).order_by("id")
    return [(one.subject, one.detail["from"], one.detail["to"]) for one in found]


# ---- policies


def test_a_signature_that_is_expected_is_verified(behind: Repository, vendor: Expecting) -> None:
    by_key()
    digest = signed(behind)
    concluded = vendor.conclude(START)
    assert concluded.written == ((vendor.repository().pk, digest),)
    verdict = vendor.standing(digest).verdict
    assert (verdict.outcome, verdict.trust_state, verdict.first_failing) == (
        "passed",
        TrustState.VERIFIED,
        "",
    )
    assert (verdict.cause, verdict.verifier, verdict.at) == (
        Cause.EVIDENCE,
        IMAGE_VERIFIER,
        vendor.standing(digest).since,
    )
    assert verdict.rests_on == {
        "policy": "images",
        "version": 1,
        "pattern": f"{HOST}/*",
        "materials": {"key.pub": 1},
    }
    assert verdict.policy is not None
    assert verdict.policy.policy.name == "images"
    answer = msgspec.json.decode(trace_of(verdict.pk))
    assert (answer["kind"], answer["digest"], answer["trust_state"]) == (
        "image",
        digest,
        "verified",
    )
    assert [one["outcome"] for one in answer["signatures"]] == ["passed"]
    assert {one["place"] for one in answer["places"]} >= {"referrers_api", "cosign_sig_tag"}


def test_what_no_policy_covers_is_said_to_be_not_covered(
    behind: Repository, vendor: Expecting
) -> None:
    give_files("key.pub")
    expect(document((f"{HOST}/other/*", BY_KEY)))
    digest = signed(behind)
    vendor.conclude(START)
    verdict = vendor.standing(digest).verdict
    assert (verdict.trust_state, verdict.first_failing) == (
        TrustState.NOT_COVERED,
        "policy.covered",
    )
    assert (verdict.policy, verdict.rests_on, verdict.outcome) == (None, {}, "failed")
    steps = msgspec.json.decode(trace_of(verdict.pk))["steps"]
    (covered,) = [one for one in steps if one["check"] == "policy.covered"]
    assert covered["found"] == f"the nearest patterns are {HOST}/other/*"


def test_without_any_policy_nothing_is_covered(behind: Repository, vendor: Expecting) -> None:
    digest = signed(behind)
    vendor.conclude(START)
    assert vendor.standing(digest).trust_state == TrustState.NOT_COVERED
    steps = msgspec.json.decode(trace_of(vendor.standing(digest).verdict_id))["steps"]
    assert "no policy at all" in {one["found"] for one in steps}


def test_the_most_specific_pattern_of_several_policies_applies(
    behind: Repository, vendor: Expecting
) -> None:
    give_files("key.pub")
    give("wrong.pub", other_key())
    expect(document((f"{HOST}/*", {**BY_KEY, "key": "wrong.pub"})), "everything")
    expect(document((f"{HOST}/team/app", BY_KEY)), "the app")
    digest = signed(behind)
    vendor.conclude(START)
    standing = vendor.standing(digest)
    assert (standing.trust_state, standing.verdict.rests_on["policy"]) == ("verified", "the app")


def test_policies_of_another_team_do_not_count(behind: Repository, vendor: Expecting) -> None:
    by_key()
    vendor.source.team = type(vendor.source.team).objects.create(name="Others", created_at=START)
    vendor.source.save()
    digest = signed(behind)
    vendor.conclude(START)
    assert vendor.standing(digest).trust_state == TrustState.NOT_COVERED


def other_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


# ---- evidence


def test_an_unchanged_crawl_verifies_and_writes_nothing(
    behind: Repository, vendor: Expecting
) -> None:
    by_key()
    digest = signed(behind)
    vendor.conclude(START)
    before = Event.objects.count()
    assert vendor.conclude(START + HOUR) == ImagesConcluded()
    assert (len(vendor.story(digest)), Event.objects.count()) == (1, before)


def test_a_signature_that_comes_changes_the_verdict_and_is_told(
    behind: Repository, vendor: Expecting
) -> None:
    by_key()
    digest = image(behind)
    vendor.conclude(START)
    assert vendor.standing(digest).trust_state == TrustState.NOT_SIGNED
    attach_bundle(behind, digest, bundle(digest))
    vendor.conclude(START + HOUR)
    assert vendor.story(digest) == [("evidence", "not_signed"), ("evidence", "verified")]
    standing = vendor.standing(digest)
    assert standing.since == standing.verdict.at
    assert standing.verdict.changes
    event = Event.objects.filter(kind=CHANGED).latest("id")
    assert event.subject == f"{HOST}/team/app@{digest}"
    assert (event.team_id, event.source_id) == (vendor.source.team_id, vendor.source.pk)
    assert event.detail["tags"] == ["1.0"]
    assert event.detail["from"]["trust_state"] == "not_signed"
    assert event.detail["to"] == {
        "outcome": "passed",
        "trust_state": "verified",
        "first_failing": "",
    }


def test_another_good_signature_is_a_new_verdict_and_no_event(
    behind: Repository, vendor: Expecting
) -> None:
    by_key()
    digest = signed(behind)
    vendor.conclude(START)
    since, events = vendor.standing(digest).since, len(told())
    sign_tag(behind, digest, TagPlan())
    vendor.conclude(START + HOUR)
    assert len(vendor.story(digest)) == 2
    assert (vendor.standing(digest).since, len(told())) == (since, events)


def test_a_place_that_cannot_be_read_is_never_not_signed(
    behind: Repository, vendor: Expecting
) -> None:
    by_key()
    digest = image(behind)
    behind.problems["referrers"] = ProblemKind.UNREADABLE
    vendor.conclude(START)
    verdict = vendor.standing(digest).verdict
    assert (verdict.outcome, verdict.trust_state) == ("undecided", TrustState.COULD_NOT_CHECK)


def test_a_failing_artefact_keeps_its_nearest_miss(behind: Repository, vendor: Expecting) -> None:
    give("key.pub", other_key())
    expect_everywhere(BY_KEY)
    digest = signed(behind)
    vendor.conclude(START)
    verdict = vendor.standing(digest).verdict
    assert (verdict.trust_state, verdict.first_failing) == ("failing", "bundle.sig")
    assert verdict.nearest.startswith("signature sha256:")
    assert verdict.failing_on.startswith(verdict.nearest)


def test_a_platform_that_is_not_signed_inherits_from_its_index(
    behind: Repository, vendor: Expecting
) -> None:
    by_key()
    index, *_ = platforms(behind)
    attach_bundle(behind, index, bundle(index))
    vendor.conclude(START)
    assert vendor.standing(index).trust_state == "verified"
    others = current().exclude(digest=index)
    assert {one.trust_state for one in others} <= {"inherited"}
    assert [subject for subject, _, _ in told()] == [f"{HOST}/team/app@{index}"]


# ---- what may not be used


def test_what_was_verified_by_an_older_policy_is_verified_again(
    behind: Repository, vendor: Expecting
) -> None:
    by_key()
    digest = signed(behind)
    vendor.verify = verifiers([vendor.source.pk])[vendor.source.pk]
    result = vendor.look(START)
    expect(document((f"{HOST}/else/*", BY_KEY)))
    with transaction.atomic():
        concluded = conclude_images(record([result], START), START)
    pk = vendor.repository().pk
    assert concluded.overtaken == ((pk, digest),)
    assert not ArtefactVerdict.objects.exists()
    assert DueRepository.objects.get().repository_id == pk


def test_while_the_clock_is_doubted_only_what_time_cannot_change_is_concluded(
    behind: Repository, vendor: Expecting
) -> None:
    give_files("key.pub", "trusted_root.json")
    by_certificate = {**ANYBODY, "log": "ignored", "sct": "ignored"}
    expect(document((f"{HOST}/team/app", by_certificate), (f"{HOST}/*", BY_KEY)))
    other = Repository()
    vendor.place.behind["else/app"] = other
    digest = image(behind)
    sign_tag(behind, digest, TagPlan(with_certificate=True))
    certain = signed(other)
    concluded = vendor.conclude(START, is_clock_doubted=True)
    assert concluded.held == ((vendor.repository().pk, digest),)
    assert concluded.written == ((vendor.repository("else/app").pk, certain),)
    due = DueRepository.objects.get()
    assert (due.repository_id, due.cause, due.after) == (
        vendor.repository().pk,
        Cause.EVIDENCE,
        0,
    )


# ---- how much it takes


@pytest.mark.parametrize("count", [2, 12])
def test_it_takes_as_many_statements_for_many_as_for_few(count: int) -> None:
    behind = Repository()
    vendor = Expecting({"team/app": behind})
    by_key()
    for number in range(count):
        signed(behind, f"1.{number}.0", f"web {number}".encode())
    assert statements(vendor) == 23


def statements(vendor: Expecting) -> int:
    vendor.verify = verifiers([vendor.source.pk])[vendor.source.pk]
    result = vendor.look(START)
    with transaction.atomic():
        recorded = record([result], START)
        with CaptureQueriesContext(connection) as captured:
            conclude_images(recorded, START)
    assert ImageRepository.objects.exists()
    return len(captured)


def test_findings_of_a_verification_are_kept_for_its_artefact(
    behind: Repository, vendor: Expecting
) -> None:
    by_key()
    digest = signed(behind)
    vendor.conclude(START)
    (finding,) = Finding.objects.filter(digest=digest)
    assert finding.check_id == "policy.finding.key_without_log"
    assert finding.repository == vendor.repository()
    assert finding.on.startswith(f"{HOST}/team/app@{digest}: signature")
    assert finding.gone_at is None
    behind.referrers.clear()
    vendor.conclude(START + timedelta(days=1))
    finding.refresh_from_db()
    assert finding.gone_at == START + timedelta(days=1)
