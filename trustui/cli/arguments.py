"""Arguments that several verbs share, and what their text must look like."""

import argparse
from datetime import UTC, datetime

from trustui.core.errors import ParseError
from trustui.core.primitives.instants import parse_instant


class Unusable(Exception):  # noqa: N818  it is told to a person, not handled
    """Arguments that cannot be understood; exit status 2."""


def instant(text: str) -> datetime:
    """A UTC time as `2026-06-01T00:00:00Z`, or `now`."""
    if text == "now":
        return datetime.now(UTC)
    try:
        return parse_instant(text).at
    except ParseError as error:
        raise argparse.ArgumentTypeError(
            f"{error.because}; expected a UTC time such as 2026-06-01T00:00:00Z"
        ) from error


def add_place(parser: argparse.ArgumentParser) -> None:
    """LOCATION and what it takes to read it."""
    parser.add_argument(
        "location",
        metavar="LOCATION",
        help="an http(s) base URL, a directory laid out as served, or a history folder",
    )
    anchor = parser.add_mutually_exclusive_group()
    anchor.add_argument(
        "--root", metavar="FILE", help="the root metadata that you trust, from elsewhere"
    )
    anchor.add_argument(
        "--trust-first-root",
        action="store_true",
        help="trust the oldest root that the place offers: whoever controls the place chose it",
    )
    parser.add_argument(
        "--at",
        metavar="INSTANT",
        type=instant,
        help="the clock; a history folder answers as it did then (default: now)",
    )
    parser.add_argument(
        "--valid-at",
        metavar="INSTANT",
        type=instant,
        help="the instant that expiry is judged at (default: as --at)",
    )
    parser.add_argument("--state", metavar="DIR", help="what was trusted before is kept there")
    parser.add_argument(
        "--allow-address",
        metavar="HOST",
        action="append",
        default=[],
        help="a private or loopback host that may be asked; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
