"""Finds what is attached to an artefact, wherever it may stand, and believes only bytes.

Each listed thing is fetched; its own type and subject count, not those of the descriptor that lists
it: fallback indexes with wrong types are common (handbook, and the distribution specification asks
registries to copy them only). `registry.find`, whether anything of the wanted kind is there, is
concluded by who knows what is wanted (`images.verify`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.manifests import Descriptor, Index, Manifest, parse_manifest
from trustui.core.oci.places import Place, PlaceAnswer, PlaceState, state_of
from trustui.core.oci.references import (
    Reference,
    cosign_tag,
    digest_of,
    fallback_tag,
    has_digest,
)
from trustui.core.oci.requests import Ask, manifest_request, referrers_request
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import (
    Chain,
    Check,
    Finding,
    Judgement,
    Outcome,
    Planned,
    Severity,
    Verification,
    failed,
    noted,
    passed,
    undecided,
)

_PULL = 'distribution 1.1 "Pulling manifests"'
_LISTING = 'distribution 1.1 "Listing Referrers"'

RESOLVE = Check("registry.resolve", _PULL)
DIGEST = Check("registry.digest", _PULL)
MEDIA_TYPE = Check("registry.media_type", 'image-spec 1.1 "Image Manifest"')
REFERRERS = Check("registry.referrers", _LISTING)
FALLBACK = Check("registry.fallback", 'distribution 1.1 "Referrers Tag Schema"')
PLATFORM = Check("registry.platform", 'image-spec 1.1 "Image Index"')
DANGLING = Check("registry.dangling", _LISTING)
SUBJECT = Check("registry.subject", _LISTING)
TYPE = Check("registry.type", _LISTING)

RESOLVING = (RESOLVE, DIGEST, MEDIA_TYPE)
LISTING = (REFERRERS, FALLBACK, PLATFORM)
OPENING = (DANGLING, DIGEST, SUBJECT, TYPE)

PARTIAL = "registry.finding.partial"
"""Finding: more is listed than is opened."""

MAX_ATTACHED = 300
"""Manifests that are opened for one artefact; real ones have up to a few dozen."""
MAX_DEPTH = 3
"""A signature of an SBOM of an image has depth 2."""

ATTESTATION_TYPE = "vnd.docker.reference.type"
ATTESTATION_DIGEST = "vnd.docker.reference.digest"
"""How BuildKit marks attestations inside an index."""

_SIGNATURE_TYPES = (
    "application/vnd.dev.sigstore.bundle",
    "application/vnd.dev.cosign.artifact.sig",
    "application/vnd.cncf.notary.signature",
)

GROUP = "registry"


class Artefact(msgspec.Struct, frozen=True):
    """What a reference resolves to: bytes that have this digest, and their facts."""

    digest: str
    document: Document
    manifest: Manifest | Index | None


class Attached(msgspec.Struct, frozen=True):
    """A manifest that is attached to an artefact, as its own bytes say."""

    digest: str
    document: Document
    manifest: Manifest | Index
    place: Place
    of: str
    """The digest that it is attached to: the artefact's, or that of another attached manifest."""
    depth: int = 1

    @property
    def is_signature(self) -> bool:
        """Whether its own type is that of a signature, which nothing is attached to."""
        return self.manifest.artifact_type.startswith(_SIGNATURE_TYPES)


