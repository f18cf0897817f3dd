"""SPDX 3 documents in JSON: elements in a graph, which name one another by id.

Source: SPDX 3.0.1, "Serializations" and the classes SpdxDocument, Relationship, Software/Package.
The context must be SPDX's own: another one could give every member another meaning.
"""

import re
from collections.abc import Iterator, Mapping

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
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.proto_json import Object, as_object, each, refuse, text

_CONTEXT = re.compile(r"https://spdx\.org/rdf/3\.[0-9]\.[0-9]/spdx-context\.jsonld")
_VERSION = re.compile(r"3\.[0-9]\.[0-9]")
_DOCUMENT = "SpdxDocument"
_COLLECTIONS = frozenset({_DOCUMENT, "Bundle", "Bom", "software_Sbom"})
_PACKAGES = frozenset({"software_Package", "ai_AIPackage", "dataset_DatasetPackage"})

_Graph = Mapping[str, Object]
"""Elements by their ids."""


def read_spdx3(value: Object) -> Bill:
    """The facts of a document. Raises ParseError."""
    context = value.get("@context")
    if not isinstance(context, str) or not _CONTEXT.fullmatch(context):
        refuse("the context is not that of SPDX 3", "https://spdx.org/rdf/3.0.1/…", context)
    graph = _graph(value)
    document = _document(graph)
    creation = _creation(document, graph)
    version = needed(creation, "specVersion")
    if not _VERSION.fullmatch(version):
        refuse("the version of SPDX is not read here", "3.0.0 to 3.9.9", version)
    return Bill(
        form="SPDX",
        version=version,
        name=text(document, "name"),
        created=instant(creation, "created"),
        creators=once(_creators(creation, graph)),
        described=tuple(_artifact(one) for one in _described(document, graph)),
        parts=sum(one["type"] in _PACKAGES for one in graph.values()),
    )


def _graph(value: Object) -> _Graph:
    graph: dict[str, Object] = {}
    for name, one in each(value, "@graph", _element, MAX_PARTS):
        if name in graph:
            refuse("two elements have the same id", "an id of its own for each", name)
        graph[name] = one
    return graph


def _element(value: Object) -> tuple[str, Object]:
    needed(value, "type")
    return text(value, "spdxId") or needed(value, "@id"), value


def _document(graph: _Graph) -> Object:
    found = [one for one in graph.values() if one["type"] == _DOCUMENT]
    if len(found) != 1:
        refuse("the graph has not one document", f"one {_DOCUMENT}", f"{len(found)} of them")
    return found[0]


def _creation(document: Object, graph: _Graph) -> Object:
    """Its CreationInfo, which stands in the graph or in the document itself."""
    named: JsonValue = document.get("creationInfo")
    found = graph.get(named) if isinstance(named, str) else named
    return as_object(found, "creationInfo")


def _creators(creation: Object, graph: _Graph) -> Iterator[str]:
    """As SPDX 2 writes them: `Tool: syft`; the id of one that stands in another document."""
    for name in (*texts(creation, "createdBy"), *texts(creation, "createdUsing")):
        one = graph.get(name)
        yield name if one is None else f"{one['type']}: {text(one, 'name') or name}"


def _described(document: Object, graph: _Graph) -> Iterator[Object]:
    """What the document is about: its roots, and those of collections among them."""
    told: dict[str, list[str]] = {}
    for one in graph.values():
        if one["type"] == "Relationship" and one.get("relationshipType") == "describes":
            told.setdefault(needed(one, "from"), []).extend(texts(one, "to"))
    waiting, seen = [document], {id(document)}
    while waiting:
        one = waiting.pop()
        if one["type"] not in _COLLECTIONS:
            yield one
            continue
        roots = (*texts(one, "rootElement"), *told.get(_id_of(one), ()))
        named = [graph[name] for name in once(roots) if name in graph]
        fresh = [root for root in named if id(root) not in seen]
        seen.update(map(id, fresh))
        waiting.extend(reversed(fresh))


def _id_of(element: Object) -> str:
    return text(element, "spdxId") or text(element, "@id")


def _artifact(value: Object) -> Described:
    name, version = text(value, "name"), text(value, "software_packageVersion")
    purl = once((text(value, "software_packageUrl"), *_purls(value)))
    sums = each(value, "verifiedUsing", _hash, MAX_PARTS)
    digests = once((*sums, *digests_in(name, version, *purl)))
    return Described(name or _id_of(value), version, purl[0] if purl else "", digests)


def _purls(value: Object) -> tuple[str, ...]:
    return each(value, "externalIdentifier", _purl_of, MAX_PARTS)


def _purl_of(value: Object) -> str:
    is_purl = text(value, "externalIdentifierType") == "packageUrl"
    return needed(value, "identifier") if is_purl else ""


def _hash(value: Object) -> str:
    """Of the integrity methods only a Hash says what the bytes are."""
    if needed(value, "type") != "Hash":
        return ""
    return digest_of(needed(value, "algorithm"), needed(value, "hashValue"))
