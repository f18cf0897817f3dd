"""Trust policy documents of Notation in the database, with the stores that they name."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.simulators.notation_signer import IDENTITY, world
from trustui.accounts.models import Team
from trustui.policies.image_policies import set_policy
from trustui.policies.materials import set_material
from trustui.policies.models import ImagePolicyVersion

STORE = "ca:acme"
WHY = "as the vendor's page says"


def statement(
    name: str,
    *scopes: str,
    level: str = "strict",
    override: Mapping[str, str] | None = None,
    identities: Sequence[str] = (IDENTITY,),
    stores: Sequence[str] = (STORE,),
) -> dict[str, object]:
    verification: dict[str, object] = {"level": level}
    if override:
        verification["override"] = override
    return {
        "name": name,
        "registryScopes": list(scopes),
        "signatureVerification": verification,
        "trustStores": list(stores),
        "trustedIdentities": list(identities),
    }


def document(*statements: Mapping[str, object]) -> bytes:
    return json.dumps({"version": "1.0", "trustPolicies": statements}, indent=1).encode()


def give_store(team: Team, now: datetime, name: str = STORE) -> None:
    """The root of the signer of the tests, as a trust store."""
    set_material(
        team=team,
        name=name,
        body=world().root.pem,
        origin="acme.pem",
        by=None,
        by_name="alice",
        reason=WHY,
        now=now,
    )


def trust_by_notation(
    team: Team, now: datetime, body: bytes, name: str = "trustpolicy"
) -> ImagePolicyVersion:
    """A policy in Notation's language, or its next version."""
    return set_policy(
        team=team,
        name=name,
        language="notation",
        body=body,
        by=None,
        by_name="alice",
        reason=WHY,
        now=now,
    )
