"""From the answer of a place to examined metadata: the part that all TUF documents share.

A `Workflow` is the list of checks of one kind of document, in the order of the specification:
first those of the bytes (fetch, length, hash), then the form (`wellformed`), then keys and
signatures (`signing`), then what the role demands of its signed content. `examine` runs them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from trustui.core.checks.threshold import Tally
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.large_maps import read_large
from trustui.core.formats.tuf.metadata import Metadata, MetaFile, Object, Role, Signature
from trustui.core.formats.tuf.signing import KEY_CHECKS, SIGNATURE_CHECKS, SignedDocument
from trustui.core.formats.tuf.wellformed import FRAME, PARSE, SHAPE, SPEC, Envelope
from trustui.core.limits import DEFAULT_LIMITS, TufLimits
from trustui.core.primitives.canonical_json import canonical, unescape_controls
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.instants import parse_instant
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted, visible
from trustui.core.trace import Chain, Check, Judgement, Outcome, Verification, failed, passed


class Request(msgspec.Struct, frozen=True):
    """What a client asks a repository for: a role's metadata, by version or the newest.

    `version` is None where the file name carries none (timestamp; all but root in a repository
    without consistent snapshots). `wanted_version` is what snapshot or timestamp lists, for
    places that keep every version under one name.
    """

    role: str
    version: int | None
    max_length: int
    wanted_version: int | None = None

    @property
    def file_name(self) -> str:
        """The name before percent-encoding, such as `3.root.json`."""
        return f"{self.role}.json" if self.version is None else f"{self.version}.{self.role}.json"


Ask: TypeAlias = Callable[[Request], Document | Problem]
"""How a verification reads a place. It never raises for the place's faults."""


class Parsed(msgspec.Struct, frozen=True):
    """A well-formed document and the canonical bytes of its signed part."""

    metadata: Metadata
    signed: SignedDocument


class Signer(msgspec.Struct, frozen=True):
    """Who may sign: a role, and the document that gives its keys."""

    role: Role
    delegator: Metadata


