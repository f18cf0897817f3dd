"""Which signatures are listed for a digest, and which of the places that list them counts.

Where a registry offers the referrers interface, only that counts; the fallback tag is for registries
without it (distribution 1.1, "Listing Referrers"). A signature is listed by the type that the list
states, as clients filter; what it is by its own words is told beside it (`causes`).
"""

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.core.oci.discovery import place_answer
from trustui.core.oci.manifests import Descriptor, Index, Manifest, parse_manifest
from trustui.core.oci.places import Place, PlaceAnswer, PlaceState, unreadable
from trustui.core.oci.references import fallback_tag
from trustui.core.oci.requests import Ask, manifest_request, referrers_request
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Judgement, failed, passed, undecided

_SHOWN = 19
"""Characters of a digest in a name: enough for people, and few enough that somebody may make two alike."""


class Listed(msgspec.Struct, frozen=True):
    """One manifest that a place lists."""

    descriptor: Descriptor
    place: Place
    number: int = 1
    """Of those whose digests begin alike."""
    bill: str = ""
    """The digest of the bill of materials that it signs; empty: it is listed for the image itself."""

    @property
    def name(self) -> str:
        """What a group of steps about it is called: unique within one list."""
        number = f" number {self.number}" if self.number > 1 else ""
        bill = f" of sbom {self.bill[:_SHOWN]}" if self.bill else ""
        return f"signature {self.descriptor.digest[:_SHOWN]}{number}{bill}"

    @property
    def is_signature(self) -> bool:
        """Whether the list says so."""
        return self.descriptor.artifact_type == SIGNATURE_TYPE


@dataclass
class Listing:
    """What the places say about one digest."""

    places: list[PlaceAnswer] = field(default_factory=list)
    counted: list[Listed] = field(default_factory=list)
    """Of the place that counts, in its order."""
    ignored: list[Listed] = field(default_factory=list)
    """Of the fallback tag, where the interface is offered, and not listed by that."""

    @property
    def signatures(self) -> list[Listed]:
        """Those that clients try."""
        return [one for one in self.counted if one.is_signature]

    @property
    def others(self) -> list[Listed]:
        """Whatever else is attached, by the word of the list."""
        return [one for one in self.counted if not one.is_signature]


def list_for(digest: str, ask: Ask) -> Listing:
    """Ask both places. Never raises for their faults."""
    api, by_api = place_answer(
        Place.REFERRERS, ask(referrers_request(digest)), PlaceState.NOT_OFFERED, ""
    )
    tag, by_tag = place_answer(
        Place.FALLBACK, ask(manifest_request(fallback_tag(digest))), PlaceState.EMPTY, ""
    )
    of_api = _once(by_api, Place.REFERRERS)
    of_tag = _once(by_tag, Place.FALLBACK)
    if api.state in {PlaceState.LISTED, PlaceState.EMPTY}:
        known = {one.descriptor.digest for one in of_api}
        ignored = [one for one in of_tag if one.descriptor.digest not in known]
        return Listing([api, tag], of_api, ignored)
    return Listing([api, tag], of_tag)


def _once(entries: tuple[Descriptor, ...], place: Place) -> list[Listed]:
    found: dict[str, Listed] = {}
    alike = Counter[str]()
    for one in entries:
        if one.digest not in found:
            alike[one.digest[:_SHOWN]] += 1
            found[one.digest] = Listed(one, place, alike[one.digest[:_SHOWN]])
    return list(found.values())


def judge_listed(listing: Listing, causes: tuple[str, ...]) -> Judgement:
    """At least one signature is listed; "none" only after every place has answered."""
    told = [f"{one.place.value}: {one.state.value}, {one.because}" for one in listing.places]
    number = len(listing.signatures)
    if number:
        return passed(f"{counted(number, 'signature')} listed for this digest", places=told)
    silent = _silent(listing)
    if silent:
        return undecided(
            "no signature was found, but not every place could be read",
            expected="an answer of every place",
            found=", ".join(f"{one.place.value}: {one.because}" for one in silent),
            places=told,
        )
    because = "no signature is listed for this digest"
    return failed(
        f"{because}: {causes[0]}" if causes else because,
        expected="a signature by Notation",
        found=_what_else(listing),
        places=told,
    )


def _silent(listing: Listing) -> list[PlaceAnswer]:
    """Places that may list what counts, and did not answer."""
    api = listing.places[0]
    if api.state in {PlaceState.LISTED, PlaceState.EMPTY}:
        return []
    return unreadable(tuple(listing.places))


def _what_else(listing: Listing) -> str:
    types = sorted({one.descriptor.artifact_type or "no type" for one in listing.others})
    if not types:
        return "nothing at all is attached"
    named = ", ".join(visible(one, 80) for one in types[:5])
    return f"{counted(len(listing.others), 'other attached thing')}: {named}"


def opened(answer: Document | Problem) -> Manifest | Index | None:
    """The facts of a manifest, or None where there are none to be had."""
    if isinstance(answer, Problem):
        return None
    try:
        return parse_manifest(answer.body, answer.media_type)
    except ParseError:
        return None
