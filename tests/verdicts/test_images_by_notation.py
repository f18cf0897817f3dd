"""Artefacts under trust policies of Notation: crawled, kept, and verified again from the store."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from tests.core.images.notation.signed import attach, by_strangers, payload_of, sign
from tests.core.trust_policy.notation.written import Json, body, skipping, statement
from tests.simulators.expecting import Expecting, delivery, document, expect, give, give_files
from tests.simulators.image_repository import BY_KEY, HOUR, NAME, Repository, sign_tag
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.notation_policies import give_store, trust_by_notation
from tests.simulators.notation_signer import NOW, Plan, world
from trustui.core.oci.manifests import OCI_INDEX
from trustui.demo.images.certifying import AUTHORITY, YEAR, issue
from trustui.demo.images.repository import image, platforms
from trustui.demo.images.tag_format import TagPlan
from trustui.events.models import Event
from trustui.policies.image_policies import remove_policy
from trustui.verdicts import image_sweeping
from trustui.verdicts.clock import Clock
from trustui.verdicts.history import unpacked_trace
from trustui.verdicts.image_following import handle
from trustui.verdicts.image_sweeping import VERIFY, ImageSweep
from trustui.verdicts.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def behind() -> Repository:
    return Repository()


@pytest.fixture
def vendor(behind: Repository) -> Expecting:
    return Expecting({"team/app": behind})


@pytest.fixture
def signed(behind: Repository) -> str:
    digest = image(behind)
    sign(behind, digest)
    return digest


def trusting(*statements: Json, now: datetime = NOW, name: str = "signing") -> None:
    trust_by_notation(delivery(), now, body(*(statements or (statement(),))), name)


@pytest.fixture
def trusted() -> None:
    give_store(delivery(), NOW)
    trusting()


def again(at: datetime) -> None:
    """Let what happened be read, and what is due be verified from the store."""
    with transaction.atomic():
        handle(list(Event.objects.order_by("id")))
    times = [NOW]

    def running() -> float:
        return (times[-1] - NOW).total_seconds()

    clock = Clock("one.example", wall=lambda: times[-1], running=running, database=lambda: None)
    times.append(at)
    run_once(ImageSweep(VERIFY, image_sweeping.due, clock), claim(VERIFY))


def requests_of(vendor: Expecting) -> int:
    return vendor.place.asked.total()


@pytest.mark.usefixtures("trusted")
def test_a_crawl_verifies_by_the_policy_and_its_stores(vendor: Expecting, signed: str) -> None:
    vendor.conclude(NOW)
    verdict = vendor.standing(signed).verdict
    assert (verdict.trust_state, verdict.first_failing) == ("verified", "")
    assert verdict.rests_on == {
        "policy": "signing",
        "version": 1,
        "pattern": "*",
        "materials": {"ca:acme": 1},
    }
    answer = json.loads(unpacked_trace(verdict.trace))
    assert answer["statement"]["name"] == "all"
    assert [one["outcome"] for one in answer["signatures"]] == ["passed"]


@pytest.mark.usefixtures("trusted")
def test_the_identity_that_came_closest_is_kept(vendor: Expecting, signed: str) -> None:
    wanted = "x509.subject: C=US, ST=WA, O=Acme, CN=nobody"
    trusting(statement(trustedIdentities=[wanted]))
    vendor.conclude(NOW)
    verdict = vendor.standing(signed).verdict
    assert verdict.first_failing == "notation.identity"
    assert verdict.nearest.startswith("signature sha256:")
    answer = json.loads(unpacked_trace(verdict.trace))
    differing = [
        one["name"]
        for one in answer["nearest_identity"]["attributes"]
        if one["wanted"] and one["wanted"] != one["found"]
    ]
    assert differing == ["CN"]


def test_a_policy_that_comes_later_is_applied_to_what_is_stored(
    vendor: Expecting, signed: str
) -> None:
    vendor.conclude(NOW)
    assert vendor.standing(signed).trust_state == "not_covered"
    vendor.place.asked.clear()
    give_store(delivery(), NOW)
    trusting()
    again(NOW)
    assert vendor.story(signed) == [("evidence", "not_covered"), ("anchor", "verified")]
    assert requests_of(vendor) == 0


@pytest.mark.usefixtures("trusted")
def test_another_certificate_in_a_store_is_another_verdict(vendor: Expecting, signed: str) -> None:
    vendor.conclude(NOW)
    give("ca:acme", issue(AUTHORITY, None).pem, NOW)
    again(NOW)
    assert vendor.story(signed) == [("evidence", "verified"), ("anchor", "failing")]
    verdict = vendor.standing(signed).verdict
    assert verdict.first_failing == "notation.authenticity"
    assert verdict.changes == ["ca:acme version 2 was set by alice: agreed on in the meeting"]


@pytest.mark.usefixtures("trusted")
def test_what_other_statements_say_is_no_other_verdict(vendor: Expecting, signed: str) -> None:
    vendor.conclude(NOW)
    trusting(statement(), skipping("none", registryScopes=["b.example/x"]))
    again(NOW)
    assert vendor.story(signed) == [("evidence", "verified")]
    trusting(statement(), skipping("none", registryScopes=[NAME]))
    again(NOW)
    assert vendor.story(signed)[-1] == ("anchor", "stale")


@pytest.mark.usefixtures("trusted")
def test_a_policy_that_goes_leaves_the_repository_without_any(
    vendor: Expecting, signed: str
) -> None:
    vendor.conclude(NOW)
    policy = vendor.standing(signed).verdict.policy
    assert policy is not None
    remove_policy(policy=policy.policy, by_name="bob", reason="moved", now=NOW)
    again(NOW)
    verdict = vendor.standing(signed).verdict
    assert (verdict.trust_state, verdict.first_failing) == ("not_covered", "policy.covered")


@pytest.mark.parametrize(
    ("ends", "check"), [("signature", "notation.expiry"), ("certificate", "notation.timestamp")]
)
@pytest.mark.usefixtures("trusted")
def test_time_alone_makes_another_verdict_at_the_instant_that_was_told(
    vendor: Expecting, behind: Repository, ends: str, check: str
) -> None:
    digest = image(behind)
    end = NOW + HOUR if ends == "signature" else None
    sign(behind, digest, Plan(payload=payload_of(behind, digest), expiry=end))
    vendor.conclude(NOW)
    until = vendor.standing(digest).valid_until
    assert until is not None
    assert (until == end) if end else (NOW < until < NOW + YEAR)
    again(until)
    assert vendor.story(digest) == [("evidence", "verified"), ("time", "failing")]
    verdict = vendor.standing(digest).verdict
    assert verdict.first_failing == check
    assert len(verdict.changes) >= 1


@pytest.mark.usefixtures("trusted")
def test_an_unchanged_crawl_of_what_nobody_signed_writes_nothing(
    vendor: Expecting, behind: Repository
) -> None:
    index, first, _ = platforms(behind)
    sign(behind, first)
    vendor.conclude(NOW)
    assert vendor.standing(index).trust_state == "not_signed"
    assert vendor.standing(first).trust_state == "verified"
    vendor.conclude(NOW + timedelta(minutes=15))
    assert vendor.story(index) == [("evidence", "not_signed")]
    open_ones = Finding.objects.filter(gone_at=None).values_list("check_id", flat=True)
    assert "notation.finding.platform_signed" in open_ones


@pytest.mark.usefixtures("trusted")
def test_a_platform_without_a_signature_of_its_own_counts_by_its_index(
    vendor: Expecting, behind: Repository
) -> None:
    index, first, second = platforms(behind)
    of_index = payload_of(behind, index, mediaType=OCI_INDEX)
    sign(behind, index, Plan(payload=of_index))
    sign(behind, second, by_strangers(behind, second))
    vendor.conclude(NOW)
    states = [vendor.standing(one).trust_state for one in (index, second)]
    assert states == ["verified", "failing"]
    assert not vendor.repository().standings.filter(digest=first, outcome="failed").exists()


@pytest.mark.parametrize(
    ("scope", "pattern", "applies"),
    [
        (NAME, "registry.example/team/*", "signing"),
        ("*", "registry.example/team/*", "images"),
        (NAME, NAME, "images"),
    ],
)
def test_of_both_languages_the_most_specific_applies_and_then_the_older(
    vendor: Expecting, behind: Repository, scope: str, pattern: str, applies: str
) -> None:
    give_files("key.pub")
    give_store(delivery(), NOW)
    expect(document((pattern, BY_KEY)))
    trusting(statement(registryScopes=[scope]))
    digest = image(behind)
    sign(behind, digest)
    sign_tag(behind, digest, TagPlan())
    vendor.conclude(NOW)
    verdict = vendor.standing(digest).verdict
    assert (verdict.trust_state, verdict.rests_on["policy"]) == ("verified", applies)


@pytest.mark.usefixtures("signed")
def test_doubts_about_the_statement_are_findings_of_the_repository(vendor: Expecting) -> None:
    give_store(delivery(), NOW)
    level = {"level": "audit"}
    trusting(
        statement("rest", signatureVerification=level),
        statement("mine", registryScopes=[NAME], signatureVerification=level),
    )
    vendor.conclude(NOW)
    found = Finding.objects.filter(check_id__startswith="policy.lint.notation.", gone_at=None)
    told = {(one.check_id.rpartition(".")[2], one.severity, one.digest) for one in found}
    assert told == {
        ("authenticity_logged", "high", ""),
        ("revocation_not_enforced", "medium", ""),
    }
    assert all(one.because.startswith("statement 'mine': ") for one in found)


@pytest.mark.parametrize(
    "spoilt",
    [b"", b"{}", b"\x84\x40\xa0\x40\x40", b'{"payload": 7}', b"[" * 5_000, world().root.der],
)
@pytest.mark.usefixtures("trusted")
def test_whatever_hangs_there_is_a_failed_step(
    vendor: Expecting, behind: Repository, spoilt: bytes
) -> None:
    digest = image(behind)
    attach(behind, digest, spoilt)
    vendor.conclude(NOW)
    verdict = vendor.standing(digest).verdict
    assert (verdict.outcome, verdict.trust_state) == ("failed", "failing")
    assert verdict.first_failing.startswith("notation.")