@dataclass
class Case:
    """One document on its way through a workflow; judges read it, and fill in what they found."""

    name: str
    """The role's name, as the delegator gives it."""
    type: str
    chain: Chain
    answer: Document | Problem
    max_bytes: int
    valid_at: datetime
    limits: TufLimits = DEFAULT_LIMITS
    listed: MetaFile | None = None
    """What timestamp or snapshot says about this document."""
    signers: tuple[Signer, ...] = ()
    """Whom the delegator trusts; a root is its own signer besides (§5.3.4)."""
    previous: Metadata | None = None
    """The document of this role that was trusted before."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """What single judges need besides: the root that is followed, the snapshot before."""
    parsed: Parsed | None = None
    settled: Metadata | None = None
    """The document that stays in force although this one was offered (§5.4.3.1)."""
    tallies: tuple[Tally, ...] = ()
    is_numbered: bool = True
    """Whether steps name the version once it is read; a next root is named by its number."""
    _envelope: Envelope | None = None

    @property
    def body(self) -> bytes:
        """The bytes; only asked for once the place has answered with some."""
        assert isinstance(self.answer, Document)
        return self.answer.body

    @property
    def metadata(self) -> Metadata:
        """The facts in force; only asked for once the form has been found good."""
        assert self.parsed is not None
        return self.settled or self.parsed.metadata

    @property
    def is_signed(self) -> bool:
        """Whether the document was read and every threshold that it needs is reached.

        Only then may what it says cause further requests.
        """
        return bool(self.tallies) and not any(tally.missing for tally in self.tallies)

    @property
    def what(self) -> str:
        """The document for a sentence."""
        return visible(self.name, 60)


Rows: TypeAlias = tuple[tuple[Check, Callable[[Case], Judgement]], ...]


def rows(*stated: tuple[str, str, Callable[[Case], Judgement]]) -> Rows:
    """Rows of a workflow: check id, clause of the specification, judge."""
    return tuple((Check(id_, f"{SPEC} {clause}"), judge) for id_, clause, judge in stated)


class Workflow(msgspec.Struct, frozen=True):
    """The checks of one kind of document: of its bytes, and of its signed content."""

    type: str
    of_bytes: Rows
    of_content: Rows
    gives_keys: bool = False

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of this workflow, in the order in which they run."""
        form = (PARSE, *(check for check, _ in (*FRAME, *SHAPE[self.type])))
        keys = tuple(check for check, _ in KEY_CHECKS) if self.gives_keys else ()
        signatures = tuple(check for check, _ in SIGNATURE_CHECKS)
        first = tuple(check for check, _ in self.of_bytes)
        last = tuple(check for check, _ in self.of_content)
        return (*first, *form, *keys, *signatures, *last)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of `checks`, as a plan states them."""
        return tuple(check.id for check in self.checks)


def examine(case: Case, workflow: Workflow) -> Verification[Metadata | None]:
    """Run a workflow; gives the facts, or None where the document could not be read at all."""
    for check, judge in workflow.of_bytes:
        yield case.chain.judge(check, judge, case)
    if isinstance(case.answer, Problem):
        return None
    yield from read_form(case)
    if case.parsed is None:
        return None
    if case.is_numbered:
        case.chain.on = f"{case.chain.on} v{quoted(case.metadata.version)}"
    yield from _look_at_keys(case, workflow)
    for check, judge in workflow.of_content:
        yield case.chain.judge(check, judge, case)
    return case.metadata


def read_form(case: Case) -> Verification[None]:
    """Parse, then judge the form check by check; sets `case.parsed` when all is in order."""
    yield case.chain.judge(PARSE, _judge_parse, case)
    envelope = case._envelope  # noqa: SLF001
    if envelope is None:
        return
    for check, judge_frame in FRAME:
        step = case.chain.judge(check, judge_frame, envelope)
        yield step
        if step.outcome is Outcome.FAILED:
            return
    good = True
    for check, judge_shape in SHAPE[case.type]:
        step = case.chain.judge(check, judge_shape, envelope)
        yield step
        good = good and step.outcome is not Outcome.FAILED
    if good:
        case.parsed = build(envelope, case.body, case.answer)


def _judge_parse(case: Case) -> Judgement:
    """§4.1: an envelope in strict JSON, within bounds."""
    try:
        case._envelope = decode(case.body, case.type, case.max_bytes, case.limits)  # noqa: SLF001
    except ParseError as error:
        return failed(
            f"{case.what} cannot be read as metadata: {visible(error.because)}",
            expected=error.expected or None,
            found=error.found or None,
        )
    return passed(f"{case.what} is strict JSON")


def decode(body: bytes, expected_type: str, max_bytes: int, limits: TufLimits) -> Envelope:
    """Strict JSON to an envelope (§4.1). Raises ParseError or LimitExceeded."""
    bounds = limits.json(max_bytes, len(body))
    large = read_large(body, bounds)
    if large is not None:
        return Envelope(large.document, large.has_float, expected_type, large.sorted_signed)
    loaded = load(body, bounds)
    document = loaded.value
    if not isinstance(document, dict) or not isinstance(document.get("signed"), dict):
        raise ParseError(
            "the document is no envelope",
            check=PARSE.id,
            expected="an object with a signed object and signatures",
            found=quoted(document),
        )
    return Envelope(document, loaded.has_float, expected_type)


def build(envelope: Envelope, body: bytes, answer: Document | Problem | None = None) -> Parsed:
    """Facts from an envelope whose form has been judged good."""
    seen_at = answer.seen_at if isinstance(answer, Document) else None
    metadata = facts(envelope.document, envelope.expected_type, body, seen_at)
    if envelope.sorted_signed is None:
        signed_bytes = canonical(metadata.signed, float_free=True)
    else:
        signed_bytes = unescape_controls(envelope.sorted_signed)
    return Parsed(metadata, SignedDocument(signed_bytes, metadata.signatures))


def facts(document: Object, type_: str, body: bytes, seen_at: datetime | None) -> Metadata:
    """Facts from a decoded document whose form has been judged good."""
    signed = document["signed"]
    return Metadata(
        type=type_,
        version=signed["version"],
        spec_version=signed["spec_version"],
        expires=parse_instant(signed["expires"]).at,
        signatures=tuple(Signature(one["keyid"], one["sig"]) for one in document["signatures"]),
        signed=signed,
        digest=sha256(body),
        length=len(body),
        seen_at=seen_at,
    )


def _look_at_keys(case: Case, workflow: Workflow) -> Verification[None]:
    if workflow.gives_keys:
        for check, judge in KEY_CHECKS:
            yield case.chain.judge(check, judge, case.metadata)
    assert case.parsed is not None
    signers = case.signers
    if case.type == "root":
        signers = (*signers, Signer(case.metadata.role("root"), case.metadata))
    case.tallies = tuple(case.parsed.signed.tally(one.role, one.delegator) for one in signers)
    for check, judge_signatures in SIGNATURE_CHECKS:
        yield case.chain.judge(check, judge_signatures, case.tallies)