@dataclass
class Discovery:
    """What was found, and where it was looked for."""

    reference: Reference
    ask: Ask
    chain: Chain
    artefact: Artefact | None = None
    attached: dict[str, Attached] = field(default_factory=dict)
    """By digest, in the order found; a thing listed at two places stands here once."""
    places: list[PlaceAnswer] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Digests that a place lists and that could not be had or are of another artefact."""
    is_undecided: bool = False
    """Whether something listed got no usable answer, or more is listed than was opened."""
    is_partial: bool = False

    @property
    def digest(self) -> str:
        """Of the artefact; only asked for once it was resolved."""
        assert self.artefact is not None
        return self.artefact.digest


def discover(reference: Reference, ask: Ask) -> Verification[Discovery]:
    """Resolve a reference and open everything that is attached to what it names."""
    found = Discovery(reference, ask, Chain(GROUP, str(reference)))
    yield Planned(GROUP, found.chain.on, tuple(one.id for one in (*RESOLVING, *LISTING)))
    yield from _resolve(found)
    if found.artefact is None:
        return found
    yield from _listed(found, found.digest, 1)
    yield found.chain.judge(PLATFORM, _judge_platform, found.artefact)
    for place, suffix in _TAGS:
        yield from _tagged(found, place, cosign_tag(found.digest, suffix))
    yield from _in_index(found)
    for depth in range(2, MAX_DEPTH + 1):
        for one in [one for one in found.attached.values() if one.depth == depth - 1]:
            if not one.is_signature and one.place not in _TAG_PLACES:
                yield from _listed(found, one.digest, depth)
    return found


_TAGS = ((Place.SIGNATURES, "sig"), (Place.ATTESTATIONS, "att"), (Place.SBOMS, "sbom"))
_TAG_PLACES = frozenset(place for place, _ in _TAGS)


# The artefact ---------------------------------------------------------------------------------


def _resolve(found: Discovery) -> Verification[None]:
    wanted = found.reference.digest
    name = wanted or found.reference.tag or "latest"
    answer = found.ask(manifest_request(name))
    yield found.chain.judge(RESOLVE, judge_resolved, answer, name)
    if isinstance(answer, Problem):
        return
    digest = wanted or digest_of(answer.body)
    yield found.chain.judge(DIGEST, judge_digest, answer.body, wanted)
    manifest = _facts(answer)
    yield found.chain.judge(MEDIA_TYPE, judge_media_type, answer)
    found.artefact = Artefact(digest, answer, manifest)


def _facts(document: Document) -> Manifest | Index | None:
    try:
        return parse_manifest(document.body, document.media_type)
    except ParseError:
        return None


def judge_resolved(answer: Document | Problem, name: str) -> Judgement:
    """The tag or digest names a manifest."""
    if isinstance(answer, Document):
        return passed(f"{visible(name, 100)} names a manifest of {len(answer.body):,} bytes")
    if answer.kind is ProblemKind.ABSENT:
        return failed(
            f"there is no such tag or digest: {answer.because}",
            expected=f"a manifest named {visible(name, 100)}",
            found=visible(answer.location),
        )
    return undecided(
        f"the manifest could not be read: {answer.because}", found=visible(answer.location)
    )


def judge_digest(body: bytes, wanted: str | None) -> Judgement:
    """The bytes are those that the digest names."""
    if wanted is None:
        return passed(
            "the tag was asked for; the digest is that of its bytes", found=digest_of(body)
        )
    if not has_digest(body, wanted):
        return failed(
            "the bytes are not those that the digest names",
            expected=wanted,
            found=digest_of(body, wanted.partition(":")[0]),
        )
    return passed("the bytes have the digest that names them", found=wanted)


def judge_media_type(document: Document) -> Judgement:
    """One unambiguous manifest, of the type that the place states (CVE-2021-41190)."""
    stated = document.media_type.partition(";")[0].strip()
    try:
        manifest = parse_manifest(document.body, document.media_type)
    except ParseError as error:
        return failed(
            f"this cannot be read as a manifest: {error.because}",
            expected=error.expected or None,
            found=error.found or None,
        )
    if stated and stated != manifest.media_type:
        return failed(
            "the document and the place that serves it name different types: clients may read it as either",
            expected=manifest.media_type,
            found=visible(stated, 100),
        )
    return passed(f"it is one {manifest.media_type}")


def _judge_platform(artefact: Artefact) -> Judgement:
    """An index and the manifests of its platforms have digests, and signatures, of their own."""
    if not isinstance(artefact.manifest, Index):
        return noted(
            "one manifest was named, not an index of platforms: a signature of an index does not cover it"
        )
    entries = [one for one in artefact.manifest.manifests if not is_attestation(one)]
    told = [f"{one.platform or 'no platform'}: {one.digest}" for one in entries[:20]]
    return noted(
        f"an index of {counted(len(entries), 'manifest')} was named: its signature covers them by digest, "
        "and clients that look at one platform's manifest only do not find it there",
        platforms=told,
    )


# Places ---------------------------------------------------------------------------------------


def _listed(found: Discovery, digest: str, depth: int) -> Verification[None]:
    """The referrers interface and the fallback tag: both are always asked."""
    answers = (
        (REFERRERS, Place.REFERRERS, found.ask(referrers_request(digest)), PlaceState.NOT_OFFERED),
        (
            FALLBACK,
            Place.FALLBACK,
            found.ask(manifest_request(fallback_tag(digest))),
            PlaceState.EMPTY,
        ),
    )
    for check, place, answer, absent in answers:
        told, entries = place_answer(place, answer, absent, "" if depth == 1 else digest)
        found.places.append(told)
        if depth == 1:
            yield found.chain.judge(check, judge_place, told)
        if isinstance(answer, Document) and answer.shortfall:
            found.is_partial = found.is_undecided = True
            yield Finding(PARTIAL, found.chain.on, told.because, Severity.MEDIUM)
        for entry in entries:
            yield from _open(found, entry, place, digest, depth)


def place_answer(
    place: Place, answer: Document | Problem, absent: PlaceState, of: str
) -> tuple[PlaceAnswer, tuple[Descriptor, ...]]:
    """What a place says, and what it lists; `absent` is what 404 means there.

    `of` is the digest that was asked about where it is not the artefact's own, or "".
    """
    state = state_of(answer, absent=absent)
    if isinstance(answer, Problem):
        return PlaceAnswer(
            place, visible(answer.location), state, visible(answer.because), of=of
        ), ()
    try:
        index = parse_manifest(answer.body, answer.media_type)
    except ParseError as error:
        return _no_index(place, answer, error.because, of), ()
    if not isinstance(index, Index):
        return _no_index(place, answer, f"it is {index.media_type}", of), ()
    state = PlaceState.LISTED if index.manifests else PlaceState.EMPTY
    because = f"it lists {counted(len(index.manifests), 'manifest')}"
    if answer.shortfall:
        because += f"; not all are known: {visible(answer.shortfall)}"
    listed = len(index.manifests)
    return PlaceAnswer(place, visible(answer.location), state, because, listed, of), index.manifests


def _no_index(place: Place, answer: Document, because: str, of: str) -> PlaceAnswer:
    """Of a tag: assume no referrers (distribution 1.1). Of the interface: nobody knows."""
    state = PlaceState.EMPTY if place is Place.FALLBACK else PlaceState.UNREADABLE
    words = f"what stands there is no index: {visible(because)}"
    return PlaceAnswer(place, visible(answer.location), state, words, of=of)


def judge_place(told: PlaceAnswer) -> Judgement:
    """What a place says; `registry.find` concludes from all of them."""
    is_odd = told.state is PlaceState.UNREADABLE or told.because.startswith("what stands there")
    return noted(
        f"{told.place.value}: {told.because}",
        finding=Severity.MEDIUM if is_odd else None,
        found=told.location,
        state=told.state.value,
        listed=told.listed,
    )


def _tagged(found: Discovery, place: Place, tag: str) -> Verification[None]:
    """A manifest at a tag of cosign's format. It has no subject; its content names the artefact."""
    answer = found.ask(manifest_request(tag))
    state = state_of(answer, absent=PlaceState.EMPTY)
    if isinstance(answer, Problem):
        because = "there is no such tag" if state is PlaceState.EMPTY else visible(answer.because)
        found.places.append(PlaceAnswer(place, tag, state, because))
        return
    manifest = _facts(answer)
    if manifest is None:
        because = "what stands there is no manifest"
        found.places.append(PlaceAnswer(place, tag, PlaceState.UNREADABLE, because))
        yield Finding(MEDIA_TYPE.id, tag, because, Severity.MEDIUM)
        return
    layers = len(manifest.layers) if isinstance(manifest, Manifest) else 0
    because = f"a manifest of {counted(layers, 'layer')}"
    found.places.append(PlaceAnswer(place, tag, PlaceState.LISTED, because, layers))
    _keep(found, Attached(digest_of(answer.body), answer, manifest, place, found.digest))


