"""`trustui source`: what is crawled, and the root that each source is verified from."""

import argparse
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from django.conf import settings
from django.db import transaction

from trustui.core.facts import Problem
from trustui.core.limits import TufLimits
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.crawl.files import read_file
from trustui.inventory.anchoring import anchor_source, confirmed_root
from trustui.inventory.models import Source
from trustui.inventory.recognizing import (
    IMAGE_KINDS,
    SourceError,
    checked_hosts,
    kind_named,
    recognized,
)
from trustui.inventory.sources import add_source, open_place, place_options, remove_source
from trustui.operate.arguments import (
    Person,
    Refused,
    add_json,
    add_person,
    person_of,
    source_named,
    team_named,
    tell,
)
from trustui.operate.credentials import add_login_acts
from trustui.policies.models import Anchor, Origin
from trustui.policies.services import PinError
from trustui.verdicts.image_history import in_numbers, states_by_source
from trustui.verdicts.models import SourceVerdict

Root: TypeAlias = tuple[bytes, Origin]
"""What a person wants to pin, and how they came by it."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`source add|list|pin|remove|login|logout`."""
    parser = verbs.add_parser("source", help="add, list, pin and remove what is crawled")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    _add_add(acts)
    listing = acts.add_parser("list", help="every source with its state")
    add_json(listing)
    listing.set_defaults(run=run_list)
    pin = acts.add_parser("pin", help="say which root a source is verified from")
    pin.add_argument("name", metavar="NAME")
    _add_root(pin, required=True)
    add_person(pin, needs_reason=True)
    add_json(pin)
    pin.set_defaults(run=run_pin)
    remove = acts.add_parser("remove", help="crawl it no more; its past stays")
    remove.add_argument("name", metavar="NAME")
    add_person(remove, needs_reason=True)
    add_json(remove)
    remove.set_defaults(run=run_remove)
    add_login_acts(acts)


