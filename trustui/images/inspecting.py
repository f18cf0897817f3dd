"""A look at a place of artefacts before it becomes a source: does it answer, and what does it list?"""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from trustui.core.facts import Problem
from trustui.core.primitives.text import visible
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.registry import open_registry
from trustui.inventory.recognizing import SourceError, checked_hosts, recognized

MOST_NAMES = 20
"""Repositories that are told by name."""


class RegistryInspection(msgspec.Struct, frozen=True):
    """What stands at a location. A place that does not answer can be added all the same."""

    kind: str
    host: str
    """What stands before the name in HOST/NAME; empty for a directory."""
    names: tuple[str, ...]
    """The first ones that it lists."""
    count: int
    troubles: tuple[str, ...]
    """Why it lists nothing, or not everything; empty where all is well."""


def inspect_registry(
    location: str, *, roots: tuple[Path, ...], allow_addresses: Sequence[str] = ()
) -> RegistryInspection:
    """Ask a place for the repositories that it lists, without any login; nothing is stored.

    Local paths only below `roots`. Raises SourceError for a location that may not be crawled.
    """
    location, hosts = location.strip(), checked_hosts(allow_addresses)
    kind = recognized(location, hosts, roots).kind
    options = ImageOptions(local_roots=roots, allowed_hosts=frozenset(hosts))
    try:
        registry = open_registry(location, options)
    except (LookupError, ValueError) as error:
        raise SourceError(str(error)) from error
    with closing(registry):
        listed = registry.repositories()
    if isinstance(listed, Problem):
        because = f"it lists no repositories: {visible(listed.because)}"
        return RegistryInspection(kind, registry.host, (), 0, (because,))
    troubles = (visible(listed.because),) if listed.because else ()
    names = tuple(visible(name, 200) for name in listed.names[:MOST_NAMES])
    return RegistryInspection(kind, registry.host, names, len(listed.names), troubles)
