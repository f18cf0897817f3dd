"""Four facts about an artefact that are often confused: signatures, policy, time, reach."""

from collections.abc import Sequence
from datetime import datetime

from trustui.core.oci.places import PlaceAnswer, PlaceState
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Outcome, TrustState
from trustui.pages.components import Fact
from trustui.pages.images.answer import ImageAnswer, silent
from trustui.pages.waterfall import readable
from trustui.pages.words import ago

_POLICY = "policy."
_NOTE = 160


def image_facts(
    answer: ImageAnswer | None,
    policy: str,
    places: Sequence[PlaceAnswer],
    looked_at: datetime | None,
    now: datetime,
) -> tuple[Fact, ...]:
    """The four, always in this order; `policy` names the version that covers it, or is empty."""
    return (
        _signatures(answer),
        _policy(answer, policy),
        _time(answer),
        _reach(places, looked_at, now),
    )


def _signatures(answer: ImageAnswer | None) -> Fact:
    if answer is None:
        return Fact("Signatures", "unknown", "not checked")
    good = [one for one in answer.signatures if one.outcome is Outcome.PASSED]
    if answer.trust_state is TrustState.INHERITED:
        return Fact(
            "Signatures", "none", "none of its own", "it stands as the index does that lists it"
        )
    if good:
        who = good[0].identity or f"key {good[0].key[:12]}…"
        if all(one.logged for one in good):
            return Fact(
                "Signatures", "soon", f"{len(good):,} with failures", "the policy only logs them"
            )
        return Fact("Signatures", "ok", f"{len(good):,} good", f"by {visible(who, _NOTE)}")
    if answer.trust_state is TrustState.COULD_NOT_CHECK:
        return Fact("Signatures", "unknown", "not known", "what decides could not be had")
    if not answer.signatures:
        return Fact("Signatures", "none", "none that was asked for")
    return Fact("Signatures", "bad", f"none of {len(answer.signatures):,} good")


def _policy(answer: ImageAnswer | None, policy: str) -> Fact:
    if not policy:
        return Fact("Policy", "none", "not covered", "nobody said what to expect")
    steps = () if answer is None else answer.steps
    broken = next(
        (
            one
            for one in steps
            if one.check.startswith(_POLICY) and one.outcome is Outcome.FAILED and one.decides
        ),
        None,
    )
    if broken is None:
        return Fact("Policy", "ok", "covers it", visible(policy, _NOTE))
    return Fact("Policy", "bad", "not met", visible(broken.because, _NOTE))


def _time(answer: ImageAnswer | None) -> Fact:
    """When it was signed, as far as somebody else than the signer vouches for that."""
    found = () if answer is None else answer.signatures
    good = [one for one in found if one.outcome is Outcome.PASSED] or list(found)
    times = [time for one in good for time in one.times]
    if not times:
        return Fact(
            "Signed", "none", "no time is proven", "no log entry or timestamp vouches for one"
        )
    kind, _, at = times[0].rpartition(" ")
    return Fact("Signed", "ok", readable(at), f"by the {visible(kind.replace('_', ' '), 60)}")


def _reach(places: Sequence[PlaceAnswer], looked_at: datetime | None, now: datetime) -> Fact:
    when = "" if looked_at is None else ago(looked_at, now)
    asked = tuple(one for one in places if one.state is not PlaceState.NOT_LOOKED_AT)
    if not asked:
        return Fact("Reach", "unknown", "not looked at", when)
    missing = silent(asked)
    if missing:
        return Fact(
            "Reach", "unknown", f"{missing:,} of {counted(len(asked), 'place')} silent", when
        )
    return Fact("Reach", "ok", f"{counted(len(asked), 'place')} answered", when)
