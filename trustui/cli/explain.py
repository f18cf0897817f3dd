"""`trustui explain ID`: the page of a check or finding."""

import argparse
import difflib
import sys

import msgspec

from trustui.check_pages import load_pages
from trustui.cli.arguments import Unusable
from trustui.cli.terminal import style_for


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`explain ID`."""
    parser = verbs.add_parser("explain", help="what a check or finding means, and what to do")
    parser.add_argument("id", metavar="ID", help="such as tuf.timestamp.freeze.expired")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the page. Raises Unusable for an id that there is not."""
    pages = load_pages()
    page = pages.get(arguments.id)
    if page is None:
        near = difflib.get_close_matches(arguments.id, pages, n=3, cutoff=0.4)
        raise Unusable(
            f"there is no check {arguments.id!r}; near to it: {', '.join(near) or 'none'}"
        )
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(page) + b"\n")
        return 0
    style = style_for(sys.stdout)
    for line in style.paragraph(page.title):
        print(style.bold(line))
    for line in style.paragraph(f"{page.id} · {page.kind} · {page.rule}"):
        print(style.faint(line))
    for label, text in (
        ("Attack", page.attack),
        ("Meaning", page.meaning),
        ("Causes", page.causes),
        ("How to check", page.how_to_check),
        ("What to do", page.fix),
    ):
        print(f"\n{style.bold(label)}")
        for line in style.paragraph(text, "  "):
            print(line)
    return 0
