"""`trustui createuser`: an account, and its role in a team."""

import argparse
import getpass
import sys
from datetime import UTC, datetime

from django.db import transaction

from trustui.accounts.models import Role
from trustui.accounts.services import AccountError, create_user, join
from trustui.events.services import record
from trustui.operate.arguments import (
    Refused,
    add_json,
    add_person,
    person_of,
    team_named,
    tell,
)


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`createuser NAME`."""
    parser = verbs.add_parser("createuser", help="make an account and give it a role in a team")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--email", metavar="ADDRESS", default="")
    parser.add_argument("--team", metavar="TEAM", help="made when there is none of this name")
    parser.add_argument(
        "--role", choices=[str(role) for role in Role.values], help="in that team (default: viewer)"
    )
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input instead of asking for it",
    )
    add_person(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the account."""
    if arguments.role and not arguments.team:
        raise Refused("--role needs --team")
    role = Role(arguments.role or Role.VIEWER)
    password = _password(arguments)
    person, now = person_of(arguments), datetime.now(UTC)
    with transaction.atomic():
        try:
            user = create_user(name=arguments.name, password=password, email=arguments.email)
        except AccountError as error:
            raise Refused(str(error)) from error
        team = team_named(arguments.team, person, now) if arguments.team else None
        if team is not None:
            join(user=user, team=team, role=role)
        record(
            kind="user.created",
            at=now,
            actor=person.actor,
            subject=user.username,
            reason=arguments.reason,
            team_id=None if team is None else team.pk,
            detail={"role": None if team is None else str(role)},
        )
    belongs = "" if team is None else f", {role.label} of {team.name}"
    answer = {
        "user": user.username,
        "team": None if team is None else team.name,
        "role": None if team is None else str(role),
    }
    tell(arguments, answer, [f"made {user.username}{belongs}"])
    return 0


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refused("no terminal to ask for the password on; expected --password-stdin")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise Refused("the two passwords differ")
    return password
