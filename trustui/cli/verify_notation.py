"""What `verify image` and `verify blob` share of Notation: options, and the answer as text and JSON."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from trustui.check_pages import load_pages
from trustui.cli.answer import EXIT_STATUS
from trustui.cli.arguments import Unusable
from trustui.cli.expecting import EXPECTING
from trustui.cli.image_place import ImagePlace, open_place
from trustui.cli.terminal import Style, style_for
from trustui.cli.waterfall import waterfall
from trustui.core.answer import as_json
from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.images.notation.question import MAX_SIGNATURES, NotationQuestion, NotationVerdict
from trustui.core.images.notation.states import notation_state
from trustui.core.images.notation.verify import verify_notation_image
from trustui.core.oci.requests import Ask
from trustui.core.pki.revocation import Enquiry, Evidence
from trustui.core.primitives.text import visible
from trustui.core.trace import Event, collect, trace
from trustui.crawl.notation_configuration import read_configuration
from trustui.crawl.revocation_asking import AskedAuthorities, RevocationHosts
from trustui.crawl.revocation_evidence import read_evidence

CONFIG = "--notation-config"
_HOST = "--allow-revocation-host"
_HOW_TO_ALLOW = f"{_HOST} HOST allows it"
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


def add_notation(parser: argparse.ArgumentParser, *, needed: bool) -> None:
    """The options of a verification by Notation's own rules."""
    parser.add_argument(
        CONFIG,
        metavar="DIR",
        required=needed,
        help="a directory as ~/.config/notation: trust policies and trust stores",
    )
    parser.add_argument(
        "--metadata",
        metavar="NAME=TEXT",
        action="append",
        default=[],
        help="user metadata that must have been signed with it; repeatable",
    )
    parser.add_argument(
        "--revocation-evidence",
        metavar="DIR",
        help="revocation lists and OCSP answers, named by urls.json; nothing is fetched",
    )
    parser.add_argument(
        _HOST,
        metavar="HOST",
        action="append",
        default=[],
        help="a host, address or network that may be asked about revocation; none without; repeatable",
    )


def add_limit(parser: argparse.ArgumentParser) -> None:
    """`--max-signatures`, of images."""
    parser.add_argument(
        "--max-signatures",
        metavar="N",
        type=_positive,
        help=f"signatures by Notation that are tried (default: {MAX_SIGNATURES})",
    )


