"""Verifying artefacts by what their team expects of them. The database is used only to begin with."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from trustui.core.answer import as_json
from trustui.core.facts import Turn
from trustui.core.images.states import image_state
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask
from trustui.core.primitives.text import visible
from trustui.core.trace import Outcome, Trace, TrustState, collect, trace
from trustui.images.values import Verify
from trustui.inventory.models import Source
from trustui.policies.trust import Applied, TeamTrust, trust_of

MAX_SUBJECT = 4096
"""Characters of a reference that a trace shows, as the command line's."""
_FAST = 1
"""Of zlib, as for verdicts about sources."""


class Draft(msgspec.Struct, frozen=True):
    """What a verification of an artefact came to, before anybody writes it down."""

    trace: Trace
    state: TrustState
    nearest: str
    turns: tuple[Turn, ...]
    """When time alone may change it, the past too; none: it does not depend on time."""
    trust: TeamTrust
    applied: Applied | None
    packed: bytes
    """zlib of the JSON that `trustui verify image --json` prints."""

    @property
    def at(self) -> datetime:
        """The instant that it was judged at (UTC)."""
        return self.trace.valid_at

    @property
    def first_failing(self) -> str:
        """The id of the first failing check, or empty."""
        first = self.trace.first_failing
        return "" if first is None else first.check

    @property
    def valid_until(self) -> datetime | None:
        """The next instant at which time alone may change it."""
        return min((one.at for one in self.turns if one.at > self.at), default=None)

    def what_time_did(self, since: datetime) -> tuple[str, ...]:
        """What began or ended after `since`, up to when it was judged."""
        return tuple(dict.fromkeys(one.because for one in self.turns if since < one.at <= self.at))


class Verifier(msgspec.Struct, frozen=True):
    """What a team expects, ready to be held against its artefacts. Uses no database."""

    trust: TeamTrust

    def __call__(self, full_name: str, digest: str, ask: Ask, at: datetime) -> Draft:
        """Verify an artefact (`HOST/NAME`, its digest) from its answers, at an instant (UTC)."""
        host, _, name = full_name.partition("/")
        reference = Reference(host, name, None, digest)
        applied = self.trust.covering(full_name)
        expected = self.trust.uncovered() if applied is None else applied.policy.document
        question = ImageQuestion(reference, expected, self.trust.read, at)
        events, verdict = collect(verify_image, question, ask)
        found = trace(visible(str(reference), MAX_SUBJECT), at, at, events)
        state = image_state(found, verdict)
        return Draft(
            trace=found,
            state=state,
            nearest=verdict.nearest or "",
            turns=tuple(sorted(verdict.turns)),
            trust=self.trust,
            applied=applied,
            packed=zlib.compress(as_json(found, "image", state, **verdict.members), _FAST),
        )


def verifiers(source_ids: Sequence[int]) -> Mapping[int, Verify]:
    """For each source what its team's policies expect: three statements, however many there are."""
    teams = dict(Source.objects.filter(pk__in=source_ids).values_list("pk", "team"))
    trusts = trust_of(sorted(set(teams.values())))
    return {source: Verifier(trusts[team]) for source, team in teams.items()}


def inherited(draft: Draft, index_digest: str) -> TrustState:
    """The state of an artefact that is looked at because an index lists it.

    What is not signed itself counts by what is said of its index, and does not fail on its own.
    """
    is_unsigned = draft.state is TrustState.NOT_SIGNED and draft.trace.outcome is Outcome.FAILED
    return TrustState.INHERITED if index_digest and is_unsigned else draft.state
