"""`trustui verify KIND …`: what can be verified, one module each."""

import argparse
from importlib import import_module

KINDS = ("tuf", "image", "bundle", "blob")
"""Of each there is `verify_<kind>` with `add_kind`; only what is asked for is loaded."""


def add_parser(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", kind: str = ""
) -> None:
    """`verify KIND …`: of one kind where it is known, else of all."""
    parser = verbs.add_parser(
        "verify", help="verify something and say step by step why it holds or fails"
    )
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    for name in (kind,) if kind in KINDS else KINDS:
        import_module(f"trustui.cli.verify_{name}").add_kind(kinds)
