"""Every rule of trust-store-trust-policy.md: one document that breaks it, and one that just keeps it."""

from typing import Any

import pytest

from tests.core.trust_policy.notation.written import (
    IDENTITY,
    Json,
    document,
    for_files,
    lints,
    read,
    skipping,
    statement,
)
from trustui.core.errors import ParseError
from trustui.core.trust_policy.notation.lint import OF_RULES
from trustui.core.trust_policy.notation.rules import (
    MAX_SCOPE,
    is_scope,
    is_store_name,
    is_store_title,
    subject_of,
)


def overriding(level: str = "strict", **override: str) -> Json:
    return {"signatureVerification": {"level": level, "override": override}}


def trusting(*identities: str) -> Json:
    return statement(trustedIdentities=list(identities))


BROKEN: list[tuple[str, list[Json], dict[str, Any]]] = [
    ("version", [statement()], {"version": "2.0"}),
    ("version", [statement()], {"version": ""}),
    ("no_statement", [], {}),
    ("name_missing", [statement("")], {}),
    ("name_repeated", [statement("a"), statement("a", registryScopes=["a.example/b"])], {}),
    ("level", [statement(signatureVerification={})], {}),
    ("level", [statement(signatureVerification={"level": "STRICT"})], {}),
    ("override_skip", [skipping(**overriding("skip", expiry="log"))], {}),
    ("override_unknown", [statement(**overriding(timestamp="log"))], {}),
    ("override_integrity", [statement(**overriding(integrity="log"))], {}),
    ("override_action", [statement(**overriding(expiry="warn"))], {}),
    ("override_not_skippable", [statement(**overriding(authenticity="skip"))], {}),
    ("override_not_skippable", [statement(**overriding(expiry="skip"))], {}),
    (
        "verify_timestamp",
        [statement(signatureVerification={"level": "strict", "verifyTimestamp": "never"})],
        {},
    ),
    ("skip_with_trust", [skipping(trustStores=["ca:acme"])], {}),
    ("skip_with_trust", [skipping(trustedIdentities=["*"])], {}),
    ("trust_missing", [statement(trustStores=[])], {}),
    ("trust_missing", [statement(trustedIdentities=None)], {}),
    ("store_form", [statement(trustStores=["*"])], {}),
    ("store_type", [statement(trustStores=["CA:acme"])], {}),
    ("store_name", [statement(trustStores=["ca:"])], {}),
    ("store_name", [statement(trustStores=["ca:../tsa/x"])], {}),
    ("identity_form", [trusting("")], {}),
    ("identity_form", [trusting("x509.subjectC=US, ST=WA, O=Acme")], {}),
    ("identity_form", [trusting("x509.subject:")], {}),
    ("identity_name", [trusting("x509.subject: C=US, ST=WA")], {}),
    ("identity_name", [trusting("x509.subject: C=US, ST=WA, O=A, O=B")], {}),
    ("identity_name", [trusting("x509.subject: C=US, ST=WA, O=#0401")], {}),
    ("identity_name", [trusting("x509.subject: C=US+ST=WA, O=A")], {}),
    ("identity_wildcard", [trusting("*", IDENTITY)], {}),
    ("identity_overlap", [trusting(IDENTITY, f"{IDENTITY}, CN=a")], {}),
    ("identity_overlap", [trusting(f"{IDENTITY}, CN=a", IDENTITY)], {}),
    ("scopes_missing", [statement(registryScopes=[])], {}),
    ("scopes_missing", [statement(registryScopes=None)], {}),
    ("scope_wildcard", [statement(registryScopes=["*", "a.example/b"])], {}),
    ("scope_form", [statement(registryScopes=["a.example/*"])], {}),
    ("scope_repeated", [statement("a"), statement("b")], {}),
    ("scope_repeated", [statement(registryScopes=["a.example/b", "a.example/b"])], {}),
    ("global_repeated", [for_files(globalPolicy=True), for_files("b", globalPolicy=True)], {}),
]


@pytest.mark.parametrize(("rule", "statements", "changes"), BROKEN)
def test_a_document_that_breaks_a_rule_is_refused(
    rule: str, statements: list[Json], changes: dict[str, Any]
) -> None:
    kind: Any = "blob" if rule == "global_repeated" else "oci"
    found = read(*statements, kind=kind, **changes)
    assert (found.document, found.stage) == (None, "policy")
    broken = [one.id.rpartition(".")[2] for one in found.lints if one.refuses]
    assert rule in broken
    assert found.problem


def test_every_rule_is_broken_by_some_document_of_these_tests() -> None:
    assert {rule for rule, *_ in BROKEN} == set(OF_RULES)


@pytest.mark.parametrize(
    "kept",
    [
        statement(**overriding("audit", revocation="skip", authenticity="enforce")),
        statement(signatureVerification={"level": "strict", "verifyTimestamp": "afterCertExpiry"}),
        skipping(registryScopes=["a.example/b"]),
        statement(trustStores=["ca:a", "signingAuthority:b", "tsa:c.d-e_1"]),
        trusting("*"),
        trusting(f"{IDENTITY}, CN=a", f"{IDENTITY}, CN=b"),
        trusting("x509.subject: C=US, S=WA, O=Acme\\, Inc."),
        trusting("com.example.plugin: anything at all"),
        statement(registryScopes=["localhost:5000/a", "a.example/b-c/d__e.f"]),
    ],
)
def test_a_document_that_keeps_the_rules_is_used(kept: Json) -> None:
    assert len(document(kept).statements) == 1


def test_every_broken_rule_is_told_and_the_first_in_words() -> None:
    found = read(statement("", trustStores=["*"]), version="3")
    assert lints(statement("", trustStores=["*"]), version="3") == [
        "version",
        "name_missing",
        "store_form",
    ]
    assert found.problem.endswith("and 2 other rules broken")
    assert found.lints[1].on == "statement 1"


@pytest.mark.parametrize(
    "scope",
    [
        "acme",
        "/acme",
        "a.example/",
        "a.example/B",
        "a.example/b:1.0",
        "https://a.example/b",
        "a.example:port/b",
        "-a.example/b",
        "a.example/b//c",
        "a.example/b*",
        "a.example/" + "b" * MAX_SCOPE,
    ],
)
def test_what_is_no_whole_repository_is_no_scope(scope: str) -> None:
    assert not is_scope(scope)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "é"])
def test_a_store_has_no_name_that_leads_elsewhere(name: str) -> None:
    assert not is_store_name(name)


def test_an_identity_of_a_plugin_asks_for_nothing_here() -> None:
    assert subject_of("com.example: x") is None
    with pytest.raises(ParseError):
        subject_of("C=US")


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        ("ca:acme", True),
        ("signingAuthority:acme.2", True),
        ("tsa:time_1", True),
        ("acme", False),
        ("ca", False),
        ("ca:", False),
        ("ca:..", False),
        ("ca:a/b", False),
        ("CA:acme", False),
        ("key.pub", False),
    ],
)
def test_a_statement_names_a_store_by_type_and_name(title: str, is_one: bool) -> None:
    assert is_store_title(title) is is_one
