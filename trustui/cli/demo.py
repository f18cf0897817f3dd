"""`trustui demo`: make a world of repositories with throw-away keys, and show it."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import msgspec

from trustui.check_pages import load_pages
from trustui.cli.arguments import Unusable
from trustui.cli.demo_images import command_for, tell_image
from trustui.cli.places import Verified, source_of, verify_place
from trustui.cli.terminal import Style, style_for
from trustui.cli.waterfall import waterfall
from trustui.core.formats.tuf.states import trust_state
from trustui.core.primitives.instants import write_instant
from trustui.crawl.files import is_there, names_in
from trustui.demo.images.world import IMAGES
from trustui.demo.world import SITE, Entry, make_world, read_world

PORT = 8000
_LAST_PORT = 65_535
_OF_AN_INSTALLATION = ("TRUSTUI_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`demo [--directory DIR] [--port N | --print]`."""
    parser = verbs.add_parser("demo", help="make a demo world and show it in the browser")
    parser.add_argument(
        "--directory", metavar="DIR", default="demo-world", help="where to write it"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--port",
        metavar="N",
        type=port,
        default=PORT,
        help=f"where this machine finds it (default: {PORT}, or the next that is free)",
    )
    how.add_argument(
        "--print", action="store_true", help="verify each repository on the terminal instead"
    )
    parser.set_defaults(run=run)


def port(text: str) -> int:
    """A port to listen on."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"expected a port from 1 to {_LAST_PORT}, found {text!r}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Write the world and show it: in the browser, or each waterfall on the terminal."""
    folder = Path(arguments.directory)
    now = datetime.now(UTC).replace(microsecond=0)
    if not arguments.print:
        _check_can_serve(folder)
    try:
        _make_room(folder)
        make_world(folder, now, told=lambda name: print(f"made {name}", flush=True))
    except OSError as error:
        raise Unusable(f"{folder} cannot be written: {error.strerror or error}") from error
    return _print(folder, now) if arguments.print else _serve(folder, now, arguments.port)


def _check_can_serve(folder: Path) -> None:
    if find_spec("django") is None:
        raise Unusable(
            "the demo in the browser needs the install trustui[server], found the base install; "
            "`trustui demo --print` shows it on the terminal"
        )
    if ":" in str(folder.resolve()):
        raise Unusable(f"expected a directory without `:` in its path, found {folder.resolve()}")


def _serve(folder: Path, now: datetime, first_port: int) -> int:
    """Become the server of the demo; this command line knows no database."""
    arguments = [
        *("--directory", str(folder.resolve())),
        *("--at", write_instant(now)),
        *("--port", str(first_port)),
    ]
    sys.stdout.flush()
    os.execve(  # noqa: S606  our own module
        sys.executable,
        [sys.executable, "-P", "-m", "trustui.operate.start", "demo", *arguments],
        environment_of(os.environ, folder.resolve()),
    )


def environment_of(given: Mapping[str, str], folder: Path) -> dict[str, str]:
    """For the demo of the world in `folder`: nothing of another installation is left in it."""
    kept = {name: text for name, text in given.items() if not name.startswith(_OF_AN_INSTALLATION)}
    return kept | {"TRUSTUI_DATA": str(folder / SITE), "TRUSTUI_LOCAL_ROOTS": str(folder)}


def _print(folder: Path, now: datetime) -> int:
    """Print each waterfall, and say whether each is as its story tells."""
    style = style_for(sys.stdout)
    world = read_world(folder)
    surprises = [entry.name for entry in world.entries if not _tell(folder, entry, now, style)]
    surprises += [image.name for image in world.images if not tell_image(folder, image, now, style)]
    print()
    if surprises:
        print(style.bold(f"Not as their stories tell: {', '.join(surprises)}"))
        return 1
    told = f"{len(world.entries)} repositories and {len(world.images)} of images"
    print(style.bold(f"{told}, each as its story tells."))
    for line in style.paragraph(f"They stand in {folder}/; verify one yourself:"):
        print(line)
    first, image = world.entries[0], world.images[0]
    print(f"  trustui verify tuf {folder / first.location} --root {folder / first.root}")
    print(f"  trustui verify image {command_for(folder, image)}")
    return 0


def _make_room(folder: Path) -> None:
    """Remove an earlier world, and nothing else."""
    present = set(names_in(folder))
    if not present and (not is_there(folder) or folder.is_dir()):
        return
    try:
        names = [entry.name for entry in read_world(folder).entries]
        world = {"world.json", SITE, IMAGES, *names}
    except (OSError, msgspec.DecodeError):
        world = set()
    if not present or present - world:
        raise Unusable(f"{folder} holds something else than a demo world; name another --directory")
    for name in present - {"world.json"}:
        shutil.rmtree(folder / name)
    (folder / "world.json").unlink()


def _tell(folder: Path, entry: Entry, now: datetime, style: Style) -> bool:
    """Print one repository; gives whether its verdict is the one that its story tells."""
    print()
    print(style.bold(f"━━ {entry.title} ━━"))
    for line in style.paragraph(entry.story):
        print(line)
    print()
    verified = _verify(folder, entry, now)
    state = trust_state(verified.trace, verified.repository)
    for line in waterfall(verified.trace, state, load_pages(), style):
        print(line)
    first = verified.trace.first_failing
    findings = {finding.id for finding in verified.trace.findings}
    return (
        (verified.trace.outcome, state) == (entry.outcome, entry.trust_state)
        and (first.check if first else None) == entry.check
        and (entry.finding is None or entry.finding in findings)
    )


def _verify(folder: Path, entry: Entry, now: datetime) -> Verified:
    """As `verify tuf` does, on a copy of what a client kept: the story stays to be read again."""
    with tempfile.TemporaryDirectory() as copy:
        if entry.state is not None:
            shutil.copytree(folder / entry.state, copy, dirs_exist_ok=True)
        arguments = argparse.Namespace(
            location=str(folder / entry.location),
            root=str(folder / entry.root),
            state=copy if entry.state is not None else None,
            trust_first_root=False,
            at=now,
            valid_at=None,
            allow_address=[],
        )
        with source_of(arguments) as source:
            return verify_place(arguments, source, (entry.target,) if entry.target else ())
