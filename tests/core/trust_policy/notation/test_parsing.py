import json
from typing import Any

import pytest

from tests.core.trust_policy.notation.written import body, for_files, lints, read, statement
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.trust_policy.notation.parsing import (
    MAX_ENTRIES,
    is_notation,
    kind_of,
    parse_document,
)


def test_every_member_is_read() -> None:
    verification = {
        "level": "audit",
        "override": {"expiry": "enforce"},
        "verifyTimestamp": "afterCertExpiry",
    }
    written = parse_document(
        body(statement("web", registryScopes=["a.example/b"], signatureVerification=verification)),
        "oci",
    )
    (one,) = written.document.statements
    assert (one.name, one.level, one.override) == ("web", "audit", {"expiry": "enforce"})
    assert (one.verify_timestamp, one.stores) == ("afterCertExpiry", ("ca:acme",))
    assert (one.scopes, one.is_global) == (("a.example/b",), False)
    assert written.lints == ()


def test_null_is_as_good_as_no_member() -> None:
    verification = {"level": "strict", "override": None, "verifyTimestamp": None}
    found = read({**statement(signatureVerification=verification), "name": None})
    assert [one.id for one in found.lints] == ["policy.lint.notation.name_missing"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": "1.0", "trustPolicies": [',
        '{"version": "1.0", "version": "1.0", "trustPolicies": []}',
        '{"version": 1, "trustPolicies": []}',
        '{"version": "1.0", "trustPolicies": {}}',
        '{"version": "1.0", "trustPolicies": ["all"]}',
        '{"version": "1.0", "trustPolicies": [{"signatureVerification": "strict"}]}',
        '{"version": "1.0", "trustPolicies": [{"signatureVerification": {"override": []}}]}',
        '{"version": "1.0", "trustPolicies": [{"signatureVerification": {"override": {"a": 1}}}]}',
        '{"version": "1.0", "trustPolicies": [{"registryScopes": "*"}]}',
        '{"version": "1.0", "trustPolicies": [{"trustStores": [1]}]}',
    ],
)
def test_what_has_another_form_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_document(text.encode(), "oci")


def test_a_global_policy_that_is_no_truth_is_refused() -> None:
    with pytest.raises(ParseError, match="neither true nor false"):
        parse_document(body(for_files(globalPolicy="yes")), "blob")


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        parse_document(body(statement(trustStores=["ca:a"] * (MAX_ENTRIES + 1))), "oci")


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"registryScope": ["*"]}, "oci"),
        ({"globalPolicy": True}, "oci"),
        ({"signatureVerification": {"level": "strict", "overide": {}}}, "oci"),
    ],
)
def test_a_member_that_means_nothing_is_told(changed: dict[str, Any], kind: Any) -> None:
    assert lints(statement(**changed), kind=kind) == ["unknown_member"]


def test_scopes_mean_nothing_in_a_document_for_files() -> None:
    assert lints(statement(), kind="blob") == ["unknown_member"]


def test_unknown_members_of_the_document_are_told_too() -> None:
    assert lints(statement(), comment="ours") == ["unknown_member"]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ([statement()], "oci"),
        ([for_files(globalPolicy=True)], "blob"),
        ([for_files(), for_files("b", globalPolicy=False)], "blob"),
        ([for_files()], "oci"),
        ([{**statement(), "globalPolicy": True}], "oci"),
        (["nothing"], "oci"),
        ([], "oci"),
    ],
)
def test_what_a_document_is_for_is_seen_by_its_members(written: list[Any], kind: str) -> None:
    assert kind_of(body(*written)) == kind


def test_other_json_is_not_taken_for_such_a_document() -> None:
    assert is_notation(body())
    assert not is_notation(json.dumps({"policies": []}).encode())
    assert not is_notation(b"[")
