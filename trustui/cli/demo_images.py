"""The images of the demo world on the terminal: each tag verified, and compared with its story."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

from trustui.check_pages import load_pages
from trustui.cli.terminal import Style
from trustui.cli.verify_notation import nobody
from trustui.cli.waterfall import waterfall
from trustui.core.facts import Document, Problem
from trustui.core.images.notation.question import NotationQuestion
from trustui.core.images.notation.states import notation_state
from trustui.core.images.notation.verify import verify_notation_image
from trustui.core.images.states import image_state
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask
from trustui.core.trace import Trace, TrustState, collect, trace
from trustui.core.trust_policy.given import MAX_TRUST_FILE
from trustui.core.trust_policy.policies import parse_policies
from trustui.crawl.files import read_file
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.notation_configuration import read_configuration
from trustui.crawl.registry import open_registry
from trustui.crawl.sources.oci_layout import PREFIX
from trustui.demo.images.story import ExpectedTag
from trustui.demo.images.trust import POLICIES
from trustui.demo.images.world import IMAGES, ImageEntry

HOST = "localhost"
"""Of the name that policies see, as `trustui verify image oci-layout:DIR` has it."""


def tell_image(folder: Path, entry: ImageEntry, now: datetime, style: Style) -> bool:
    """Print one repository; gives whether each verdict is the one that its story tells."""
    print()
    print(style.bold(f"━━ {entry.title} ━━"))
    for line in style.paragraph(entry.story):
        print(line)
    told = [_tell_tag(folder, entry, expected, now, style) for expected in entry.expected]
    return all(told)


def command_for(folder: Path, entry: ImageEntry) -> str:
    """What to give `trustui verify image` for the first tag of a repository."""
    image = f"{PREFIX}{folder / entry.layout}:{entry.expected[0].tag}"
    if entry.configuration:
        return f"{image} --notation-config {folder / entry.configuration}"
    return f"{image} --policy {folder / IMAGES / POLICIES}"


def _tell_tag(
    folder: Path, entry: ImageEntry, expected: ExpectedTag, now: datetime, style: Style
) -> bool:
    print()
    one, state = _verify(folder, entry, expected.tag, now)
    for line in waterfall(one, state, load_pages(), style):
        print(line)
    first = one.first_failing
    findings = {finding.id for finding in one.findings}
    return (
        (one.outcome, state) == (expected.outcome, expected.trust_state)
        and (first.check if first else None) == expected.check
        and (expected.finding is None or expected.finding in findings)
    )


def _verify(folder: Path, entry: ImageEntry, tag: str, now: datetime) -> tuple[Trace, TrustState]:
    """As `verify image` does, with the policies or with Notation's configuration."""
    reference = Reference(HOST, entry.name, tag)
    verify = _by_configuration if entry.configuration else _by_policies
    place = open_registry(f"{PREFIX}{folder / entry.layout}", ImageOptions())
    with closing(place):
        return verify(folder, entry, reference, now, place.open(entry.name).ask)


def _by_policies(
    folder: Path, entry: ImageEntry, reference: Reference, now: datetime, ask: Ask
) -> tuple[Trace, TrustState]:
    del entry  # every repository has the same ones
    trusted = folder / IMAGES

    def read(name: str) -> Document | Problem:
        return read_file(trusted / name, MAX_TRUST_FILE)

    policies = parse_policies((trusted / POLICIES).read_bytes())
    events, verdict = collect(verify_image, ImageQuestion(reference, policies, read, now), ask)
    one = trace(str(reference), now, now, events)
    return one, image_state(one, verdict)


def _by_configuration(
    folder: Path, entry: ImageEntry, reference: Reference, now: datetime, ask: Ask
) -> tuple[Trace, TrustState]:
    configuration = read_configuration(folder / entry.configuration)
    question = NotationQuestion(reference, configuration, now, nobody)
    events, verdict = collect(verify_notation_image, question, ask)
    one = trace(str(reference), now, now, events)
    return one, notation_state(one, verdict)
