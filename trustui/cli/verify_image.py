"""`trustui verify image`: what is attached to an artefact, against what is expected of it."""

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from trustui.check_pages import load_pages
from trustui.cli.answer import EXIT_STATUS
from trustui.cli.arguments import Unusable, instant
from trustui.cli.expecting import add_expectation, expected_of
from trustui.cli.terminal import Style, style_for
from trustui.cli.waterfall import waterfall
from trustui.core.answer import as_json
from trustui.core.errors import ParseError
from trustui.core.images.states import image_state
from trustui.core.images.verify import ImageQuestion, ImageVerdict, verify_image
from trustui.core.oci.references import Reference, is_tag, parse_digest, parse_reference
from trustui.core.primitives.text import visible
from trustui.core.trace import Trace, TrustState, collect, trace
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.registry import open_image_source
from trustui.crawl.sources.oci_layout import PREFIX


def add_kind(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`verify image REF …`."""
    image = kinds.add_parser("image", help="an image or another artefact: its signatures")
    image.add_argument("reference", metavar="REF", help="oci-layout:DIR[:TAG|@DIGEST]")
    image.add_argument(
        "--as",
        dest="named",
        metavar="NAME",
        help="HOST/NAME[:TAG|@DIGEST] that the artefact goes by, for policies and messages",
    )
    image.add_argument(
        "--without-referrers",
        action="store_true",
        help="answer as a registry that does not offer the referrers interface",
    )
    add_expectation(image, policies=True)
    image.add_argument(
        "--at", metavar="INSTANT", type=instant, help="the instant that decides (default: now)"
    )
    image.add_argument("--json", action="store_true", help="one JSON object on standard output")
    image.add_argument("--every-step", action="store_true", help="print the steps of form too")
    image.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict; gives the exit status."""
    expected = expected_of(arguments)
    folder, reference = _layout(arguments)
    at = arguments.at or datetime.now(UTC)
    options = ImageOptions(without_referrers=arguments.without_referrers)
    try:
        source = open_image_source(f"{PREFIX}{folder}", options)
    except LookupError as error:  # pragma: no cover  the prefix was just given
        raise Unusable(str(error)) from error
    question = ImageQuestion(reference, expected.wanted, expected.read, at)
    events, verdict = collect(verify_image, question, source.ask)
    source.close()
    one = trace(visible(str(reference), 4096), at, at, events)
    _print(arguments, one, verdict)
    return EXIT_STATUS[one.outcome]


def _print(arguments: argparse.Namespace, one: Trace, verdict: ImageVerdict) -> None:
    state = image_state(one, verdict)
    if arguments.json:
        sys.stdout.buffer.write(_json(one, state, verdict))
        return
    style = style_for(sys.stdout)
    for line in waterfall(one, state, load_pages(), style, every_step=arguments.every_step):
        print(line)
    for line in _places(verdict, style):
        print(line)


def _json(one: Trace, state: TrustState, verdict: ImageVerdict) -> bytes:
    found = verdict.discovery
    return as_json(
        one,
        "image",
        state,
        digest=None if found is None or found.artefact is None else found.digest,
        places=[] if found is None else found.places,
        signatures=verdict.signatures,
        nearest=verdict.nearest,
    )


def _places(verdict: ImageVerdict, style: Style) -> list[str]:
    """Which places were looked at, and what each answered."""
    if verdict.discovery is None or not verdict.discovery.places:
        return []
    told = ["", style.bold("Places looked at")]
    for place in verdict.discovery.places:
        text = f"{place.place.value}: {place.state.value.replace('_', ' ')}, {place.because}"
        told += style.paragraph(visible(text, 300), "      ", "  ")
    return told


def _layout(arguments: argparse.Namespace) -> tuple[str, Reference]:
    """The folder, and the name that the artefact goes by. Raises Unusable."""
    if not arguments.reference.startswith(PREFIX):
        raise Unusable(f"{visible(arguments.reference)!r}: expected {PREFIX}DIR[:TAG|@DIGEST]")
    folder, tag, digest = _parts(arguments.reference.removeprefix(PREFIX))
    if not arguments.named:
        return folder, Reference("localhost", _name_of(folder), tag, digest)
    try:
        named = parse_reference(arguments.named)
    except ParseError as error:
        raise Unusable(f"--as: {error.because}; expected {error.expected}") from error
    if tag is None and digest is None:
        return folder, named
    return folder, Reference(named.host, named.repository, tag, digest)


def _parts(text: str) -> tuple[str, str | None, str | None]:
    """Folder, tag and digest; a folder of the whole name is one, whatever its last colon."""
    if Path(text).is_dir():
        return text, None, None
    folder, at, digest = text.rpartition("@")
    if at:
        try:
            return folder, None, parse_digest(digest)
        except ParseError as error:
            raise Unusable(f"{visible(digest)!r}: {error.because}") from error
    folder, colon, tag = text.rpartition(":")
    if colon and is_tag(tag):
        return folder, tag, None
    return text, None, None


def _name_of(folder: str) -> str:
    """A repository's name from that of a folder."""
    name = re.sub(r"[^a-z0-9]+", "-", Path(folder).absolute().name.lower()).strip("-")
    return name or "layout"
