"""The command `trustui`: one verb after another, and the exit status of each."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from trustui import __version__
from trustui.cli import server
from trustui.cli.answer import UNUSABLE
from trustui.cli.arguments import Unusable

VERBS = ("verify", "show", "diff", "explain", "policy", "demo")
"""Modules with `add_parser`, in the order of the help; only what is asked for is loaded."""


def parser(given: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The grammar of the command line: as much of it as these arguments need, or the whole."""
    top = argparse.ArgumentParser(
        prog="trustui",
        description="See, explain and change the trust state of software repositories.",
    )
    top.add_argument("--version", action="version", version=f"trustui {__version__}")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    verb, kind = (*given, "", "")[:2]
    for name in (verb,) if verb in VERBS else VERBS:
        kinds = (kind,) if name == verb == "verify" else ()
        import_module(f"trustui.cli.{name}").add_parser(verbs, *kinds)
    server.add_help(verbs)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit status (0 passed, 1 failed, 2 unusable, 3 undecided)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that knows no such letter
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _run(given)
        sys.stdout.flush()
    except Unusable as error:
        print(f"trustui: {error}", file=sys.stderr)
        return UNUSABLE
    except BrokenPipeError:
        # The reader went away, as `head` does; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _run(given: list[str]) -> int:
    if server.is_handed_over(given):
        return server.hand_over(given)
    parsed = parser(given).parse_args(given)
    status: int = parsed.run(parsed)
    return status


if __name__ == "__main__":
    sys.exit(main())
