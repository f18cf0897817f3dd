"""The demo world: a port, its vendor, and what happened to the repositories between them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from trustui.demo.images.world import ImageEntry, read_images, write_images
from trustui.demo.layout import write_files, write_history
from trustui.demo.sound import advisories, packages, releases
from trustui.demo.story import Story
from trustui.demo.troubled import firmware, mirror_east, mirror_west, schedules

STORIES: tuple[Callable[[datetime], Story], ...] = (
    releases,
    packages,
    advisories,
    schedules,
    mirror_east,
    firmware,
    mirror_west,
)
SITE = "site"
"""The folder beside the repositories with the database of the demo in the browser."""


class Entry(msgspec.Struct, frozen=True):
    """A repository of the world as `world.json` lists it; places are relative to that file."""

    name: str
    title: str
    story: str
    location: str
    """What to verify: `metadata` or `history`."""
    metadata: str
    """The metadata as served now; target files are in `targets` beside it."""
    history: str
    """Every version ever published, with the time of its publication."""
    root: str
    """The first root, which Nordhaven has pinned."""
    state: str | None
    target: str | None
    outcome: str
    trust_state: str
    check: str | None
    """The first failing check, where one is to be expected."""
    finding: str | None


class World(msgspec.Struct, frozen=True):
    """A world on disk, and what stands in it."""

    folder: Path
    entries: tuple[Entry, ...]
    images: tuple[ImageEntry, ...]


def make_world(
    destination: Path, now: datetime, told: Callable[[str], object] = lambda _: None
) -> World:
    """Write the demo world, as it looks at `now`, into a folder.

    The same `now` gives the same bytes. `told` hears the name of each repository when it is written. Private
    keys are never written. Raises ValueError for a time without a zone, OSError when the folder
    cannot be written.
    """
    if now.tzinfo is None:
        raise ValueError(f"Expected a time with its zone, instead got {now}")
    instant = now.astimezone(UTC).replace(microsecond=0)
    entries = []
    for tell in STORIES:
        entry = _write(tell(instant), destination)
        told(entry.name)
        entries.append(entry)
    manifest = msgspec.json.format(msgspec.json.encode(entries), indent=1) + b"\n"
    write_files({"world.json": manifest}, destination)
    images = write_images(destination, instant)
    for image in images:
        told(image.name)
    return World(destination, tuple(entries), images)


def read_world(folder: Path) -> World:
    """Read a world that `make_world` wrote. Raises OSError or msgspec.DecodeError."""
    manifest = (folder / "world.json").read_bytes()
    entries = msgspec.json.decode(manifest, type=tuple[Entry, ...])
    return World(folder, entries, read_images(folder))


def _write(story: Story, destination: Path) -> Entry:
    folder = destination / story.name
    times = {version.file_name: version.at for version in story.repo.versions}
    write_files(story.served, folder / "metadata", times)
    write_files(story.repo.target_files, folder / "targets")
    write_history(story.repo.versions, folder / "history")
    write_files(
        {
            "root.json": story.repo.document("root", 1),
            "README.txt": f"{story.title}\n\n{story.text}\n".encode(),
        },
        folder,
    )
    if story.state is not None:
        write_files(story.state, folder / "state")
    return Entry(
        name=story.name,
        title=story.title,
        story=story.text,
        location=f"{story.name}/{'history' if story.by_history else 'metadata'}",
        metadata=f"{story.name}/metadata",
        history=f"{story.name}/history",
        root=f"{story.name}/root.json",
        state=None if story.state is None else f"{story.name}/state",
        target=story.target,
        outcome=story.expected.outcome,
        trust_state=story.expected.trust_state,
        check=story.expected.check,
        finding=story.expected.finding,
    )
