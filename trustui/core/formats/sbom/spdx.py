"""SPDX 2 documents in JSON."""

import re

from trustui.core.formats.sbom.bill import (
    MAX_PARTS,
    Bill,
    Described,
    digest_of,
    digests_in,
    instant,
    needed,
    once,
    texts,
)
from trustui.core.primitives.proto_json import Object, each, member, refuse, text

_VERSION = re.compile(r"SPDX-2\.[0-9]")
_DOCUMENT = "SPDXRef-DOCUMENT"


def read_spdx(value: Object) -> Bill:
    """The facts of a document. Raises ParseError."""
    version = text(value, "spdxVersion")
    if not _VERSION.fullmatch(version):
        refuse("the version of SPDX is not read here", "SPDX-2.0 to SPDX-2.9", version)
    if value.get("SPDXID") != _DOCUMENT:
        refuse("the document has not the name that SPDX demands", _DOCUMENT, value.get("SPDXID"))
    creation = member(value, "creationInfo")
    packages = dict(each(value, "packages", _package, MAX_PARTS))
    return Bill(
        form="SPDX",
        version=version.removeprefix("SPDX-"),
        name=needed(value, "name"),
        created=instant(creation, "created"),
        creators=texts(creation, "creators"),
        described=tuple(packages[one] for one in _described(value) if one in packages),
        parts=len(packages),
    )


def _package(value: Object) -> tuple[str, Described]:
    """A package under the id that relationships name it by."""
    name, version = needed(value, "name"), text(value, "versionInfo")
    purls = [one for one in each(value, "externalRefs", _purl_of, MAX_PARTS) if one]
    sums = each(value, "checksums", _checksum, MAX_PARTS)
    digests = (*sums, *digests_in(name, version, *purls))
    return needed(value, "SPDXID"), Described(
        name, version, purls[0] if purls else "", once(digests)
    )


def _purl_of(value: Object) -> str:
    locator = text(value, "referenceLocator")
    return locator if text(value, "referenceType") == "purl" else ""


def _checksum(value: Object) -> str:
    return digest_of(needed(value, "algorithm"), needed(value, "checksumValue"))


def _described(value: Object) -> tuple[str, ...]:
    """The ids of what the document says to describe (SPDX 2.3 §11.1)."""
    named = texts(value, "documentDescribes")
    related = each(value, "relationships", _described_by, MAX_PARTS)
    return once((*named, *(one for one in related if one)))


def _described_by(value: Object) -> str:
    ends = (needed(value, "spdxElementId"), needed(value, "relatedSpdxElement"))
    relation = needed(value, "relationshipType")
    if relation == "DESCRIBES" and ends[0] == _DOCUMENT:
        return ends[1]
    return ends[0] if relation == "DESCRIBED_BY" and ends[1] == _DOCUMENT else ""
