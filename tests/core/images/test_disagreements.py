import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.core.images.verified import bundle, verified
from tests.simulators import image_repository
from tests.simulators.image_repository import ANYBODY, BY_KEY, PROVENANCE, Repository, sign_tag
from tests.simulators.sigstore_stack import NOW
from trustui.core.images.candidates import Against
from trustui.core.images.disagreements import COSIGN, FINDINGS, HIDDEN, Judged, disagreements
from trustui.core.trace import Event, Outcome, Planned, Step, trace
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import Trust
from trustui.demo.images.certifying import pem
from trustui.demo.images.repository import attach_bundle, image
from trustui.demo.images.stack import Json
from trustui.demo.images.tag_format import TagPlan


@pytest.fixture
def repository() -> Repository:
    return Repository()


def told(repository: Repository, wanted: Json = BY_KEY) -> list[str]:
    found = verified(repository, wanted)[0].findings
    return [one.id for one in found if one.id in FINDINGS]


def test_nothing_is_told_where_both_agree(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest))
    assert told(repository) == []
    sign_tag(repository, digest, TagPlan())
    assert told(repository) == []


def test_a_bundle_hides_the_signature_at_the_tag(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest, with_key=False))
    sign_tag(repository, digest, TagPlan())
    assert told(repository) == [HIDDEN, COSIGN]


def test_provenance_counts_as_a_signature_to_cosign(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest, PROVENANCE))
    assert COSIGN in told(repository)


def test_provenance_by_somebody_else_counts_to_nobody(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest, PROVENANCE, with_key=False))
    assert COSIGN not in told(repository)
    assert COSIGN not in told(repository, {**BY_KEY, "format": "tag format only"})
    assert COSIGN not in told(repository, {**BY_KEY, "predicate_type": "vuln"})


def test_provenance_at_the_tag_counts_to_nobody(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan(predicate=PROVENANCE))
    assert told(repository) == []


def test_a_part_of_an_identity_is_enough_for_cosign(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest, with_key=False))
    wanted = {**ANYBODY, "identity_regexp": "acme"}
    del wanted["identity"]
    assert told(repository, wanted) == [COSIGN]


def test_a_payload_of_another_type_is_accepted_by_cosign(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan(type="atomic container signature"))
    assert told(repository) == [COSIGN]


def test_cosign_refuses_the_prehashed_signatures_that_it_makes(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain one it accepts; prehashed ones that it made itself stand in the shared data."""
    key = ed25519.Ed25519PrivateKey.generate()
    before = image_repository.files
    files = {**before(), "ed.pub": pem(key)}
    monkeypatch.setattr(image_repository, "files", lambda: files)
    sign_tag(repository, image(repository), TagPlan(key=key))
    assert told(repository, {**BY_KEY, "key": "ed.pub"}) == []


def test_what_cosign_refuses_is_told_where_nothing_else_is_good(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan())
    _, verdict = verified(repository)
    step = Step(
        "cosign.sig", Outcome.PASSED, "a", "prehashed", "", "a", evidence={"cosign_refuses": True}
    )
    events: list[Event] = [Planned("a", "a", ("cosign.sig",)), step]
    one = Judged(verdict.candidates[0], events, trace("a", NOW, NOW, events), None)
    against = Against(Expectation(key="key.pub"), Trust(), "sha256:00", NOW)
    assert [found.id for found in disagreements([one], (), against)] == [COSIGN]
