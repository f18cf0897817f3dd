"""Trust policy documents as people write them; a test changes what it is about."""

import json
from typing import Any

from trustui.core.trust_policy.notation.configuration import ReadDocument, judge_document
from trustui.core.trust_policy.notation.statements import DocumentKind, NotationDocument

Json = dict[str, Any]

IDENTITY = "x509.subject: C=US, ST=WA, O=Acme"


def statement(name: str = "all", **changes: Any) -> Json:
    """A statement that keeps every rule; a member that is None is left out."""
    members = {
        "name": name,
        "registryScopes": ["*"],
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:acme"],
        "trustedIdentities": [IDENTITY],
        **changes,
    }
    return {key: value for key, value in members.items() if value is not None}


def skipping(name: str = "all", **changes: Any) -> Json:
    level = {"level": "skip"}
    without = {"trustStores": None, "trustedIdentities": None}
    return statement(name, **{"signatureVerification": level, **without, **changes})


def for_files(name: str = "reports", **changes: Any) -> Json:
    return statement(name, **{"registryScopes": None, **changes})


def body(*statements: Json, **changes: Any) -> bytes:
    return json.dumps({"version": "1.0", "trustPolicies": list(statements), **changes}).encode()


def read(*statements: Json, kind: DocumentKind = "oci", **changes: Any) -> ReadDocument:
    return judge_document("trustpolicy.json", body(*statements, **changes), kind)


def document(*statements: Json, kind: DocumentKind = "oci") -> NotationDocument:
    found = read(*statements, kind=kind)
    assert found.document is not None, found.problem
    return found.document


def lints(*statements: Json, kind: DocumentKind = "oci", **changes: Any) -> list[str]:
    """The last parts of the ids that a document raises."""
    found = read(*statements, kind=kind, **changes)
    return [one.id.removeprefix("policy.lint.notation.") for one in found.lints]
