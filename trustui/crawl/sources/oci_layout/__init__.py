"""An OCI image layout: a repository as a directory (docs/sources/oci_layout.md).

OCI image specification 1.1, "Image Layout": `index.json` lists manifests, with the tag of each as
an annotation; content stands in `blobs/ALGORITHM/ENCODED`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.manifests import (
    MAX_MANIFEST,
    OCI_INDEX,
    Descriptor,
    Index,
    Manifest,
    parse_manifest,
)
from trustui.core.oci.references import is_tag, parse_digest
from trustui.core.oci.requests import ImageRequest
from trustui.core.primitives.text import visible
from trustui.crawl.files import read_file
from trustui.crawl.image_source import ImageOptions, ImageSourceKind
from trustui.crawl.roots import refusal

PREFIX = "oci-layout:"
REF_NAME = "org.opencontainers.image.ref.name"


class OciLayout:
    """A layout as one repository; its `index.json` is read once, when it is first needed."""

    def __init__(self, location: str, options: ImageOptions) -> None:
        self.location = location
        self._folder = Path(location)
        self._refused = refusal(location, options.local_roots)
        self._without_referrers = options.without_referrers
        self._index: Index | Problem | None = None

    def ask(self, request: ImageRequest) -> Document | Problem:
        """Tags and referrers by `index.json`, content by its digest."""
        if self._refused is not None:
            return self._refused
        if request.kind == "referrers":
            return self._referrers(request.name)
        if request.kind == "manifest" and ":" not in request.name:
            return self._tagged(request)
        return self._blob(request.name, request.max_length, self._media_type(request))

    def tags(self) -> tuple[str, ...] | Problem:
        """As `index.json` names them, in its order."""
        if self._refused is not None:
            return self._refused
        listed = self._listed()
        return listed if isinstance(listed, Problem) else tuple(_by_tag(listed))

    def close(self) -> None:
        """Nothing is kept open."""

    def _listed(self) -> Index | Problem:
        if self._index is None:
            self._index = self._read_index()
        return self._index

    def _read_index(self) -> Index | Problem:
        path = self._folder / "index.json"
        answer = read_file(path, MAX_MANIFEST, self._folder)
        if isinstance(answer, Problem):
            return msgspec.structs.replace(
                answer,
                kind=ProblemKind.UNREADABLE,
                because=f"this is no OCI layout: index.json: {answer.because}",
            )
        try:
            index = parse_manifest(answer.body, OCI_INDEX)
        except ParseError as error:
            return _unusable(path, error.because)
        return index if isinstance(index, Index) else _unusable(path, f"it is {index.media_type}")

    def _tagged(self, request: ImageRequest) -> Document | Problem:
        listed = self._listed()
        if isinstance(listed, Problem):
            return listed
        entry = _by_tag(listed).get(request.name)
        if entry is None:
            location = f"{self.location}:{request.name}"
            return Problem(visible(location), ProblemKind.ABSENT, "index.json names no such tag")
        return self._blob(entry.digest, request.max_length, entry.media_type)

    def _media_type(self, request: ImageRequest) -> str:
        """What `index.json` says, which for other content nobody says."""
        listed = self._listed()
        if request.kind == "blob" or isinstance(listed, Problem):
            return ""
        found = (one.media_type for one in listed.manifests if one.digest == request.name)
        return next(found, "")

    def _blob(self, digest: str, limit: int, media_type: str) -> Document | Problem:
        try:
            algorithm, _, encoded = parse_digest(digest).partition(":")
        except ParseError as error:
            return Problem(visible(digest), ProblemKind.ABSENT, error.because)
        path = self._folder / "blobs" / algorithm / encoded
        answer = read_file(path, limit, self._folder)
        if isinstance(answer, Problem):
            return answer
        return msgspec.structs.replace(answer, media_type=media_type)

    def _referrers(self, digest: str) -> Document | Problem:
        """Those manifests that `index.json` lists and whose subject is the digest."""
        location = f"{self.location} referrers of {digest}"
        if self._without_referrers:
            because = "asked to answer as a registry without this interface"
            return Problem(visible(location), ProblemKind.ABSENT, because)
        listed = self._listed()
        if isinstance(listed, Problem):
            return listed
        found = [
            _written(entry, one) for entry, one in self._manifests(listed) if _refers(one, digest)
        ]
        body = msgspec.json.encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found})
        return Document(visible(location), body, OCI_INDEX)

    def _manifests(self, listed: Index) -> Iterator[tuple[Descriptor, Manifest | Index]]:
        seen: set[str] = set()
        for entry in listed.manifests:
            if entry.digest in seen:
                continue
            seen.add(entry.digest)
            answer = self._blob(entry.digest, MAX_MANIFEST, "")
            if isinstance(answer, Document):
                try:
                    yield entry, parse_manifest(answer.body, entry.media_type)
                except ParseError:
                    continue


def _unusable(path: Path, because: str) -> Problem:
    return Problem(visible(str(path)), ProblemKind.UNREADABLE, f"index.json: {because}")


def _by_tag(index: Index) -> Mapping[str, Descriptor]:
    """The first entry of each tag; a whole reference as a name counts by its tag."""
    found: dict[str, Descriptor] = {}
    for entry in index.manifests:
        name = entry.annotations.get(REF_NAME, "")
        tag = name.rpartition(":")[2]
        if is_tag(tag):
            found.setdefault(tag, entry)
    return found


def _refers(manifest: Manifest | Index, digest: str) -> bool:
    return manifest.subject is not None and manifest.subject.digest == digest


def _written(entry: Descriptor, manifest: Manifest | Index) -> dict[str, object]:
    """A descriptor as a registry lists it (distribution 1.1, "Listing Referrers")."""
    return {
        "mediaType": manifest.media_type,
        "digest": entry.digest,
        "size": entry.size,
        "annotations": dict(manifest.annotations),
    } | ({"artifactType": manifest.artifact_type} if manifest.artifact_type else {})


def _recognizes(location: str) -> bool:
    return location.startswith(PREFIX)


def _open(location: str, options: ImageOptions) -> OciLayout:
    return OciLayout(location.removeprefix(PREFIX), options)


KIND = ImageSourceKind("oci_layout", _recognizes, _open)
