"""`python -m trustui.operate.isolated LEASE`: what a worker starts to run suspects, each alone.

Not a verb: its input and output are the worker's (trustui/jobs/isolation.py).
"""

import importlib
import os
import sys
from collections.abc import Sequence

import django

from trustui.jobs.fork_server import ForkServer
from trustui.jobs.isolation import Order
from trustui.jobs.kinds import Kind


def main(arguments: Sequence[str]) -> int:
    """Serve until standard input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
    django.setup()
    # Only now are there models to import.
    kinds: Sequence[Kind] = importlib.import_module("trustui.pipeline").KINDS
    serve(kinds, float(arguments[0]))
    return 0


def serve(kinds: Sequence[Kind], lease_seconds: float) -> None:
    """Fork a process for each order."""
    runner = importlib.import_module("trustui.jobs.runner")
    terms = importlib.import_module("trustui.jobs.terms")

    def run(order: Order) -> int:
        status: int = runner.run_alone(
            kinds, order, terms.Terms(owner="alone", mode="alone", lease=lease_seconds)
        )
        return status

    ForkServer(run).serve()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
