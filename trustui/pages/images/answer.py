"""A stored verification of an artefact: its steps, the places looked at, each signature's outcome."""

from collections.abc import Iterator, Mapping

import msgspec

from trustui.check_pages import CheckPage
from trustui.core.images.sboms import SbomFound
from trustui.core.images.verify import SignatureFound
from trustui.core.oci.places import Place, PlaceAnswer, PlaceState
from trustui.core.primitives.text import visible, with_short_digests
from trustui.core.trace import Outcome
from trustui.core.trust_policy.notation.identities import Miss
from trustui.pages.headline import what_is_wrong
from trustui.pages.waterfall import readable
from trustui.pages.words import OUTCOME_SIGNS
from trustui.verdicts.answers import Answer, AnswerStep

PLACES: dict[Place, str] = {
    Place.REFERRERS: "referrers interface",
    Place.FALLBACK: "fallback tag of referrers",
    Place.SIGNATURES: "cosign's tag .sig",
    Place.ATTESTATIONS: "cosign's tag .att",
    Place.SBOMS: "cosign's tag .sbom",
    Place.IN_INDEX: "entries of the index",
}
"""The places where something may hang, as people know them."""

_PLACE_SIGNS: dict[PlaceState, tuple[str, str]] = {
    PlaceState.LISTED: ("ok", "has something"),
    PlaceState.EMPTY: ("none", "answered: nothing there"),
    PlaceState.NOT_OFFERED: ("none", "not offered"),
    PlaceState.UNREADABLE: ("unknown", "no usable answer"),
    PlaceState.NOT_LOOKED_AT: ("moot", "not asked"),
}


class SignatureTold(SignatureFound, frozen=True):
    """One signature, by the rules of whichever language of policies."""

    logged: tuple[str, ...] = ()
    """Checks that do not hold and that the policy only logs."""


class ImageAnswer(Answer, frozen=True):
    """A whole verification, as `trustui verify image --json` prints it."""

    digest: str | None = None
    places: tuple[PlaceAnswer, ...] = ()
    signatures: tuple[SignatureTold, ...] = ()
    sboms: tuple[SbomFound, ...] = ()
    nearest: str | None = None
    """The group of the signature that came closest, where none was good."""
    nearest_identity: Miss | None = None
    """Of Notation: the identity that came closest to that signer, where none matched."""


class PlaceLine(msgspec.Struct, frozen=True):
    """One place that was looked at, and what it answered."""

    place: str
    location: str
    sign: str
    word: str
    because: str
    listed: int
    of: str
    """The digest that was asked about, where it is not the artefact's own."""


class AttributeLine(msgspec.Struct, frozen=True):
    """One attribute of a signer beside what is expected of it."""

    name: str
    expected: str
    """Empty where nothing is, or where what was found is as expected."""
    found: str
    is_met: bool


class Nearest(msgspec.Struct, frozen=True):
    """The signature that came closest to what is expected, and what it fails at."""

    on: str
    check: str
    title: str
    expected: str
    found: str
    because: str
    identity: str
    issuer: str
    passed: int
    """Checks of it that hold."""
    step: int
    """The number of the failing step in the verdict."""
    wanted: str = ""
    """The identity that comes closest to the signer, where a policy names several."""
    attributes: tuple[AttributeLine, ...] = ()
    """Where the signer is another one than expected."""


def read_image_answer(trace: bytes) -> ImageAnswer:
    """Read a stored trace. Raises msgspec.ValidationError."""
    return msgspec.json.decode(trace, type=ImageAnswer)


def with_place_names(text: str) -> str:
    """What a step or finding is about, with the names of places as people say them."""
    for place, words in PLACES.items():
        text = text.replace(f"{place})", f"{words})")
    return text


def place_lines(places: tuple[PlaceAnswer, ...]) -> tuple[PlaceLine, ...]:
    """In the order in which they were asked."""
    return tuple(
        PlaceLine(
            PLACES[one.place],
            with_short_digests(visible(one.location, 300)),
            *_PLACE_SIGNS[one.state],
            visible(one.because, 300),
            one.listed,
            one.of,
        )
        for one in places
    )


def silent(places: tuple[PlaceAnswer, ...]) -> int:
    """Places of which nobody knows what stands there."""
    return sum(one.state is PlaceState.UNREADABLE for one in places)


