"""Verifying artefacts by what their team expects of them. The database is used only to begin with."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from trustui.core.answer import as_json
from trustui.core.facts import Document, Problem, Turn
from trustui.core.images.languages import PolicyQuestion, verify_by_policy
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask
from trustui.core.pki.revocation import Enquiry, Evidence
from trustui.core.trace import Outcome, Trace, TrustState
from trustui.core.trust_policy.languages import EXPECTATIONS
from trustui.images.values import Verify
from trustui.inventory.models import Source
from trustui.policies.trust import Applied, TeamTrust, trust_of
from trustui.revocation.evidence import StoredEvidence

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
    asked: tuple[Enquiry, ...] = ()
    """What was asked about the revocation of certificates, each once."""

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


class _Asking:
    """Evidence that remembers what it was asked."""

    def __init__(self, evidence: Evidence) -> None:
        self.asked: dict[tuple[str, bytes | None, str], Enquiry] = {}
        self._evidence = evidence

    def __call__(self, enquiry: Enquiry) -> Document | Problem:
        about = enquiry.certificate.fingerprint  # one list may serve a whole chain
        self.asked.setdefault((enquiry.address, enquiry.request, about), enquiry)
        return self._evidence(enquiry)


class Verifier(msgspec.Struct, frozen=True):
    """What a team expects, ready to be held against its artefacts.

    `evidence_at` gives what is known about revocation at an instant (UTC); it alone uses the
    database, where a certificate names a place.
    """

    trust: TeamTrust
    evidence_at: Callable[[datetime], Evidence] = StoredEvidence

    def __call__(self, full_name: str, digest: str, ask: Ask, at: datetime) -> Draft:
        """Verify an artefact (`HOST/NAME`, its digest) from its answers, at an instant (UTC)."""
        host, _, name = full_name.partition("/")
        reference = Reference(host, name, None, digest)
        applied = self.trust.covering(full_name)
        evidence = _Asking(self.evidence_at(at))
        question = PolicyQuestion(
            reference=reference,
            language=EXPECTATIONS.name if applied is None else applied.policy.language.name,
            document=self.trust.uncovered() if applied is None else applied.policy.document,
            read=self.trust.read,
            at=at,
            evidence=evidence,
        )
        found = verify_by_policy(question, ask)
        answer = as_json(found.trace, "image", found.state, **found.members)
        return Draft(
            trace=found.trace,
            state=found.state,
            nearest=found.nearest,
            turns=found.turns,
            trust=self.trust,
            applied=applied,
            packed=zlib.compress(answer, _FAST),
            asked=tuple(evidence.asked.values()),
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
