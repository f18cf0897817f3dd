"""The verdict of an image by a Notation configuration: policy, list, order, and what is told."""

from typing import Any

import pytest

from tests.core.images.notation.signed import (
    Question,
    ask,
    attach,
    by_strangers,
    configured,
    payload_of,
    sign,
    signed,
)
from tests.core.trust_policy.notation.written import IDENTITY, skipping, statement
from tests.simulators.image_repository import HOST, Repository
from tests.simulators.notation_signer import NOW, Plan, make_envelope, world
from trustui.core.facts import ProblemKind
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.core.oci.manifests import OCI_MANIFEST
from trustui.core.oci.references import fallback_tag
from trustui.core.trace import Outcome, TrustState
from trustui.demo.images.certifying import YEAR
from trustui.demo.images.repository import descriptor, image, index

NAME = f"{HOST}/team/app"


def leveled(level: str, **override: str) -> dict[str, Any]:
    return {"signatureVerification": {"level": level, "override": override}}


def test_a_signed_image_is_verified() -> None:
    repository, digest = signed()
    found = ask(repository)
    assert (found.trace.outcome, found.state) == (Outcome.PASSED, TrustState.VERIFIED)
    assert found.verdict.artefact is not None
    assert found.verdict.artefact.digest == digest
    assert found.findings == []
    assert [group.id.split()[0] for group in found.trace.groups] == [
        "policy",
        "registry",
        "signature",
    ]
    (one,) = found.verdict.signatures
    assert (one.outcome, one.first_failing, one.logged) == (Outcome.PASSED, None, ())
    assert one.digest == repository.referrers[digest][0]["digest"]
    assert "CN=release" in one.identity


def test_a_digest_needs_no_tag() -> None:
    repository, digest = signed()
    assert ask(repository, tag=None, digest=digest).trace.outcome is Outcome.PASSED


# The policy


def test_the_exact_statement_applies_and_not_the_star() -> None:
    repository, _ = signed()
    other = statement("other", registryScopes=[NAME], trustStores=["ca:none"])
    found = ask(repository, statement("star"), other)
    assert found.first == "notation.store"
    assert found.verdict.selection is not None
    assert found.verdict.selection.by == NAME
    considered = found.step("notation.policy").evidence["considered"]
    assert considered[0].startswith("star: its scope is '*', and 'other' names")


def test_a_repository_that_no_statement_names_is_not_covered() -> None:
    repository, _ = signed()
    found = ask(repository, statement(registryScopes=[f"{HOST}/team"]))
    assert (found.first, found.state) == ("notation.policy", TrustState.NOT_COVERED)
    assert found.step("notation.policy").evidence["stage"] == "selection"
    assert found.verdict.places != []


def test_a_document_that_breaks_a_rule_is_refused() -> None:
    repository, _ = signed()
    found = ask(repository, statement(trustStores=[]))
    assert (found.first, found.state) == ("notation.policy", TrustState.FAILING)
    assert found.step("notation.policy").evidence["stage"] == "policy"
    assert "policy.lint.notation.trust_missing" in found.findings
    assert found.verdict.signatures == []


def test_doubts_about_other_statements_stand_elsewhere() -> None:
    repository, _ = signed()
    audited = statement("mine", registryScopes=[NAME], **leveled("audit"))
    found = ask(repository, skipping(), audited)
    assert found.findings == [
        "policy.lint.notation.authenticity_logged",
        "policy.lint.notation.revocation_not_enforced",
    ]


def test_a_level_of_skip_looks_for_nothing_and_is_never_green() -> None:
    repository = Repository()
    image(repository)
    found = ask(repository, skipping())
    assert (found.trace.outcome, found.state) == (Outcome.PASSED, TrustState.STALE)
    assert "notation.finding.skipped" in found.findings
    assert repository.asked == ["manifest 1.0"]
    assert found.verdict.places == []


def test_even_what_is_skipped_must_exist() -> None:
    assert ask(Repository(), skipping()).first == "notation.resolve"


# The reference


def test_a_reference_needs_a_tag_or_a_digest() -> None:
    repository, _ = signed()
    found = ask(repository, tag=None)
    assert (found.first, found.state) == ("notation.resolve", TrustState.FAILING)
    assert "neither tag nor digest" in found.step("notation.resolve").because


