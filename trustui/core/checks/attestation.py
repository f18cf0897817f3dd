"""What an attestation says about an artefact: questions that both carriers of one ask.

An attestation is an in-toto statement in a DSSE envelope, in a sigstore bundle or in a layer of
cosign's tag format; formats do not know one another, so the questions stand here.
"""

from collections.abc import Mapping

import msgspec

from trustui.core.errors import ParseError
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.dsse import IN_TOTO, Envelope, parse_envelope
from trustui.core.primitives.json_pointer import value_at
from trustui.core.primitives.statements import Statement, parse_statement
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import counted, quoted, visible
from trustui.core.trace import Check, Judgement, failed, noted, passed

_DSSE = "DSSE 1.0.2"
_STATEMENT = "in-toto attestation 1"

ENVELOPE = Check("attestation.envelope", f"{_DSSE} envelope.md")
SIGCOUNT = Check("attestation.sigcount", f"{_DSSE} protocol.md")
SIG = Check("attestation.sig", f"{_DSSE} protocol.md")
IDENTITY = Check("attestation.identity", "cosign BUNDLE_SPEC")
TYPE = Check("attestation.type", f"{_STATEMENT} Statement")
SUBJECT = Check("attestation.subject", f"{_STATEMENT} Statement")
PREDICATE = Check("attestation.predicate", f"{_STATEMENT} Predicate")

CONDITION = Check("attestation.condition", f"{_STATEMENT} Predicate")

CHECKS = (ENVELOPE, SIGCOUNT, SIG, IDENTITY, TYPE, SUBJECT, PREDICATE, CONDITION)

MAX_ENVELOPE = 24 * MIB
"""Bytes: base64 of the largest statement that is read."""

COSIGN_SIGNATURE = "https://sigstore.dev/cosign/sign/v1"
"""The predicate of a statement that is an image's signature, not an attestation about it."""

PREDICATE_TYPES = {
    "custom": "https://cosign.sigstore.dev/attestation/v1",
    "slsaprovenance": "https://slsa.dev/provenance/v0.2",
    "slsaprovenance02": "https://slsa.dev/provenance/v0.2",
    "slsaprovenance1": "https://slsa.dev/provenance/v1",
    "link": "https://in-toto.io/Link/v1",
    "spdx": "https://spdx.dev/Document",
    "spdxjson": "https://spdx.dev/Document",
    "cyclonedx": "https://cyclonedx.org/bom",
    "vuln": "https://cosign.sigstore.dev/attestation/vuln/v1",
    "openvex": "https://openvex.dev/ns",
    "vsa": "https://slsa.dev/verification_summary/v1",
}
"""The short names of cosign's `--type`, and what they stand for."""


def predicate_type_of(name: str) -> str:
    """The URI of a short name; a URI stands for itself."""
    return PREDICATE_TYPES.get(name, name)


class Attestation(msgspec.Struct, frozen=True):
    """An envelope and, where it holds one, its statement; `because` says why it holds none."""

    envelope: Envelope
    statement: Statement | None
    because: str = ""

    @property
    def predicate_type(self) -> str:
        """What it is said to be; nothing is verified by reading it."""
        return "" if self.statement is None else self.statement.predicate_type


def read_attestation(body: bytes) -> Attestation:
    """A DSSE envelope from JSON, and its statement. Raises ParseError where it is no envelope."""
    limits = JsonLimits(max_bytes=MAX_ENVELOPE)
    return attestation_of(parse_envelope(load(body, limits).value))


def attestation_of(envelope: Envelope) -> Attestation:
    """The statement of an envelope, or why there is none."""
    try:
        return Attestation(envelope, parse_statement(envelope.payload))
    except ParseError as error:
        return Attestation(envelope, None, error.because)


def judge_envelope(found: Attestation | ParseError) -> Judgement:
    """It can be read as a DSSE envelope."""
    if isinstance(found, ParseError):
        return failed(
            f"the envelope cannot be read: {found.because}",
            expected=found.expected or None,
            found=found.found or None,
        )
    return passed(f"a DSSE envelope around {len(found.envelope.payload):,} bytes")


def judge_signature_count(envelope: Envelope) -> Judgement:
    """Exactly one signature: which of several was verified would be for clients to guess."""
    count = len(envelope.signatures)
    if count != 1:
        return failed(
            "the envelope does not have exactly one signature",
            expected="1 signature",
            found=counted(count, "signature"),
        )
    return passed("the envelope has one signature")


def judge_type(found: Attestation) -> Judgement:
    """The payload is an in-toto statement, and is signed as one."""
    if found.envelope.payload_type != IN_TOTO:
        return failed(
            "the payload is signed as something else",
            expected=IN_TOTO,
            found=visible(found.envelope.payload_type, 100),
        )
    if found.statement is None:
        return failed(f"the payload is no statement: {found.because}", expected="in-toto Statement")
    return passed(f"the payload is a {found.statement.type}")


def judge_subject(statement: Statement, digest: str) -> Judgement:
    """The statement is about this artefact: one of its subjects has the digest."""
    subject = statement.subject_of(digest)
    if subject is None:
        named = [
            f"{algorithm}:{visible(encoded, 140)}"
            for one in statement.subjects[:20]
            for algorithm, encoded in list(one.digests.items())[:3]
        ]
        return failed(
            "the statement is about another artefact",
            expected=digest,
            found=", ".join(named[:3]),
            subjects=named,
        )
    name = f" as {visible(subject.name, 100)}" if subject.name else ""
    return passed(f"the statement is about this artefact{name}", expected=digest, found=digest)


def judge_predicate(statement: Statement, wanted: str) -> Judgement:
    """What is said is of the wanted type."""
    expected = predicate_type_of(wanted)
    if statement.predicate_type != expected:
        return failed(
            "something else is attested",
            expected=expected if expected == wanted else f"{expected} ({wanted})",
            found=visible(statement.predicate_type, 200),
        )
    return passed("what is attested is of the wanted type", found=expected)


def judge_conditions(statement: Statement, conditions: Mapping[str, str | int | bool]) -> Judgement:
    """The predicate says what it must say, each value exactly and of its own kind."""
    for pointer, wanted in conditions.items():
        shown = visible(pointer, 80)
        try:
            found = value_at(statement.predicate, pointer)
        except LookupError:
            return failed(
                f"the predicate does not say {shown}",
                expected=f"{shown} = {quoted(wanted, 100)}",
                found="nothing there",
            )
        if type(found) is not type(wanted) or found != wanted:
            return failed(
                f"the predicate says something else at {shown}",
                expected=f"{shown} = {quoted(wanted, 100)}",
                found=quoted(found, 100),
            )
    return passed(f"the predicate meets {counted(len(conditions), 'condition')}")


def judge_annotations(statement: Statement, digest: str, wanted: dict[str, str]) -> Judgement:
    """Wanted annotations stand beside the subject, where cosign's signing puts them."""
    if not wanted:
        return noted("no annotations are wanted")
    subject = statement.subject_of(digest)
    stated = {} if subject is None else subject.annotations
    for name, text in wanted.items():
        if stated.get(name) != text:
            found = quoted(stated[name], 80) if name in stated else f"no {visible(name, 40)}"
            return failed(
                f"the annotation {visible(name, 40)} is not as wanted",
                expected=f"{visible(name, 40)}={visible(text, 80)}",
                found=found,
            )
    return passed(f"{counted(len(wanted), 'wanted annotation')} signed as wanted")
