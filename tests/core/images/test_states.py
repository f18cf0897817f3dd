import pytest

from tests.core.images.verified import bundle, under_policies, verified
from tests.simulators.image_repository import BY_KEY, Repository, sign_tag
from trustui.core.facts import ProblemKind
from trustui.core.images.states import image_state
from trustui.core.trace import TrustState
from trustui.demo.images.repository import attach_bundle, image, referrer
from trustui.demo.images.stack import Json
from trustui.demo.images.tag_format import TagPlan


@pytest.fixture
def repository() -> Repository:
    return Repository()


def state(repository: Repository, wanted: Json = BY_KEY) -> TrustState:
    return image_state(*verified(repository, wanted))


def test_a_good_signature_verifies_it(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest))
    assert state(repository) is TrustState.VERIFIED


def test_nothing_attached_is_not_signed(repository: Repository) -> None:
    image(repository)
    assert state(repository) is TrustState.NOT_SIGNED


def test_a_silent_place_is_could_not_check(repository: Repository) -> None:
    image(repository)
    repository.problems["referrers"] = ProblemKind.UNREADABLE
    assert state(repository) is TrustState.COULD_NOT_CHECK


def test_a_signature_of_another_format_is_an_unknown_format(repository: Repository) -> None:
    referrer(repository, image(repository), b"{}", "application/vnd.cncf.notary.signature")
    assert state(repository) is TrustState.UNKNOWN_FORMAT


def test_a_signature_and_nobody_named_is_signed_not_trusted(repository: Repository) -> None:
    digest = image(repository)
    assert state(repository, {}) is TrustState.FAILING
    sign_tag(repository, digest, TagPlan())
    assert state(repository, {}) is TrustState.NOT_TRUSTED


def test_a_bad_signature_is_failing(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan(subject="sha256:00"))
    assert state(repository) is TrustState.FAILING
    assert state(Repository()) is TrustState.FAILING


def test_a_repository_without_a_policy_is_not_covered(repository: Repository) -> None:
    image(repository)
    policy = {"repositories": ["x.example/*"], "require": [{"of": [BY_KEY]}]}
    assert image_state(*under_policies(repository, policy)) is TrustState.NOT_COVERED
