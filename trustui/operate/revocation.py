"""`trustui revocation`: what authorities say about certificates, fetched or imported from a folder."""

import argparse
import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Max

from trustui.core.errors import ParseError
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.crawl.revocation_evidence import EvidenceFolder, read_evidence
from trustui.operate.arguments import Refused, add_json, add_person, person_of, tell
from trustui.revocation.asking import allowed_hosts
from trustui.revocation.keeping import Given, Kept, judged, keep
from trustui.revocation.models import AskedPlace, RevocationAnswer


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`revocation import|list`."""
    parser = verbs.add_parser("revocation", help="what authorities say about certificates")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    taking = acts.add_parser("import", help="take answers from a folder, named by urls.json")
    taking.add_argument("folder", metavar="DIR", help="as `verify image --revocation-evidence`")
    add_person(taking, needs_reason=True)
    add_json(taking)
    taking.set_defaults(run=run_import)
    listing = acts.add_parser("list", help="every place that certificates name, and its answer")
    add_json(listing)
    listing.set_defaults(run=run_list)


def run_import(arguments: argparse.Namespace) -> int:
    """Keep what a folder says in place of the network; 1 where an answer does not count."""
    person, now = person_of(arguments), datetime.now(UTC)
    path = Path(arguments.folder)
    try:
        folder = read_evidence(path)
    except ParseError as error:
        raise Refused(f"{visible(arguments.folder)}: {error.because}") from error
    places = AskedPlace.objects.filter(address__in=folder.addresses).in_bulk()
    given = list(_given(folder, places.values(), now, path.resolve().name))
    with transaction.atomic():
        kept = keep(given, now, actor=person.actor, reason=arguments.reason)
    named = {place.address for place in places.values()}
    nobody = [one for one in folder.addresses if one not in named]
    tell(arguments, _imported(kept, places, nobody), _said(kept, places, nobody))
    return 1 if kept.failed else 0


def _given(
    folder: EvidenceFolder, places: Iterable[AskedPlace], now: datetime, origin: str
) -> Iterable[Given]:
    """An address may answer about one certificate only: what is not listed is no failure."""
    for place in places:
        enquiry = place.enquiry
        if folder.lists(enquiry.address, enquiry.request):
            yield judged(place.pk, enquiry, folder(enquiry), now, origin)


def _imported(kept: Kept, places: dict[int, AskedPlace], nobody: list[str]) -> dict[str, object]:
    return {
        "new": sorted({places[one].address for one in kept.new}),
        "unchanged": sorted({places[one].address for one in kept.same}),
        "refused": [
            {"address": places[one].address, "because": because}
            for one, because in kept.failed.items()
        ],
        "not_asked": nobody,
    }


def _said(kept: Kept, places: dict[int, AskedPlace], nobody: list[str]) -> list[str]:
    lines = [f"new: {places[one].address}" for one in kept.new]
    lines += [f"as known: {places[one].address}" for one in kept.same]
    lines += [f"refused: {places[one].address}: {why}" for one, why in kept.failed.items()]
    lines += [f"passed over: no verdict asked {visible(one)}" for one in nobody]
    return lines or ["the folder lists nothing"]


def run_list(arguments: argparse.Namespace) -> int:
    """Every place, whether it may be asked, and what it said last; three statements."""
    hosts = allowed_hosts()
    places = list(
        AskedPlace.objects.annotate(
            newest=Max("answers"), repositories=Count("concerns__repository", distinct=True)
        ).order_by("address", "pk")
    )
    answers = RevocationAnswer.objects.in_bulk([one.newest for one in places if one.newest])
    told = [
        _described(one, one.repositories, answers.get(one.newest), hosts.refusal(one.address))
        for one in places
    ]
    lines = [
        f"{one['address']}  {one['kind']}, of {one['repositories']} repositories, {_state(one)}"
        for one in told
    ]
    tell(arguments, {"places": told}, lines or ["no verdict asked about revocation so far"])
    return 0


def _state(one: dict[str, object]) -> str:
    words = f"known until {one['next_update']}" if one["next_update"] else "nothing is known"
    because = one["because"] or one["refused"]
    return f"{words}; {because}" if because else words


def _described(
    place: AskedPlace, repositories: int, newest: RevocationAnswer | None, refused: str
) -> dict[str, object]:
    request = None if place.request is None else bytes(place.request)
    return {
        "address": place.address,
        "kind": "list" if request is None else "responder",
        "serial": place.enquiry.certificate.serial if request is not None else None,
        "request": None if request is None else base64.b64encode(request).decode(),
        "refused": refused,
        "repositories": repositories,
        "this_update": None if newest is None else write_instant(newest.this_update),
        "next_update": None if newest is None else write_instant(newest.next_update),
        "fetched_at": None if newest is None else write_instant(newest.fetched_at),
        "imported_from": "" if newest is None else newest.origin,
        "because": place.because,
        "due_at": write_instant(place.due_at),
    }
