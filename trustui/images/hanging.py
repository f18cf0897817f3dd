"""What one discovery says about what hangs where, and what is listed and cannot be had. No SQL here."""

from collections.abc import Iterator

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.oci.discovery import ATTESTATION_DIGEST, Discovery, is_attestation, place_answer
from trustui.core.oci.manifests import Descriptor, Index
from trustui.core.oci.places import Place, PlaceState
from trustui.core.oci.references import fallback_tag, parse_digest
from trustui.images.values import Found

ELSEWHERE = "what is there has another digest, cannot be read, or belongs to something else"


class Hanging(msgspec.Struct, frozen=True):
    """A manifest at a place of an artefact; where it `is_lost`, `because` says why."""

    subject: str
    """A digest; "" where an index lists it for none."""
    digest: str
    place: Place
    depth: int
    is_lost: bool = False
    because: str = ""

    @property
    def key(self) -> tuple[str, str, str, bool]:
        """What makes it another attachment when it differs."""
        return self.subject, self.digest, self.place.value, self.is_lost


def hanging(found: Found) -> list[Hanging]:
    """Each attached or lost manifest once, at the first place that has it."""
    discovery = found.discovery
    attached = [
        Hanging(_digest(one.of), one.digest, one.place, one.depth)
        for one in discovery.attached.values()
    ]
    lost = set(discovery.lost)
    for one in _listed(found):
        if one.digest in lost:
            lost.discard(one.digest)
            attached.append(one)
    return attached


def unread(found: Found) -> frozenset[tuple[str, str]]:
    """Subject and place of which nobody knows what hangs there now."""
    return frozenset(
        (one.of or found.digest, one.place.value)
        for one in found.discovery.places
        if one.state is PlaceState.UNREADABLE
    )


def _listed(found: Found) -> Iterator[Hanging]:
    """What every list names, in the order of the places."""
    discovery = found.discovery
    depths = {found.digest: 1} | {one.digest: one.depth + 1 for one in discovery.attached.values()}
    fallbacks = {fallback_tag(digest): digest for digest in depths}
    reasons = {told.name: told.because for told in found.told if told.problem}
    for told in found.told:
        is_list = told.kind == "referrers" or told.name in fallbacks
        if not is_list or not told.sha256:
            continue
        place = Place.REFERRERS if told.kind == "referrers" else Place.FALLBACK
        of = fallbacks.get(told.name, told.name)
        for entry in _entries(place, found.documents[told.sha256]):
            because = reasons.get(entry.digest, ELSEWHERE)
            yield Hanging(of, entry.digest, place, depths.get(of, 1), True, because)
    for entry in _in_index(discovery):
        of = _digest(entry.annotations.get(ATTESTATION_DIGEST, ""))
        because = reasons.get(entry.digest, ELSEWHERE)
        yield Hanging(of, entry.digest, Place.IN_INDEX, 1, True, because)


def _digest(text: str) -> str:
    """What an annotation says to belong to may be anything; "" where it is no digest."""
    try:
        return parse_digest(text)
    except ParseError:
        return ""


def _entries(place: Place, document: Document) -> tuple[Descriptor, ...]:
    return place_answer(place, document, PlaceState.EMPTY, "")[1]


def _in_index(discovery: Discovery) -> Iterator[Descriptor]:
    artefact = discovery.artefact
    if artefact is not None and isinstance(artefact.manifest, Index):
        yield from (one for one in artefact.manifest.manifests if is_attestation(one))
