"""The web server's process: gunicorn with what it needs and nothing of the folder it starts in."""

import argparse
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from trustui.jobs import doorbell
from trustui.operate.memory import keep_what_is_loaded
from trustui.wsgi import application

THREADS = 4
SILENT_SECONDS = 60
"""A process that reports nothing to its master for so long is replaced."""
GRACE_SECONDS = 7
"""For requests under way when it is told to end; the whole has ten."""


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, told everything here: it reads no file and no variable."""

    def __init__(self, listen: str, workers: int) -> None:
        self._settings: dict[str, Any] = {
            "bind": listen,
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": SILENT_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "control_socket_disable": True,  # would be made in the home folder
            "proc_name": "trustui serve",
            "when_ready": set_aside,
        }
        if settings.TRUSTUI.redis_url:
            self._settings["post_worker_init"] = connect_doorbell
        super().__init__()

    def load_config(self) -> None:
        """The settings of this object."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        """The site."""
        return application


def set_aside(_master: object) -> None:
    """Before processes are forked: what stands for as long as they run is loaded."""
    import_module(settings.ROOT_URLCONF)
    keep_what_is_loaded()


def connect_doorbell(_worker: object) -> None:
    """In each process that answers requests: what a person asks for is rung for at once."""
    # Celery is of no use to a site without Redis, and takes its time to import.
    doorbell.connect(import_module("trustui.celery").Bell().ask)


def main() -> None:
    """`--listen HOST:PORT --workers N`, until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", required=True)
    parser.add_argument("--workers", type=int, required=True)
    arguments = parser.parse_args()
    WebServer(arguments.listen, arguments.workers).run()


if __name__ == "__main__":
    main()
