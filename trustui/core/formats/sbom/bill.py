"""Bills of materials in JSON: SPDX 2 and CycloneDX 1, bytes to facts.

Members that nobody here reads are not looked at: tools add their own. What is read has its form, or
the document is refused.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.limits import JsonLimits
from trustui.core.oci.requests import MAX_BLOB
from trustui.core.primitives.instants import parse_instant
from trustui.core.primitives.proto_json import (
    Object,
    as_object,
    each,
    items,
    member,
    optional,
    refuse,
    text,
)
from trustui.core.primitives.strict_json import load

SPEC = "SPDX 2.3 and CycloneDX 1.7"

MAX_NODES = 2_000_000
"""Values of one document; the largest met has 700,000."""
MAX_PARTS = 500_000
"""Packages or components, relationships, checksums."""

_SPDX = re.compile(r"SPDX-2\.[0-9]")
_CYCLONEDX = re.compile(r"1\.[0-9]")
_DOCUMENT = "SPDXRef-DOCUMENT"
_DIGEST = re.compile(r"(?<![0-9a-z])(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})(?![0-9a-f])")
_HASHES = {
    "SHA256": ("sha256", 64),
    "SHA-256": ("sha256", 64),
    "SHA512": ("sha512", 128),
    "SHA-512": ("sha512", 128),
}
"""As SPDX and CycloneDX write them, and registries; with their number of hexadecimal digits."""


class Described(msgspec.Struct, frozen=True):
    """What a bill is about, as it names it itself; empty where it does not say."""

    name: str
    version: str = ""
    purl: str = ""
    digests: tuple[str, ...] = ()
    """As registries write them: `sha256:…`."""

    def __str__(self) -> str:
        return self.purl or f"{self.name} {self.version}".rstrip()


class Bill(msgspec.Struct, frozen=True):
    """A bill of materials; nothing in it is verified by reading it."""

    form: str
    """`SPDX` or `CycloneDX`."""
    version: str
    """Of the form."""
    name: str
    created: str
    creators: tuple[str, ...]
    described: tuple[Described, ...]
    parts: int
    """Packages or components that it lists."""

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of everything that it says to be about, each once."""
        return tuple(dict.fromkeys(digest for one in self.described for digest in one.digests))


def parse(document: Document) -> Bill:
    """The facts of a bill in either form. Raises ParseError or LimitExceeded."""
    limits = JsonLimits(max_bytes=MAX_BLOB, max_nodes=MAX_NODES)
    value = as_object(load(document.body, limits).value, "a bill of materials")
    if "spdxVersion" in value:
        return _spdx(value)
    if "bomFormat" in value:
        return _cyclonedx(value)
    raise ParseError(
        "this is no bill of materials that is read here",
        expected="spdxVersion (SPDX 2) or bomFormat (CycloneDX)",
        found=", ".join(sorted(value)[:5]) or "an empty object",
    )


# SPDX -----------------------------------------------------------------------------------------


def _spdx(value: Object) -> Bill:
    version = text(value, "spdxVersion")
    if not _SPDX.fullmatch(version):
        refuse("the version of SPDX is not read here", "SPDX-2.0 to SPDX-2.9", version)
    if value.get("SPDXID") != _DOCUMENT:
        refuse("the document has not the name that SPDX demands", _DOCUMENT, value.get("SPDXID"))
    creation = member(value, "creationInfo")
    packages = dict(each(value, "packages", _package, MAX_PARTS))
    return Bill(
        form="SPDX",
        version=version.removeprefix("SPDX-"),
        name=_needed(value, "name"),
        created=_instant(creation, "created"),
        creators=_texts(creation, "creators"),
        described=tuple(packages[one] for one in _described(value) if one in packages),
        parts=len(packages),
    )


def _package(value: Object) -> tuple[str, Described]:
    """A package under the id that relationships name it by."""
    name, version = _needed(value, "name"), text(value, "versionInfo")
    purls = [one for one in each(value, "externalRefs", _purl_of, MAX_PARTS) if one]
    sums = each(value, "checksums", _checksum, MAX_PARTS)
    digests = (*sums, *_digests_in(name, version, *purls))
    return _needed(value, "SPDXID"), Described(
        name, version, purls[0] if purls else "", _once(digests)
    )


