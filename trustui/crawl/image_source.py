"""What a place that holds artefacts promises: one repository, asked by `ImageRequest`."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from trustui.core.facts import Document, Problem
from trustui.core.oci.requests import ImageRequest


class ImageOptions(msgspec.Struct, frozen=True):
    """How such a place is to be read.

    `without_referrers` answers as a registry that does not offer the referrers interface.
    `local_roots` are the folders below which local paths may be read; None is a person's own
    command line: any path.
    """

    without_referrers: bool = False
    local_roots: tuple[Path, ...] | None = None


class ImageSource(Protocol):
    """A repository of artefacts. Whatever is wrong with the place is a Problem, never raised."""

    location: str

    def ask(self, request: ImageRequest) -> Document | Problem:
        """A manifest, a blob, or what refers to a digest, as `ImageRequest` says."""
        ...

    def tags(self) -> tuple[str, ...] | Problem:
        """Every tag, those for machines among them (`oci.references.helper_tag`)."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


class ImageSourceKind(msgspec.Struct, frozen=True):
    """One kind of such a place."""

    name: str
    recognizes: Callable[[str], bool]
    open: Callable[[str, ImageOptions], ImageSource]
