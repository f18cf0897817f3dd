"""`trustui clock`: say that a clock is right which the product does not believe."""

import argparse

from trustui.operate.arguments import Refused, add_json, add_person, person_of, tell
from trustui.verdicts.clock import confirm_clock
from trustui.verdicts.models import ClockDoubt


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`clock confirm HOST`."""
    parser = verbs.add_parser("clock", help="say that a clock is right that is in doubt")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    confirm = acts.add_parser("confirm", help="verdicts that only time changes go on")
    confirm.add_argument("host", metavar="HOST", help="as `trustui status` names it")
    add_person(confirm, takes_reason=False)
    add_json(confirm)
    confirm.set_defaults(run=run_confirm)


def run_confirm(arguments: argparse.Namespace) -> int:
    """The machine believes its clock when it looks next, within seconds, and tells the log."""
    if not confirm_clock(host=arguments.host, actor=person_of(arguments).actor):
        doubted = ", ".join(ClockDoubt.objects.order_by("host").values_list("host", flat=True))
        raise Refused(f"nobody doubts the clock of {arguments.host}; in doubt: {doubted or 'none'}")
    said = f"the clock of {arguments.host} counts as right from its next look on"
    tell(arguments, {"confirmed": arguments.host}, [said])
    return 0
