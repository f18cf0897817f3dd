"""The images of the demo world on the terminal: each tag verified, and compared with its story."""

from datetime import datetime
from pathlib import Path

from trustui.check_pages import load_pages
from trustui.cli.terminal import Style
from trustui.cli.waterfall import waterfall
from trustui.core.facts import Document, Problem
from trustui.core.images.states import image_state
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.oci.references import Reference
from trustui.core.trace import Trace, TrustState, collect, trace
from trustui.core.trust_policy.given import MAX_TRUST_FILE
from trustui.core.trust_policy.policies import parse_policies
from trustui.crawl.files import read_file
from trustui.crawl.image_source import ImageOptions
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
    policies = folder / IMAGES / POLICIES
    return f"{PREFIX}{folder / entry.layout}:{entry.expected[0].tag} --policy {policies}"


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
    """As `verify image --policy` does."""
    trusted = folder / IMAGES

    def read(name: str) -> Document | Problem:
        return read_file(trusted / name, MAX_TRUST_FILE)

    policies = parse_policies((trusted / POLICIES).read_bytes())
    reference = Reference(HOST, entry.name, tag)
    place = open_registry(f"{PREFIX}{folder / entry.layout}", ImageOptions())
    try:
        question = ImageQuestion(reference, policies, read, now)
        events, verdict = collect(verify_image, question, place.open(entry.name).ask)
    finally:
        place.close()
    one = trace(str(reference), now, now, events)
    return one, image_state(one, verdict)
