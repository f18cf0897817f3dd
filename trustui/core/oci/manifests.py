"""Manifests and indexes: bytes to facts, strictly and within bounds.

OCI image specification 1.1 ("Image Manifest", "Image Index", "Content Descriptors") and the two
Docker forms that mean the same. A document has one defect or it is read: nothing is guessed.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NoReturn, TypeAlias

import msgspec

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.limits import KIB, MIB, JsonLimits
from trustui.core.oci.references import has_digest, parse_digest
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted, visible

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
"""Of the release candidates of OCI 1.1; withdrawn, and still in registries."""
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"

MANIFESTS = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})
ACCEPTED = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST, OCI_ARTIFACT)
"""What to ask a registry for: one that finds another type answers 404 (measured)."""

MAX_MANIFEST = 4 * MIB
"""Bytes; registries must take manifests of this size (distribution 1.1, "Pushing Manifests")."""
MAX_DESCRIPTORS = 1_000
"""Layers of a manifest or entries of an index; real ones stay below 200."""
MAX_ANNOTATIONS = 1_000
MAX_SIZE = 2**63 - 1
_SMALL = 16 * KIB
_REMEMBERED = 512
"""Small manifests whose facts are kept: one verification asks for them at every check. With their
bytes these are at most 8 MiB."""

_MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}(?:;[ -~]{0,200})?"
)
_PLATFORM_MEMBERS = ("os", "architecture", "variant", "os.version")

Object: TypeAlias = "dict[str, JsonValue]"


class Platform(msgspec.Struct, frozen=True):
    """What an entry of an index runs on; empty where it does not say."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    os_version: str = ""

    def __str__(self) -> str:
        parts = (self.os, self.architecture, self.variant, self.os_version)
        return "/".join(part for part in parts if part)


class Descriptor(msgspec.Struct, frozen=True):
    """What points at content: its type, digest and size, as stated by the pointing document."""

    media_type: str
    digest: str
    size: int
    annotations: Mapping[str, str] = {}
    artifact_type: str = ""
    platform: Platform | None = None
    urls: tuple[str, ...] = ()
    """Shown, never followed."""


class Manifest(msgspec.Struct, frozen=True):
    """An image or any other artefact (image specification, "Image Manifest")."""

    media_type: str
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    subject: Descriptor | None = None
    annotations: Mapping[str, str] = {}
    stated_artifact_type: str = ""

    @property
    def artifact_type(self) -> str:
        """Its own, or else that of its configuration (distribution 1.1, "Listing Referrers")."""
        if self.stated_artifact_type or self.config is None:
            return self.stated_artifact_type
        return self.config.media_type


class Index(msgspec.Struct, frozen=True):
    """A list of manifests: one per platform, or the referrers of an artefact."""

    media_type: str
    manifests: tuple[Descriptor, ...]
    subject: Descriptor | None = None
    annotations: Mapping[str, str] = {}
    stated_artifact_type: str = ""

    @property
    def artifact_type(self) -> str:
        """Its own, if it states one."""
        return self.stated_artifact_type


def parse_manifest(body: bytes, media_type: str = "") -> Manifest | Index:
    """The facts of a manifest or index; `media_type` is what the place said, or "".

    Raises ParseError or LimitExceeded with the member that is wrong, and for what is recognized
    but not verified here (Docker schema 1) with its media type.
    """
    return (_parse if len(body) > _SMALL else _remembered)(body, media_type)


def _parse(body: bytes, media_type: str) -> Manifest | Index:
    document = load(body, JsonLimits(max_bytes=MAX_MANIFEST)).value
    if not isinstance(document, dict):
        raise ParseError("this is no manifest", expected="a JSON object", found=quoted(document))
    stated = _stated_type(document, media_type.partition(";")[0].strip())
    if stated in INDEXES:
        _refuse_members(document, stated, "layers", "config", "fsLayers", "blobs")
        return _index(document, stated)
    if stated in MANIFESTS:
        _refuse_members(document, stated, "manifests", "fsLayers", "blobs")
        return _manifest(document, stated)
    return _artifact(document)


_remembered = lru_cache(_REMEMBERED)(_parse)


def _stated_type(document: Object, of_place: str) -> str:
    """The media type that the document has by its own words, its form, or the place."""
    version = document.get("schemaVersion")
    own = _optional_text(document, "mediaType")
    if version == 1 and own == "" and "fsLayers" in document:
        own = DOCKER_SCHEMA_1
    if own in {DOCKER_SCHEMA_1, f"{DOCKER_SCHEMA_1.removesuffix('+json')}+prettyjws"}:
        raise ParseError(
            "a manifest of Docker's schema 1, which nothing signs any more and nothing reads here",
            expected=" or ".join(sorted(MANIFESTS | INDEXES)),
            found=DOCKER_SCHEMA_1,
        )
    if own != OCI_ARTIFACT and (version != 2 or type(version) is not int):  # noqa: PLR2004
        raise ParseError("schemaVersion is another", expected="2", found=quoted(version))
    stated = own or of_place or _type_by_form(document)
    if stated not in {*MANIFESTS, *INDEXES, OCI_ARTIFACT}:
        raise ParseError(
            "a media type that is no manifest",
            expected=" or ".join(sorted(MANIFESTS | INDEXES)),
            found=visible(stated, 100),
        )
    return stated


