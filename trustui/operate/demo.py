"""The demo in the browser: `trustui demo` starts it on a world and an empty database of its own."""

import argparse
import secrets
import socket
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from trustui.core.primitives.instants import parse_instant
from trustui.core.primitives.text import counted
from trustui.demo.images.stories import IMAGE_STORIES
from trustui.demo.life import live
from trustui.demo.site import Login
from trustui.demo.world import SITE, STORIES
from trustui.inventory.models import Source
from trustui.operate import migrate, serve
from trustui.operate.arguments import Refused, progress, progress_ends
from trustui.pipeline import follow

HOST = "127.0.0.1"
"""This machine only: the keys are thrown away and the password is printed."""
NAME = "demo"
_MOST_TRIED = 100
_LAST_PORT = 65_535
_SECRET_BYTES = 12


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`demo --directory DIR --at INSTANT --port N`, as `trustui demo` calls it."""
    parser = verbs.add_parser(NAME, help="serve a demo world that was just made")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--at", type=instant, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.set_defaults(run=run)


def instant(text: str) -> datetime:
    """As `trustui demo` writes it; aware, UTC."""
    return parse_instant(text).at


def run(arguments: argparse.Namespace) -> int:
    """Let the world live until now, say where it is shown and to whom, and serve it."""
    folder = arguments.directory.resolve()
    _check_own_database(folder)
    login = Login(NAME, secrets.token_urlsafe(_SECRET_BYTES))
    migrate.migrate()
    make_site(folder, login, arguments.at)
    listen = f"{HOST}:{free_port(arguments.port)}"
    print(f"\nOpen      http://{listen}/\nSign in   {login.name}\nPassword  {login.password}\n")
    print(
        "The password is of this run and shown once; only this machine is answered. Ctrl-C ends it."
    )
    return serve.run(argparse.Namespace(listen=listen, workers=1, no_worker=False, migrate=False))


def make_site(folder: Path, login: Login, now: datetime) -> None:
    """Fill an empty database with the life of the world in `folder`, as it looks at `now`."""
    if connection.vendor == "sqlite":  # of this connection alone: nothing here outlives a power cut
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    stories = [tell(now) for tell in STORIES]

    def told(at: datetime, count: int) -> None:
        progress(f"{at:%Y-%m-%d}: {counted(count, 'crawl')}")

    images = [tell(now) for tell in IMAGE_STORIES]
    crawls = live(folder, stories, login, now, told, images)
    follow(now)
    progress_ends()
    sources = counted(Source.objects.count(), "source")
    said = f"{sources}, {counted(crawls, 'crawl')} of the past"
    print(said, flush=True)


def _check_own_database(folder: Path) -> None:
    """What is made here, a login whose password is on the screen, belongs into no other database."""
    is_own = settings.TRUSTUI.data == folder / SITE and not settings.TRUSTUI.database_url
    if not is_own:
        raise Refused("the demo is started by `trustui demo`, with a database of its own")
    path = settings.TRUSTUI.data / "trustui.sqlite3"
    if path.exists():
        raise Refused(f"{path} is there already; `trustui demo` makes a new one")


def free_port(first: int) -> int:
    """The first port from this one on that nobody listens on. Raises Refused after a hundred."""
    for port in range(first, min(first + _MOST_TRIED, _LAST_PORT + 1)):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((HOST, port))
            except OSError:
                continue
            return port
    raise Refused(f"no port is free from {first} on; choose another --port")