def _in_index(found: Discovery) -> Verification[None]:
    """Attestations that BuildKit puts into the index itself."""
    assert found.artefact is not None
    index = found.artefact.manifest
    place = Place.IN_INDEX
    if not isinstance(index, Index):
        because = "one manifest was named; the index that may list attestations of it was not"
        found.places.append(PlaceAnswer(place, found.digest, PlaceState.NOT_LOOKED_AT, because))
        return
    entries = [one for one in index.manifests if is_attestation(one)]
    state = PlaceState.LISTED if entries else PlaceState.EMPTY
    because = f"the index lists {counted(len(entries), 'attestation manifest')}"
    found.places.append(PlaceAnswer(place, found.digest, state, because, len(entries)))
    for entry in entries:
        yield from _open(found, entry, place, entry.annotations.get(ATTESTATION_DIGEST, ""), 1)


def is_attestation(entry: Descriptor) -> bool:
    """Whether BuildKit put an attestation here; it runs on nothing."""
    return entry.annotations.get(ATTESTATION_TYPE) == "attestation-manifest"


# What is listed -------------------------------------------------------------------------------


def _open(
    found: Discovery, entry: Descriptor, place: Place, of: str, depth: int
) -> Verification[None]:
    """Fetch one listed manifest, and keep it when it says itself that it is attached."""
    if entry.digest in found.attached or entry.digest in found.lost:
        return
    if len(found.attached) + len(found.lost) >= MAX_ATTACHED:
        if not found.is_partial:
            found.is_partial = found.is_undecided = True
            because = f"more is listed than the {MAX_ATTACHED} manifests that are opened"
            yield Finding(PARTIAL, found.chain.on, because, Severity.MEDIUM)
        return
    answer = found.ask(manifest_request(entry.digest))
    chain = Chain(f"referrer {entry.digest[:19]}", f"{place.value} {entry.digest[:19]}")
    ids = tuple(check.id for check in OPENING)
    yield Planned(
        chain.group, chain.on, ids if isinstance(answer, Document) else ids[:1], needed=False
    )
    yield from _examine(found, chain, entry, answer, place, of)
    manifest = _facts(answer) if isinstance(answer, Document) else None
    if chain.broken_by or manifest is None or isinstance(answer, Problem):
        found.lost.append(entry.digest)
        found.is_undecided |= isinstance(answer, Problem) and answer.kind is not ProblemKind.ABSENT
        return
    _keep(found, Attached(entry.digest, answer, manifest, place, of, depth))


