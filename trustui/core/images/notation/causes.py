"""Why no signature is listed for an image, where its surroundings tell.

All of this reads "no signature is associated with …" to a client. The requests are few and only made
when nothing is listed: what stands at other tags, and what is listed for the digests that an index
and its platforms name.
"""

from collections.abc import Iterator
from itertools import islice

import msgspec

from trustui.core.facts import Document
from trustui.core.formats.notation.envelope import COSE_TYPE, JWS_TYPE
from trustui.core.images.notation.listing import Listing, list_for, opened
from trustui.core.images.notation.question import SIGNATURE_TYPE, NotationQuestion
from trustui.core.oci.discovery import Artefact
from trustui.core.oci.manifests import Index, Manifest
from trustui.core.oci.places import PlaceState
from trustui.core.oci.references import digest_of, helper_tag
from trustui.core.oci.requests import Ask, manifest_request, referrers_request
from trustui.core.primitives.text import counted, visible

INDEX_SIGNED = "notation.finding.index_signed"
PLATFORM_SIGNED = "notation.finding.platform_signed"
MOVED_TAG = "notation.finding.moved_tag"
LOST_ENTRY = "notation.finding.lost_fallback_entry"
WRONG_TYPE = "notation.finding.wrong_type"
ONLY_IN_FALLBACK = "notation.finding.only_in_fallback"

FOR_THIS_IMAGE = frozenset({LOST_ENTRY, WRONG_TYPE, ONLY_IN_FALLBACK})
"""Causes by which the image has a signature that is not found: it must not be called unsigned."""

_ENVELOPES = frozenset({JWS_TYPE, COSE_TYPE})

MAX_LOOKS = 20
"""Other tags, platforms and attached things that are looked at for a cause."""


class Cause(msgspec.Struct, frozen=True):
    """One thing that explains why nothing is found."""

    id: str
    because: str


def causes_of(
    artefact: Artefact, listing: Listing, question: NotationQuestion, ask: Ask
) -> Iterator[Cause]:
    """Every cause that can be seen, the closest to the image first."""
    yield from _wrong_type(listing, ask)
    yield from _lost_entry(artefact, listing, question)
    yield from _platform_signed(artefact, ask)
    yield from _index_signed(artefact, question, ask)
    yield from _moved_tag(artefact, question, ask)


def _wrong_type(listing: Listing, ask: Ask) -> Iterator[Cause]:
    """A signature by its own words, listed as something else: clients filter by the list."""
    for one in listing.others[:MAX_LOOKS]:
        stated = visible(one.descriptor.artifact_type, 80) or "no type"
        manifest = opened(ask(manifest_request(one.descriptor.digest)))
        if not isinstance(manifest, Manifest):
            continue
        if manifest.artifact_type == SIGNATURE_TYPE:
            because = (
                f"a signature by Notation, {one.descriptor.digest}, is listed as {stated}: clients filter by "
                "that and do not see it"
            )
            yield Cause(WRONG_TYPE, because)
        elif any(layer.media_type in _ENVELOPES for layer in manifest.layers):
            because = (
                f"{one.descriptor.digest} holds an envelope as Notation writes it and is of the type {stated}: "
                "clients do not take it for a signature"
            )
            yield Cause(WRONG_TYPE, because)


def _lost_entry(
    artefact: Artefact, listing: Listing, question: NotationQuestion
) -> Iterator[Cause]:
    """The place holds a signature that the fallback index does not list."""
    if question.held is None or listing.places[0].state is not PlaceState.NOT_OFFERED:
        return
    listed = {one.descriptor.digest for one in listing.counted}
    index = opened(question.held(referrers_request(artefact.digest)))
    entries = index.manifests if isinstance(index, Index) else ()
    lost = [
        one.digest
        for one in entries
        if one.artifact_type == SIGNATURE_TYPE and one.digest not in listed
    ]
    if lost:
        because = (
            f"the repository holds {counted(len(lost), 'signature')} of this digest ({lost[0]}) that the "
            "fallback index does not list: two writers overwrote each other, or the tag was cleaned away"
        )
        yield Cause(LOST_ENTRY, because)


def _platform_signed(artefact: Artefact, ask: Ask) -> Iterator[Cause]:
    """The index has no signature, and a manifest that it lists has."""
    if not isinstance(artefact.manifest, Index):
        return
    entries = artefact.manifest.manifests[:MAX_LOOKS]
    signed = [one for one in entries if list_for(one.digest, ask).signatures]
    if signed:
        first = signed[0]
        because = (
            f"this is an index and has no signature itself; {len(signed)} of the "
            f"{counted(len(artefact.manifest.manifests), 'manifest')} that it lists {'has' if len(signed) == 1 else 'have'} "
            f"({first.platform or 'no platform'}: {first.digest})"
        )
        yield Cause(PLATFORM_SIGNED, because)


def _index_signed(artefact: Artefact, question: NotationQuestion, ask: Ask) -> Iterator[Cause]:
    """An index of this repository lists the manifest and is signed, the manifest itself is not."""
    for tag in _tags_of_people(question):
        answer = ask(manifest_request(tag))
        index = opened(answer)
        if not isinstance(answer, Document) or not isinstance(index, Index):
            continue
        digest = digest_of(answer.body)
        names_it = artefact.digest in {one.digest for one in index.manifests}
        if names_it and list_for(digest, ask).signatures:
            because = (
                f"the index {digest} (tag {visible(tag, 80)}) that lists this manifest is signed, the manifest "
                "itself is not: verify the index, or sign both"
            )
            yield Cause(INDEX_SIGNED, because)
            return


def _tags_of_people(question: NotationQuestion) -> Iterator[str]:
    return islice((tag for tag in question.tags() if helper_tag(tag) is None), MAX_LOOKS)


def _moved_tag(artefact: Artefact, question: NotationQuestion, ask: Ask) -> Iterator[Cause]:
    """Signatures stand in the repository for digests that this tag does not name now."""
    tag = question.reference.tag
    if tag is None or question.reference.digest is not None:
        return
    helpers = (helper_tag(one) for one in question.tags())
    digests = (one.digest for one in helpers if one is not None and not one.suffix)
    others = [one for one in islice(digests, MAX_LOOKS) if one != artefact.digest]
    signed = [one for one in others if list_for(one, ask).signatures]
    if signed:
        because = (
            f"the tag {visible(tag, 80)} names {artefact.digest} now; signatures of this repository are for "
            f"{', '.join(signed[:3])}: if the tag named that when it was signed, it has moved since"
        )
        yield Cause(MOVED_TAG, because)
