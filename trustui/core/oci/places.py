"""Where signatures of an artefact may stand, and what each place answered when it was asked.

"Not signed" may only be said of an artefact when every place gave a usable answer.
"""

from enum import StrEnum

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind


class Place(StrEnum):
    """A place that attaches things to an artefact."""

    REFERRERS = "referrers_api"
    """Distribution specification 1.1, "Listing Referrers"."""
    FALLBACK = "fallback_tag"
    """The same, "Referrers Tag Schema"."""
    SIGNATURES = "cosign_sig_tag"
    ATTESTATIONS = "cosign_att_tag"
    SBOMS = "cosign_sbom_tag"
    """Cosign's tag format, `sha256-….sig`, `.att`, `.sbom`."""
    IN_INDEX = "in_index"
    """Attestations of BuildKit, listed by the image index itself."""


class PlaceState(StrEnum):
    """What a place answered."""

    LISTED = "listed"
    """It has something."""
    EMPTY = "empty"
    """It answered, and has nothing for this artefact."""
    NOT_OFFERED = "not_offered"
    """The registry has no such interface."""
    UNREADABLE = "unreadable"
    """It gave no usable answer: what stands there is not known."""
    NOT_LOOKED_AT = "not_looked_at"
    """It was not asked, and `because` says why."""


class PlaceAnswer(msgspec.Struct, frozen=True):
    """One place, what was asked there, and what it answered."""

    place: Place
    location: str
    """For people: the tag, or the interface asked."""
    state: PlaceState
    because: str
    listed: int = 0
    of: str = ""
    """The digest that was asked about, where it is not the artefact's own (nested)."""


def state_of(answer: Document | Problem, *, absent: PlaceState) -> PlaceState:
    """The state that an answer means; `absent` is what 404 means there."""
    if isinstance(answer, Document):
        return PlaceState.LISTED
    return absent if answer.kind is ProblemKind.ABSENT else PlaceState.UNREADABLE


def unreadable(places: tuple[PlaceAnswer, ...]) -> list[PlaceAnswer]:
    """The places of which nobody knows what stands there."""
    return [one for one in places if one.state is PlaceState.UNREADABLE]
