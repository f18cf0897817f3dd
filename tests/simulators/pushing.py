"""Pushes what a repository in memory has to a real registry, as the distribution specification says."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from trustui.core.oci.manifests import INDEXES, MANIFESTS, OCI_INDEX, OCI_MANIFEST
from trustui.core.oci.references import digest_of
from trustui.demo.images.repository import ImageRepository

EMPTY = b"{}"
"""The configuration that made images name, whether the repository in memory has it or not."""


class Pushing:
    """One connection to a registry on this machine."""

    def __init__(self, host: str) -> None:
        self._connection = http.client.HTTPConnection(host, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def push(self, name: str, repository: ImageRepository) -> None:
        """Blobs first, manifests before what names them, tags last."""
        manifests = {d: b for d, b in repository.blobs.items() if _type_of(b)}
        blobs = {d: b for d, b in repository.blobs.items() if d not in manifests}
        for digest, body in (blobs | {digest_of(EMPTY): EMPTY}).items():
            self.blob(name, digest, body)
        for digest in _in_order(manifests):
            self.manifest(name, digest, manifests[digest])
        for tag, digest in repository.tags.items():
            self.manifest(name, tag, manifests[digest])

    def blob(self, name: str, digest: str, body: bytes) -> None:
        begun = self._ask("POST", f"/v2/{name}/blobs/uploads/", b"", {}, 202)
        place = urlsplit(begun)
        query = f"{place.query}&" if place.query else ""
        url = f"{place.path}?{query}digest={quote(digest)}"
        self._ask("PUT", url, body, {"Content-Type": "application/octet-stream"}, 201)

    def manifest(self, name: str, reference: str, body: bytes) -> None:
        kind = _type_of(body)
        self._ask("PUT", f"/v2/{name}/manifests/{reference}", body, {"Content-Type": kind}, 201)

    def _ask(self, method: str, url: str, body: bytes, headers: dict[str, str], status: int) -> str:
        """The place that the registry names."""
        self._connection.request(method, url, body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status == status, (method, url, answer.status, said)
        return answer.headers.get("Location", "")


def _type_of(body: bytes) -> str:
    """The media type of a manifest or index; "" for every other blob."""
    try:
        value = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(value, dict) or value.get("schemaVersion") != 2:
        return ""
    by_form = OCI_INDEX if "manifests" in value else OCI_MANIFEST
    kind = str(value.get("mediaType", by_form))
    return kind if kind in MANIFESTS | INDEXES else ""


def _in_order(manifests: dict[str, bytes]) -> Iterator[str]:
    """What others name comes before them; registries refuse an index of what they lack."""
    done: set[str] = set()

    def visit(digest: str) -> Iterator[str]:
        if digest in done:
            return
        done.add(digest)
        value = json.loads(manifests[digest])
        named = [*value.get("manifests", ()), *([value["subject"]] if "subject" in value else ())]
        for one in named:
            if one["digest"] in manifests:
                yield from visit(one["digest"])
        yield digest

    for digest in manifests:
        yield from visit(digest)
