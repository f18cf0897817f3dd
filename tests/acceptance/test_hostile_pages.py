"""Every page, export and picture of every hostile repository answers, does nothing and hides nothing."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from tests.scale import WHOLE, some_of
from tests.simulators.harmless import harms
from tests.simulators.hostile_repository import OWN, hostile_names, hostile_repository
from tests.simulators.mirrors import START, Internet
from tests.simulators.moved_worker import MovedWorker
from tests.simulators.people import Route, new_user, routes, sign_in
from trustui import pipeline
from trustui.accounts.models import Role, Team
from trustui.crawl.fetch import AddressPolicy
from trustui.crawl.switchboard import Switchboard
from trustui.events.models import Event
from trustui.inventory import crawl_job
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.models import RoleState, RoleVersion, Source, SourceKey
from trustui.inventory.sources import add_source
from trustui.inventory.values import CrawlOrder
from trustui.jobs.models import Job
from trustui.policies.models import Origin
from trustui.policies.services import PinError
from trustui.verdicts.models import SourceVerdict

pytestmark = pytest.mark.django_db(transaction=True)

PARTS = 4 if WHOLE else 1
"""In which the repositories are looked at, so that they can be at the same time."""
MOST_ROLES = 2
SOURCE_NAME = "'\"><script>alert(1)</script>"
PROBES = ("healthz", "readyz", "livez", "metrics")
ROUTES = [
    route
    for route in routes()
    if not (route.pattern.startswith("api/") and len(route.parameters) > 1)  # as their pages
]
OF_A_SOURCE = [route for route in ROUTES if "source_id" in route.parameters]
OF_ALL = [
    route
    for route in routes()
    if not route.parameters and not route.pattern.startswith(("account/", *PROBES))
]
"""Without those that show nobody else's names."""
OF_ONE = [
    route
    for route in ROUTES
    if route.parameters in ({"fingerprint"}, {"event_id"}, {"job_id"})
    and not route.pattern.startswith("api/")
]


