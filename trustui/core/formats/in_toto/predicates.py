"""What a predicate says, in a few lines for people; the whole of it is shown beside.

Hostile text: every value is made visible and cut, and a member of another form is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trustui.core.primitives.readable import Line
from trustui.core.primitives.statements import Statement
from trustui.core.primitives.text import counted, quoted

MAX_TEXT = 200


def readable(statement: Statement) -> tuple[Line, ...]:
    """The lines of a known predicate; of an unknown one the names of its members."""
    predicate = statement.predicate if isinstance(statement.predicate, dict) else {}
    read = _READERS.get(statement.predicate_type, _unknown)
    return tuple(line for line in read(predicate) if line.text)


def _line(label: str, value: object) -> Line:
    is_plain = isinstance(value, str | int | float)
    return Line(label, quoted(value, MAX_TEXT) if is_plain else "")


def _at(value: object, *path: str | int) -> object:
    """A member of nested objects and lists, or None where any of them is none."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _number(label: str, value: object, noun: str) -> Line:
    return Line(label, counted(len(value), noun) if isinstance(value, list) else "")


def _provenance_1(predicate: Mapping[str, Any]) -> Iterator[Line]:
    """SLSA provenance v1."""
    yield _line("builder", _at(predicate, "runDetails", "builder", "id"))
    yield _line("build type", _at(predicate, "buildDefinition", "buildType"))
    parameters = _at(predicate, "buildDefinition", "externalParameters")
    for name in ("repository", "ref", "path"):
        yield _line(f"workflow {name}", _at(parameters, "workflow", name))
    resolved = _at(predicate, "buildDefinition", "resolvedDependencies")
    yield _line("source", _at(resolved, 0, "uri"))
    yield _number("materials", resolved, "dependency")
    yield _line("run", _at(predicate, "runDetails", "metadata", "invocationId"))
    yield _line("finished", _at(predicate, "runDetails", "metadata", "finishedOn"))


def _provenance_02(predicate: Mapping[str, Any]) -> Iterator[Line]:
    """SLSA provenance v0.2."""
    yield _line("builder", _at(predicate, "builder", "id"))
    yield _line("build type", _at(predicate, "buildType"))
    yield _line("source", _at(predicate, "invocation", "configSource", "uri"))
    yield _line("entry point", _at(predicate, "invocation", "configSource", "entryPoint"))
    yield _number("materials", _at(predicate, "materials"), "material")
    yield _line("finished", _at(predicate, "metadata", "buildFinishedOn"))


def _spdx(predicate: Mapping[str, Any]) -> Iterator[Line]:
    """SPDX 2, or the graph of SPDX 3; some tools put the document one level down."""
    document = predicate.get("Data", predicate)
    if isinstance(document, dict) and "@graph" in document:
        yield from _spdx3(document["@graph"])
        return
    yield _line("version", _at(document, "spdxVersion"))
    yield _line("name", _at(document, "name"))
    yield _number("packages", _at(document, "packages"), "package")
    yield _line("created", _at(document, "creationInfo", "created"))
    yield _line("by", _at(document, "creationInfo", "creators", 0))


def _spdx3(graph: object) -> Iterator[Line]:
    elements = [one for one in graph if isinstance(one, dict)] if isinstance(graph, list) else []
    by_type = {str(one.get("type")): one for one in reversed(elements)}
    yield _line("version", _at(by_type, "CreationInfo", "specVersion"))
    yield _line("name", _at(by_type, "SpdxDocument", "name"))
    packages = [one for one in elements if one.get("type") == "software_Package"]
    yield _number("packages", packages, "package")
    yield _line("created", _at(by_type, "CreationInfo", "created"))


def _cyclonedx(predicate: Mapping[str, Any]) -> Iterator[Line]:
    yield _line("version", _at(predicate, "specVersion"))
    yield _line("about", _at(predicate, "metadata", "component", "name"))
    yield _number("components", _at(predicate, "components"), "component")
    yield _line("created", _at(predicate, "metadata", "timestamp"))


def _vulnerabilities(predicate: Mapping[str, Any]) -> Iterator[Line]:
    """Cosign's vulnerability scan."""
    yield _line("scanner", _at(predicate, "scanner", "uri"))
    yield _line("version", _at(predicate, "scanner", "version"))
    yield _line("database", _at(predicate, "scanner", "db", "uri"))
    yield _line("finished", _at(predicate, "metadata", "scanFinishedOn"))


def _summary(predicate: Mapping[str, Any]) -> Iterator[Line]:
    """SLSA verification summary (VSA) v1."""
    yield _line("verifier", _at(predicate, "verifier", "id"))
    yield _line("result", _at(predicate, "verificationResult"))
    yield _line("policy", _at(predicate, "policy", "uri"))
    yield _line("resource", _at(predicate, "resourceUri"))
    levels = _at(predicate, "verifiedLevels")
    for level in levels[:20] if isinstance(levels, list) else []:
        yield _line("level", level)
    yield _line("verified", _at(predicate, "timeVerified"))


def _unknown(predicate: Mapping[str, Any]) -> Iterator[Line]:
    for name, value in list(predicate.items())[:20]:
        yield Line(quoted(name, 60), quoted(value, MAX_TEXT))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Line]]] = {
    "https://slsa.dev/provenance/v1": _provenance_1,
    "https://slsa.dev/provenance/v0.2": _provenance_02,
    "https://spdx.dev/Document": _spdx,
    "https://cyclonedx.org/bom": _cyclonedx,
    "https://cosign.sigstore.dev/attestation/vuln/v1": _vulnerabilities,
    "https://slsa.dev/verification_summary/v1": _summary,
}
