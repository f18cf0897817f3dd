"""An OCI image layout: a repository as a directory (docs/sources/oci_layout.md).

OCI image specification 1.1, "Image Layout": `index.json` lists manifests, with the tag of each as
an annotation; content stands in `blobs/ALGORITHM/ENCODED`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
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
from trustui.core.oci.requests import ImageRequest, manifest_request
from trustui.core.primitives.text import visible
from trustui.crawl.files import is_there, read_file
from trustui.crawl.image_source import (
    Coming,
    Head,
    ImageOptions,
    ImageSourceKind,
    Listing,
    Referrers,
)
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
        self._contents: _Contents | Problem | None = None
        is_without = options.without_referrers
        self.referrers = Referrers.NOT_OFFERED if is_without else Referrers.OFFERED

    def ask(self, request: ImageRequest) -> Document | Problem:
        """Tags and referrers by `index.json`, content by its digest."""
        if self._refused is not None:
            return self._refused
        if request.kind == "referrers":
            return self._referrers(request.name)
        if request.kind == "manifest" and ":" not in request.name:
            return self._tagged(request)
        return self._blob(request.name, request.max_length, self._media_type(request))

    def ask_many(self, requests: Sequence[ImageRequest]) -> list[Document | Problem]:
        """One after another."""
        return [self.ask(request) for request in requests]

    def begin(self, requests: Sequence[ImageRequest]) -> Coming:
        """All of it when it is called for."""
        return partial(self.ask_many, requests)

    def heads(self, names: Sequence[str]) -> list[Head | Problem]:
        """As `index.json` says; of a digest that it does not list, as the file is."""
        return [self._head(name) for name in names]

    def tags(self) -> Listing | Problem:
        """As `index.json` names them, in its order; then names there that can be no tags."""
        if self._refused is not None:
            return self._refused
        listed = self._listed()
        if isinstance(listed, Problem):
            return listed
        return Listing((*listed.by_tag, *_odd_names(listed.index)))

    def close(self) -> None:
        """Nothing is kept open."""

    def _listed(self) -> "_Contents | Problem":
        if self._contents is None:
            index = self._read_index()
            self._contents = index if isinstance(index, Problem) else _Contents(index)
        return self._contents

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

    def _head(self, name: str) -> Head | Problem:
        if self._refused is not None:
            return self._refused
        listed = self._listed()
        if isinstance(listed, Problem):
            return listed
        entry = listed.by_digest.get(name) if ":" in name else listed.by_tag.get(name)
        if entry is not None and is_there(self._path(entry.digest)):
            return Head(visible(self.location), entry.digest, entry.media_type, entry.size)
        answer = self.ask(manifest_request(name))
        if isinstance(answer, Problem):
            return answer
        return Head(answer.location, name, answer.media_type, len(answer.body))

    def _tagged(self, request: ImageRequest) -> Document | Problem:
        listed = self._listed()
        if isinstance(listed, Problem):
            return listed
        entry = listed.by_tag.get(request.name)
        if entry is None:
            location = f"{self.location}:{request.name}"
            return Problem(visible(location), ProblemKind.ABSENT, "index.json names no such tag")
        return self._blob(entry.digest, request.max_length, entry.media_type)

    def _media_type(self, request: ImageRequest) -> str:
        """What `index.json` says, which for other content nobody says."""
        listed = self._listed()
        if request.kind == "blob" or isinstance(listed, Problem):
            return ""
        entry = listed.by_digest.get(request.name)
        return "" if entry is None else entry.media_type

    def _path(self, digest: str) -> Path:
        """Of a digest that has the form of one."""
        algorithm, _, encoded = digest.partition(":")
        return self._folder / "blobs" / algorithm / encoded

    def _blob(self, digest: str, limit: int, media_type: str) -> Document | Problem:
        try:
            path = self._path(parse_digest(digest))
        except ParseError as error:
            return Problem(visible(digest), ProblemKind.ABSENT, error.because)
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
        if listed.by_subject is None:
            listed.by_subject = self._by_subject(listed.index)
        found = listed.by_subject.get(digest, [])
        body = msgspec.json.encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found})
        return Document(visible(location), body, OCI_INDEX)

    def _by_subject(self, index: Index) -> dict[str, list[dict[str, object]]]:
        """Every listed manifest with a subject, read once, as a registry would list it."""
        found: dict[str, list[dict[str, object]]] = {}
        for entry, manifest in self._manifests(index):
            if manifest.subject is not None:
                found.setdefault(manifest.subject.digest, []).append(_written(entry, manifest))
        return found

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


class _Contents:
    """What `index.json` lists, by its names."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.by_tag = _by_tag(index)
        self.by_digest = {entry.digest: entry for entry in reversed(index.manifests)}
        self.by_subject: dict[str, list[dict[str, object]]] | None = None


class OciLayoutPlace:
    """A layout as a registry of the one repository that it is."""

    host = ""

    def __init__(self, location: str, options: ImageOptions) -> None:
        self.location = location
        self._layout = OciLayout(location, options)

    def repositories(self) -> Listing | Problem:
        """One name, made from that of the folder; the Problem of a folder that is no layout."""
        tags = self._layout.tags()
        return tags if isinstance(tags, Problem) else Listing((name_of(self.location),))

    def open(self, name: str, referrers: Referrers = Referrers.UNKNOWN) -> OciLayout:
        """The layout, whatever the name; what was found before does not matter to it."""
        del name, referrers
        return self._layout

    def requests(self) -> tuple[int, int]:
        """None are sent."""
        return 0, 0

    def notices(self) -> tuple[str, ...]:
        """A folder says nothing beside its content."""
        return ()

    def close(self) -> None:
        """Nothing is kept open."""


def name_of(folder: str) -> str:
    """A repository's name from that of a folder."""
    name = re.sub(r"[^a-z0-9]+", "-", Path(folder).absolute().name.lower()).strip("-")
    return name or "layout"


def _unusable(path: Path, because: str) -> Problem:
    return Problem(visible(str(path)), ProblemKind.UNREADABLE, f"index.json: {because}")


def _by_tag(index: Index) -> Mapping[str, Descriptor]:
    """The first entry of each tag; a whole reference as a name counts by its tag."""
    found: dict[str, Descriptor] = {}
    for entry in index.manifests:
        tag = _tag_in(entry.annotations.get(REF_NAME, ""))
        if is_tag(tag):
            found.setdefault(tag, entry)
    return found


def _odd_names(index: Index) -> Iterator[str]:
    """Names of entries by which nobody can ask for them."""
    names = dict.fromkeys(entry.annotations.get(REF_NAME, "") for entry in index.manifests)
    return (name for name in names if name and not is_tag(_tag_in(name)))


def _tag_in(name: str) -> str:
    return name.rpartition(":")[2]


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


def _open(location: str, options: ImageOptions) -> OciLayoutPlace:
    return OciLayoutPlace(location.removeprefix(PREFIX), options)


KIND = ImageSourceKind("oci_layout", "OCI layout", _recognizes, _open)
