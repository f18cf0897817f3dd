"""Names of artefacts in registries: digests, tags and references.

Grammar: OCI distribution specification 1.1 ("Pulling manifests"), image specification 1.1
("Digests"). What does not fit is refused; no part of a name ever becomes a path or a URL unchecked.
"""

import hashlib
import re

import msgspec

from trustui.core.errors import ParseError
from trustui.core.primitives.text import visible

_ENCODED_LENGTH = {"sha256": 64, "sha384": 96, "sha512": 128}
"""Digest algorithms that bind content, and the length of their hexadecimal form."""

MAX_REFERENCE = 1024
"""Characters; registries allow 255 for host and name, 128 for a tag, and a digest behind."""

MAX_REPOSITORY = 255
"""Characters; what many clients and registries allow for host and name together (distribution 1.1,
"Pulling manifests")."""

_DIGEST = re.compile(r"([a-z0-9]+(?:[+._-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)")
_HEX = re.compile(r"[0-9a-f]+")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_REPOSITORY = re.compile(
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
)
_HOST = re.compile(
    r"(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]{1,5})?"
)
_HELPER_TAG = re.compile(r"(sha256|sha384|sha512)-([0-9a-f]{64,128})(?:\.(sig|att|sbom))?")

FORM = "HOST/NAME[:TAG][@DIGEST]"


class Reference(msgspec.Struct, frozen=True):
    """`HOST/NAME[:TAG][@DIGEST]`; where both are given, the digest decides what is meant."""

    host: str
    repository: str
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str:
        """Host and repository, as expectations for repositories match them."""
        return f"{self.host}/{self.repository}"

    def __str__(self) -> str:
        tag = "" if self.tag is None else f":{self.tag}"
        return f"{self.name}{tag}" + ("" if self.digest is None else f"@{self.digest}")


class HelperTag(msgspec.Struct, frozen=True):
    """A tag that is there for machines: it says what belongs to the artefact of a digest."""

    digest: str
    suffix: str
    """`sig`, `att` or `sbom` of cosign; empty for the referrers fallback of OCI 1.1."""


def parse_digest(text: object) -> str:
    """A digest of a known algorithm in its only form. Raises ParseError."""
    match = _DIGEST.fullmatch(text) if isinstance(text, str) else None
    if match is None or not isinstance(text, str):
        raise ParseError(
            "this is no digest", expected="sha256: and 64 hexadecimal digits", found=_found(text)
        )
    algorithm, encoded = match.groups()
    length = _ENCODED_LENGTH.get(algorithm)
    if length is None:
        raise ParseError(
            "the digest is of an algorithm that binds nothing here",
            expected=" or ".join(_ENCODED_LENGTH),
            found=_found(algorithm),
        )
    if len(encoded) != length or not _HEX.fullmatch(encoded):
        raise ParseError(
            "the digest has another form than its algorithm gives",
            expected=f"{length} lower-case hexadecimal digits",
            found=_found(encoded),
        )
    return text


def digest_of(body: bytes, algorithm: str = "sha256") -> str:
    """The digest of bytes, as names carry it."""
    return f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"


def has_digest(body: bytes, digest: str) -> bool:
    """Whether the bytes have this digest, which `parse_digest` has accepted."""
    return digest_of(body, digest.partition(":")[0]) == digest


def is_tag(text: str) -> bool:
    """Whether this can be a tag."""
    return _TAG.fullmatch(text) is not None


def is_repository(text: str) -> bool:
    """Whether this can be the name of a repository, without its host."""
    return len(text) <= MAX_REPOSITORY and _REPOSITORY.fullmatch(text) is not None


def fallback_tag(digest: str) -> str:
    """The referrers tag of a digest (distribution 1.1, "Referrers Tag Schema")."""
    algorithm, _, encoded = digest.partition(":")
    return f"{algorithm[:32]}-{encoded[:64]}"


def cosign_tag(digest: str, suffix: str) -> str:
    """Where cosign's tag format keeps what belongs to a digest (cosign SIGNATURE_SPEC)."""
    return f"{digest.replace(':', '-')}.{suffix}"


def helper_tag(tag: str) -> HelperTag | None:
    """What a tag is for when it is no person's: to be kept out of lists of tags for people."""
    match = _HELPER_TAG.fullmatch(tag)
    if match is None:
        return None
    return HelperTag(f"{match.group(1)}:{match.group(2)}", match.group(3) or "")


def parse_reference(text: str) -> Reference:
    """A full reference. Raises ParseError with the part that does not fit."""
    if len(text) > MAX_REFERENCE:
        raise ParseError("the reference is longer than any is", expected=FORM, found=_found(text))
    named, at, digest = text.partition("@")
    host, slash, path = named.partition("/")
    if not slash or not _HOST.fullmatch(host) or not _names_a_host(host):
        raise ParseError("the reference names no host", expected=FORM, found=_found(text))
    repository, colon, tag = path.partition(":")
    if not _REPOSITORY.fullmatch(repository):
        raise ParseError(
            "the name of the repository is none", expected=FORM, found=_found(repository)
        )
    if colon and not is_tag(tag):
        raise ParseError("the tag is none", expected=FORM, found=_found(tag))
    return Reference(host, repository, tag if colon else None, parse_digest(digest) if at else None)


def _names_a_host(first: str) -> bool:
    """As every client tells a host from the first part of a short name."""
    return first == "localhost" or not {".", ":"}.isdisjoint(first)


def _found(text: object) -> str:
    return visible(text, 80) if isinstance(text, str) else f"a {type(text).__name__}"
