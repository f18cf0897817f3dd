import pytest

from tests.core.trust_policy.notation.written import (
    IDENTITY,
    Json,
    for_files,
    lints,
    skipping,
    statement,
)
from trustui.core.trust_policy.notation.lint import OF_POSTURE


def verifying(level: str, **override: str) -> Json:
    return {"signatureVerification": {"level": level, "override": override}}


DOUBTFUL: list[tuple[Json, list[str]]] = [
    (skipping(), ["skip_everything"]),
    (skipping(registryScopes=["a.example/b"]), ["skip"]),
    (
        statement(**verifying("audit")),
        ["authenticity_logged", "time_logged", "revocation_not_enforced"],
    ),
    (statement(**verifying("permissive")), ["time_logged", "revocation_not_enforced"]),
    (statement(**verifying("strict", revocation="skip")), ["revocation_not_enforced"]),
    (statement(**verifying("strict", expiry="log")), ["time_logged"]),
    (statement(trustStores=["tsa:stamps"]), ["store_only_tsa"]),
    (statement(trustStores=["ca:a", "ca:a"]), ["store_repeated"]),
    (
        statement(signatureVerification={"level": "strict", "verifyTimestamp": "always"}),
        ["timestamp_unused"],
    ),
    (statement(trustedIdentities=["*"]), ["identity_everybody"]),
    (statement(trustedIdentities=["com.example: x"]), ["identity_of_plugin"]),
    (
        statement(trustedIdentities=[f"{IDENTITY}, CN=a", f"{IDENTITY}, OU=b"]),
        ["identity_may_overlap"],
    ),
]


@pytest.mark.parametrize(("written", "doubts"), DOUBTFUL)
def test_what_may_not_be_meant_is_told_and_refuses_nothing(
    written: Json, doubts: list[str]
) -> None:
    assert lints(written) == doubts


def test_every_doubt_is_raised_by_some_document_of_these_tests() -> None:
    assert {one for _, several in DOUBTFUL for one in several} == set(OF_POSTURE)


def test_a_careful_document_raises_none() -> None:
    assert lints(statement(trustStores=["ca:a", "tsa:b"])) == []
    assert lints(statement(trustedIdentities=[f"{IDENTITY}, CN=a", f"{IDENTITY}, CN=b"])) == []


def test_a_global_statement_that_skips_stands_for_everything() -> None:
    skipped = for_files(
        signatureVerification={"level": "skip"},
        trustStores=None,
        trustedIdentities=None,
        globalPolicy=True,
    )
    assert lints(skipped, kind="blob") == ["skip_everything"]