def test_a_tag_that_does_not_exist_fails_and_a_silent_registry_is_undecided() -> None:
    repository, _ = signed()
    assert ask(repository, tag="2").first == "notation.resolve"
    repository.problems["1.0"] = ProblemKind.UNREADABLE
    found = ask(repository)
    assert (found.trace.outcome, found.state) == (Outcome.UNDECIDED, TrustState.COULD_NOT_CHECK)


def test_bytes_that_are_not_those_of_the_digest_fail() -> None:
    repository, digest = signed()
    repository.blobs[digest] = b"{}"
    assert ask(repository, tag=None, digest=digest).first == "registry.digest"


# Several signatures


def test_one_good_signature_of_several_is_enough() -> None:
    repository = Repository()
    digest = image(repository)
    bad = sign(repository, digest, by_strangers(repository, digest))
    good = sign(repository, digest)
    found = ask(repository)
    assert (found.trace.outcome, found.first, found.state) == (
        Outcome.PASSED,
        None,
        TrustState.VERIFIED,
    )
    told = {one.digest: one.first_failing for one in found.verdict.signatures}
    assert told == {bad: "notation.authenticity", good: None}
    assert [group.needed for group in found.trace.groups[2:]] == [False, True]


def test_where_none_is_good_all_of_them_are_told_and_the_nearest_is_named() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, digest, by_strangers(repository, digest))
    metadata = sign(repository, digest)
    found = Question(metadata={"build": "77"}).ask(repository)
    assert found.first == "notation.authenticity"
    assert [one.first_failing for one in found.verdict.signatures] == [
        "notation.authenticity",
        "notation.metadata",
    ]
    assert found.verdict.nearest == f"signature {metadata[:19]}"


def test_the_limit_is_told_where_it_left_signatures_out() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, digest, by_strangers(repository, digest))
    sign(repository, digest)
    found = ask(repository, most=1)
    assert (found.trace.outcome, found.first) == (Outcome.FAILED, "notation.limit")
    assert len(found.verdict.signatures) == 1
    assert ask(repository, most=2).trace.outcome is Outcome.PASSED


def test_a_limit_that_left_nothing_out_is_no_reason() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, digest, by_strangers(repository, digest))
    assert ask(repository, most=1).first == "notation.authenticity"


@pytest.mark.parametrize("lost", ["manifest", "envelope"])
def test_a_signature_that_is_lost_ends_the_verification_as_for_clients(lost: str) -> None:
    repository = Repository()
    digest = image(repository)
    broken = sign(repository, digest, Plan(payload=payload_of(repository, digest, x=1)))
    good = sign(repository, digest)
    removed = broken if lost == "manifest" else repository_layer(repository, broken)
    del repository.blobs[removed]
    found = ask(repository)
    expected = "notation.manifest" if lost == "manifest" else "notation.blob"
    assert (found.trace.outcome, found.first) == (Outcome.FAILED, expected)
    assert "notation.finding.hidden_by_retrieval" in found.findings
    assert {one.digest: one.outcome.value for one in found.verdict.signatures} == {
        broken: "failed",
        good: "passed",
    }


def repository_layer(repository: Repository, digest: str) -> str:
    body = repository.blobs[digest].decode()
    return "sha256:" + body.split('"layers"')[1].split("sha256:")[1][:64]


def test_a_signature_that_is_lost_behind_a_good_one_hides_nothing() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, digest)
    lost = sign(repository, digest, Plan(payload=payload_of(repository, digest, x=1)))
    del repository.blobs[lost]
    found = ask(repository)
    assert (found.trace.outcome, found.findings) == (Outcome.PASSED, [])


def test_a_signature_that_cannot_be_had_leaves_the_verdict_open() -> None:
    repository, digest = signed()
    listed = repository.referrers[digest][0]["digest"]
    repository.problems[listed] = ProblemKind.UNREADABLE
    found = ask(repository)
    assert (found.trace.outcome, found.first) == (Outcome.UNDECIDED, "notation.manifest")


# Levels


