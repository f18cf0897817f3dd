"""One listed signature: fetched, then verified in a group of its own."""

from collections.abc import Mapping

import msgspec

from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.notation.case import Asked, SignatureQuestion, Wanted
from trustui.core.formats.notation.reading import parse_envelope
from trustui.core.formats.notation.verify import verify_signature
from trustui.core.images.notation.listing import Listed, opened
from trustui.core.images.notation.question import (
    BLOB,
    MANIFEST,
    NotationQuestion,
    NotationSignature,
)
from trustui.core.oci.discovery import Artefact
from trustui.core.oci.manifests import Descriptor, Manifest, parse_manifest
from trustui.core.oci.references import has_digest
from trustui.core.oci.requests import Ask, blob_request, manifest_request
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.names import subject_attributes
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import (
    Chain,
    Event,
    Finding,
    Judgement,
    Outcome,
    Planned,
    Severity,
    Step,
    Trace,
    Verification,
    collect,
    failed,
    passed,
    trace,
    undecided,
)
from trustui.core.trust_policy.notation.identities import Miss, nearest_miss
from trustui.core.trust_policy.notation.statements import Statement
from trustui.core.trust_policy.notation.stores import Store
from trustui.core.trust_policy.patterns import MAX_TEXT

OTHER_SUBJECT = "notation.finding.other_subject"
RETRIEVAL = frozenset({MANIFEST.id, BLOB.id})


class Trust(msgspec.Struct, frozen=True):
    """The statement that applies, and its stores, loaded once."""

    statement: Statement
    stores: Mapping[str, Store]

    def asked(self, metadata: Mapping[str, str]) -> Asked:
        """What it asks of one signature."""
        statement = self.statement
        return Asked(
            actions=statement.actions,
            identities=statement.identities,
            stores=self.stores,
            verify_timestamp=statement.verify_timestamp or "always",
            metadata=metadata,
        )


class Tried(msgspec.Struct, frozen=True):
    """A signature with the events of its group, and the trace of them alone."""

    listed: Listed
    events: list[Event]
    trace: Trace
    result: SignatureOutcome | None
    content: Document | Problem | None = None
    """The envelope, where it was asked for."""
    media_type: str = ""
    expectation: str = ""

    @property
    def group(self) -> str:
        """The name of its group."""
        return self.trace.groups[0].id

    @property
    def outcome(self) -> Outcome:
        """What its own steps conclude."""
        return self.trace.outcome

    @property
    def is_lost(self) -> bool:
        """Whether it could not be fetched, which ends a client's verification."""
        first = self.trace.first_failing
        return first is not None and first.check in RETRIEVAL

    @property
    def distance(self) -> tuple[int, int]:
        """How far it is from being good: by failing steps, then by how early they come."""
        troubles = [step for step in self.trace.steps if _is_trouble(step)]
        first = self.trace.steps.index(troubles[0]) if troubles else len(self.trace.steps)
        return len(troubles), -first

    @property
    def told(self) -> NotationSignature:
        """As the answer lists it."""
        return as_told(self.trace, self.result, self.listed, self.expectation)


def miss_of(
    identities: tuple[str, ...], content: Document | Problem | None, media_type: str
) -> Miss | None:
    """The identity that came closest to the signer of an envelope; None where nobody can tell."""
    if not isinstance(content, Document):
        return None
    try:
        envelope = parse_envelope(content.body, media_type)
        leaf = parse_certificate(envelope.certificates[0])
        return nearest_miss(identities, subject_attributes(leaf))
    except (ParseError, IndexError):
        return None


def _is_trouble(step: Step) -> bool:
    return step.decides and step.outcome in {Outcome.FAILED, Outcome.UNDECIDED}


def as_told(
    one: Trace, result: SignatureOutcome | None, listed: Listed | None, expectation: str
) -> NotationSignature:
    """A signature as the answer lists it, from the trace of its group alone."""
    first = one.first_failing
    told = NotationSignature(
        group=one.groups[0].id,
        on=one.groups[0].on,
        digest="" if listed is None else listed.descriptor.digest,
        place="" if listed is None else listed.place.value,
        expectation=expectation,
        outcome=one.outcome,
        first_failing=None if first is None else first.check,
        logged=logged_failures(one.steps),
    )
    if result is None:
        return told
    return msgspec.structs.replace(
        told,
        identity=visible(result.identity, MAX_TEXT),
        issuer=visible(result.issuer, MAX_TEXT),
        key=result.key,
        times=tuple(f"{time.kind} {time.at:%Y-%m-%dT%H:%M:%SZ}" for time in result.times),
    )