def _keep(found: Discovery, attached: Attached) -> None:
    found.attached.setdefault(attached.digest, attached)


def _examine(
    found: Discovery,
    chain: Chain,
    entry: Descriptor,
    answer: Document | Problem,
    place: Place,
    of: str,
) -> Verification[None]:
    yield chain.judge(DANGLING, judge_there, answer, entry.digest)
    if isinstance(answer, Document):
        yield chain.judge(DIGEST, judge_digest, answer.body, entry.digest)
        step = chain.judge(SUBJECT, judge_subject, answer, of, place)
        yield step
        yield chain.judge(TYPE, judge_type, answer, entry, place)
    yield from _troubles(found, chain)


def _troubles(found: Discovery, chain: Chain) -> Iterator[Finding]:
    """What a place lists and does not hold is worth repairing, whatever the verdict."""
    if chain.broken_by is not None:
        because = _BROKEN_LISTING.get(chain.broken_by, "a listed manifest could not be judged")
        yield Finding(
            chain.broken_by, f"{found.reference.name}: {chain.on}", because, Severity.MEDIUM
        )


_BROKEN_LISTING = {
    DANGLING.id: "a listed manifest cannot be had: a signature may be lost, and some clients stop here",
    DIGEST.id: "a place serves other bytes than its digest names",
    SUBJECT.id: "a manifest is listed for an artefact that it does not refer to",
}


def judge_there(answer: Document | Problem, digest: str) -> Judgement:
    """What is listed can be fetched."""
    if isinstance(answer, Document):
        return passed("what is listed is there", found=digest)
    conclude = failed if answer.kind is ProblemKind.ABSENT else undecided
    return conclude(
        f"it is listed and cannot be had: {answer.because}",
        expected=digest,
        found=visible(answer.location),
    )


def judge_subject(document: Document, of: str, place: Place) -> Judgement:
    """Its own subject is the artefact: a list alone attaches nothing."""
    try:
        manifest = parse_manifest(document.body, document.media_type)
    except ParseError as error:
        return failed(
            f"this cannot be read as a manifest: {error.because}",
            expected=error.expected or None,
            found=error.found or None,
        )
    if place is Place.IN_INDEX:
        return noted("the index itself lists it, and is bound to it by digest", found=of)
    found = manifest.subject.digest if manifest.subject is not None else "no subject"
    if found != of:
        return failed("it refers to something else", expected=of, found=found)
    return passed("it refers to this artefact", found=found)


def judge_type(document: Document, entry: Descriptor, place: Place) -> Judgement:
    """The type that the list states is the manifest's own; where not, the manifest counts."""
    manifest = _facts(document)
    own = manifest.artifact_type if manifest is not None else ""
    if entry.artifact_type == own or place is Place.IN_INDEX:
        return noted(f"its type is {visible(own, 100) or 'not stated'}", found=own)
    return noted(
        "the list states another type than the manifest itself: clients that filter by the list miss it",
        finding=Severity.LOW,
        expected=visible(own, 100),
        found=visible(entry.artifact_type, 100) or "no type",
    )


def outcome_of_places(found: Discovery) -> Outcome:
    """Whether it may be said that nothing is there: undecided where a place was not readable."""
    silent = any(one.state is PlaceState.UNREADABLE for one in found.places)
    return Outcome.UNDECIDED if silent or found.is_undecided else Outcome.FAILED