def _purl_of(value: Object) -> str:
    locator = text(value, "referenceLocator")
    return locator if text(value, "referenceType") == "purl" else ""


def _checksum(value: Object) -> str:
    return _digest(_needed(value, "algorithm"), _needed(value, "checksumValue"))


def _described(value: Object) -> tuple[str, ...]:
    """The ids of what the document says to describe (SPDX 2.3 §11.1)."""
    named = _texts(value, "documentDescribes")
    related = each(value, "relationships", _described_by, MAX_PARTS)
    return _once((*named, *(one for one in related if one)))


def _described_by(value: Object) -> str:
    ends = (_needed(value, "spdxElementId"), _needed(value, "relatedSpdxElement"))
    relation = _needed(value, "relationshipType")
    if relation == "DESCRIBES" and ends[0] == _DOCUMENT:
        return ends[1]
    return ends[0] if relation == "DESCRIBED_BY" and ends[1] == _DOCUMENT else ""


# CycloneDX ------------------------------------------------------------------------------------


def _cyclonedx(value: Object) -> Bill:
    if value["bomFormat"] != "CycloneDX":
        refuse("the form of the bill is not known", "CycloneDX", value["bomFormat"])
    version = _needed(value, "specVersion")
    if not _CYCLONEDX.fullmatch(version):
        refuse("the version of CycloneDX is not read here", "1.0 to 1.9", version)
    components = each(value, "components", _component, MAX_PARTS)
    metadata = optional(value, "metadata") or {}
    about = optional(metadata, "component")
    described = () if about is None else (_component(about),)
    return Bill(
        form="CycloneDX",
        version=version,
        name=text(value, "serialNumber"),
        created=_instant(metadata, "timestamp"),
        creators=tuple(_tools(metadata)),
        described=described,
        parts=len(components),
    )


def _component(value: Object) -> Described:
    name, version, purl = _needed(value, "name"), text(value, "version"), text(value, "purl")
    _needed(value, "type")
    hashes = each(value, "hashes", _hash, MAX_PARTS)
    return Described(name, version, purl, _once((*hashes, *_digests_in(name, version, purl))))


def _hash(value: Object) -> str:
    return _digest(_needed(value, "alg"), _needed(value, "content"))


def _tools(metadata: Object) -> Iterator[str]:
    """Names of tools: a list until version 1.4, then also an object with components."""
    if isinstance(metadata.get("tools"), list):
        yield from each(metadata, "tools", _tool, MAX_PARTS)
    else:
        yield from each(optional(metadata, "tools") or {}, "components", _tool, MAX_PARTS)


def _tool(value: Object) -> str:
    return f"{text(value, 'name')} {text(value, 'version')}".strip()


# Both -----------------------------------------------------------------------------------------


def _needed(value: Object, name: str) -> str:
    found = text(value, name)
    if not found:
        refuse(f"{name} is missing", "a text", value.get(name))
    return found


def _texts(value: Object, name: str) -> tuple[str, ...]:
    found = items(value, name, MAX_PARTS)
    for one in found:
        if not isinstance(one, str):
            refuse(f"{name} holds something else than texts", "a list of texts", one)
    return tuple(str(one) for one in found)


def _instant(value: Object, name: str) -> str:
    """A time as the document states it; "" where it is absent."""
    stated = text(value, name)
    if stated:
        parse_instant(stated)
    return stated


def _digest(algorithm: str, encoded: str) -> str:
    """As registries write it; "" for an algorithm that none uses."""
    name, digits = _HASHES.get(algorithm, ("", 0))
    if not name:
        return ""
    lowered = encoded.lower()
    if len(lowered) != digits or not all(char in "0123456789abcdef" for char in lowered):
        refuse(f"a {algorithm} checksum is none", f"{digits} hexadecimal digits", encoded)
    return f"{name}:{lowered}"


def _digests_in(*texts: str) -> Iterator[str]:
    """Digests inside of names: `pkg:oci/app@sha256%3A…`, or a version that is one."""
    for one in texts:
        yield from _DIGEST.findall(unquote(one))


def _once(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(texts) if one)
