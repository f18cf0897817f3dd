"""What the verbs share: who acts and why, which team or source is meant, how answers are told."""

import argparse
import getpass
import os
import sys
import time
from collections.abc import Iterable
from datetime import datetime

import msgspec

from trustui.accounts.models import Team, User
from trustui.accounts.services import AccountError, team_of
from trustui.core.primitives.text import has_hidden_characters, visible
from trustui.events.services import record
from trustui.inventory.models import Source


class Refused(Exception):  # noqa: N818  it is told to a person, not handled
    """What was asked for cannot be done; the message says what was expected and found."""


class Failed(Exception):  # noqa: N818  as above
    """What was asked for was understood and could not be done; the message says why."""


class Person(msgspec.Struct, frozen=True):
    """Who acts on the command line: an account where one has the name."""

    name: str
    user: User | None
    """None: nobody has an account of this name."""

    @property
    def actor(self) -> str:
        """As events name them."""
        return f"person:{self.name}"


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def add_person(
    parser: argparse.ArgumentParser, *, needs_reason: bool = False, takes_reason: bool = True
) -> None:
    """`--as NAME`, and `--reason TEXT` for what has to be answered for."""
    parser.add_argument(
        "--as", dest="person", metavar="NAME", help="who does this (default: the system's user)"
    )
    if takes_reason:
        parser.add_argument(
            "--reason",
            metavar="TEXT",
            required=needs_reason,
            default="",
            help="why; it stands in the event log",
        )


def person_of(arguments: argparse.Namespace) -> Person:
    """The person that the arguments name, else the system's user. Raises Refused."""
    name = _system_user() if arguments.person is None else arguments.person.strip()
    if not name or has_hidden_characters(name):
        raise Refused(f"expected the name of a person after --as, found {visible(name)!r}")
    return Person(name, User.objects.filter(username=name).first())


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"


def team_named(name: str, person: Person, now: datetime) -> Team:
    """The team, made on first need. Call it within a transaction. Raises Refused."""
    try:
        team, is_new = team_of(name, now)
    except AccountError as error:
        raise Refused(str(error)) from error
    if is_new:
        record(
            kind="team.created",
            at=now,
            actor=person.actor,
            subject=team.name,
            team_id=team.pk,
            detail={},
        )
    return team


def source_named(name: str) -> Source:
    """The source of this name, or raises Refused with those there are."""
    source = (
        Source.objects.filter(name=name, removed_at=None).select_related("anchor", "team").first()
    )
    if source is None:
        there = ", ".join(
            Source.objects.filter(removed_at=None)
            .order_by("name")
            .values_list("name", flat=True)[:10]
        )
        raise Refused(f"there is no source {name!r}; there are: {there or 'none'}")
    return source


def tell(arguments: argparse.Namespace, answer: object, lines: Iterable[str]) -> None:
    """Print the answer as one JSON object, or as lines for people."""
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(answer, order="deterministic") + b"\n")
        sys.stdout.buffer.flush()
        return
    for line in lines:
        print(visible(line, 10_000))


class _Progress:
    """A line about long work on standard error, written over the one before on a terminal."""

    ON_TERMINAL, IN_LOG = 0.1, 2.0
    """Seconds between two lines."""

    def __init__(self) -> None:
        self._next_at = 0.0
        self._is_open = False

    def tell(self, text: str) -> None:
        is_terminal = sys.stderr.isatty()
        now = time.monotonic()
        if now < self._next_at:
            return
        self._next_at = now + (self.ON_TERMINAL if is_terminal else self.IN_LOG)
        self._is_open = is_terminal
        before, after = ("\r\x1b[K", "") if is_terminal else ("", "\n")
        print(f"{before}{visible(text, 200)}", end=after, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._is_open:
            print(file=sys.stderr, flush=True)
        self._is_open, self._next_at = False, 0.0


_PROGRESS = _Progress()


def progress(text: str) -> None:
    """Say how far long work is; lines that follow one another too fast are left out."""
    _PROGRESS.tell(text)


def progress_ends() -> None:
    """The work is done: what is said next is said on a line of its own."""
    _PROGRESS.end()