def nearest_of(answer: ImageAnswer, pages: Mapping[str, CheckPage]) -> Nearest | None:
    """What came closest and why it is not good; None where something is, or nothing is there."""
    if answer.nearest is None:
        return None
    steps = [(n, one) for n, one in enumerate(answer.steps, start=1) if one.group == answer.nearest]
    number, step = _first_failing(steps)
    if step is None:
        return None
    named = next((one for one in answer.signatures if one.group == answer.nearest), None)
    page = pages.get(step.check)
    return Nearest(
        on=with_place_names(visible(step.on, 200)),
        check=step.check,
        title=what_is_wrong(step, page),
        expected=readable(step.expected or ""),
        found=readable(step.found or ""),
        because=visible(step.because, 300),
        identity="" if named is None else visible(named.identity, 300),
        issuer="" if named is None else visible(named.issuer, 200),
        passed=sum(one.outcome is Outcome.PASSED and one.decides for _, one in steps),
        step=number,
        wanted=""
        if answer.nearest_identity is None
        else visible(answer.nearest_identity.identity, 400),
        attributes=tuple(_attributes(step, named, answer.nearest_identity)),
    )


MOST_ATTRIBUTES = 40
"""Of one signer that are shown."""


def _attributes(
    step: AnswerStep, named: SignatureFound | None, miss: Miss | None
) -> Iterator[AttributeLine]:
    """Of a subject by Notation's rules, or what differs of a certificate with an issuer."""
    if miss is not None:
        for one in miss.attributes[:MOST_ATTRIBUTES]:
            wanted, found = visible(one.wanted, 300), visible(one.found, 300)
            yield AttributeLine(visible(one.name, 60), wanted, found, one.is_met)
        return
    differing = _differing(step)
    if not differing or named is None:
        return
    for name, found in (("subject", named.identity), ("issuer", named.issuer)):
        if name not in differing:
            yield AttributeLine(name, "", visible(found, 300), is_met=True)
    for name, (wanted, found) in differing.items():
        yield AttributeLine(visible(name, 60), readable(wanted), readable(found), is_met=False)


_BETWEEN = "; "
"""What stands between several things that differ."""


def _differing(step: AnswerStep) -> Mapping[str, tuple[str, str]]:
    """What differs, with what was expected and found; nothing where the texts cannot be told apart."""
    names = step.evidence.get("differing")
    if not isinstance(names, list):
        return {}
    wanted, found = ((text or "").split(_BETWEEN) for text in (step.expected, step.found))
    if not len(names) == len(wanted) == len(found):
        return {}
    return {str(one): (a, b) for one, a, b in zip(names, wanted, found, strict=True)}


def _first_failing(steps: list[tuple[int, AnswerStep]]) -> tuple[int, AnswerStep | None]:
    for wanted in (Outcome.FAILED, Outcome.UNDECIDED):
        for number, step in steps:
            if step.outcome is wanted and step.decides:
                return number, step
    return 0, None


class Judged(msgspec.Struct, frozen=True):
    """What a verdict says of one signature; of several expectations the best."""

    sign: str
    word: str
    first_failing: str
    group: str


NOT_ASKED = Judged("none", "nobody asked for it", "", "")
NOT_JUDGED = Judged("unknown", "not checked", "", "")
ONLY_LOGGED = "good, but for what is only logged"
_RANK = (Outcome.PASSED, Outcome.UNDECIDED, Outcome.FAILED)
_WORDS = {
    Outcome.PASSED: "good",
    Outcome.UNDECIDED: "could not be decided",
    Outcome.FAILED: "refused",
}


def bill_in(answer: ImageAnswer | None, manifest: str) -> tuple[Judged | None, tuple[str, ...]]:
    """What a verdict says of a bill of materials, and what the bill says, by its manifest."""
    found = () if answer is None else answer.sboms
    bill = next((one for one in found if one.manifest == manifest), None)
    if bill is None:
        return None, ()
    told = tuple(f"{line.label}: {line.text}" for line in bill.lines)
    if bill.outcome is Outcome.FAILED:
        return Judged("bad", "does not fit", "", bill.group), told
    if not bill.is_signed:
        word = "not signed" if bill.about else "not signed, and names no digest"
        return Judged("none", word, "", bill.group), told
    return Judged(OUTCOME_SIGNS[bill.outcome], "signed", "", bill.group), told


def signer_in(answer: ImageAnswer | None, digest: str) -> tuple[str, ...]:
    """Who signed a manifest of Notation's, by its own certificate and true only as the verdict says."""
    found = () if answer is None else answer.signatures
    named = (one for one in found if one.digest == digest and one.identity)
    return tuple(f"{visible(one.identity, 300)} says {visible(one.issuer, 200)}" for one in named)


def judged_by(answer: ImageAnswer | None, digest: str) -> Judged:
    """Of the signature with this content, or of the manifest that holds just one."""
    if answer is None:
        return NOT_JUDGED
    of_it = [one for one in answer.signatures if one.digest == digest]
    if not of_it:
        return NOT_ASKED
    best = min(of_it, key=lambda one: (_RANK.index(one.outcome), bool(one.logged)))
    if best.outcome is Outcome.PASSED and best.logged:
        return Judged("soon", ONLY_LOGGED, best.logged[0], best.group)
    return Judged(
        OUTCOME_SIGNS[best.outcome], _WORDS[best.outcome], best.first_failing or "", best.group
    )
