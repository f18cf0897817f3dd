"""`trustui verify image`: what is attached to an artefact, against what is expected of it."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from trustui.check_pages import load_pages
from trustui.cli import verify_notation
from trustui.cli.answer import EXIT_STATUS
from trustui.cli.arguments import instant
from trustui.cli.expecting import add_expectation, expected_of
from trustui.cli.image_place import add_place, open_place
from trustui.cli.terminal import Style, style_for
from trustui.cli.waterfall import waterfall
from trustui.core.answer import as_json
from trustui.core.images.states import image_state
from trustui.core.images.verify import ImageQuestion, ImageVerdict, verify_image
from trustui.core.primitives.text import visible
from trustui.core.trace import Trace, TrustState, collect, trace


def add_kind(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`verify image REF …`."""
    image = kinds.add_parser("image", help="an image or another artefact: its signatures")
    add_place(image)
    add_expectation(image, policies=True)
    verify_notation.add_notation(image, needed=False)
    verify_notation.add_limit(image)
    image.add_argument(
        "--at", metavar="INSTANT", type=instant, help="the instant that decides (default: now)"
    )
    image.add_argument("--json", action="store_true", help="one JSON object on standard output")
    image.add_argument("--every-step", action="store_true", help="print the steps of form too")
    image.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict; gives the exit status."""
    if arguments.notation_config is not None:
        return verify_notation.run_image(arguments)
    verify_notation.refuse_without_configuration(arguments)
    expected = expected_of(arguments)
    place = open_place(arguments)
    at = arguments.at or datetime.now(UTC)
    question = ImageQuestion(place.reference, expected.wanted, expected.read, at)
    with closing(place.registry):
        events, verdict = collect(verify_image, question, place.source.ask)
    one = trace(visible(str(place.reference), 4096), at, at, events)
    _print(arguments, one, verdict, place.registry.notices())
    return EXIT_STATUS[one.outcome]


def _print(
    arguments: argparse.Namespace, one: Trace, verdict: ImageVerdict, notices: Sequence[str]
) -> None:
    state = image_state(one, verdict)
    if arguments.json:
        sys.stdout.buffer.write(_json(one, state, verdict, notices))
        return
    style = style_for(sys.stdout)
    for line in waterfall(one, state, load_pages(), style, every_step=arguments.every_step):
        print(line)
    for line in _places(verdict, notices, style):
        print(line)


def _json(one: Trace, state: TrustState, verdict: ImageVerdict, notices: Sequence[str]) -> bytes:
    return as_json(one, "image", state, **verdict.members, notices=notices)


def _places(verdict: ImageVerdict, notices: Sequence[str], style: Style) -> list[str]:
    """Which places were looked at, what each answered, and what the registry said besides."""
    if verdict.discovery is None or not verdict.discovery.places:
        return []
    told = ["", style.bold("Places looked at")]
    for place in verdict.discovery.places:
        text = f"{place.place.value}: {place.state.value.replace('_', ' ')}, {place.because}"
        told += style.paragraph(visible(text, 300), "      ", "  ")
    for notice in notices:
        told += style.paragraph(visible(notice, 400), "      ", "  ")
    return told
