"""Layers of the tag format as scenarios verify them: made once, verified as often as asked."""

from dataclasses import replace
from datetime import datetime
from functools import cache

from tests.simulators.image_repository import BY_KEY, read, tag_layer
from tests.simulators.sigstore_stack import NOW
from tests.vectors.scenario import Told
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.cosign.case import TagQuestion
from trustui.core.formats.cosign.verify import verify_layer
from trustui.core.oci.manifests import Descriptor
from trustui.core.trace import Chain, collect, trace
from trustui.core.trust_policy.expectations import expectation_of
from trustui.core.trust_policy.given import give_trust
from trustui.demo.images.stack import Json
from trustui.demo.images.tag_format import TagPlan, with_annotations

DIGEST = f"sha256:{'a1' * 32}"
OTHER = f"sha256:{'b2' * 32}"

_PLANS: dict[str, TagPlan] = {}


@cache
def _made(plan: str) -> tuple[bytes, Json]:
    return tag_layer(DIGEST, _PLANS[plan])


def layer_of(plan: TagPlan) -> tuple[bytes, Json]:
    """The blob and the descriptor of a plan, the same ones each time."""
    base = replace(plan, annotations=())
    _PLANS[repr(base)] = base
    body, layer = _made(repr(base))
    return body, with_annotations(layer, plan)


def verified(
    plan: TagPlan = TagPlan(),  # noqa: B008  frozen
    wanted: Json = BY_KEY,
    *,
    body: bytes | None = None,
    problem: ProblemKind | None = None,
    at: datetime = NOW,
) -> Told:
    """The trace of one layer; `body` and `problem` stand in for what the place gives."""
    made, stated = layer_of(plan)
    payload: Document | Problem = Document("payload", made if body is None else body)
    if problem is not None:
        payload = Problem("payload", problem, "as the test says")
    expectation = expectation_of(wanted)
    question = TagQuestion(
        group="signature",
        on="signature",
        layer=Descriptor(
            stated["mediaType"], stated["digest"], stated["size"], stated["annotations"]
        ),
        payload=payload,
        subject=DIGEST,
        expectation=expectation,
        trust=give_trust(expectation, read, Chain("policy", "policy")).trust,
        at=at,
    )
    events, _ = collect(verify_layer, question)
    return Told(trace("a layer", at, at, events))
