"""The kinds of source there are, one line each, the most specific first."""

from trustui.crawl.image_source import ImageOptions, ImageSourceKind, Registry
from trustui.crawl.roots import refusal
from trustui.crawl.source import Options, Source, SourceKind
from trustui.crawl.sources import directory, git, history, oci_layout, oci_registry, tuf_http

SOURCES: tuple[SourceKind, ...] = (
    tuf_http.KIND,
    history.KIND,
    git.KIND,
    directory.KIND,
)

IMAGE_SOURCES: tuple[ImageSourceKind, ...] = (oci_layout.KIND, oci_registry.KIND)
"""The same for places that hold artefacts, such as images."""


def title_of(name: str) -> str:
    """What people call a kind of place; its name where there is no such kind (any more)."""
    titles = {kind.name: kind.title for kind in SOURCES}
    titles |= {kind.name: kind.title for kind in IMAGE_SOURCES}
    return titles.get(name, name)


def open_registry(location: str, options: ImageOptions) -> Registry:
    """The place of artefacts at a location. Raises LookupError as `open_source` does, and ValueError
    for a location that its kind cannot mean.
    """
    for kind in IMAGE_SOURCES:
        if kind.recognizes(location):
            return kind.open(location, options)
    raise LookupError(
        f"{location!r} holds no artefacts: expected oci-layout:DIR or oci://HOST[:PORT]"
    )


def open_source(location: str, options: Options) -> Source:
    """The source for a location. Raises LookupError, with what was expected, when there is none.

    Nothing is looked at outside of `options.local_roots`, not even to find the kind: such a path is
    a directory that refuses every question.
    """
    if "://" not in location and refusal(location, options.local_roots):
        return directory.KIND.open(location, options)
    for kind in SOURCES:
        if kind.recognizes(location):
            return kind.open(location, options)
    raise LookupError(
        f"{location!r} is no place that can be read: expected an http(s) URL, a directory with "
        "TUF metadata, a git repository, or a history folder"
    )
