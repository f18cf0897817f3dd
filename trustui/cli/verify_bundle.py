"""`trustui verify bundle`: a sigstore bundle beside the file that it signs."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from trustui.check_pages import load_pages
from trustui.cli.answer import EXIT_STATUS
from trustui.cli.arguments import Unusable, instant
from trustui.cli.expecting import Expected, add_expectation, expected_of
from trustui.cli.terminal import style_for
from trustui.cli.waterfall import waterfall
from trustui.core.answer import as_json
from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.formats.sigstore_bundle import BundleQuestion, verify_bundle
from trustui.core.formats.sigstore_bundle.bundle import LIMITS
from trustui.core.limits import MIB
from trustui.core.oci.references import parse_digest
from trustui.core.primitives.text import visible
from trustui.core.trace import (
    Chain,
    Outcome,
    Planned,
    Trace,
    TrustState,
    Verification,
    collect,
    trace,
)
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import FLAGS, GIVEN, IDENTITY_GIVEN, give_trust, judge_flags
from trustui.crawl.files import read_file

MAX_ARTIFACT = 1024 * MIB
"""Bytes of a file that is read whole; of a larger one, `--digest` says what is asked about."""
POLICY = "policy"
BUNDLE = "bundle"


def add_kind(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`verify bundle FILE --artifact FILE …`."""
    bundle = kinds.add_parser("bundle", help="a sigstore bundle and the file that it signs")
    bundle.add_argument("bundle", metavar="FILE", help="the bundle, usually NAME.sigstore.json")
    about = bundle.add_mutually_exclusive_group()
    about.add_argument("--artifact", metavar="FILE", help="the file that should be signed")
    about.add_argument(
        "--digest", metavar="ALGORITHM:HEX", help="its digest, where the file is not at hand"
    )
    add_expectation(bundle, policies=False)
    bundle.add_argument(
        "--at", metavar="INSTANT", type=instant, help="the instant that decides (default: now)"
    )
    bundle.add_argument("--json", action="store_true", help="one JSON object on standard output")
    bundle.add_argument("--every-step", action="store_true", help="print the steps of form too")
    bundle.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict; gives the exit status."""
    expected = expected_of(arguments)
    at = arguments.at or datetime.now(UTC)
    events, result = collect(_verify, arguments, expected, at)
    one = trace(visible(arguments.bundle, 4096), at, at, events)
    state = _state(one)
    if arguments.json:
        sys.stdout.buffer.write(as_json(one, "bundle", state, signatures=[result]))
    else:
        style = style_for(sys.stdout)
        for line in waterfall(one, state, load_pages(), style, every_step=arguments.every_step):
            print(line)
    return EXIT_STATUS[one.outcome]


def _verify(
    arguments: argparse.Namespace, expected: Expected, at: datetime
) -> Verification[SignatureOutcome]:
    """First what was given, then the bundle, which rests on it."""
    assert isinstance(expected.wanted, Expectation)  # policies are for images alone
    chain = Chain(POLICY, "what is expected")
    yield Planned(POLICY, chain.on, tuple(check.id for check in (*GIVEN, FLAGS)))
    given = give_trust(expected.wanted, expected.read, chain)
    yield from given.steps
    yield chain.judge(FLAGS, judge_flags, expected.wanted, is_bundle=True)
    file = Path(arguments.bundle)
    result: SignatureOutcome = yield from verify_bundle(
        BundleQuestion(
            group=BUNDLE,
            on=visible(file.name, 200),
            document=read_file(file, LIMITS.max_bytes),
            subject=_digest(arguments.digest),
            expectation=expected.wanted,
            trust=given.trust,
            at=at,
            artifact=_artifact(arguments.artifact),
            rests_on=chain.broken_by,
        )
    )
    return result


def _artifact(name: str | None) -> bytes | Problem | None:
    if name is None:
        return None
    answer = read_file(Path(name), MAX_ARTIFACT)
    return answer if isinstance(answer, Problem) else answer.body


def _digest(stated: str | None) -> str:
    if stated is None:
        return ""
    try:
        return parse_digest(stated)
    except ParseError as error:
        raise Unusable(f"--digest {visible(stated)!r}: {error.because}") from error


def _state(one: Trace) -> TrustState:
    """The trust state of a bundle, in the words used everywhere."""
    if one.outcome is Outcome.PASSED:
        return TrustState.VERIFIED
    if one.outcome is Outcome.UNDECIDED:
        return TrustState.COULD_NOT_CHECK
    first = one.first_failing
    nobody_named = first is not None and first.check == IDENTITY_GIVEN.id
    return TrustState.NOT_TRUSTED if nobody_named else TrustState.FAILING
