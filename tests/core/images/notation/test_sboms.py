"""Bills of materials beside an image that is judged by Notation's rules: shown, and never deciding."""

import json

import pytest

from tests.core.images.notation.signed import (
    Asked,
    Question,
    ask,
    attach,
    by_strangers,
    payload_of,
    sign,
    signed,
)
from tests.core.trust_policy.notation.written import skipping, statement
from tests.simulators.image_repository import Repository
from tests.simulators.notation_signer import Plan
from tests.vectors.sbom.collection import purl, spdx
from trustui.core.facts import ProblemKind
from trustui.core.formats.sbom.verify import LOOSE
from trustui.core.images.notation.sboms import MAX_OPENED
from trustui.core.images.sboms import MAX_SBOMS, SbomFound
from trustui.core.oci.references import cosign_tag
from trustui.core.trace import Outcome, TrustState
from trustui.demo.images.repository import descriptor, image, manifest, referrer

SPDX = "application/spdx+json"
ELSEWHERE = "localhost/other"


def bill_of(digest: str, **changes: object) -> bytes:
    return json.dumps(spdx(purl(digest), **changes)).encode()


def told(asked: Asked) -> list[SbomFound]:
    return asked.verdict.sboms


def said(asked: Asked, check: str) -> list[str]:
    return [step.because for step in asked.trace.steps if step.check == check]


def test_a_bill_beside_a_good_signature_is_shown_with_what_it_says() -> None:
    repository, digest = signed()
    referrer(repository, digest, bill_of(digest), SPDX)
    asked = ask(repository)
    assert asked.state is TrustState.VERIFIED
    (bill,) = told(asked)
    assert (bill.outcome, bill.is_signed, bill.about) == (Outcome.PASSED, False, (digest,))
    assert (bill.place, bill.media_type) == ("referrers_api", SPDX)
    assert said(asked, "sbom.signed")[0].startswith("nobody signed it")
    assert asked.verdict.members["sboms"] == [bill]


@pytest.mark.parametrize("body", [b"{", bill_of(f"sha256:{'00' * 32}")], ids=["broken", "other"])
def test_a_bad_bill_takes_nothing_from_a_good_image(body: bytes) -> None:
    repository, digest = signed()
    referrer(repository, digest, body, SPDX)
    asked = ask(repository)
    assert (asked.state, asked.first) == (TrustState.VERIFIED, None)
    assert told(asked)[0].outcome is Outcome.FAILED


def test_a_good_bill_gives_nothing_to_an_unsigned_image() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, referrer(repository, digest, bill_of(digest), SPDX))
    asked = ask(repository)
    assert (asked.state, asked.first) == (TrustState.NOT_SIGNED, "notation.list")
    assert told(asked)[0].is_signed


def test_a_bill_that_names_no_digest_is_worth_a_note() -> None:
    repository, digest = signed()
    body = json.dumps(spdx({"name": "app", "versionInfo": "1.0"})).encode()
    referrer(repository, digest, body, SPDX)
    assert LOOSE in ask(repository).findings


def test_signatures_of_a_bill_are_held_against_the_statement() -> None:
    repository, digest = signed()
    bill = referrer(repository, digest, bill_of(digest), SPDX)
    sign(repository, bill, by_strangers(repository, bill))
    asked = ask(repository)
    assert asked.state is TrustState.VERIFIED
    assert not told(asked)[0].is_signed
    assert "none by whom is expected" in said(asked, "sbom.signed")[0]
    sign(repository, bill)
    asked = ask(repository)
    assert told(asked)[0].is_signed
    assert asked.state is TrustState.VERIFIED


def test_a_signature_of_the_image_is_none_of_its_bill() -> None:
    repository, digest = signed()
    bill = referrer(repository, digest, bill_of(digest), SPDX)
    sign(repository, bill, Plan(payload=payload_of(repository, digest)))
    assert not told(ask(repository))[0].is_signed


def test_groups_of_a_bills_signatures_never_decide_and_have_names_of_their_own() -> None:
    repository, digest = signed()
    bill = referrer(repository, digest, bill_of(digest), SPDX)
    sign(repository, bill)
    groups = ask(repository).trace.groups
    names = [group.id for group in groups]
    assert len(names) == len(set(names))
    of_bill = [group for group in groups if "sbom" in group.id]
    assert len(of_bill) == 2
    assert not any(group.needed for group in of_bill)


def test_one_at_the_tag_of_cosign_is_found() -> None:
    repository, digest = signed()
    body = bill_of(digest)
    repository.put(body)
    repository.put(manifest([descriptor(body, SPDX)]), cosign_tag(digest, "sbom"))
    (bill,) = told(ask(repository))
    assert (bill.place, bill.outcome) == ("cosign_sbom_tag", Outcome.PASSED)


def test_what_refers_to_another_image_is_no_bill_of_this_one() -> None:
    repository, digest = signed()
    repository.put(bill_of(digest))
    attach(
        repository, digest, bill_of(digest), artifact_type=SPDX, of=image(repository, "2.0", b"x")
    )
    attach(repository, digest, bill_of(digest), artifact_type=SPDX, of="")
    assert told(ask(repository)) == []


def test_a_bill_that_cannot_be_had_is_undecided_and_decides_nothing() -> None:
    repository, digest = signed()
    body = bill_of(digest)
    bill = referrer(repository, digest, body, SPDX)
    repository.problems[descriptor(body, SPDX)["digest"]] = ProblemKind.UNREADABLE
    asked = ask(repository)
    assert (asked.state, told(asked)[0].outcome) == (TrustState.VERIFIED, Outcome.UNDECIDED)
    repository.problems[bill] = ProblemKind.UNREADABLE
    assert told(ask(repository)) == []


def test_without_a_statement_signatures_are_counted_and_not_verified() -> None:
    repository, digest = signed()
    sign(repository, referrer(repository, digest, bill_of(digest), SPDX))
    asked = ask(repository, statement(registryScopes=[ELSEWHERE]))
    assert asked.state is TrustState.NOT_COVERED
    assert not told(asked)[0].is_signed
    assert "1 signature of it" in said(asked, "sbom.signed")[0]


def test_a_level_of_skip_looks_at_no_bill() -> None:
    repository, digest = signed()
    referrer(repository, digest, bill_of(digest), SPDX)
    assert told(ask(repository, skipping())) == []


def test_the_limit_counts_for_the_signatures_of_a_bill_too() -> None:
    repository, digest = signed()
    bill = referrer(repository, digest, bill_of(digest), SPDX)
    sign(repository, bill, by_strangers(repository, bill))
    sign(repository, bill)
    assert not told(Question(most=1).ask(repository))[0].is_signed


def test_no_more_than_a_bound_is_opened() -> None:
    repository, digest = signed()
    for number in range(MAX_OPENED + 1):
        kind = SPDX if number == MAX_OPENED else "text/plain"
        referrer(repository, digest, b"%d" % number, kind)
    assert told(ask(repository)) == []


def test_no_more_bills_than_a_bound_are_read() -> None:
    repository, digest = signed()
    for number in range(MAX_SBOMS + 1):
        referrer(repository, digest, bill_of(digest, name=f"app {number}"), SPDX)
    assert len(told(ask(repository))) == MAX_SBOMS
