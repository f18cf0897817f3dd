"""The verbs that need the database, and the modules that have them."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

from trustui.operate.arguments import Failed, Refused
from trustui.operate.exit_status import FAILED, UNUSABLE

VERBS = {
    "migrate": "migrate",
    "createuser": "createuser",
    "source": "source",
    "policy": "policy",
    "material": "material",
    "revocation": "revocation",
    "crawl": "crawl",
    "import": "import_past",
    "status": "status",
    "rebuild": "rebuild",
    "credentials": "credentials",
    "events": "events",
    "jobs": "jobs",
    "clock": "clock",
    "backup": "backup",
    "restore": "backup",
    "serve": "serve",
    "worker": "worker",
    "beat": "beat",
}
"""Verb -> the module of this package with its `add_parser`. By name, so that a verb which looks at
the database for a moment does not load Celery and a web server first."""
_STARTED_BY_OTHERS = {"demo": "demo"}
"""No verb of the server's: `trustui demo`, which needs no database to print, starts it in its own."""


def parser(verbs: Iterable[str] = VERBS) -> argparse.ArgumentParser:
    """The grammar of these verbs."""
    top = argparse.ArgumentParser(prog="trustui")
    below = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    modules = VERBS | _STARTED_BY_OTHERS
    for module in dict.fromkeys(modules[verb] for verb in verbs):
        import_module(f"{__package__}.{module}").add_parser(below)
    return top


def run(arguments: Sequence[str]) -> int:
    """Run one verb of `VERBS`; gives its exit status."""
    parsed = parser(arguments[:1]).parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
    except Refused as error:
        print(f"trustui: {error}", file=sys.stderr)
        return UNUSABLE
    except Failed as error:
        print(f"trustui: {error}", file=sys.stderr)
        return FAILED
    return status
