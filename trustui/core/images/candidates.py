"""Which of the things that are attached may be what is wanted, and how each is verified.

A candidate is one signature or one attestation: a sigstore bundle, or a layer in cosign's tag format.
What kind a bundle is, is read from it unverified: that decides only what it is compared with.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Literal, TypeAlias

import msgspec

from trustui.core.checks.attestation import COSIGN_SIGNATURE, attestation_of, predicate_type_of
from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.cosign.case import TagQuestion
from trustui.core.formats.cosign.payload import DSSE, SIMPLE_SIGNING
from trustui.core.formats.cosign.verify import verify_layer
from trustui.core.formats.sigstore_bundle.case import BundleQuestion
from trustui.core.formats.sigstore_bundle.verify import verify_bundle
from trustui.core.limits import JsonLimits
from trustui.core.oci.discovery import Attached, Discovery
from trustui.core.oci.manifests import Descriptor, Manifest
from trustui.core.oci.places import Place
from trustui.core.oci.references import has_digest
from trustui.core.oci.requests import MAX_BLOB, blob_request
from trustui.core.primitives.dsse import parse_envelope
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import (
    Chain,
    Check,
    Event,
    Judgement,
    Planned,
    Verification,
    failed,
    passed,
    undecided,
)
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import FLAGS, Trust, judge_flags

Kind: TypeAlias = Literal["signature", "attestation"]

BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle"
"""How every media type of a bundle begins, of all versions."""

LAYERS = Check("bundle.layers", 'cosign BUNDLE_SPEC "OCI"')
BLOB = Check("registry.blob", 'distribution 1.1 "Pulling blobs"')

MAX_CANDIDATES = 200
"""Signatures that are verified for one artefact."""


class Candidate(msgspec.Struct, frozen=True):
    """Something attached that may be what is wanted, with its content as the place gave it."""

    attached: Attached
    layers: tuple[Descriptor, ...]
    """One, for whatever can be verified."""
    content: Document | Problem
    is_bundle: bool
    kind: Kind
    predicate_type: str = ""
    """As the content says, unverified."""
    number: int = 1
    """Of those with one content: two signatures of one artefact sign the same payload."""

    @property
    def digest(self) -> str:
        """Of its content."""
        return self.layers[0].digest if self.layers else self.attached.digest

    @property
    def name(self) -> str:
        """What a group of steps about it is called: unique within one artefact."""
        number = f" number {self.number}" if self.number > 1 else ""
        return f"{self.kind} {self.digest[:19]}{number}"

    @property
    def on(self) -> str:
        """What it is, for people."""
        form = "bundle" if self.is_bundle else "tag format"
        return f"{self.name} ({form}, {self.attached.place.value})"

    def is_wanted(self, expectation: Expectation) -> bool:
        """Whether it is of the kind that is expected.

        An attestation is wanted by its predicate; until it is known that no attestation fits, all
        statements are candidates, a signature in a statement too.
        """
        if expectation.tag_format_only and self.is_bundle:
            return False
        if expectation.predicate_type:
            return self.kind == "attestation" or bool(self.predicate_type)
        return self.kind == "signature"

    def fits_predicate(self, expectation: Expectation) -> bool:
        """Whether what it says to attest is what is wanted."""
        wanted = predicate_type_of(expectation.predicate_type)
        return not wanted or self.predicate_type == wanted


def candidates(found: Discovery, of: str = "") -> Iterator[Candidate]:
    """Everything attached to a digest that can be verified as one signature.

    Without a digest, to the artefact itself.
    """
    seen: Counter[str] = Counter()
    for candidate in islice(_all(found, of or found.digest), MAX_CANDIDATES):
        seen[candidate.name] += 1
        yield msgspec.structs.replace(candidate, number=seen[candidate.name])


def _all(found: Discovery, of: str) -> Iterator[Candidate]:
    for attached in found.attached.values():
        if attached.of == of and isinstance(attached.manifest, Manifest):
            yield from _of_manifest(found, attached, attached.manifest)


def _of_manifest(found: Discovery, attached: Attached, manifest: Manifest) -> Iterator[Candidate]:
    if attached.place is Place.SIGNATURES:
        for layer in manifest.layers:
            yield _of_layer(found, attached, layer, "signature")
    elif attached.place is Place.ATTESTATIONS:
        for layer in manifest.layers:
            yield _of_layer(found, attached, layer, "attestation")
    elif _is_bundle(manifest):
        yield _of_bundle(found, attached, manifest)
    else:
        for layer in manifest.layers:
            kind = _KINDS.get(layer.media_type)
            if kind is not None:
                yield _of_layer(found, attached, layer, kind)


_KINDS: dict[str, Kind] = {SIMPLE_SIGNING: "signature", DSSE: "attestation"}
"""Layers of the tag format that a referrer of OCI 1.1 may carry as well."""


def _is_bundle(manifest: Manifest) -> bool:
    types = (manifest.artifact_type, *(layer.media_type for layer in manifest.layers))
    return any(one.startswith(BUNDLE_TYPE) for one in types)


def _of_layer(found: Discovery, attached: Attached, layer: Descriptor, kind: Kind) -> Candidate:
    content = found.ask(blob_request(layer.digest, layer.size))
    predicate = _predicate_type(content, in_bundle=False) if kind == "attestation" else ""
    return Candidate(attached, (layer,), content, False, kind, predicate)


def _of_bundle(found: Discovery, attached: Attached, manifest: Manifest) -> Candidate:
    if len(manifest.layers) != 1:
        absent = Problem(attached.digest, ProblemKind.ABSENT, "there is not exactly one layer")
        return Candidate(attached, manifest.layers, absent, True, "signature")
    layer = manifest.layers[0]
    content = found.ask(blob_request(layer.digest, layer.size))
    predicate = _predicate_type(content, in_bundle=True)
    kind: Kind = "attestation" if predicate not in {"", COSIGN_SIGNATURE} else "signature"
    return Candidate(attached, (layer,), content, True, kind, predicate)


def _predicate_type(content: Document | Problem, *, in_bundle: bool) -> str:
    """What a statement says to attest, or "" where there is none to be read."""
    if isinstance(content, Problem):
        return ""
    try:
        value = load(content.body, JsonLimits(max_bytes=MAX_BLOB)).value
        if in_bundle:
            value = value.get("dsseEnvelope") if isinstance(value, dict) else None
        return attestation_of(parse_envelope(value)).predicate_type
    except ParseError:
        return ""


# Verifying ------------------------------------------------------------------------------------


class Against(msgspec.Struct, frozen=True):
    """What candidates are verified against: one expectation, for one artefact, at one instant."""

    expectation: Expectation
    trust: Trust
    subject: str
    at: datetime
    suffix: str = ""
    """Tells the groups of several expectations apart."""


def verify_candidate(
    candidate: Candidate, against: Against
) -> Verification[SignatureOutcome | None]:
    """The steps of one candidate, in a group of its own; None where it could not even be read."""
    group = f"{candidate.name}{against.suffix}"
    if not candidate.is_bundle:
        return (yield from verify_layer(_tag_question(candidate, against, group)))
    chain = Chain(group, candidate.on)
    yield Planned(group, candidate.on, (LAYERS.id, BLOB.id, FLAGS.id))
    yield chain.judge(LAYERS, judge_layers, candidate)
    layer = candidate.layers[0] if candidate.layers else None
    yield chain.judge(BLOB, judge_blob, candidate.content, layer, "the bundle")
    yield chain.judge(FLAGS, judge_flags, against.expectation, is_bundle=True)
    if chain.broken_by is not None or isinstance(candidate.content, Problem):
        return None
    question = BundleQuestion(
        group=group,
        on=candidate.on,
        document=candidate.content,
        subject=against.subject,
        expectation=against.expectation,
        trust=against.trust,
        at=against.at,
    )
    return (yield from verify_bundle(question))


def with_need(events: Sequence[Event], *, needed: bool) -> Verification[None]:
    """The events of finished groups again, as needed by the verdict or not."""
    for event in events:
        is_plan = isinstance(event, Planned)
        yield msgspec.structs.replace(event, needed=needed) if is_plan else event


def _tag_question(candidate: Candidate, against: Against, group: str) -> TagQuestion:
    return TagQuestion(
        group=group,
        on=candidate.on,
        layer=candidate.layers[0],
        payload=candidate.content,
        subject=against.subject,
        expectation=against.expectation,
        trust=against.trust,
        at=against.at,
    )


def judge_layers(candidate: Candidate) -> Judgement:
    """The manifest holds exactly one layer, a bundle."""
    if len(candidate.layers) != 1:
        return failed(
            "the manifest does not hold exactly one bundle",
            expected="1 layer",
            found=counted(len(candidate.layers), "layer"),
        )
    stated = candidate.layers[0].media_type
    if not stated.startswith(BUNDLE_TYPE):
        return failed(
            "the layer is no bundle by its type",
            expected=f"{BUNDLE_TYPE}…",
            found=visible(stated, 100),
        )
    return passed("one bundle", found=visible(stated, 100))


def judge_blob(answer: Document | Problem, layer: Descriptor | None, what: str) -> Judgement:
    """What a layer holds can be had, and is what the manifest names."""
    if isinstance(answer, Problem):
        conclude = failed if answer.kind is ProblemKind.ABSENT else undecided
        return conclude(f"{what} cannot be had: {answer.because}", found=visible(answer.location))
    assert layer is not None  # without one there is nothing that could have been asked for
    if len(answer.body) != layer.size or not has_digest(answer.body, layer.digest):
        return failed(
            f"{what} is not the one that the manifest names",
            expected=f"{layer.digest}, {layer.size:,} bytes",
            found=f"{len(answer.body):,} other bytes",
        )
    return passed(f"{what} of {layer.size:,} bytes is there", found=layer.digest)
