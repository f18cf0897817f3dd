"""`trustui policy lint FILE`: what a policy says that is refused, or that nobody may have meant.

Of Notation's `trustpolicy*.json`, of a whole directory as `~/.config/notation`, and of expectations per
repository as `verify image --policy` reads them. It needs no database.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from trustui.cli.answer import EXIT_STATUS
from trustui.cli.arguments import instant
from trustui.cli.server import VERBS
from trustui.cli.terminal import Style, style_for
from trustui.core.answer import as_json
from trustui.core.images.policy_lint import PolicyKind, lint_directory, lint_policy
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Outcome, Severity, Trace, TrustState, Verification, collect, trace
from trustui.core.trust_policy.notation.parsing import MAX_DOCUMENT
from trustui.crawl.files import read_file
from trustui.crawl.notation_configuration import read_configuration

KINDS: tuple[PolicyKind, ...] = ("oci", "blob", "expectations")


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`policy lint FILE`."""
    parser = verbs.add_parser("policy", help=VERBS["policy"])
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    lint = acts.add_parser("lint", help="what a policy says that is refused, or not meant")
    lint.add_argument(
        "file",
        metavar="FILE",
        help="trustpolicy.json, trustpolicy.blob.json, expectations, or a Notation directory",
    )
    lint.add_argument(
        "--kind",
        choices=KINDS,
        help="what it is: Notation's for images or for files, or expectations (default: by its members)",
    )
    lint.add_argument("--at", metavar="INSTANT", type=instant, help="the time in the answer")
    lint.add_argument("--json", action="store_true", help="one JSON object on standard output")
    lint.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; gives the exit status: 1 where the policy cannot be used."""
    at = arguments.at or datetime.now(UTC)
    events, _ = collect(_lint, Path(arguments.file), arguments.kind)
    one = trace(visible(arguments.file, 4096), at, at, events)
    if arguments.json:
        # A policy that can be used has verified nothing yet.
        usable = one.outcome is Outcome.PASSED
        state = TrustState.STALE if usable else TrustState.FAILING
        sys.stdout.buffer.write(as_json(one, "policy", state))
    else:
        for line in _lines(one, style_for(sys.stdout)):
            print(line)
    return EXIT_STATUS[one.outcome]


def _lint(path: Path, kind: PolicyKind | None) -> Verification[None]:
    if path.is_dir():
        yield from lint_directory(read_configuration(path))
    else:
        yield from lint_policy(path.name, read_file(path, MAX_DOCUMENT), kind)


def _lines(one: Trace, style: Style) -> Iterator[str]:
    usable = one.outcome is Outcome.PASSED
    headline = "The policy can be used" if usable else "The policy cannot be used"
    yield f"{style.sign(one.outcome)} {style.bold(headline)}"
    yield from style.paragraph(one.subject, "  ")
    for step in one.steps:
        text = f"{step.on}: {step.because}"
        first, *rest = style.paragraph(visible(text, 1000), "      ", "    ")
        yield f"  {style.sign(step.outcome)}{first[3:]}"
        yield from rest
        yield style.faint(f"      {step.check}")
    if one.findings:
        yield ""
        yield style.bold(counted(len(one.findings), "finding"))
    order = list(Severity)
    for finding in sorted(one.findings, key=lambda found: -order.index(found.severity)):
        text = f"{finding.on}: {finding.because}"
        first, *rest = style.paragraph(text, "      ", f"  {finding.severity.value:<7} ")
        yield style.severity(finding.severity, first)
        yield from rest
        yield style.faint(f"      {finding.id}")
