"""Logins of registries: `source login`, `source logout`, and `trustui credentials` for their keys.

A secret is read from standard input or a file, and never from the arguments, which everybody on a
machine can see.
"""

import argparse
import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path

from trustui.core.facts import Problem
from trustui.core.primitives.text import visible
from trustui.crawl.files import read_file
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.inventory.credentials import (
    MOST_SECRET,
    CredentialError,
    new_key,
    remove_login,
    rotate,
    set_login,
)
from trustui.operate.arguments import (
    Failed,
    Refused,
    add_json,
    add_person,
    person_of,
    source_named,
    tell,
)


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`credentials rotate|new-key`."""
    parser = verbs.add_parser("credentials", help="change the keys that logins are sealed with")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    turn = acts.add_parser("rotate", help="seal every login with the first key of the ring")
    add_person(turn)
    add_json(turn)
    turn.set_defaults(run=run_rotate)
    key = acts.add_parser("new-key", help="print a new key for TRUSTUI_CREDENTIAL_KEYS")
    add_json(key)
    key.set_defaults(run=run_new_key)


def add_login_acts(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`source login|logout`."""
    login = acts.add_parser("login", help="log in to a registry when it is crawled")
    login.add_argument("name", metavar="NAME")
    login.add_argument("--username", metavar="USER", default="", help="as the registry knows it")
    login.add_argument(
        "--password-file",
        metavar="FILE",
        help="the password or token; without this it is read from standard input",
    )
    login.add_argument(
        "--token-host",
        metavar="HOST",
        default="",
        help="a token service on another host that gets the login too",
    )
    login.add_argument(
        "--refresh-token", action="store_true", help="the secret is an OAuth2 refresh token"
    )
    add_person(login, needs_reason=True)
    add_json(login)
    login.set_defaults(run=run_login)
    logout = acts.add_parser("logout", help="forget the login of a registry")
    logout.add_argument("name", metavar="NAME")
    add_person(logout, needs_reason=True)
    add_json(logout)
    logout.set_defaults(run=run_logout)


def run_login(arguments: argparse.Namespace) -> int:
    """Seal a login for a source."""
    source, person = source_named(arguments.name), person_of(arguments)
    login = Login(
        arguments.username,
        _secret(arguments.password_file),
        arguments.token_host,
        arguments.refresh_token,
    )
    try:
        set_login(
            source=source,
            login=login,
            actor=person.actor,
            by_name=person.name,
            now=datetime.now(UTC),
            reason=arguments.reason,
        )
    except CredentialError as error:
        raise Refused(str(error)) from error
    answer = {"source": source.name, "username": arguments.username}
    tell(arguments, answer, [f"{source.name} logs in as {arguments.username or 'a token'}"])
    return 0


def run_logout(arguments: argparse.Namespace) -> int:
    """Forget a source's login."""
    source, person = source_named(arguments.name), person_of(arguments)
    had_one = remove_login(
        source=source, actor=person.actor, now=datetime.now(UTC), reason=arguments.reason
    )
    said = f"{source.name} logs in no more" if had_one else f"{source.name} had no login"
    tell(arguments, {"source": source.name, "had_login": had_one}, [said])
    return 0


def run_rotate(arguments: argparse.Namespace) -> int:
    """Seal everything anew with the first key."""
    person = person_of(arguments)
    try:
        count = rotate(actor=person.actor, now=datetime.now(UTC), reason=arguments.reason)
    except CredentialError as error:
        raise Failed(str(error)) from error
    said = f"sealed anew: {count}; keys behind the first one are needed no more"
    tell(arguments, {"sealed": count}, [said])
    return 0


def run_new_key(arguments: argparse.Namespace) -> int:
    """Print a key; it is kept nowhere."""
    key = new_key()
    tell(arguments, {"key": key}, [key])
    return 0


def _secret(name: str | None) -> Secret:
    """From the file, else typed unseen on a terminal, else the first line of standard input."""
    if name is not None:
        document = read_file(Path(name), MOST_SECRET)
        if isinstance(document, Problem):
            raise Refused(f"{visible(name)} cannot be read: {document.because}")
        try:
            return Secret(document.body.decode("utf-8").rstrip("\r\n"))
        except UnicodeDecodeError as error:
            raise Refused(f"expected UTF-8 in {visible(name)}") from error
    if sys.stdin.isatty():
        return Secret(getpass.getpass("password or token: "))
    return Secret(sys.stdin.readline(MOST_SECRET + 2).rstrip("\r\n"))
