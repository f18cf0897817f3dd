"""One signature or attestation of the tag format on its way through the checks."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from trustui.core.checks.attestation import Attestation
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, VerifiedTime
from trustui.core.formats.cosign.payload import SimpleSigning
from trustui.core.oci.manifests import Descriptor
from trustui.core.pki.authorities import Authority
from trustui.core.pki.certificates import Certificate
from trustui.core.pki.chains import Chain as CertificateChain
from trustui.core.pki.keys import PkixKey
from trustui.core.tlog.entries import LogEntry, Logged
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import Trust


class TagQuestion(msgspec.Struct, frozen=True):
    """What is asked about one layer of a `.sig` or `.att` manifest.

    `subject` is the digest of the artefact; `payload` what the place answered for the layer's blob;
    `at` (UTC) the instant that decides where no time of signing is proven. An attestation is judged
    where the expectation wants a predicate, a signature otherwise.
    """

    group: str
    on: str
    layer: Descriptor
    payload: Document | Problem
    subject: str
    expectation: Expectation
    trust: Trust
    at: datetime

    @property
    def is_attestation(self) -> bool:
        """Whether an attestation is wanted."""
        return bool(self.expectation.predicate_type)


@dataclass
class Case:
    """What the judges read and find."""

    question: TagQuestion
    signature: bytes = b""
    message: bytes = b""
    """What is signed: the payload, or the encoding that a DSSE envelope signs."""
    claims: SimpleSigning | ParseError | None = None
    attestation: Attestation | ParseError | None = None
    certificate: Certificate | None = None
    intermediates: tuple[Certificate, ...] = ()
    entry: LogEntry | None = None
    logged: Logged | None = None
    chain: CertificateChain | None = None
    authority: Authority | None = None
    """Of the trusted root that the chain leads to; PEM files state no window."""
    times: list[VerifiedTime] = field(default_factory=list)

    @property
    def expectation(self) -> Expectation:
        """What is expected."""
        return self.question.expectation

    @property
    def trust(self) -> Trust:
        """What it rests on."""
        return self.question.trust

    @property
    def body(self) -> bytes:
        """The bytes of the payload; only asked for once the place has answered with some."""
        assert isinstance(self.question.payload, Document)
        return self.question.payload.body

    @property
    def key(self) -> PkixKey | None:
        """Whose signature is wanted: the key that was named, or that of the certificate."""
        if self.expectation.key:
            return self.trust.key
        return None if self.certificate is None else self.certificate.key

    def annotation(self, name: str) -> str:
        """An annotation of the layer, or ""."""
        return self.question.layer.annotations.get(name, "")
