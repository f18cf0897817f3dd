"""CycloneDX 1 bills in JSON."""

import re
from collections.abc import Iterator

from trustui.core.formats.sbom.bill import (
    MAX_PARTS,
    Bill,
    Described,
    digest_of,
    digests_in,
    instant,
    needed,
    once,
)
from trustui.core.primitives.proto_json import Object, each, optional, refuse, text

_VERSION = re.compile(r"1\.[0-9]")


def read_cyclonedx(value: Object) -> Bill:
    """The facts of a bill. Raises ParseError."""
    if value["bomFormat"] != "CycloneDX":
        refuse("the form of the bill is not known", "CycloneDX", value["bomFormat"])
    version = needed(value, "specVersion")
    if not _VERSION.fullmatch(version):
        refuse("the version of CycloneDX is not read here", "1.0 to 1.9", version)
    components = each(value, "components", _component, MAX_PARTS)
    metadata = optional(value, "metadata") or {}
    about = optional(metadata, "component")
    described = () if about is None else (_component(about),)
    return Bill(
        form="CycloneDX",
        version=version,
        name=text(value, "serialNumber"),
        created=instant(metadata, "timestamp"),
        creators=tuple(_tools(metadata)),
        described=described,
        parts=len(components),
    )


def _component(value: Object) -> Described:
    name, version, purl = needed(value, "name"), text(value, "version"), text(value, "purl")
    needed(value, "type")
    hashes = each(value, "hashes", _hash, MAX_PARTS)
    return Described(name, version, purl, once((*hashes, *digests_in(name, version, purl))))


def _hash(value: Object) -> str:
    return digest_of(needed(value, "alg"), needed(value, "content"))


def _tools(metadata: Object) -> Iterator[str]:
    """Names of tools: a list until version 1.4, then also an object with components."""
    if isinstance(metadata.get("tools"), list):
        yield from each(metadata, "tools", _tool, MAX_PARTS)
    else:
        yield from each(optional(metadata, "tools") or {}, "components", _tool, MAX_PARTS)


def _tool(value: Object) -> str:
    return f"{text(value, 'name')} {text(value, 'version')}".strip()
