"""A stateful TUF client on `crawl` and `core`, speaking tuf-conformance's protocol.

    tuf_client.py --metadata-dir D init ROOT
    tuf_client.py --metadata-dir D --metadata-url U refresh
    tuf_client.py --metadata-dir D --metadata-url U --target-name T... --target-base-url B
                  --target-dir DIR download

Exit 0 is full success. What is trusted stays in D, one file for each role.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.delegations import look_up
from trustui.core.formats.tuf.metadata import TargetFile
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question, Repository
from trustui.core.formats.tuf.target_files import compare_file, served_names
from trustui.core.formats.tuf.verify import refresh
from trustui.core.trace import Event, Outcome, Step, collect
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.client_state import load_state, save_state
from trustui.crawl.fetch import Fetch
from trustui.crawl.files import read_file
from trustui.crawl.source import Options
from trustui.crawl.sources.tuf_http import TufHttp

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_TARGET = 100_000_000


class Refused(Exception):  # noqa: N818  told to the suite by the exit status
    """The first step that does not hold."""


def main() -> int:
    arguments = _arguments()
    try:
        arguments.act(arguments)
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    return 0


def initialise(arguments: argparse.Namespace) -> None:
    Path(arguments.metadata_dir).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(arguments.root, Path(arguments.metadata_dir) / "root.json")


def update(arguments: argparse.Namespace) -> None:
    _refreshed(arguments, TufHttp(arguments.metadata_url, Options(allowed_hosts=LOOPBACK)))


def download(arguments: argparse.Namespace) -> None:
    repository = _refreshed(
        arguments, TufHttp(arguments.metadata_url, Options(allowed_hosts=LOOPBACK))
    )
    folder = Path(arguments.metadata_dir)
    for path in arguments.target_name:
        events, lookup = collect(look_up, repository, path)
        save_state(folder, repository.trusted)
        _demand(events)
        assert lookup.target is not None
        _fetch_target(arguments, repository, lookup.target)


def _refreshed(arguments: argparse.Namespace, source: TufHttp) -> Repository:
    folder = Path(arguments.metadata_dir)
    state = load_state(folder)
    missing = Problem(str(folder), ProblemKind.ABSENT, "no root.json: run init first")
    anchor = Anchor(state.pop("root", missing), AnchorOrigin.KEPT)
    events, repository = collect(
        refresh, Question(anchor, datetime.now(UTC), state, goes_on=False), source.ask
    )
    save_state(folder, repository.trusted)
    _demand(events)
    return repository


def _fetch_target(
    arguments: argparse.Namespace, repository: Repository, target: TargetFile
) -> None:
    assert repository.root is not None
    is_consistent = repository.root.consistent_snapshot
    kept = Path(arguments.target_dir) / quote(target.path, safe="")
    if _is_good(target, read_file(kept, LONGEST_TARGET), is_consistent):
        return
    name = served_names(target)[0] if is_consistent else target.path
    base = arguments.target_base_url.rstrip("/")
    with Fetch(AddressPolicy(allowed_hosts=LOOPBACK)) as door:
        answer = door.get(f"{base}/{quote(name)}", max_length=target.length)
    events, _ = collect(compare_file, target, answer, is_consistent, None)
    _demand(events)
    assert isinstance(answer, Document)
    kept.write_bytes(answer.body)


def _is_good(target: TargetFile, document: Document | Problem, is_consistent: bool) -> bool:
    events, _ = collect(compare_file, target, document, is_consistent, None)
    return not list(_bad_steps(events))


def _bad_steps(events: list[Event]) -> Iterator[Step]:
    for event in events:
        if isinstance(event, Step) and event.outcome in {Outcome.FAILED, Outcome.UNDECIDED}:
            yield event


def _demand(events: list[Event]) -> None:
    for step in _bad_steps(events):
        raise Refused(f"{step.check} on {step.on}: {step.because}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--metadata-dir", required=True)
    parser.add_argument("--metadata-url")
    parser.add_argument("--target-name", action="append", default=[])
    parser.add_argument("--target-base-url")
    parser.add_argument("--target-dir")
    verbs = parser.add_subparsers(required=True)
    init = verbs.add_parser("init")
    init.add_argument("root")
    init.set_defaults(act=initialise)
    verbs.add_parser("refresh").set_defaults(act=update)
    verbs.add_parser("download").set_defaults(act=download)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
