"""`trustui worker`: the work in the background."""

import argparse
import logging
import os
import signal
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from trustui import celery
from trustui.operate.arguments import Refused
from trustui.operate.memory import keep_few_arenas, keep_what_is_loaded
from trustui.operate.pool import run_pool
from trustui.operate.serve import count
from trustui.operate.supervision import Child, Supervisor
from trustui.operate.sweeper import Sweeper, touch
from trustui.pipeline import KINDS, follow
from trustui.web.health import missing_migrations

_log = logging.getLogger(__name__)

FOLLOW_SECONDS = 2.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`worker [--concurrency N] [--embedded]`."""
    parser = verbs.add_parser("worker", help="run the work in the background")
    parser.add_argument(
        "--concurrency",
        metavar="N",
        type=count,
        default=min(os.cpu_count() or 1, 64),
        help="processes that share the work (default: one for each core)",
    )
    parser.add_argument(
        "--embedded",
        action="store_true",
        help="one process that needs no Redis, as `trustui serve` starts it",
    )
    parser.add_argument("--pool-of", metavar="NAME", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Until SIGTERM or SIGINT; what cannot be finished soon is handed back."""
    keep_few_arenas()
    if arguments.pool_of:
        return run_pool(arguments.pool_of, arguments.concurrency)
    if missing := missing_migrations():
        raise Refused(f"the database lacks {len(missing)} migrations: run `trustui migrate` first")
    name = f"{socket.gethostname()}:{os.getpid()}"
    alive = settings.TRUSTUI.data / "worker.alive"
    if arguments.embedded:
        return _run_embedded(name, alive)
    if not settings.TRUSTUI.redis_url:
        raise Refused("expected REDIS_URL, or --embedded for one process without Redis")
    return _run_pool(name, arguments.concurrency, alive)


def _run_embedded(name: str, alive: Path) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_follow, args=(stop, alive), name="follow", daemon=True).start()
    keep_what_is_loaded()
    return celery.make_runner(name, "embedded").run_forever(stop)


def _follow(stop: threading.Event, alive: Path) -> None:
    """Tell what happened to who follows the log, every two seconds."""
    while not stop.wait(FOLLOW_SECONDS):
        try:
            follow(datetime.now(UTC))
            touch(alive)
        except DatabaseError as error:
            connection.close()
            _log.warning("the database does not answer: %s", error)
        except Exception:  # noqa: BLE001  one who follows must not keep crawls from going on
            _log.exception("what happened could not be told; it is tried again")


def _run_pool(name: str, concurrency: int, alive: Path) -> int:
    connection.close()
    sweeper = Sweeper(
        name,
        kinds=[kind.name for kind in KINDS],
        concurrency=concurrency,
        ring=celery.ring,
        alive=alive,
    )
    sweeper.start()
    pool = ["worker", "--pool-of", name, "--concurrency", str(concurrency)]
    return Supervisor([Child("pool", "trustui.cli.main", pool)], sweeper.check).run()
