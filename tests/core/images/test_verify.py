import pytest

from tests.core.images.verified import bundle, first, under_policies, verified
from tests.simulators import image_repository
from tests.simulators.image_repository import (
    ANYBODY,
    BY_KEY,
    NAME,
    PROVENANCE,
    Repository,
    sign_tag,
)
from trustui.core.facts import ProblemKind
from trustui.core.images.verify import counted_signers, judge_covered
from trustui.core.trace import Outcome, Trace
from trustui.core.trust_policy.policies import PolicyDocument
from trustui.demo.images.certifying import new_key, pem
from trustui.demo.images.repository import attach_bundle, image, platforms, referrer
from trustui.demo.images.tag_format import TagPlan

OTHER = TagPlan(key=new_key())
ATTESTED = {**BY_KEY, "predicate_type": "slsaprovenance1"}


@pytest.fixture
def repository() -> Repository:
    return Repository()


def needed(one: Trace) -> list[tuple[str, str]]:
    return [(group.id.split()[0], group.outcome.value) for group in one.groups if group.needed]


# One expectation


def test_a_signature_at_the_tag_is_enough(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan())
    one, verdict = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.PASSED, None)
    assert verdict.nearest is None
    assert [found.place for found in verdict.signatures] == ["cosign_sig_tag"]


def test_a_bundle_is_enough(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest))
    one, verdict = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.PASSED, None)
    assert verdict.signatures[0].key


def test_a_keyless_bundle_says_who_signed_and_when(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest, with_key=False))
    one, verdict = verified(repository, ANYBODY)
    assert (one.outcome, first(one)) == (Outcome.PASSED, None)
    found = verdict.signatures[0]
    assert (found.identity, found.issuer) == (ANYBODY["identity"], ANYBODY["issuer"])
    assert found.times[0].startswith("timestamp 20")


def test_one_good_signature_of_two_is_enough_and_both_are_shown(repository: Repository) -> None:
    sign_tag(repository, image(repository), OTHER, TagPlan())
    one, verdict = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.PASSED, None)
    assert [found.outcome.value for found in verdict.signatures] == ["passed", "failed"]
    assert verdict.signatures[1].first_failing == "cosign.sig"
    assert ("signature", "failed") not in needed(one)


def test_where_none_is_good_the_closest_stands_first(repository: Repository) -> None:
    digest = image(repository)
    sign_tag(repository, digest, OTHER, TagPlan(subject=f"sha256:{'00' * 32}"))
    one, verdict = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.FAILED, "cosign.claim")
    assert verdict.nearest == verdict.signatures[0].group


def test_a_signature_that_could_not_be_read_leaves_it_open(repository: Repository) -> None:
    digest = image(repository)
    sign_tag(repository, digest, OTHER, TagPlan(claims={"a": "b"}))
    body = next(blob for blob in repository.blobs if b'"a": "b"' in repository.blobs[blob])
    repository.problems[body] = ProblemKind.UNREADABLE
    one, verdict = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.UNDECIDED, "cosign.payload")
    assert {found.first_failing for found in verdict.signatures} == {"cosign.payload", "cosign.sig"}


# Nothing there, and not knowing


def test_an_image_that_nobody_signed_fails_after_every_place_was_asked(
    repository: Repository,
) -> None:
    image(repository)
    one, verdict = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.FAILED, "registry.find")
    assert "nothing at all" in one.steps[-1].because
    assert len(one.steps[-1].evidence["places"]) == 6  # type: ignore[arg-type]
    assert verdict.signatures == []


def test_a_place_that_was_not_asked_had_not_nothing(repository: Repository) -> None:
    image(repository)
    one, _ = verified(repository)
    assert one.first_failing is not None
    places = one.first_failing.evidence["places"]
    assert isinstance(places, list)
    assert ["not_looked_at" in place for place in places].count(True) == 1
    assert "5 places had nothing" in one.first_failing.because


