"""Bills of materials that are attached to an artefact: shown, and never what a verdict rests on.

They stand at cosign's `.sbom` tag or as referrers. Signatures of a bill are attached to the bill's
own manifest; each is held against what is expected of the artefact.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TypeAlias

import msgspec

from trustui.core.facts import Document
from trustui.core.formats.sbom.bill import Bill
from trustui.core.formats.sbom.readable import readable
from trustui.core.formats.sbom.verify import CHECKS, BillQuestion, verify_bill
from trustui.core.images.candidates import (
    BLOB,
    Against,
    candidates,
    judge_blob,
    verify_candidate,
    with_need,
)
from trustui.core.oci.discovery import Artefact, Attached, Discovery
from trustui.core.oci.manifests import Descriptor, Index, Manifest
from trustui.core.oci.requests import Ask, blob_request
from trustui.core.primitives.readable import Line
from trustui.core.trace import (
    Chain,
    Outcome,
    Planned,
    Step,
    Verification,
    collect,
    trace,
    worst,
)
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import Trust

JSON_TYPES = frozenset(
    {
        "application/spdx+json",
        "text/spdx+json",
        "application/vnd.cyclonedx+json",
        "text/cyclonedx+json",
    }
)
"""Types of layers, or of whole manifests, that hold a bill in a form that is read here."""

MAX_SBOMS = 20
"""Bills that are read for one artefact; an index of many platforms has one of each."""

Expected: TypeAlias = tuple[Expectation, Trust]
Signatures: TypeAlias = Callable[[Attached], Verification[tuple[Outcome, ...]]]
"""Verifies the signatures of a manifest that holds a bill."""


class SbomFound(msgspec.Struct, frozen=True):
    """One bill as the answer lists it; `about` are the digests that it names."""

    group: str
    digest: str
    manifest: str
    place: str
    media_type: str
    outcome: Outcome
    is_signed: bool
    about: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


class _Bill(msgspec.Struct, frozen=True):
    """A layer that is said to hold a bill."""

    attached: Attached
    layer: Descriptor
    media_type: str


def verify_sboms(
    found: Discovery, expected: Sequence[Expected], at: datetime
) -> Verification[list[SbomFound]]:
    """The groups of all bills that are attached to the artefact; none is needed."""
    assert found.artefact is not None
    attached = (one for one in found.attached.values() if one.of == found.digest)
    signatures = partial(_signatures, found=found, expected=expected, at=at)
    return (yield from verify_bills(found.artefact, attached, found.ask, signatures))


def verify_bills(
    artefact: Artefact, attached: Iterable[Attached], ask: Ask, signatures: Signatures
) -> Verification[list[SbomFound]]:
    """The groups of the bills among what is attached to an artefact; none is needed.

    `signatures` verifies those of a bill's own manifest, and gives what each came to.
    """
    told: dict[str, SbomFound] = {}
    for one in islice(_bills(attached), MAX_SBOMS):
        if one.layer.digest not in told:
            told[one.layer.digest] = yield from _verify(artefact, one, ask, signatures)
    return list(told.values())


def _bills(several: Iterable[Attached]) -> Iterator[_Bill]:
    for attached in several:
        if isinstance(attached.manifest, Manifest):
            own = attached.manifest.artifact_type
            for layer in attached.manifest.layers:
                stated = layer.media_type if layer.media_type in JSON_TYPES else own
                if stated in JSON_TYPES:
                    yield _Bill(attached, layer, stated)


def _verify(
    artefact: Artefact, one: _Bill, ask: Ask, signatures: Signatures
) -> Verification[SbomFound]:
    chain = Chain(f"sbom {one.layer.digest[:19]}", f"sbom ({one.attached.place.value})")
    signed = yield from signatures(one.attached)
    yield Planned(chain.group, chain.on, (BLOB.id, *(check.id for check in CHECKS)), needed=False)
    answer = ask(blob_request(one.layer.digest, one.layer.size))
    there = chain.judge(BLOB, judge_blob, answer, one.layer, "the bill of materials")
    yield there
    bill: Bill | None = None
    steps = [there]
    if isinstance(answer, Document) and there.outcome is Outcome.PASSED:
        question = BillQuestion(answer, artefact.digest, _parts(artefact), signed)
        events, bill = collect(verify_bill, question, chain)
        steps += [event for event in events if isinstance(event, Step)]
        yield from with_need(events, needed=False)
    return SbomFound(
        group=chain.group,
        digest=one.layer.digest,
        manifest=one.attached.digest,
        place=one.attached.place.value,
        media_type=one.media_type,
        outcome=worst(step.outcome for step in steps),
        is_signed=Outcome.PASSED in signed,
        about=() if bill is None else bill.digests,
        lines=() if bill is None else readable(bill),
    )


def _signatures(
    bill: Attached, *, found: Discovery, expected: Sequence[Expected], at: datetime
) -> Verification[tuple[Outcome, ...]]:
    """What the signatures of a bill's manifest came to: the best outcome of each."""
    digest = bill.digest
    outcomes: list[Outcome] = []
    for candidate in candidates(found, digest):
        if candidate.kind != "signature":
            continue
        came: list[Outcome] = []
        for number, (expectation, trust) in enumerate(expected):
            of_it = msgspec.structs.replace(expectation, predicate_type="")
            suffix = f" of sbom {digest[:19]}" + (f" for {number + 1}" if number else "")
            events, _ = collect(
                verify_candidate, candidate, Against(of_it, trust, digest, at, suffix)
            )
            came.append(trace(candidate.name, at, at, events).outcome)
            yield from with_need(events, needed=False)
        outcomes.append(Outcome.PASSED if Outcome.PASSED in came else worst(iter(came)))
    return tuple(outcomes)


def _parts(artefact: Artefact) -> Mapping[str, str]:
    """Digests that stand for a part of the artefact, and what each is."""
    manifest = artefact.manifest
    if isinstance(manifest, Index):
        return {
            one.digest: f"the platform {one.platform or '(not stated)'}"
            for one in manifest.manifests
        }
    if isinstance(manifest, Manifest) and manifest.config is not None:
        return {manifest.config.digest: "the configuration"}
    return {}
