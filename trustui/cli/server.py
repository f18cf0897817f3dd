"""The verbs that need a database. This command line imports no Django: it hands them over by name."""

import argparse
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from trustui.cli.arguments import Unusable

VERBS = {
    "migrate": "make the tables, or bring them to this version",
    "createuser": "make an account and give it a role in a team",
    "source": "add, list, pin and remove what is crawled",
    "policy": "say what is expected of images",
    "material": "give the roots, keys and certificates of policies",
    "revocation": "what authorities say about certificates",
    "crawl": "look at sources now",
    "import": "take over the past of a source from a history folder or a git repository",
    "status": "what is wrong now, and whether the work goes on",
    "rebuild": "make everything that is searched again from the stored bytes",
    "credentials": "change the keys that logins are sealed with",
    "events": "verify, sign and export the log of what happened",
    "jobs": "list, retry and quarantine background work",
    "clock": "say that a clock is right that is in doubt",
    "backup": "copy the whole database while others write",
    "restore": "put a backup into an empty database",
    "serve": "run the site, and a worker beside it",
    "worker": "run the work in the background",
    "beat": "ring for what is due, for workers with Redis",
}
"""As `trustui.operate.verbs` has them, with the same words (tested)."""

WITHOUT_DATABASE = {"policy": frozenset({"lint"})}
"""Acts of such verbs that this command line does itself; it has a parser for them."""


def add_help(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """A line of help for each; `main` hands them over before anything is parsed."""
    for verb, purpose in VERBS.items():
        if verb not in WITHOUT_DATABASE:
            verbs.add_parser(verb, help=purpose, add_help=False)


def is_handed_over(arguments: Sequence[str]) -> bool:
    """Whether these arguments are for the server's command line."""
    verb, act = (*arguments, "", "")[:2]
    return verb in VERBS and act not in WITHOUT_DATABASE.get(verb, frozenset())


def hand_over(arguments: Sequence[str]) -> int:
    """Run a verb with whatever follows it. Raises Unusable where only the base install is there."""
    if find_spec("django") is None:
        raise Unusable(
            f"`{arguments[0]}` needs a database: expected the install trustui[server], "
            "found the base install"
        )
    status: int = import_module("trustui.operate.start").main(arguments)
    return status
