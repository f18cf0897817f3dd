"""`trustui serve`: the site, and a worker beside it, in one command."""

import argparse
import os

from django.db import connections

from trustui.operate import migrate
from trustui.operate.arguments import Refused
from trustui.operate.supervision import Child, Supervisor
from trustui.web.health import missing_migrations

ADDRESS = "127.0.0.1:8000"
_MOST_PORTS = 65_535
_MOST_PROCESSES = 64


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`serve [--listen HOST:PORT] [--workers N] [--no-worker] [--migrate]`."""
    parser = verbs.add_parser("serve", help="run the site, and a worker beside it")
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        type=address,
        default=ADDRESS,
        help=f"where to answer (default: {ADDRESS}, this machine only)",
    )
    parser.add_argument(
        "--workers", metavar="N", type=count, default=2, help="web processes (default: 2)"
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="the site alone; `trustui worker` runs elsewhere"
    )
    parser.add_argument(
        "--migrate", action="store_true", help="bring the tables to this version first"
    )
    parser.set_defaults(run=run)


def address(text: str) -> str:
    """HOST:PORT; an IPv6 address stands in brackets."""
    host, colon, port = text.rpartition(":")
    is_port = port.isascii() and port.isdecimal() and 0 < int(port) <= _MOST_PORTS
    if not (host and colon and is_port) or (":" in host and not host.startswith("[")):
        raise argparse.ArgumentTypeError(f"expected HOST:PORT, found {text!r}")
    return text


def count(text: str) -> int:
    """A number of processes."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_PROCESSES))
    if not is_number or not 1 <= int(text) <= _MOST_PROCESSES:
        raise argparse.ArgumentTypeError(
            f"expected a number from 1 to {_MOST_PROCESSES}, found {text!r}"
        )
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Until SIGTERM or SIGINT; then both end within ten seconds."""
    if arguments.migrate:
        migrate.run(argparse.Namespace(json=False))
    elif missing := missing_migrations():
        raise Refused(
            f"the database lacks {len(missing)} migrations of this version: run `trustui migrate` "
            "first, or `trustui serve --migrate`"
        )
    connections.close_all()  # this process only watches from here on
    web = ["--listen", arguments.listen, "--workers", str(arguments.workers)]
    children = [Child("web server", "trustui.operate.web_server", web)]
    if not arguments.no_worker:
        children.append(Child("worker", "trustui.cli.main", ["worker", "--embedded"]))
    print(f"trustui is at http://{arguments.listen}/ (process {os.getpid()})", flush=True)
    return Supervisor(children).run()