def _positive(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise argparse.ArgumentTypeError("expected a number from 1")
    return int(text)


def refuse_without_configuration(arguments: argparse.Namespace) -> None:
    """Options of Notation mean nothing without its configuration. Raises Unusable."""
    for option in ("metadata", "max_signatures", "revocation_evidence", "allow_revocation_host"):
        if getattr(arguments, option):
            raise Unusable(f"--{option.replace('_', '-')} goes with {CONFIG}")


def run_image(arguments: argparse.Namespace) -> int:
    """Verify an image by a Notation configuration; gives the exit status. Raises Unusable."""
    _refuse_other_expectations(arguments)
    arguments.at = arguments.at or datetime.now(UTC)
    place = open_place(arguments)
    with closing(place.registry), asking(arguments) as evidence:
        question = _question(arguments, place, evidence)
        events, verdict = collect(verify_notation_image, question, place.source.ask)
    notices = place.registry.notices()
    return conclude(arguments, "image", str(place.reference), events, verdict, notices)


def _question(
    arguments: argparse.Namespace, place: ImagePlace, evidence: Evidence
) -> NotationQuestion:
    return NotationQuestion(
        reference=place.reference,
        configuration=read_configuration(Path(arguments.notation_config)),
        at=arguments.at,
        evidence=evidence,
        metadata=metadata_of(arguments),
        max_signatures=arguments.max_signatures or MAX_SIGNATURES,
        tags=lambda: _tags(place),
        held=_held(arguments),
    )


def _tags(place: ImagePlace) -> tuple[str, ...]:
    """Every tag of the repository, as far as it tells them."""
    listed = place.source.tags()
    return () if isinstance(listed, Problem) else listed.names


def _held(arguments: argparse.Namespace) -> Ask | None:
    """The place as it is, where it was asked to answer as if it had no referrers interface."""
    if not arguments.without_referrers:
        return None
    whole = argparse.Namespace(**{**vars(arguments), "without_referrers": False})
    return open_place(whole).source.ask


def _refuse_other_expectations(arguments: argparse.Namespace) -> None:
    """A Notation configuration says whom to trust, and nothing else may."""
    stated = [name for name in EXPECTING if getattr(arguments, name, None)]
    if stated:
        raise Unusable(
            f"{CONFIG} says who may sign; it goes with no --{stated[0].replace('_', '-')}"
        )


def metadata_of(arguments: argparse.Namespace) -> dict[str, str]:
    """The wanted pairs. Raises Unusable."""
    wanted: dict[str, str] = {}
    for text in arguments.metadata:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Unusable(f"--metadata {visible(text)!r}: expected NAME=TEXT")
        wanted[name] = value
    return wanted


@contextmanager
def asking(arguments: argparse.Namespace) -> Iterator[Evidence]:
    """What answers for the addresses in certificates: nobody, a folder, or those that may be asked.

    Raises Unusable.
    """
    hosts = frozenset(arguments.allow_revocation_host)
    if arguments.revocation_evidence:
        if hosts:
            raise Unusable(f"--revocation-evidence answers in place of the network: no {_HOST}")
        yield _folder(arguments.revocation_evidence)
    elif hosts:
        try:
            authorities = AskedAuthorities(RevocationHosts(hosts), _HOW_TO_ALLOW)
        except ValueError as error:
            raise Unusable(f"{_HOST}: {error}") from error
        with closing(authorities):
            yield authorities
    else:
        yield nobody


def nobody(enquiry: Enquiry) -> Problem:
    """Asks no authority."""
    because = f"nobody is asked about revocation; {_HOW_TO_ALLOW}"
    return Problem(visible(enquiry.address), ProblemKind.REFUSED, because)


def _folder(folder: str) -> Evidence:
    try:
        return read_evidence(Path(folder))
    except ParseError as error:
        raise Unusable(f"--revocation-evidence: {error.because}") from error


# The answer -----------------------------------------------------------------------------------


def conclude(
    arguments: argparse.Namespace,
    kind: str,
    subject: str,
    events: list[Event],
    verdict: NotationVerdict,
    notices: Sequence[str] = (),
) -> int:
    """Print the verdict, and what the registry said besides; gives the exit status."""
    one = trace(visible(subject, 4096), arguments.at, arguments.at, events)
    state = notation_state(one, verdict)
    if arguments.json:
        sys.stdout.buffer.write(as_json(one, kind, state, notices=notices, **verdict.members))
    else:
        style = style_for(sys.stdout)
        for line in waterfall(one, state, load_pages(), style, every_step=arguments.every_step):
            print(line)
        for line in _more(verdict, style):
            print(line)
        for notice in notices:
            for line in style.paragraph(visible(notice, 400), "      ", "  "):
                print(line)
    return EXIT_STATUS[one.outcome]


def _more(verdict: NotationVerdict, style: Style) -> Iterator[str]:
    """The identity side by side, the statements, the places; each where there is something to tell."""
    if verdict.miss is not None:
        yield from ("", style.bold(f"Nearest identity: {visible(verdict.miss.identity, 200)}"))
        for one in verdict.miss.attributes:
            words = f"{one.name}: wanted {one.wanted or 'nothing'}, found {one.found or 'nothing'}"
            mark = " " if one.is_met else "≠"
            yield from style.paragraph(visible(words, 300), "      ", f"  {mark} ")
    if verdict.selection is not None:
        yield from ("", style.bold("Statements of the trust policy"))
        for considered in verdict.selection.considered[:20]:
            name = visible(considered.name, 80)
            text = f"{name}: {'applies: ' if considered.applies else ''}{considered.because}"
            yield from style.paragraph(text, "      ", "  ")
    if verdict.places:
        yield from ("", style.bold("Places looked at"))
        for place in verdict.places:
            text = f"{place.place.value}: {place.state.value.replace('_', ' ')}, {place.because}"
            yield from style.paragraph(visible(text, 300), "      ", "  ")