def _type_by_form(document: Object) -> str:
    """Where nobody states the type: an index has manifests, everything else has layers."""
    return OCI_INDEX if "manifests" in document else OCI_MANIFEST


def _refuse_members(document: Object, stated: str, *names: str) -> None:
    """Image specification: a manifest that is also an index means two things to two readers."""
    for name in names:
        if name in document:
            raise ParseError(
                f"a member {name} stands in a document of another type: readers would disagree what it is",
                expected=stated,
                found=name,
            )


def _manifest(document: Object, media_type: str) -> Manifest:
    return Manifest(
        media_type,
        _descriptor(document.get("config"), "config"),
        _descriptors(document.get("layers"), "layers"),
        _subject(document),
        _annotations(document.get("annotations"), "annotations"),
        _type_member(document, "artifactType"),
    )


def _artifact(document: Object) -> Manifest:
    return Manifest(
        OCI_ARTIFACT,
        None,
        _descriptors(document.get("blobs", []), "blobs"),
        _subject(document),
        _annotations(document.get("annotations"), "annotations"),
        _type_member(document, "artifactType"),
    )


def _index(document: Object, media_type: str) -> Index:
    return Index(
        media_type,
        _descriptors(document.get("manifests"), "manifests"),
        _subject(document),
        _annotations(document.get("annotations"), "annotations"),
        _type_member(document, "artifactType"),
    )


def _subject(document: Object) -> Descriptor | None:
    stated = document.get("subject")
    return None if stated is None else _descriptor(stated, "subject")


def _descriptors(value: JsonValue, where: str) -> tuple[Descriptor, ...]:
    if not isinstance(value, list):
        _refuse(where, "a list of descriptors", value)
    if len(value) > MAX_DESCRIPTORS:
        raise LimitExceeded(
            f"{where} has more entries than are read",
            expected=f"at most {MAX_DESCRIPTORS:,}",
            found=f"{len(value):,}",
        )
    return tuple(_descriptor(one, f"{where}[{n}]") for n, one in enumerate(value))


def _descriptor(value: JsonValue, where: str) -> Descriptor:
    if not isinstance(value, dict):
        _refuse(where, "a descriptor", value)
    media_type = _type_member(value, "mediaType", where)
    if not media_type:
        _refuse(f"{where}.mediaType", "a media type", value.get("mediaType"))
    digest = _digest(value.get("digest"), where)
    size = value.get("size")
    if type(size) is not int or not 0 <= size <= MAX_SIZE:
        _refuse(f"{where}.size", "a number of bytes", size)
    _check_data(value, digest, size, where)
    return Descriptor(
        media_type,
        digest,
        size,
        _annotations(value.get("annotations"), f"{where}.annotations"),
        _type_member(value, "artifactType", where),
        _platform(value.get("platform"), where),
        _urls(value.get("urls"), where),
    )


def _digest(value: JsonValue, where: str) -> str:
    try:
        return parse_digest(value)
    except ParseError as error:
        raise ParseError(
            f"{where}.digest: {error.because}", expected=error.expected, found=error.found
        ) from error


def _check_data(descriptor: Object, digest: str, size: int, where: str) -> None:
    """Image specification: embedded data must be the content that the descriptor describes."""
    stated = descriptor.get("data")
    if stated is None:
        return
    try:
        data = base64.b64decode(stated, validate=True) if isinstance(stated, str) else None
    except (binascii.Error, ValueError):
        data = None
    if data is None or len(data) != size or not has_digest(data, digest):
        _refuse(f"{where}.data", "base64 of the bytes that digest and size describe", stated)


def _platform(value: JsonValue, where: str) -> Platform | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        _refuse(f"{where}.platform", "an object", value)
    return Platform(
        *(_optional_text(value, name, f"{where}.platform") for name in _PLATFORM_MEMBERS)
    )


def _urls(value: JsonValue, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_ANNOTATIONS:
        _refuse(f"{where}.urls", "a list of texts", value)
    return tuple(
        url if isinstance(url, str) else _refuse(f"{where}.urls", "texts", url) for url in value
    )


def _annotations(value: JsonValue, where: str) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MAX_ANNOTATIONS:
        _refuse(where, f"an object of at most {MAX_ANNOTATIONS:,} texts", value)
    return {
        name: text
        if isinstance(text, str)
        else _refuse(f"{where}.{visible(name, 40)}", "a text", text)
        for name, text in value.items()
    }


def _type_member(value: Object, name: str, where: str = "") -> str:
    """A media type (RFC 6838 §4.2), or "" where there is none."""
    text = _optional_text(value, name, where)
    if text and not _MEDIA_TYPE.fullmatch(text):
        _refuse(f"{where}.{name}".strip("."), "a media type (RFC 6838)", text)
    return text


def _optional_text(value: Object, name: str, where: str = "") -> str:
    text = value.get(name)
    if text is None:
        return ""
    return text if isinstance(text, str) else _refuse(f"{where}.{name}".strip("."), "a text", text)


def _refuse(where: str, expected: str, found: JsonValue) -> NoReturn:
    raise ParseError(f"{where} is not as it must be", expected=expected, found=quoted(found, 80))
