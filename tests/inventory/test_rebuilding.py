"""Projections made again are the projections that were there."""

import contextlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import transaction

from tests.simulators.crawl_memory import place_of
from tests.simulators.inventoried import (
    DAY,
    START,
    Inventoried,
    keep,
    new_source,
    projections,
    publisher,
)
from tests.simulators.tuf_places import TufPlace
from trustui.crawl.registry import open_source
from trustui.crawl.source import Options
from trustui.demo.publisher import Publisher
from trustui.inventory import rebuilding
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.crawling import crawl
from trustui.inventory.importing import import_past
from trustui.inventory.models import RoleState, RoleVersion
from trustui.inventory.places import orders_for
from trustui.inventory.rebuilding import PROJECTIONS, rebuild
from trustui.inventory.values import CrawlResult
from trustui.policies.models import Origin
from trustui.policies.services import PinError

pytestmark = pytest.mark.django_db


def assert_nothing_changes() -> dict[str, list[str]]:
    before = projections()
    assert sum(map(len, before.values())) > 0
    rebuild()
    after = projections()
    for name, rows in before.items():
        assert after[name] == rows, name
    return after


def test_a_history_of_every_kind_of_crawl_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "AT_ONCE", 3)
    repo = publisher()
    vendor, mirror = Inventoried(repo), Inventoried(repo, is_pinned=False)
    first = dict(repo.metadata)
    for day in range(8):
        at = START + day * DAY
        if day == 2:
            repo.rotate("timestamp")
        if day == 4:
            repo.forge("timestamp", lambda signed: signed.update(expires="2026-12-01T00:00:00Z"))
        elif day == 6:
            repo.serve("timestamp.json", b"no metadata")
        else:
            repo.renew("timestamp")
            repo.publish(at)
        files = first if day == 5 else None
        keep([vendor.look(at, files), mirror.look(at, files)], at)
    pin = repo.document("root", 1)
    mirror.pin(pin)
    mirror.crawl(START + 9 * DAY)
    assert_nothing_changes()
    assert RoleVersion.objects.filter(form__gt=0).exists()


def test_a_clock_that_went_back_changes_nothing_about_that() -> None:
    repo = publisher()
    vendor = Inventoried(repo)
    for day in (0, 3650, 1, 2):
        repo.renew("timestamp")
        repo.publish(START)
        vendor.crawl(START + day * DAY)
    assert_nothing_changes()
    assert RoleState.objects.get(role="timestamp").served.version == "5"


def test_a_past_that_was_imported_after_a_crawl_is_made_again(
    shared_data: Callable[[str], Path],
) -> None:
    place = open_source(str(shared_data("tuf/sigstore-root-signing/history")), Options())
    source = new_source(kind="history")
    vendor = Inventoried(publisher())
    vendor.crawl(START)
    import_past(source=source, seen=place.past(), now=START, actor="person:alice")
    import_past(source=vendor.source, seen=place.past(), now=START, actor="person:alice")
    after = assert_nothing_changes()
    assert len(after["RoleVersion"]) > 1_900


def test_it_says_how_far_it_is_and_what_it_made() -> None:
    repo = publisher()
    repo.serve("timestamp.json", b"no metadata")
    vendor = Inventoried(repo, is_pinned=False)
    vendor.crawl(START)
    told: list[tuple[int, int]] = []
    rebuilt = rebuild(lambda done, total, _: told.append((done, total)))
    assert told[-1] == (rebuilt.documents, rebuilt.documents)
    assert rebuilt.documents == rebuilt.role_versions + 1
    assert rebuilt.roles == RoleState.objects.count()


def test_what_was_lost_is_there_again_but_trust_that_was_lost_is_not() -> None:
    Inventoried(publisher()).crawl(START)
    before = projections()
    with transaction.atomic():
        for model in PROJECTIONS:
            model._default_manager.all().delete()
    rebuild()
    after = projections()
    assert not RoleState.objects.exclude(trusted=None).exists()
    del before["RoleState"], after["RoleState"]
    assert after == before


def test_an_empty_store_stays_empty() -> None:
    assert rebuild() == rebuilding.Rebuilt(0, 0, 0)


# ---- hostile corpora


def result_of(folder: Path, at: datetime) -> CrawlResult:
    source = new_source()
    root = (folder / "trusted_root.json").read_bytes()
    with contextlib.suppress(PinError):  # the place is looked at all the same
        anchor_source(
            source=source,
            body=root,
            origin=Origin.FILE,
            by=None,
            by_name="alice",
            reason="it is a test",
            now=START,
        )
    files = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    (order,) = orders_for([source.pk])
    return crawl(order, place_of(TufPlace(files)), lambda: at)


def test_hostile_repositories_are_kept_and_made_again(shared_data: Callable[[str], Path]) -> None:
    hostile = shared_data("hostile/tuf-hostile")
    stated = json.loads((hostile / "cases.json").read_bytes())
    at = datetime.fromisoformat(stated["reference_time"])
    results = [result_of(hostile / case["id"], at) for case in stated["cases"]]
    assert len(results) == 83
    assert len(keep(results, at)) == 83
    keep([result_of(hostile / stated["cases"][0]["id"], at)], at)
    assert_nothing_changes()


def test_naughty_names_are_kept_and_made_again(shared_data: Callable[[str], Path]) -> None:
    stated = json.loads((shared_data("hostile/naughty-strings") / "blns.json").read_bytes())
    naughty = [text for text in dict.fromkeys(stated) if text]
    assert len(naughty) > 500
    repo = Publisher("naughty", START)
    for text in naughty:
        repo.add_delegation("targets", text, paths=[text, "*"])
    repo.publish(START)
    vendor = Inventoried(repo)
    vendor.crawl(START)
    assert_nothing_changes()
    assert RoleVersion.objects.filter(source=vendor.source).count() == len(naughty) + 4
    (order,) = orders_for([vendor.source.pk])
    assert set(order.trusted) == {"timestamp", "snapshot", "targets", *naughty}
