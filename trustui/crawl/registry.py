"""The kinds of source there are, one line each, the most specific first."""

from trustui.crawl.source import Options, Source, SourceKind
from trustui.crawl.sources import directory, history, tuf_http

SOURCES: tuple[SourceKind, ...] = (
    tuf_http.KIND,
    history.KIND,
    directory.KIND,
)


def open_source(location: str, options: Options) -> Source:
    """The source for a location. Raises LookupError, with what was expected, when there is none."""
    for kind in SOURCES:
        if kind.recognizes(location):
            return kind.open(location, options)
    raise LookupError(
        f"{location!r} is no place that can be read: expected an http(s) URL, a directory with "
        "TUF metadata, or a history folder"
    )
