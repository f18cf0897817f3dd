"""How an artefact is verified by a policy, whatever its language: one row for each.

The answer is the same for all: what is kept of a verdict, and shown.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from trustui.core.facts import Document, Turn
from trustui.core.images.notation.question import NotationQuestion
from trustui.core.images.notation.states import notation_state
from trustui.core.images.notation.verify import verify_notation_image
from trustui.core.images.states import image_state
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask
from trustui.core.pki.revocation import Evidence
from trustui.core.primitives.text import visible
from trustui.core.trace import Event, Trace, TrustState, collect, trace
from trustui.core.trust_policy.given import Read
from trustui.core.trust_policy.languages import EXPECTATIONS, NOTATION, NotationPolicy
from trustui.core.trust_policy.notation.configuration import DOCUMENTS, Configuration
from trustui.core.trust_policy.notation.stores import folder_of

MAX_SUBJECT = 4096
"""Characters of a reference that a trace shows, as the command line's."""


class PolicyQuestion(msgspec.Struct, frozen=True):
    """Does an artefact meet a policy at an instant (UTC)?

    `document` is what the language's `parse` gave. `read` gives the files that it names; `evidence`
    answers for revocation, in languages that ask for it.
    """

    reference: Reference
    language: str
    document: Any
    read: Read
    at: datetime
    evidence: Evidence


class PolicyAnswer(msgspec.Struct, frozen=True):
    """What a verification came to."""

    trace: Trace
    state: TrustState
    nearest: str
    """The group of the signature that came closest, where none was good, or ""."""
    turns: tuple[Turn, ...]
    """When time alone may change it, the past too, in order."""
    members: Mapping[str, object]
    """What `trustui verify image --json` has besides the trace."""


def verify_by_policy(question: PolicyQuestion, ask: Ask) -> PolicyAnswer:
    """Verify by the rules of the policy's language. Raises KeyError for a language that has none."""
    return _BY_LANGUAGE[question.language](question, ask)


def _by_expectations(question: PolicyQuestion, ask: Ask) -> PolicyAnswer:
    asked = ImageQuestion(question.reference, question.document, question.read, question.at)
    events, verdict = collect(verify_image, asked, ask)
    found = _trace(question, events)
    return PolicyAnswer(
        found,
        image_state(found, verdict),
        verdict.nearest or "",
        tuple(sorted(verdict.turns)),
        verdict.members,
    )


def _by_notation(question: PolicyQuestion, ask: Ask) -> PolicyAnswer:
    asked = NotationQuestion(
        reference=question.reference,
        configuration=_configuration(question),
        at=question.at,
        evidence=question.evidence,
    )
    events, verdict = collect(verify_notation_image, asked, ask)
    found = _trace(question, events)
    return PolicyAnswer(
        found,
        notation_state(found, verdict),
        verdict.nearest or "",
        tuple(sorted(verdict.turns)),
        verdict.members,
    )


def _configuration(question: PolicyQuestion) -> Configuration:
    """A policy and the stores that it names, as Notation's own directory would hold them."""
    policy: NotationPolicy = question.document
    name = DOCUMENTS["oci"][0]
    stores = tuple(folder_of(one, question.read(one)) for one in NOTATION.files(policy))
    return Configuration("the policy", {name: Document(name, policy.body)}, stores)


def _trace(question: PolicyQuestion, events: list[Event]) -> Trace:
    subject = visible(str(question.reference), MAX_SUBJECT)
    return trace(subject, question.at, question.at, events)


_Judge: TypeAlias = Callable[[PolicyQuestion, Ask], PolicyAnswer]
_BY_LANGUAGE: Mapping[str, _Judge] = {
    EXPECTATIONS.name: _by_expectations,
    NOTATION.name: _by_notation,
}
