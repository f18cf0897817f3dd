"""Artefacts verified by policies of each language: one form of question, one form of answer."""

import json

import pytest

from tests.core.images.notation.signed import by_strangers, payload_of, sign
from tests.core.trust_policy.notation.written import Json, body, skipping, statement
from tests.simulators.image_repository import BY_KEY, HOST, HOUR, NAME, Repository, read, sign_tag
from tests.simulators.notation_signer import NOW, Plan, world
from tests.simulators.revoking import Places
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.images.languages import PolicyAnswer, PolicyQuestion, verify_by_policy
from trustui.core.oci.references import Reference
from trustui.core.trace import TrustState
from trustui.core.trust_policy.given import Read
from trustui.core.trust_policy.languages import EXPECTATIONS, LANGUAGES, NOTATION
from trustui.demo.images.certifying import YEAR
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan

STORES = {"ca:acme": world().root.pem}


def kept(name: str) -> Document | Problem:
    if name in STORES:
        return Document(name, STORES[name])
    return Problem(name, ProblemKind.ABSENT, "it is no material of the team")


def expecting() -> bytes:
    policy = {"repositories": [NAME], "require": [{"of": [BY_KEY]}]}
    return json.dumps({"version": 1, "policies": [policy]}).encode()


def ask(
    repository: Repository, digest: str, language: str, written: bytes, read: Read = kept
) -> PolicyAnswer:
    by_name = {one.name: one for one in LANGUAGES}
    question = PolicyQuestion(
        reference=Reference(HOST, "team/app", None, digest),
        language=language,
        document=by_name[language].parse(written),
        read=read,
        at=NOW,
        evidence=Places({}),
    )
    return verify_by_policy(question, repository.ask)


def by_notation(repository: Repository, digest: str, *statements: Json) -> PolicyAnswer:
    return ask(repository, digest, NOTATION.name, body(*(statements or (statement(),))))


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def digest(repository: Repository) -> str:
    return image(repository)


DOCUMENTS = {EXPECTATIONS.name: expecting(), NOTATION.name: body(statement())}


@pytest.mark.parametrize("language", [one.name for one in LANGUAGES])
def test_every_language_verifies(repository: Repository, digest: str, language: str) -> None:
    found = ask(repository, digest, language, DOCUMENTS[language], read)
    assert found.state is TrustState.NOT_SIGNED
    assert found.trace.subject == f"{NAME}@{digest}"
    assert {"digest", "places", "signatures", "nearest"} <= set(found.members)


def test_an_artefact_may_be_signed_for_both(repository: Repository, digest: str) -> None:
    sign(repository, digest)
    sign_tag(repository, digest, TagPlan())
    for language, files in ((EXPECTATIONS.name, read), (NOTATION.name, kept)):
        found = ask(repository, digest, language, DOCUMENTS[language], files)
        assert (found.state, found.nearest) == (TrustState.VERIFIED, "")


def test_the_store_of_a_policy_is_a_trust_store_of_notation(
    repository: Repository, digest: str
) -> None:
    sign(repository, digest, by_strangers(repository, digest))
    found = by_notation(repository, digest)
    first = found.trace.first_failing
    assert first is not None
    assert (found.state, first.check) == (TrustState.FAILING, "notation.authenticity")
    assert found.nearest == first.group


def test_a_store_that_is_no_material_says_so(repository: Repository, digest: str) -> None:
    sign(repository, digest)
    found = by_notation(repository, digest, statement(trustStores=["ca:gone"]))
    first = found.trace.first_failing
    assert first is not None
    assert first.check == "notation.store"
    assert "it is no material of the team" in first.because


def test_time_turns_where_the_signature_ends(repository: Repository, digest: str) -> None:
    plan = Plan(payload=payload_of(repository, digest), expiry=NOW + HOUR)
    sign(repository, digest, plan)
    found = by_notation(repository, digest)
    ahead = [one.at for one in found.turns if one.at > NOW]
    assert (found.state, ahead[0]) == (TrustState.VERIFIED, NOW + HOUR)
    assert ahead[1] < NOW + YEAR + HOUR


def test_what_is_skipped_is_neither_signed_nor_green(repository: Repository, digest: str) -> None:
    found = by_notation(repository, digest, skipping())
    assert (found.state, found.turns) == (TrustState.STALE, ())
    assert found.members["signatures"] == []
