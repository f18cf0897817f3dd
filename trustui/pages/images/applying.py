"""Which part of a policy applies to an image, and why not the others."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.urls import reverse

from trustui.core.errors import ParseError
from trustui.core.oci.references import parse_reference
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import Language
from trustui.pages.images.policies import Cover, InForce, best

MOST_REFERENCE = 1_100
"""Characters of a reference that is asked about; no longer one is any."""
MOST_PARTS = 100
"""Parts of a policy that an answer tells of; the one that applies always."""


class ConsideredLine(msgspec.Struct, frozen=True):
    """One rule or statement."""

    name: str
    applies: bool
    because: str


class Asked(msgspec.Struct, frozen=True):
    """The answer about one reference."""

    reference: str
    wrong: str
    """Why it is no reference; then there is no answer."""
    sign: str = "none"
    answer: str = ""
    parts: tuple[ConsideredLine, ...] = ()
    more: int = 0
    instead: str = ""
    """The policy of the team that applies instead of this one; empty: none does."""
    instead_href: str = ""


def asked(
    language: Language | None,
    document: Any,
    force: Sequence[InForce],
    policy_id: int,
    reference: str,
) -> Asked | None:
    """None where nothing was asked, or where the policy cannot be read.

    `force` are the policies of the team; empty where this version is not one of them.
    """
    text = reference.strip()[:MOST_REFERENCE]
    if not text or language is None:
        return None
    shown = visible(text, 300)
    try:
        name = parse_reference(text).name
    except ParseError as error:
        return Asked(shown, error.in_words)
    lines = tuple(
        ConsideredLine(visible(one.name, 200), one.applies, visible(one.because, 400))
        for one in language.considered(document, name)
    )
    own = next((one for one in lines if one.applies), None)
    winner = best(force, name)
    is_own = winner is not None and winner.policy_id == policy_id
    kept = [one for n, one in enumerate(lines) if n < MOST_PARTS or one.applies]
    return Asked(
        shown,
        "",
        sign="ok" if is_own else "none",
        answer=_answer(visible(name, 300), own, winner, is_own=is_own, is_in_force=bool(force)),
        parts=tuple(kept),
        more=len(lines) - len(kept),
        instead="" if winner is None or is_own else visible(winner.policy, 200),
        instead_href="" if winner is None or is_own else reverse("policy", args=[winner.policy_id]),
    )


def _answer(
    name: str, own: ConsideredLine | None, winner: Cover | None, *, is_own: bool, is_in_force: bool
) -> str:
    if own is None:
        rest = "" if winner is not None or not is_in_force else ", and no other policy does"
        return f"No part of this policy applies to {name}{rest}."
    if is_own:
        return f"{own.name} applies to {name}."
    if not is_in_force:
        return f"In this version, which is not in force, {own.name} applied to {name}."
    if winner is None:
        return f"{own.name} matches {name}, and no policy in force covers it."
    return (
        f"{own.name} matches {name}, and another policy applies: its pattern "
        f"{winner.pattern} is more specific, or as specific and older."
    )