def test_an_sbom_that_nobody_signed_is_no_signature(repository: Repository) -> None:
    referrer(repository, image(repository), b"{}", "application/spdx+json")
    one, _ = verified(repository)
    assert first(one) == "registry.find"
    assert one.first_failing is not None
    assert "that nobody signed" in one.first_failing.because


def test_not_signed_is_not_said_while_a_place_was_silent(repository: Repository) -> None:
    image(repository)
    repository.problems["referrers"] = ProblemKind.UNREADABLE
    one, _ = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.UNDECIDED, "registry.find")


def test_a_list_that_was_not_read_to_its_end_leaves_it_open(repository: Repository) -> None:
    digest = image(repository)
    attached = attach_bundle(repository, digest, bundle(digest))
    repository.problems[attached] = ProblemKind.UNREADABLE
    one, _ = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.UNDECIDED, "registry.find")


def test_a_silent_place_does_not_spoil_a_good_signature(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan())
    repository.problems["referrers"] = ProblemKind.UNREADABLE
    one, _ = verified(repository)
    assert one.outcome is Outcome.PASSED
    assert any("could not be read" in step.because for step in one.steps)


def test_a_tag_that_does_not_exist_fails_before_anything_is_looked_for(
    repository: Repository,
) -> None:
    one, verdict = verified(repository)
    assert (one.outcome, first(one)) == (Outcome.FAILED, "registry.resolve")
    assert verdict.signatures == []


# What was asked


def test_nothing_is_believed_while_nobody_was_named(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan())
    one, verdict = verified(repository, {})
    assert (one.outcome, first(one)) == (Outcome.FAILED, "policy.identity_given")
    assert len(verdict.candidates) == 1
    assert verdict.signatures == []


def test_an_attestation_is_found_in_either_carrier(repository: Repository) -> None:
    digest = image(repository)
    sign_tag(repository, digest, TagPlan(predicate=PROVENANCE))
    assert verified(repository, ATTESTED)[0].outcome is Outcome.PASSED
    other = Repository()
    digest = image(other)
    attach_bundle(other, digest, bundle(digest, PROVENANCE))
    assert verified(other, ATTESTED)[0].outcome is Outcome.PASSED


def test_of_two_attestations_the_one_that_attests_the_wanted_thing_comes_closest(
    repository: Repository,
) -> None:
    digest = image(repository)
    sign_tag(
        repository,
        digest,
        TagPlan(predicate="https://spdx.dev/Document"),
        TagPlan(predicate=PROVENANCE, key=OTHER.key),
    )
    one, verdict = verified(repository, ATTESTED)
    assert first(one) == "attestation.sig"
    assert verdict.signatures[0].predicate_type == PROVENANCE


def test_the_signature_of_an_index_is_not_one_of_its_platforms(repository: Repository) -> None:
    whole, part, _ = platforms(repository)
    sign_tag(repository, whole, TagPlan())
    assert verified(repository)[0].outcome is Outcome.PASSED
    one, _ = verified(repository, name=f"@{part}")
    assert (one.outcome, first(one)) == (Outcome.FAILED, "registry.find")


def test_patterns_without_anchors_are_told(repository: Repository) -> None:
    image(repository)
    wanted = {"identity_regexp": "alice", "issuer_regexp": "^.*$"}
    one, _ = verified(repository, wanted)
    assert [finding.id for finding in one.findings] == ["policy.lint.unanchored_pattern"]


# Policies

KEY = {"key": "key.pub", "log": "ignored"}
SECOND = {"key": "second.pub", "log": "ignored"}


def policy(*of: object, **more: object) -> dict[str, object]:
    return {"repositories": [NAME], "require": [{"of": list(of), **more}]}


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> TagPlan:
    """A second signer, whose key expectations may name."""
    plan = TagPlan(key=new_key())
    assert plan.key is not None
    keys = {"second.pub": pem(plan.key)}

    def files() -> dict[str, bytes]:
        return {**before(), **keys}

    before = image_repository.files
    monkeypatch.setattr(image_repository, "files", files)
    return plan


