"""Verify anything: texts, locations."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.simulators.metadata_server import serving
from tests.simulators.onlookers import STRANGER, onlooker, time_passes
from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.check_pages import load_pages
from trustui.demo.publisher import Publisher
from trustui.inventory.models import Blob, Crawl
from trustui.inventory.recognizing import SourceError
from trustui.pages.verifying import (
    KnownSource,
    explain,
    known_source,
    source_address,
    verify_location,
)
from trustui.pages.words import state_of

pytestmark = pytest.mark.django_db
LOOPBACK = ("127.0.0.1",)


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def repo() -> Publisher:
    """Published just now, so that it is valid by the real clock."""
    return vendor(start=datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def address(repo: Publisher) -> Iterator[str]:
    files = {f"/metadata/{name}": body for name, body in repo.metadata.items()}
    with serving(files, frozenset()) as served:
        yield f"{served}/metadata/"


# Texts


def test_a_client_s_text_is_explained_with_where_it_is_so_now() -> None:
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    time_passes(watched, START + WEEK + DAY)
    told = explain(onlooker(watched), "ExpiredMetadataError: timestamp.json is expired")
    (message,) = told.messages
    assert message.title == (
        "The timestamp has expired: the client cannot tell an old copy from a frozen one"
    )
    assert message.checks[0].id == "tuf.timestamp.freeze.expired"
    assert message.checks[0].advice.startswith("Get the timestamp renewed")
    assert [one.source for one in told.failing] == ["vendor-updates"]
    assert explain(STRANGER, "timestamp.json is expired").failing == ()


def test_a_text_that_fits_several_causes_tells_each_with_what_to_do() -> None:
    (message,) = explain(STRANGER, "Error: no signatures found").messages
    first, *others = message.causes
    assert first.because.startswith("The digest was never signed")
    assert (first.check_id, first.href) == ("registry.find", "/help/checks/registry.find/")
    assert first.title == "Something of the wanted kind is attached"
    assert len(others) > 3
    assert all(one.how_to_check and one.fix for one in message.causes)


def test_a_cause_that_no_check_asks_links_nowhere() -> None:
    (message,) = explain(STRANGER, "System error calling external data provider").messages
    assert (message.checks, message.causes[0].check_id, message.causes[0].href) == ((), "", "")


def test_where_a_message_tells_no_causes_the_pages_of_its_checks_do() -> None:
    text = "certificate expired before observed time: 2026-02-01T00:00:00Z is before 2026-02-02T00:00:00Z"
    (message,) = explain(STRANGER, text).messages
    page = load_pages()["cosign.expiry"]
    (cause,) = message.causes
    assert (cause.because, cause.fix) == (page.causes, page.fix)


def test_a_text_that_no_client_says_is_not_explained() -> None:
    told = explain(STRANGER, "segmentation fault")
    assert (told.messages, told.failing) == ((), ())


# Locations


def test_a_place_that_nobody_vouches_for_is_never_verified(address: str) -> None:
    told = verify_location(STRANGER, address, clock, allow_addresses=LOOPBACK)
    assert told.head.title.startswith("Signed, not trusted")
    assert told.vouched_by == ""
    assert told.root_version == "1"
    assert len(told.root_sha256) == 64
    assert told.facts[0].word == "sound"


def test_a_root_that_a_colleague_pinned_is_trusted(repo: Publisher, address: str) -> None:
    watched = Watched(repo, name="vendor-updates")
    told = verify_location(onlooker(watched), address, clock, allow_addresses=LOOPBACK)
    assert told.head.title == "Verified"
    assert told.vouched_by == "alice"
    assert told.facts[1].sign == "ok"


def test_a_pin_of_another_team_vouches_for_nothing(repo: Publisher, address: str) -> None:
    Watched(repo, name="vendor-updates")
    told = verify_location(STRANGER, address, clock, allow_addresses=LOOPBACK)
    assert told.vouched_by == ""


def test_nothing_is_stored(address: str) -> None:
    verify_location(STRANGER, address, clock, allow_addresses=LOOPBACK)
    assert Crawl.objects.count() == 0
    assert Blob.objects.count() == 0


def test_a_place_that_does_not_answer_could_not_be_checked() -> None:
    with serving({}, frozenset({"/1.root.json"})) as served:
        told = verify_location(STRANGER, f"{served}/", clock, allow_addresses=LOOPBACK)
    assert told.head.title.startswith("Could not be checked")
    assert told.root_sha256 == ""
    assert told.facts[3].sign == "unknown"


def test_what_stands_as_a_root_and_is_none_is_told() -> None:
    with serving({"/1.root.json": b"<html>"}, frozenset()) as served:
        told = verify_location(STRANGER, f"{served}/", clock, allow_addresses=LOOPBACK)
    assert told.root_version == ""
    assert len(told.root_sha256) == 64
    assert told.head.sign != "ok"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "file:///etc/passwd",
        "https://user:secret@updates.example/",
        "https://updates.example/?q=1",
    ],
)
def test_private_addresses_and_odd_urls_are_refused_without_asking(location: str) -> None:
    with pytest.raises(SourceError):
        verify_location(STRANGER, location, clock)


def test_paths_of_this_server_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        verify_location(STRANGER, str(tmp_path), clock)


def test_a_location_that_is_crawled_is_recognised_with_and_without_its_slash() -> None:
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    viewer = onlooker(watched)
    for location in ("https://vendor-updates.example", "https://vendor-updates.example/"):
        known = known_source(viewer, location)
        assert known is not None
        assert (known.name, known.state.word) == ("vendor-updates", "verified")
        assert source_address(known).endswith(f"/verdicts/{watched.verdicts[-1].pk}/")
    assert known_source(viewer, "https://another.example/") is None
    assert known_source(STRANGER, "https://vendor-updates.example/") is None


def test_a_source_without_a_verdict_leads_to_itself() -> None:
    known = KnownSource(7, "new", state_of(None), None)
    assert source_address(known) == "/sources/7/source/"
