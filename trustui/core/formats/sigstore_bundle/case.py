"""One bundle and one question about it: what its judges ask, worked out once.

What is worked out here is worked out when a judge first asks, so that whatever goes wrong is a
failed step of that judge.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

import msgspec

from trustui.core.checks.attestation import Attestation, attestation_of
from trustui.core.facts import Document, Problem, Turn, VerifiedTime
from trustui.core.formats.sigstore_bundle.bundle import Bundle
from trustui.core.pki.authorities import Authority, Log
from trustui.core.pki.certificates import CODE_SIGNING, Certificate, parse_certificate
from trustui.core.pki.chains import Chain, ChainProblem, build_chain
from trustui.core.pki.keys import HASHES, PkixKey
from trustui.core.pki.times import turns_of
from trustui.core.pki.timestamps import TimestampProblem, verify_timestamp
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.statements import Statement
from trustui.core.primitives.text import visible
from trustui.core.tlog.entries import LogEntry
from trustui.core.tlog.inclusion import SECOND_GENERATION, find_log
from trustui.core.tlog.promises import promise_holds
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import Trust


class BundleQuestion(msgspec.Struct, frozen=True):
    """Is this bundle a signature of this artifact, as expected?

    `subject` is the artifact's digest as `sha256:…`, "" where nobody named an artifact. `artifact`
    is the file itself where it is at hand. `at` is the present (UTC). A problem stands for a file
    that was named and cannot be read.
    """

    group: str
    on: str
    document: Document | Problem
    subject: str
    expectation: Expectation
    trust: Trust
    at: datetime
    artifact: bytes | Problem | None = None
    needed: bool = True
    rests_on: str | None = None
    """A check that broke before, such as one of the trust that was given."""


class Case:
    """A bundle that could be read, with what follows from it."""

    def __init__(self, question: BundleQuestion, bundle: Bundle) -> None:
        self.question = question
        self.bundle = bundle
        self.wanted = question.expectation
        self.trust = question.trust

    # who signed

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """Raises ParseError where one of them cannot be read."""
        return tuple(parse_certificate(der) for der in self.bundle.certificates)

    @property
    def leaf(self) -> Certificate | None:
        """The certificate that signed; None where a bare key did."""
        return self.certificates[0] if self.certificates else None

    @property
    def key(self) -> PkixKey | None:
        """What the signature must verify with."""
        return self.trust.key if self.leaf is None else self.leaf.key

    # what is signed

    @cached_property
    def attestation(self) -> Attestation | None:
        """The envelope and its statement; None where the artifact itself is signed."""
        envelope = self.bundle.envelope
        return None if envelope is None else attestation_of(envelope)

    @cached_property
    def digests(self) -> dict[str, str]:
        """The artifact's digests, lower-case hex, by algorithm; only what is known."""
        body = self.question.artifact
        if isinstance(body, bytes):
            return {name: hashlib.new(name, body).hexdigest() for name in HASHES}
        name, _, encoded = self.question.subject.partition(":")
        return {name: encoded} if encoded else {}

    def subject_in(self, statement: Statement) -> str:
        """The digest of the artifact by which the statement names it, else the usual one."""
        known = [f"{name}:{encoded}" for name, encoded in self.digests.items()]
        return next((digest for digest in known if statement.is_about(digest)), known[0])

    # the log

    @cached_property
    def logged(self) -> tuple[tuple[LogEntry, Log], ...]:
        """Entries of logs that are trusted, with their logs."""
        root = self.trust.trusted_root
        logs = () if root is None else root.logs
        found = ((entry, find_log(logs, entry.log_id)) for entry in self.bundle.entries)
        return tuple((entry, log) for entry, log in found if log is not None)

    @cached_property
    def log_times(self) -> tuple[VerifiedTime, ...]:
        """Times that trusted logs promised, while they were in use."""
        return tuple(
            VerifiedTime(entry.integrated_time, "log", f"log {visible(log.host)}")
            for entry, log in self.logged
            if entry.integrated_time is not None
            and not is_second_generation(entry)
            and log.window.contains(entry.integrated_time)
            and promise_holds(entry, log)
        )

    # time

    @cached_property
    def stamps(self) -> tuple[VerifiedTime | TimestampProblem, ...]:
        """What came of each timestamp, whether or not it is used."""
        authorities = self.trust.timestamp_authorities
        return tuple(
            verify_timestamp(token, self.bundle.signature, authorities)
            for token in self.bundle.timestamps
        )

    @property
    def good_stamps(self) -> tuple[VerifiedTime, ...]:
        """Timestamps that hold."""
        return tuple(one for one in self.stamps if isinstance(one, VerifiedTime))

    @property
    def uses_timestamps(self) -> bool:
        """Whoever waives the log and asks for no timestamp decides by the present time.

        Cosign reads the same wish so; a stored timestamp is then told, not used.
        """
        return self.wanted.needs_timestamp or self.wanted.needs_log

    @cached_property
    def times(self) -> tuple[VerifiedTime, ...]:
        """When the signature is proven to have existed, by what the expectation lets count."""
        stamps = self.good_stamps if self.uses_timestamps else ()
        logged = self.log_times if self.wanted.needs_log else ()
        return (*stamps, *logged)

    @property
    def instants(self) -> tuple[datetime, ...]:
        """What windows are judged at: the proven times, else the present."""
        return tuple(one.at for one in self.times) or (self.question.at,)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """When windows that are judged at the present begin and end; none where times are proven."""
        if self.leaf is None or self.times:
            return ()
        root = self.trust.trusted_root
        authorities = () if root is None else root.certificate_authorities
        above = (one for authority in authorities for one in authority.chain)
        named = [
            *(("certificate", one.title, one.window) for one in (*self.certificates, *above)),
            *(("authority", one.title, one.window) for one in authorities),
        ]
        return tuple(
            turn
            for what, title, window in named
            for turn in turns_of(window, f"the {what} {visible(title, 100)}")
        )

    # the chain

    @cached_property
    def chains(self) -> tuple[Chain | ChainProblem, ...]:
        """From the leaf to a trusted authority, at each instant that counts."""
        return tuple(self._chain(at) for at in self.instants)

    @property
    def issuer(self) -> Certificate | None:
        """Who issued the leaf, by the first chain that holds."""
        chains = (one for one in self.chains if isinstance(one, Chain))
        return next((chain.issuer for chain in chains), None)

    def _chain(self, at: datetime) -> Chain | ChainProblem:
        assert self.leaf is not None
        root = self.trust.trusted_root
        authorities = () if root is None else root.certificate_authorities
        found = [
            self._chain_to(one, self.leaf, at) for one in authorities if one.window.contains(at)
        ]
        good = next((one for one in found if isinstance(one, Chain)), None)
        problems = [one for one in found if isinstance(one, ChainProblem)]
        if good is not None or not problems:
            return good or self._none_in_use(authorities, at)
        return max(problems, key=lambda one: one.depth)

    def _chain_to(
        self, authority: Authority, leaf: Certificate, at: datetime
    ) -> Chain | ChainProblem:
        between = (*authority.chain[:-1], *self.certificates[1:])
        return build_chain(leaf, between, authority.chain[-1:], at, CODE_SIGNING)

    def _none_in_use(self, authorities: Sequence[Authority], at: datetime) -> ChainProblem:
        if not authorities:
            return ChainProblem("no certificate authority is trusted", "a trusted root", "none")
        return ChainProblem(
            "no trusted certificate authority was in use at the time of signing",
            f"one in use at {write_instant(at)}",
            "; ".join(f"{visible(one.title, 60)}: {one.window}" for one in authorities[:4]),
        )


def is_second_generation(entry: LogEntry) -> bool:
    """Whether a log of tiles took it: such logs state no time (rekor-tiles)."""
    return (entry.kind, entry.version) in SECOND_GENERATION
