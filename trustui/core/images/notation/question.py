"""What is asked of a Notation verification, its own checks, and what it found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from trustui.core.facts import Document, Problem, Turn
from trustui.core.images.sboms import SbomFound
from trustui.core.oci.discovery import Artefact
from trustui.core.oci.places import PlaceAnswer
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask
from trustui.core.pki.revocation import Evidence
from trustui.core.trace import Check, Outcome
from trustui.core.trust_policy.notation.configuration import Configuration
from trustui.core.trust_policy.notation.identities import Miss
from trustui.core.trust_policy.notation.selection import Selection

_WORKFLOW = "Notary signing-and-verification-workflow"
_POLICY = "Notary trust-store-trust-policy"
_STORED = 'Notary signature-specification "OCI Signatures"'

POLICY = Check("notation.policy", f'{_POLICY} "Selecting a trust policy"')
SKIP = Check("notation.skip", f'{_POLICY} "Signature Verification details"')
RESOLVE = Check("notation.resolve", f'{_WORKFLOW} "Verification Prerequisites"')
LIST = Check("notation.list", f'{_WORKFLOW} "Verification Steps"')
LIMIT = Check("notation.limit", f'{_WORKFLOW} "Verification Steps"')
MANIFEST = Check("notation.manifest", _STORED)
BLOB = Check("notation.blob", _STORED)

SIGNATURE_TYPE = "application/vnd.cncf.notary.signature"
"""What a signature's manifest says that it is, by `artifactType` or by its configuration's type."""

MAX_SIGNATURES = 100
"""Signatures of one image that are tried where nobody says how many; as Notation's own limit."""


class NotationQuestion(msgspec.Struct, frozen=True):
    """What is asked of an image: a reference, the configuration that decides, the instant (UTC).

    `tags` and `held` are only asked to name the cause where no signature is listed: the tags of the
    repository, and the place without any interface left out (a layout lists what it holds).
    """

    reference: Reference
    configuration: Configuration
    at: datetime
    evidence: Evidence
    metadata: Mapping[str, str] = {}
    max_signatures: int = MAX_SIGNATURES
    tags: Callable[[], tuple[str, ...]] = tuple
    held: Ask | None = None


class BlobQuestion(msgspec.Struct, frozen=True):
    """What is asked of a file and its detached signature."""

    signature: Document | Problem
    signature_name: str
    """Of the file; `.jws.sig` and `.cose.sig` say what it is."""
    blob: Document | Problem
    configuration: Configuration
    at: datetime
    evidence: Evidence
    statement: str | None = None
    """The name of the statement that applies, or None for the global one."""
    media_type: str = ""
    """What the file must have been signed as, or "" where that does not matter."""
    metadata: Mapping[str, str] = {}


class NotationSignature(msgspec.Struct, frozen=True):
    """One signature that was tried, as the answer lists it."""

    group: str
    on: str
    digest: str
    """Of the signature's manifest, as clients name it; "" for a detached signature."""
    place: str
    expectation: str
    """Whom the statement trusts, for people."""
    outcome: Outcome
    first_failing: str | None
    kind: str = "signature"
    logged: tuple[str, ...] = ()
    """Checks that failed and that the level only logs."""
    identity: str = ""
    issuer: str = ""
    key: str = ""
    times: tuple[str, ...] = ()


@dataclass
class NotationVerdict:
    """What a verification found; the trace of its steps is the verdict itself."""

    selection: Selection | None = None
    artefact: Artefact | None = None
    places: list[PlaceAnswer] = field(default_factory=list)
    signatures: list[NotationSignature] = field(default_factory=list)
    nearest: str | None = None
    """The group of the signature that came closest, where none was good."""
    miss: Miss | None = None
    """The identity that came closest to that signer, where no identity matched."""
    sboms: list[SbomFound] = field(default_factory=list)
    causes: tuple[str, ...] = ()
    """Ids of the findings that say why no signature is listed."""
    turns: set[Turn] = field(default_factory=set)
    """When time alone may change what a signature came to, the past too."""

    @property
    def is_skipped(self) -> bool:
        """Whether the statement asks for no verification."""
        statement = None if self.selection is None else self.selection.statement
        return statement is not None and statement.is_skipped

    @property
    def members(self) -> dict[str, object]:
        """What an answer has besides its trace (DESIGN §8)."""
        return {
            "digest": None if self.artefact is None else self.artefact.digest,
            "places": self.places,
            "signatures": self.signatures,
            "nearest": self.nearest,
            "statement": None if self.selection is None else _told(self.selection),
            "nearest_identity": self.miss,
            "sboms": self.sboms,
        }


def _told(selection: Selection) -> dict[str, object]:
    chosen = selection.statement
    return {
        "name": None if chosen is None else chosen.name,
        "by": selection.by,
        "level": None if chosen is None else chosen.level_words,
        "considered": selection.considered,
    }