def logged_failures(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Checks that do not hold and that the level only logs."""
    bad = {Outcome.FAILED, Outcome.UNDECIDED}
    return tuple(
        step.check
        for step in steps
        if step.outcome in bad and step.moot_because is None and not step.decides
    )


def try_signature(
    listed: Listed, question: NotationQuestion, artefact: Artefact, trust: Trust, ask: Ask
) -> Tried:
    """Fetch and verify one signature; whatever is wrong is a step of its group."""
    events, fetched = collect(_verified, listed, question, artefact, trust, ask)
    one = trace(listed.descriptor.digest, question.at, question.at, events)
    return Tried(
        listed,
        events,
        one,
        fetched.result,
        fetched.content,
        fetched.media_type,
        trust.statement.who,
    )


class _Fetched(msgspec.Struct, frozen=True):
    result: SignatureOutcome | None = None
    content: Document | Problem | None = None
    media_type: str = ""


def _verified(
    listed: Listed, question: NotationQuestion, artefact: Artefact, trust: Trust, ask: Ask
) -> Verification[_Fetched]:
    digest = listed.descriptor.digest
    chain = Chain(listed.name, f"{listed.name} ({listed.place.value})")
    yield Planned(chain.group, chain.on, (MANIFEST.id, BLOB.id))
    answer = ask(manifest_request(digest))
    yield chain.judge(MANIFEST, judge_manifest, answer, listed.descriptor)
    manifest = opened(answer)
    if chain.broken_by is not None or not isinstance(manifest, Manifest):
        return _Fetched()
    yield from _subject(manifest, artefact, chain.on)
    layer = manifest.layers[0]
    content = ask(blob_request(layer.digest, layer.size))
    there = chain.judge(BLOB, judge_blob, content, layer)
    yield there
    if there.outcome is not Outcome.PASSED:
        return _Fetched(None, content, layer.media_type)
    asked = SignatureQuestion(
        group=chain.group,
        on=chain.on,
        content=content,
        media_type=layer.media_type,
        wanted=_wanted(artefact),
        asked=trust.asked(question.metadata),
        at=question.at,
        evidence=question.evidence,
    )
    result = yield from verify_signature(asked)
    return _Fetched(result, content, layer.media_type)


def _wanted(artefact: Artefact) -> Wanted:
    """The descriptor of the image, as its own bytes give it."""
    document = artefact.document
    stated = document.media_type.partition(";")[0].strip()
    media_type = stated if artefact.manifest is None else artefact.manifest.media_type
    return Wanted(digest=artefact.digest, size=len(document.body), media_type=media_type)


def _subject(manifest: Manifest, artefact: Artefact, on: str) -> Verification[None]:
    """Only the signed payload binds a signature; a wrong subject is worth knowing."""
    found = None if manifest.subject is None else manifest.subject.digest
    if found != artefact.digest:
        words = "no subject" if found is None else f"the subject {found}"
        because = (
            f"it is listed for this image and has {words}: clients compare what was signed, and do not "
            "look at the subject"
        )
        yield Finding(OTHER_SUBJECT, on, because, Severity.MEDIUM)


def judge_manifest(answer: Document | Problem, entry: Descriptor) -> Judgement:
    """What is listed can be fetched, and is a manifest with exactly one layer."""
    if isinstance(answer, Problem):
        conclude = failed if answer.kind is ProblemKind.ABSENT else undecided
        return conclude(
            f"it is listed and cannot be had: {answer.because}",
            expected=entry.digest,
            found=visible(answer.location),
        )
    if not has_digest(answer.body, entry.digest):
        return failed(
            "the bytes are not those that the list names",
            expected=entry.digest,
            found=f"{len(answer.body):,} other bytes",
        )
    try:
        manifest = parse_manifest(answer.body, answer.media_type or entry.media_type)
    except ParseError as error:
        return failed(
            f"it cannot be read as a manifest: {error.because}",
            expected=error.expected or None,
            found=error.found or None,
        )
    if not isinstance(manifest, Manifest):
        return failed("it is an index", expected="a manifest", found=manifest.media_type)
    if len(manifest.layers) != 1:
        return failed(
            "the manifest does not hold exactly one signature",
            expected="1 layer",
            found=counted(len(manifest.layers), "layer"),
        )
    return passed("a manifest with one layer", found=entry.digest)


def judge_blob(answer: Document | Problem, layer: Descriptor) -> Judgement:
    """The envelope can be had, and is the one that the manifest names."""
    if isinstance(answer, Problem):
        conclude = failed if answer.kind is ProblemKind.ABSENT else undecided
        return conclude(
            f"the envelope cannot be had: {answer.because}",
            expected=layer.digest,
            found=visible(answer.location),
        )
    if len(answer.body) != layer.size or not has_digest(answer.body, layer.digest):
        return failed(
            "the envelope is not the one that the manifest names",
            expected=f"{layer.digest}, {layer.size:,} bytes",
            found=f"{len(answer.body):,} other bytes",
        )
    return passed(f"the envelope of {layer.size:,} bytes is there", found=layer.digest)
