"""The repositories of images on disk: a layout each, and what the port expects of all of them."""

from datetime import datetime
from pathlib import Path

import msgspec

from trustui.demo.images.code_signing import CONFIGURATION, configuration_files
from trustui.demo.images.stories import IMAGE_STORIES
from trustui.demo.images.story import ExpectedTag, ImageStory
from trustui.demo.images.trust import (
    POLICIES,
    PUBLIC_KEY,
    TRUSTED_ROOT,
    policies,
    public_key,
    trusted_root,
)
from trustui.demo.layout import write_files

IMAGES = "images"
"""The folder of the world that holds them."""
MANIFEST = "images.json"


class ImageEntry(msgspec.Struct, frozen=True):
    """A repository of images as `images.json` lists it; `layout` is relative to the world."""

    name: str
    title: str
    story: str
    layout: str
    expected: tuple[ExpectedTag, ...]
    configuration: str = ""
    """The folder of Notation's configuration that decides, relative to the world; empty: the policies do."""


def write_images(world: Path, now: datetime) -> tuple[ImageEntry, ...]:
    """Write the layouts as they are at `now` (aware UTC), policies, trusted root and key, and the
    configuration of Notation.

    The same `now` gives the same bytes; private keys are never written. Raises OSError.
    """
    folder = world / IMAGES
    entries = tuple(_write(tell(now), folder) for tell in IMAGE_STORIES)
    trusted = {
        POLICIES: policies(),
        TRUSTED_ROOT: trusted_root(now, rotated=True),
        PUBLIC_KEY: public_key(now),
        MANIFEST: msgspec.json.format(msgspec.json.encode(entries), indent=1) + b"\n",
    }
    write_files(trusted, folder)
    write_files(configuration_files(now), folder / CONFIGURATION)
    return entries


def read_images(world: Path) -> tuple[ImageEntry, ...]:
    """What `write_images` wrote; nothing in a world from before there were images.

    Raises OSError or msgspec.DecodeError.
    """
    manifest = world / IMAGES / MANIFEST
    if not manifest.exists():
        return ()
    return msgspec.json.decode(manifest.read_bytes(), type=tuple[ImageEntry, ...])


def _write(story: ImageStory, folder: Path) -> ImageEntry:
    write_files(story.files, folder / story.name)
    return ImageEntry(
        story.name,
        story.title,
        story.text,
        f"{IMAGES}/{story.name}",
        story.expected,
        f"{IMAGES}/{story.configuration}" if story.configuration else "",
    )
