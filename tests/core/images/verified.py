"""An image in memory, verified as a test expects it."""

import json
from datetime import datetime
from functools import cache
from typing import Any

from tests.simulators.image_repository import BY_KEY, NAME, Repository, read
from tests.simulators.sigstore_stack import NOW, make_bundle, statement_about
from trustui.core.images.verify import ImageQuestion, ImageVerdict, verify_image
from trustui.core.oci.references import parse_reference
from trustui.core.trace import Trace, collect, trace
from trustui.core.trust_policy.expectations import expectation_of
from trustui.core.trust_policy.policies import parse_policies
from trustui.demo.images.bundles import Plan
from trustui.demo.images.stack import Json

SIGN = "https://sigstore.dev/cosign/sign/v1"


def verified(
    repository: Repository, wanted: Json = BY_KEY, name: str = ":1.0", at: datetime = NOW
) -> tuple[Trace, ImageVerdict]:
    expected = expectation_of(wanted)
    return _verified(
        repository, ImageQuestion(parse_reference(f"{NAME}{name}"), expected, read, at)
    )


def under_policies(repository: Repository, *policies: Any) -> tuple[Trace, ImageVerdict]:
    document = parse_policies(json.dumps({"version": 1, "policies": list(policies)}).encode())
    return _verified(repository, ImageQuestion(parse_reference(f"{NAME}:1.0"), document, read, NOW))


def _verified(repository: Repository, question: ImageQuestion) -> tuple[Trace, ImageVerdict]:
    events, verdict = collect(verify_image, question, repository.ask)
    return trace(NAME, NOW, NOW, events), verdict


def first(one: Trace) -> str | None:
    return None if one.first_failing is None else one.first_failing.check


@cache
def bundle_about(digest: str, predicate: str = SIGN, *, with_key: bool = True) -> str:
    """A bundle around a statement about a digest, as JSON; by the key without a log, or by Alice."""
    statement = statement_about(b"", predicate)
    statement["subject"] = [{"name": NAME, "digest": {"sha256": digest.partition(":")[2]}}]
    plan = Plan(statement=statement, with_key=with_key, logged=not with_key)
    return json.dumps(make_bundle(plan))


def bundle(digest: str, predicate: str = SIGN, *, with_key: bool = True) -> Json:
    made: Json = json.loads(bundle_about(digest, predicate, with_key=with_key))
    return made
