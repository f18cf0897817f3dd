"""Bills of materials beside an image that is judged by Notation's rules: shown, and never deciding.

Signatures of a bill are those by Notation that are listed for its own manifest; each is held against the
statement that applies to the image.
"""

from collections.abc import Iterator
from functools import partial

from trustui.core.facts import Document
from trustui.core.images.candidates import with_need
from trustui.core.images.notation.listing import Listed, Listing, list_for, opened
from trustui.core.images.notation.question import NotationQuestion
from trustui.core.images.notation.signatures import Trust, try_signature
from trustui.core.images.sboms import MAX_SBOMS, SbomFound, verify_bills
from trustui.core.oci.discovery import Artefact, Attached
from trustui.core.oci.manifests import Manifest
from trustui.core.oci.places import Place
from trustui.core.oci.references import cosign_tag, digest_of, has_digest
from trustui.core.oci.requests import Ask, manifest_request
from trustui.core.trace import Outcome, Verification

MAX_OPENED = 5 * MAX_SBOMS
"""Attached things that are opened in search of bills; a list may state any type."""


def verify_listed_sboms(
    artefact: Artefact,
    listing: Listing,
    question: NotationQuestion,
    trust: Trust | None,
    ask: Ask,
) -> Verification[list[SbomFound]]:
    """The groups of all bills that are attached to the image; none is needed.

    Without a statement that applies nobody is trusted: signatures of a bill are counted and not verified.
    """
    attached = _attached(artefact, listing, ask)
    signatures = partial(_signatures, question=question, trust=trust, ask=ask)
    return (yield from verify_bills(artefact, attached, ask, signatures))


def _attached(artefact: Artefact, listing: Listing, ask: Ask) -> Iterator[Attached]:
    """What its own bytes say that it is attached to the image, and what stands at cosign's tag."""
    for one in listing.others[:MAX_OPENED]:
        answer = ask(manifest_request(one.descriptor.digest))
        manifest = opened(answer)
        if not isinstance(answer, Document) or not isinstance(manifest, Manifest):
            continue
        is_its_own = has_digest(answer.body, one.descriptor.digest)
        subject = None if manifest.subject is None else manifest.subject.digest
        if is_its_own and subject == artefact.digest:
            yield Attached(one.descriptor.digest, answer, manifest, one.place, artefact.digest)
    answer = ask(manifest_request(cosign_tag(artefact.digest, "sbom")))
    manifest = opened(answer)
    if isinstance(answer, Document) and isinstance(manifest, Manifest):
        yield Attached(digest_of(answer.body), answer, manifest, Place.SBOMS, artefact.digest)


def _signatures(
    bill: Attached, *, question: NotationQuestion, trust: Trust | None, ask: Ask
) -> Verification[tuple[Outcome, ...]]:
    """What the signatures of a bill's manifest came to."""
    listed = [_of(bill, one) for one in list_for(bill.digest, ask).signatures]
    chosen = listed[: question.max_signatures]
    if trust is None:
        return tuple(Outcome.UNDECIDED for _ in chosen)
    outcomes = []
    artefact = Artefact(bill.digest, bill.document, bill.manifest)
    for one in chosen:
        tried = try_signature(one, question, artefact, trust, ask)
        yield from with_need(tried.events, needed=False)
        outcomes.append(tried.outcome)
    return tuple(outcomes)


def _of(bill: Attached, listed: Listed) -> Listed:
    return Listed(listed.descriptor, listed.place, listed.number, bill.digest)