def test_a_repository_that_no_policy_covers_fails(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan())
    one, verdict = under_policies(repository, {**policy(KEY), "repositories": ["x.example/*"]})
    assert (one.outcome, first(one)) == (Outcome.FAILED, "policy.covered")
    assert not verdict.is_covered


def test_all_signers_of_a_requirement_must_have_signed(
    repository: Repository, second: TagPlan
) -> None:
    digest = image(repository)
    sign_tag(repository, digest, TagPlan())
    one, _ = under_policies(repository, policy(KEY, SECOND))
    assert (one.outcome, first(one)) == (Outcome.FAILED, "cosign.sig")
    sign_tag(repository, digest, TagPlan(), second)
    one, _ = under_policies(repository, policy(KEY, SECOND))
    assert (one.outcome, first(one)) == (Outcome.PASSED, None)


def test_so_many_of_the_signers_are_enough(repository: Repository, second: TagPlan) -> None:
    sign_tag(repository, image(repository), second)
    one, _ = under_policies(repository, policy(KEY, SECOND, at_least=1))
    assert (one.outcome, first(one)) == (Outcome.PASSED, None)
    assert one.steps[-1].check == "policy.threshold"


def test_one_signer_counts_once_whatever_it_is_called(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan())
    one, _ = under_policies(repository, policy(KEY, {**KEY, "sct": "ignored"}))
    assert (one.outcome, first(one)) == (Outcome.FAILED, "policy.threshold")


def test_signers_are_matched_to_expectations_as_well_as_can_be(
    repository: Repository, second: TagPlan
) -> None:
    """Either key fits the first expectation only if it is left to the one that needs it."""
    sign_tag(repository, image(repository), TagPlan(), second)
    one, _ = under_policies(repository, policy(KEY, {**KEY, "sct": "ignored"}, SECOND, at_least=2))
    assert one.outcome is Outcome.PASSED
    assert counted_signers([]) == 0


def test_too_few_signers_stay_open_while_one_may_still_be_found(
    repository: Repository, second: TagPlan
) -> None:
    del second
    sign_tag(repository, image(repository), TagPlan())
    repository.problems["referrers"] = ProblemKind.UNREADABLE
    wanted = {**SECOND, "predicate_type": "vuln"}
    one, _ = under_policies(repository, policy(KEY, wanted))
    assert (one.outcome, first(one)) == (Outcome.UNDECIDED, "registry.find")
    threshold = next(step for step in one.steps if step.check == "policy.threshold")
    assert threshold.outcome is Outcome.UNDECIDED


def test_every_requirement_must_be_met(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan())
    attested = {
        "repositories": ["*"],
        "require": [{"of": [KEY]}, {"of": [{**KEY, "predicate_type": "vuln"}]}],
    }
    one, _ = under_policies(repository, attested)
    assert (one.outcome, first(one)) == (Outcome.FAILED, "registry.find")


def test_a_key_that_cannot_be_read_fails_its_requirement(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan())
    one, _ = under_policies(repository, policy(KEY, {"key": "missing"}, at_least=1))
    assert (one.outcome, first(one)) == (Outcome.FAILED, "policy.key_readable")


def test_without_any_policy_it_says_so() -> None:
    judged = judge_covered(PolicyDocument(()), "registry.example/team/app")
    assert (judged.outcome, judged.found) == (Outcome.FAILED, "no policy at all")


def test_an_answer_has_members_besides_its_trace() -> None:
    repository = Repository()
    digest = image(repository)
    _, verdict = verified(repository)
    members = verdict.members
    assert sorted(members) == ["digest", "nearest", "places", "sboms", "signatures"]
    assert members["digest"] == digest
    _, absent = verified(repository, name=":2.0")
    assert absent.members["digest"] is None
