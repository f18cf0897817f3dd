"""`trustui verify tuf`: the verdict of a repository, step by step."""

import argparse
import sys
from pathlib import Path

from trustui.check_pages import load_pages
from trustui.cli.answer import EXIT_STATUS
from trustui.cli.arguments import Unusable, add_place
from trustui.cli.places import keep_state, source_of, verify_place
from trustui.cli.terminal import style_for
from trustui.cli.waterfall import waterfall
from trustui.core.answer import as_json
from trustui.core.formats.tuf.states import trust_state
from trustui.core.limits import TufLimits
from trustui.crawl.files import read_file


def add_kind(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`verify tuf LOCATION …`."""
    tuf = kinds.add_parser("tuf", help="a TUF repository")
    add_place(tuf)
    tuf.add_argument(
        "--target",
        metavar="PATH",
        action="append",
        default=[],
        help="look this path up instead of walking all delegations; repeatable",
    )
    tuf.add_argument(
        "--artifact", metavar="FILE", help="the file itself; goes with exactly one --target"
    )
    tuf.add_argument("--every-step", action="store_true", help="print the steps of form too")
    tuf.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict; gives the exit status."""
    if arguments.artifact and len(arguments.target) != 1:
        raise Unusable("--artifact goes with exactly one --target")
    limit = TufLimits().targets_bytes
    artifact = read_file(Path(arguments.artifact), limit) if arguments.artifact else None
    with source_of(arguments) as source:
        verified = verify_place(arguments, source, tuple(arguments.target), artifact)
    problem = keep_state(arguments, verified.repository.trusted)
    state = trust_state(verified.trace, verified.repository)
    if arguments.json:
        sys.stdout.buffer.write(as_json(verified.trace, "tuf", state))
    else:
        style = style_for(sys.stdout)
        for line in waterfall(
            verified.trace, state, load_pages(), style, every_step=arguments.every_step
        ):
            print(line)
    if problem is not None:
        print(f"trustui: {problem}", file=sys.stderr)
        return 1
    return EXIT_STATUS[verified.trace.outcome]