def test_what_is_only_logged_passes_and_is_not_trusted() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, digest, by_strangers(repository, digest))
    everybody: dict[str, Any] = {"trustedIdentities": ["*"]}
    found = ask(repository, statement(**leveled("audit"), **everybody))
    assert (found.trace.outcome, found.state) == (Outcome.PASSED, TrustState.NOT_TRUSTED)
    assert "notation.finding.logged_failure" in found.findings
    assert found.verdict.signatures[0].logged == ("notation.authenticity",)
    step = found.step("notation.authenticity")
    assert (step.outcome, step.evidence["enforced"]) == (Outcome.FAILED, False)
    strict = ask(repository, statement(**leveled("permissive"), **everybody))
    assert strict.first == "notation.authenticity"


def test_one_clean_signature_beside_a_logged_failure_is_verified() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, digest, by_strangers(repository, digest))
    sign(repository, digest)
    found = ask(repository, statement(**leveled("audit")))
    assert found.state is TrustState.VERIFIED


def test_an_expired_chain_is_judged_at_the_instant_that_is_asked_about() -> None:
    repository, _ = signed()
    late = NOW + 2 * YEAR
    assert ask(repository, at=late).first == "notation.timestamp"
    logged = ask(repository, statement(**leveled("permissive")), at=late)
    assert (logged.trace.outcome, logged.state) == (Outcome.PASSED, TrustState.NOT_TRUSTED)


# Identities


def test_the_nearest_identity_is_told_attribute_by_attribute() -> None:
    repository, _ = signed()
    found = ask(repository, statement(trustedIdentities=[f"{IDENTITY}, CN=staging"]))
    assert found.first == "notation.identity"
    miss = found.verdict.miss
    assert miss is not None
    assert (miss.expected, miss.found) == ("CN=staging", "CN=release")


def test_without_a_miss_there_is_no_nearest_identity() -> None:
    repository, _ = signed()
    assert ask(repository, statement(trustStores=["ca:none"])).verdict.miss is None


# Places


def test_the_interface_counts_where_it_is_offered() -> None:
    repository, digest = signed()
    hidden = repository.put(b"{}")
    entry = descriptor(b"{}", OCI_MANIFEST, artifactType=SIGNATURE_TYPE)
    assert entry["digest"] == hidden
    repository.put(index([entry]), fallback_tag(digest))
    found = ask(repository)
    assert (found.trace.outcome, len(found.verdict.signatures)) == (Outcome.PASSED, 1)
    assert found.findings == ["notation.finding.only_in_fallback"]


def test_the_fallback_tag_counts_where_there_is_no_interface() -> None:
    repository = Repository(offers_referrers=False)
    digest = image(repository)
    sign(repository, digest)
    found = ask(repository)
    assert found.trace.outcome is Outcome.PASSED
    assert found.verdict.signatures[0].place == "fallback_tag"


def test_an_image_without_signatures_is_not_signed() -> None:
    repository = Repository()
    image(repository)
    found = ask(repository, statement(**leveled("audit")))
    assert (found.first, found.state) == ("notation.list", TrustState.NOT_SIGNED)
    assert found.step("notation.list").found == "nothing at all is attached"


def test_nobody_says_not_signed_where_a_place_is_silent() -> None:
    repository, _ = signed()
    repository.problems["referrers"] = ProblemKind.UNREADABLE
    found = ask(repository)
    assert (found.trace.outcome, found.state) == (Outcome.UNDECIDED, TrustState.COULD_NOT_CHECK)


def test_a_signature_for_another_image_fails_by_what_was_signed() -> None:
    repository = Repository()
    digest, other = image(repository), image(repository, "2.0", b"other")
    envelope = Plan(payload=payload_of(repository, other))
    sign(repository, digest, envelope)
    assert ask(repository).first == "notation.payload"


def test_a_wrong_subject_is_told_and_what_was_signed_decides() -> None:
    repository = Repository()
    digest, other = image(repository), image(repository, "2.0", b"other")
    attach(
        repository, digest, make_envelope(Plan(payload=payload_of(repository, digest))), of=other
    )
    found = ask(repository)
    assert found.trace.outcome is Outcome.PASSED
    assert found.findings == ["notation.finding.other_subject"]


def test_the_root_of_the_world_is_the_one_that_is_trusted() -> None:
    """The tests above pass by this authority and by no accident."""
    repository, _ = signed()
    assert ask(repository).step("notation.authenticity").outcome is Outcome.PASSED
    assert world().root.der != world().stamp_root.der
    nobody = Question(configured(statement(), stores=())).ask(repository)
    assert nobody.first == "notation.store"
