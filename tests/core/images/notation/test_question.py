from tests.core.images.notation.signed import ask, signed
from tests.core.trust_policy.notation.written import skipping, statement
from trustui.core.images.notation.question import NotationVerdict


def test_a_verdict_knows_whether_anything_was_asked() -> None:
    repository, _ = signed()
    assert ask(repository, skipping()).verdict.is_skipped
    assert not ask(repository).verdict.is_skipped
    elsewhere = statement(registryScopes=["b.example/x"])
    assert not ask(repository, elsewhere).verdict.is_skipped
    assert not NotationVerdict().is_skipped