@pytest.fixture
def corpus(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("hostile/tuf-hostile").resolve()


@pytest.fixture
def names(shared_data: Callable[[str], Path]) -> list[str]:
    return some_of(hostile_names(shared_data), 40)


def working(
    at: datetime, roots: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> Iterator[MovedWorker]:
    with Switchboard() as switchboard:
        made = MovedWorker(at, switchboard, roots)
        monkeypatch.setattr(pipeline, "CLOCK", made.clock)
        yield made
        made.runner.stop()


@pytest.fixture
def worker(
    corpus: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MovedWorker]:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(corpus,))
    at = datetime.fromisoformat(json.loads((corpus / "cases.json").read_bytes())["reference_time"])
    yield from working(at, (corpus,), monkeypatch)


def watched(folder: Path, at: datetime) -> Source:
    team, _ = Team.objects.get_or_create(name="Delivery", defaults={"created_at": at})
    source = add_source(
        team=team, name=folder.name, location=str(folder), actor="person:alice", now=at
    )
    with suppress(PinError):  # some roots are no roots
        anchor_source(
            source=source,
            body=(folder / "trusted_root.json").read_bytes(),
            origin=Origin.FILE,
            by=None,
            by_name="alice",
            reason="it is a test",
            now=at,
        )
    return source


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_about_a_hostile_repository_breaks(
    worker: MovedWorker, corpus: Path, part: int
) -> None:
    folders = sorted(path for path in corpus.iterdir() if path.is_dir())
    assert len(folders) == 83
    looked_into = some_of(folders, 6)[part::PARTS]
    sources = [watched(folder, worker.at) for folder in looked_into]
    worker.crawl(*sources)
    client = member_of(sources[0].team)
    wrong = [one for source in sources for one in looked_at(client, source)]
    assert wrong == []


def member_of(team: Team) -> Client:
    client = Client(raise_request_exception=False)
    return sign_in(client, new_user("mira", team, Role.ADMINISTRATOR))


def looked_at(client: Client, source: Source) -> Iterator[str]:
    """What is wrong with any page that is about a source."""
    for route in OF_A_SOURCE:
        for examples in examples_of(source, route):
            yield from answered(client, route.address(examples))
    for route in OF_ONE:
        for example in of_one(source, route):
            yield from answered(client, route.address(example))


def examples_of(source: Source, route: Route) -> Iterator[Mapping[str, object]]:
    """Examples for a route's parameters: of each kind the newest, of roles and documents several."""
    about: dict[str, object] = {"source_id": source.pk}
    more = route.parameters - {"source_id"}
    if not more:
        yield about
    elif more == {"verdict_id"}:
        verdicts = SourceVerdict.objects.filter(source=source)
        yield from (about | {"verdict_id": one.verdict_id} for one in verdicts)
    elif more == {"role_id"}:
        states = RoleState.objects.filter(source=source).order_by("role_id")[:MOST_ROLES]
        yield from (about | {"role_id": one.role_id} for one in states)
    elif more == {"sha256"}:
        versions = RoleVersion.objects.filter(source=source).select_related("blob")
        yield from (about | {"sha256": one.blob.sha256} for one in versions[:MOST_ROLES])
    else:
        raise LookupError(f"no examples for {more} of {route.pattern}")


def of_one(source: Source, route: Route) -> Iterator[Mapping[str, object]]:
    (parameter,) = route.parameters
    if parameter == "fingerprint":
        keys = SourceKey.objects.filter(source=source).select_related("key")[:1]
        yield from ({parameter: one.key.fingerprint} for one in keys)
    elif parameter == "event_id":
        events = Event.objects.filter(source_id=source.pk).order_by("-id")[:2]
        yield from ({parameter: one.pk} for one in events)
    else:
        jobs = Job.objects.filter(kind="crawl", key=str(source.pk))
        yield from ({parameter: one.pk} for one in jobs)


def answered(client: Client, address: str) -> Iterator[str]:
    """What is wrong with one answer."""
    answer = client.get(address)
    if answer.status_code >= 500:
        yield f"{answer.status_code} for {address}"
        return
    body = body_of(answer)
    if answer.status_code < 300:
        yield from (f"{address}: {one}" for one in harms(body, answer.headers["content-type"]))


def body_of(answer: Any) -> bytes:
    if isinstance(answer, StreamingHttpResponse):
        return answer.getvalue()
    assert isinstance(answer, HttpResponse)
    return answer.content


# ---- names that mean harm, from a real server


@pytest.fixture
def hostile(names: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """A source that was crawled over HTTP, and all of whose names are hostile."""
    internet = Internet()
    with internet.open:
        mirror = internet.mirror(SOURCE_NAME, hostile_repository(names, START))

        def policy_of(order: CrawlOrder) -> AddressPolicy:
            hosts = frozenset(order.allow_addresses)
            return AddressPolicy(allowed_hosts=hosts, ports=frozenset({mirror.server.port}))

        monkeypatch.setattr(crawl_job, "policy_of", policy_of)
        for worker in working(START, (), monkeypatch):
            worker.crawl(mirror.source)
        yield mirror.source


def test_no_page_about_hostile_names_breaks(hostile: Source, names: list[str]) -> None:
    assert RoleState.objects.filter(source=hostile).count() > len(names)
    client = member_of(hostile.team)
    wrong = [*looked_at(client, hostile)]
    wrong += [one for route in OF_ALL for one in answered(client, route.address({}))]
    assert wrong == []


def test_whatever_is_asked_for_is_answered(hostile: Source, names: list[str]) -> None:
    client = member_of(hostile.team)
    asked = ("/search/?q={}", "/sources/{source}/?path={}", "/sources/?text={}", "/help/?q={}")
    wrong = [
        one
        for name in some_of([*OWN, *names[:5]], 6)
        for address in asked
        for one in answered(client, address.format(quote(name), source=hostile.pk))
    ]
    assert wrong == []


def test_whatever_is_pasted_is_answered(hostile: Source, names: list[str]) -> None:
    client = member_of(hostile.team)
    wrong = []
    for name in [*OWN, *names]:
        answer = client.post("/verify/", {"text": name})
        assert answer.status_code < 500, name
        wrong += harms(body_of(answer), answer.headers["content-type"])
    assert wrong == []