def _add_add(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add = acts.add_parser("add", help="crawl a place from now on")
    add.add_argument("name", metavar="NAME")
    add.add_argument(
        "location",
        metavar="LOCATION",
        help="an http(s) base URL, a local path, oci://HOST or oci-layout:DIR",
    )
    add.add_argument("--team", metavar="TEAM", default="default")
    add.add_argument(
        "--every", metavar="SECONDS", type=int, help="between crawls (default: TRUSTUI_CRAWL_EVERY)"
    )
    add.add_argument(
        "--allow-address",
        metavar="HOST",
        action="append",
        default=[],
        help="a private host that this source may reach; an event of its own; repeatable",
    )
    add.add_argument(
        "--branch", metavar="NAME", default="", help="of a git repository (default: HEAD's)"
    )
    add.add_argument(
        "--folder", metavar="PATH", default="", help="of the metadata in git (default: found)"
    )
    add.add_argument(
        "--repository",
        metavar="NAME",
        action="append",
        default=[],
        help="of a registry: what is crawled, also PREFIX/* (default: all that it lists); of a "
        "layout: the HOST/NAME that policies know it by; repeatable",
    )
    _add_root(add, required=False)
    add_person(add)
    add_json(add)
    add.set_defaults(run=run_add)


def _add_root(parser: argparse.ArgumentParser, *, required: bool) -> None:
    root = parser.add_mutually_exclusive_group(required=required)
    root.add_argument("--root", metavar="FILE", help="the root metadata that you trust")
    root.add_argument(
        "--fingerprint",
        metavar="SHA256",
        help="the place's own first root, if it has this fingerprint that you know from elsewhere",
    )


def run_add(arguments: argparse.Namespace) -> int:
    """Add a source, pin its root where one is given, and ask for a first crawl."""
    person, now = person_of(arguments), datetime.now(UTC)
    try:
        root = _root_of_new(arguments)
        with transaction.atomic():
            source = add_source(
                team=team_named(arguments.team, person, now),
                name=arguments.name,
                location=arguments.location,
                every_seconds=arguments.every,
                allow_addresses=arguments.allow_address,
                branch=arguments.branch,
                folder=arguments.folder,
                repositories=arguments.repository,
                actor=person.actor,
                reason=arguments.reason,
                now=now,
            )
            if root is not None:
                _pin(source, root, arguments, person, now)
    except (SourceError, PinError) as error:
        raise Refused(str(error)) from error
    source.refresh_from_db()
    tell(arguments, _described(source), _added(source))
    return 0


def _root_of_new(arguments: argparse.Namespace) -> Root | None:
    """Read before anything is written: a place may take its time, and a database not wait for it."""
    if not (arguments.root or arguments.fingerprint):
        return None
    if not arguments.reason.strip():
        raise Refused("pinning a root needs --reason")
    if arguments.root:
        return _root_from_file(arguments.root)
    hosts, roots = checked_hosts(arguments.allow_address), settings.TRUSTUI.local_roots
    location = arguments.location.strip()
    kind = kind_named(recognized(location, hosts, roots).kind)
    options = place_options(hosts, roots, arguments.branch, arguments.folder)
    with closing(kind.open(location, options)) as place:
        return confirmed_root(place, arguments.fingerprint), Origin.CONFIRMED


def _added(source: Source) -> list[str]:
    lines = [f"added {source.name} ({source.kind}), crawled every {source.every_seconds} s"]
    if source.anchor is None and source.kind not in IMAGE_KINDS:
        lines.append(
            "no root is pinned, so it will never be shown as verified; "
            f"`trustui source pin {source.name} --root FILE` says whom to trust"
        )
    return lines


def run_list(arguments: argparse.Namespace) -> int:
    """Every source."""
    sources = list(
        Source.objects.filter(removed_at=None).select_related("anchor", "team").order_by("name")
    )
    states = dict(SourceVerdict.objects.values_list("source_id", "trust_state"))
    artefacts = states_by_source()
    answer = [_answered(one, states.get(one.pk), artefacts.get(one.pk, {})) for one in sources]
    width = max((len(one.name) for one in sources), default=0)
    lines = [
        f"{one.name:{width}}  {_state(one, states.get(one.pk), artefacts.get(one.pk, {})):12}  "
        f"{one.kind:10}  {one.location}"
        for one in sources
    ]
    tell(arguments, {"sources": answer}, lines or ["no sources; `trustui source add` adds one"])
    return 0


def _answered(source: Source, state: str | None, artefacts: dict[str, int]) -> dict[str, object]:
    counted = {"artefacts": artefacts} if source.kind in IMAGE_KINDS else {}
    return {**_described(source), "trust_state": state, **counted}


def _state(source: Source, state: str | None, artefacts: dict[str, int]) -> str:
    if source.kind in IMAGE_KINDS and artefacts:
        return in_numbers(artefacts)
    return state or "not checked"


def run_pin(arguments: argparse.Namespace) -> int:
    """Pin or replace a source's root."""
    source, person = source_named(arguments.name), person_of(arguments)
    try:
        root = _root_of(source, arguments)
        anchor = _pin(source, root, arguments, person, datetime.now(UTC))
    except (SourceError, PinError) as error:
        raise Refused(str(error)) from error
    answer = {"source": source.name, "sha256": anchor.sha256, "version": anchor.version}
    said = f"{source.name} is verified from root v{anchor.version} {anchor.sha256}"
    tell(arguments, answer, [said])
    return 0


def _root_of(source: Source, arguments: argparse.Namespace) -> Root:
    if arguments.root:
        return _root_from_file(arguments.root)
    with open_place(source, settings.TRUSTUI.local_roots) as place:
        return confirmed_root(place, arguments.fingerprint), Origin.CONFIRMED


def _root_from_file(name: str) -> Root:
    document = read_file(Path(name), TufLimits().root_bytes)
    if isinstance(document, Problem):
        raise Refused(f"{visible(name)} cannot be read: {document.because}")
    return document.body, Origin.FILE


def _pin(
    source: Source, root: Root, arguments: argparse.Namespace, person: Person, now: datetime
) -> Anchor:
    body, origin = root
    return anchor_source(
        source=source,
        body=body,
        origin=origin,
        by=person.user,
        by_name=person.name,
        reason=arguments.reason,
        now=now,
    )


def run_remove(arguments: argparse.Namespace) -> int:
    """Stop crawling a source."""
    source, person = source_named(arguments.name), person_of(arguments)
    remove_source(source=source, actor=person.actor, reason=arguments.reason, now=datetime.now(UTC))
    tell(arguments, {"removed": source.name}, [f"{source.name} is crawled no more; its past stays"])
    return 0


def _described(source: Source) -> dict[str, object]:
    anchor = source.anchor
    return {
        "name": source.name,
        "kind": source.kind,
        "location": source.location,
        "team": source.team.name,
        "every_seconds": source.every_seconds,
        "allow_addresses": source.allow_addresses,
        "branch": source.branch,
        "folder": source.folder,
        "repositories": source.repositories,
        "added_at": write_instant(source.created_at),
        "anchor": None if anchor is None else {"sha256": anchor.sha256, "version": anchor.version},
    }
