from tests.core.images.notation.signed import ask, payload_of, sign, signed
from tests.core.trust_policy.notation.written import skipping, statement
from tests.simulators.image_repository import HOUR, Repository
from tests.simulators.notation_signer import NOW, Plan
from trustui.core.images.notation.question import NotationVerdict
from trustui.demo.images.repository import image


def test_a_verdict_knows_whether_anything_was_asked() -> None:
    repository, _ = signed()
    assert ask(repository, skipping()).verdict.is_skipped
    assert not ask(repository).verdict.is_skipped
    elsewhere = statement(registryScopes=["b.example/x"])
    assert not ask(repository, elsewhere).verdict.is_skipped
    assert not NotationVerdict().is_skipped


def test_an_answer_has_the_same_members_whatever_was_found() -> None:
    repository, digest = signed()
    found, nothing = ask(repository).verdict.members, NotationVerdict().members
    assert set(found) == set(nothing)
    assert found["digest"] == digest
    assert found["statement"] == {
        "name": "all",
        "by": "*",
        "level": "strict",
        "considered": ask(repository).verdict.selection.considered,  # type: ignore[union-attr]
    }
    assert (nothing["digest"], nothing["statement"], nothing["nearest_identity"]) == (None,) * 3
    elsewhere = ask(repository, statement(registryScopes=["b.example/x"])).verdict.members
    assert elsewhere["statement"]["name"] is None  # type: ignore[index]


def test_a_signature_says_of_which_kind_it_is_and_who_was_wanted() -> None:
    repository, _ = signed()
    (one,) = ask(repository).verdict.signatures
    assert (one.kind, one.expectation) == ("signature", "all: x509.subject: C=US, ST=WA, O=Acme")


def test_it_knows_when_time_changes_it() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, digest, Plan(payload=payload_of(repository, digest), expiry=NOW + HOUR))
    found = ask(repository).verdict.turns
    assert min(one.at for one in found if one.at > NOW) == NOW + HOUR
    assert NotationVerdict().turns == set()
