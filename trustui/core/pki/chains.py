"""Does a certificate lead to one that is trusted? RFC 5280 §6.1, without revocation and name rules.

Names, signatures, the CA flag, path lengths, key usage, purposes and windows are judged; a chain
that fails says which rule of which certificate, for the path that came closest.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from trustui.core.pki.certificates import ANY_PURPOSE, Certificate
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible

MAX_LENGTH = 8
"""Certificates between leaf and root."""
MAX_TRIED = 200
"""Signatures tried for one chain: a file of look-alikes must not cost more."""
_WEAK = (hashes.MD5, hashes.SHA1)


class Chain(msgspec.Struct, frozen=True):
    """Certificates from the leaf to the trusted one, each signed by the next."""

    certificates: tuple[Certificate, ...]

    @property
    def leaf(self) -> Certificate:
        """Whose key signed."""
        return self.certificates[0]

    @property
    def issuer(self) -> Certificate:
        """Who issued the leaf; the leaf itself where it is trusted as it stands."""
        return self.certificates[min(1, len(self.certificates) - 1)]

    @property
    def root(self) -> Certificate:
        """The one that is trusted."""
        return self.certificates[-1]

    def outside(self, at: datetime) -> Certificate | None:
        """The first certificate that was not valid at this instant, the leaf included."""
        return next((one for one in self.certificates if not one.is_valid_at(at)), None)


class ChainProblem(msgspec.Struct, frozen=True):
    """Why no chain leads to a trusted certificate."""

    because: str
    expected: str
    found: str
    depth: int = 0
    """How far the path came that this is about; the farthest one is told."""


def build_chain(
    leaf: Certificate,
    intermediates: Sequence[Certificate],
    roots: Sequence[Certificate],
    at: datetime | None,
    purpose: str | None = None,
) -> Chain | ChainProblem:
    """The chain from the leaf to one of the roots, which are trusted because somebody named them.

    `at` is when every certificate above the leaf must be valid; None judges no window. The window
    of the leaf is the caller's to judge (`Certificate.is_valid_at`). `purpose` is a dotted number
    that extended key usage must allow wherever a certificate states one.
    """
    if not roots:
        return ChainProblem("no certificate is trusted", "at least one trusted certificate", "none")
    search = _Search(intermediates, roots, at, purpose)
    chain = search.from_(leaf)
    return chain or search.problem


class _Search:
    """Depth first, over issuers of the right name; bounded in length and in signatures."""

    def __init__(
        self,
        intermediates: Sequence[Certificate],
        roots: Sequence[Certificate],
        at: datetime | None,
        purpose: str | None,
    ) -> None:
        self.intermediates = intermediates
        self.roots = roots
        self.trusted = {root.der for root in roots}
        self.at = at
        self.purpose = purpose
        self.tries = MAX_TRIED
        self.problem = ChainProblem("", "", "", depth=-1)

    def from_(self, leaf: Certificate) -> Chain | None:
        if leaf.der in self.trusted:
            return Chain((leaf,))
        return next((chain for chain in self._continue((leaf,)) if self._allows(chain)), None)

    def _continue(self, path: tuple[Certificate, ...]) -> Iterator[Chain]:
        if len(path) > MAX_LENGTH:
            self._tell(path, "the chain is too long", f"at most {MAX_LENGTH}", "more")
            return
        issuers = self._issuers(path)
        if not issuers:
            self._tell(
                path,
                f"no trusted certificate issued {path[-1].title}",
                f"an issuer named {visible(path[-1].issuer) or 'without a name'}",
                "none of that name",
            )
        for issuer in issuers:
            if not self._signed_by(path, issuer):
                continue
            longer = (*path, issuer)
            if issuer.der in self.trusted:
                yield Chain(longer)
            else:
                yield from self._continue(longer)

    def _issuers(self, path: tuple[Certificate, ...]) -> list[Certificate]:
        """Those of the right name that are not in the path yet; trusted ones first."""
        used = {one.der for one in path}
        wanted = path[-1].issuer_der
        known = {one.der: one for one in (*self.roots, *self.intermediates)}
        return [
            one
            for der, one in known.items()
            if wanted and der not in used and one.subject_der == wanted
        ]

    def _signed_by(self, path: tuple[Certificate, ...], issuer: Certificate) -> bool:
        child = path[-1]
        self.tries -= 1
        if self.tries < 0:
            self._tell(path, "too many certificates look alike", f"at most {MAX_TRIED}", "more")
            return False
        if is_weakly_signed(child):
            self._tell(
                path, f"{child.title} is signed over a broken hash", "SHA-256 or better", "SHA-1"
            )
            return False
        if not is_issued_by(child, issuer):
            self._tell(
                path,
                f"{child.title} is not signed by the {issuer.title} that is known here",
                f"a signature of key {_key_of(issuer)}",
                "a signature of another key",
            )
            return False
        return True

    def _allows(self, chain: Chain) -> bool:
        """Whether each issuer may issue: reasons stand with the first certificate that may not."""
        for depth, issuer in enumerate(chain.certificates[1:]):
            complaint = self._complaint(issuer, depth)
            if complaint is not None:
                self._tell(chain.certificates, *complaint)
                return False
        return True

    def _complaint(self, issuer: Certificate, below: int) -> tuple[str, str, str] | None:
        name = issuer.title
        if issuer.unknown_critical:
            return (
                f"{name} has a critical extension that is not processed here",
                "no unknown critical extension",
                ", ".join(issuer.unknown_critical[:4]),
            )
        if not issuer.is_ca:
            return f"{name} is no certificate authority", "basic constraints: CA", "no CA"
        if issuer.key_usage is not None and "key_cert_sign" not in issuer.key_usage:
            usages = ", ".join(sorted(issuer.key_usage)) or "none"
            return f"{name} may not sign certificates", "key usage: keyCertSign", usages
        if issuer.path_length is not None and below > issuer.path_length:
            return (
                f"{name} may not have so many authorities below it",
                f"at most {issuer.path_length}",
                str(below),
            )
        if not _serves(issuer, self.purpose):
            return (
                f"{name} may not issue certificates for this purpose",
                f"extended key usage {self.purpose}",
                ", ".join((issuer.eku or ())[:4]),
            )
        if self.at is not None and not issuer.is_valid_at(self.at):
            return (
                f"{name} was not valid at the time of signing",
                f"{write_instant(self.at)} within its validity",
                str(issuer.window),
            )
        return None

    def _tell(self, path: tuple[Certificate, ...], because: str, expected: str, found: str) -> None:
        if len(path) > self.problem.depth:
            self.problem = ChainProblem(because, expected, found, depth=len(path))


def _serves(certificate: Certificate, purpose: str | None) -> bool:
    stated = certificate.eku
    return purpose is None or stated is None or purpose in stated or ANY_PURPOSE in stated


def is_issued_by(child: Certificate, issuer: Certificate) -> bool:
    """Whether the name is that of the issuer and the signature one of its key; nothing else."""
    try:
        child.loaded.verify_directly_issued_by(issuer.loaded)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def is_weakly_signed(certificate: Certificate) -> bool:
    """Whether its signature is over a hash that no longer binds: SHA-1, MD5 or one unknown here."""
    try:
        return isinstance(certificate.loaded.signature_hash_algorithm, _WEAK)
    except UnsupportedAlgorithm:
        return True


def _key_of(certificate: Certificate) -> str:
    return "of an unknown kind" if certificate.key is None else certificate.key.fingerprint[:16]
