"""One source as a page, and what is done to it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.simulators.people import Cast
from tests.simulators.watched import vendor
from trustui.accounts.models import Role
from trustui.core.limits import TufLimits
from trustui.core.primitives.digests import sha256
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.jobs.models import Job, State
from trustui.web.source import POLL_ENDS

ROOT = vendor("another").document("root", 1)


@pytest.fixture
def mira(cast: Cast) -> Client:
    return cast.as_role(Role.ADMINISTRATOR)


def page(cast: Cast, act: str = "") -> str:
    return f"/sources/{cast.own.source.pk}/source/{act}"


def source(cast: Cast) -> Source:
    return Source.objects.select_related("anchor").get(pk=cast.own.source.pk)


def test_it_shows_the_anchor_the_crawls_and_what_may_be_done(cast: Cast, mira: Client) -> None:
    text = mira.get(page(cast)).content.decode()
    for words in ("read out over the phone", "Crawl now", "Replace the root", "Remove it"):
        assert words in text
    viewer = cast.as_role(Role.VIEWER).get(page(cast)).content.decode()
    assert "It needs the permission to crawl a source now" in viewer
    assert "<form" not in viewer.partition('id="content"')[2]
    assert "TrustuiCrawlOverdue" in text, "it was crawled long ago"
    past = mira.get(page(cast) + "?at=2026-03-03T00:00:00Z").content.decode()
    assert "TrustuiCrawlOverdue" not in past, "rules look at the present"
    assert "You look at the past" in past
    assert "Remove it" not in past
    assert mira.get(page(cast) + "?after=x").status_code == 400


def test_a_crawl_is_asked_for_and_followed_until_it_ends(cast: Cast, mira: Client) -> None:
    assert mira.post(page(cast, "crawl/")).headers["Location"] == page(cast)
    assert Event.objects.get(kind="source.crawl_requested").actor == "person:mira"
    part = mira.post(page(cast, "crawl/"), headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert mira.get(page(cast, "progress/")).status_code == 200
    Job.objects.filter(kind="crawl").update(state=State.IDLE)
    ended = mira.get(page(cast, "progress/"))
    assert ended.status_code == POLL_ENDS
    assert "hx-trigger" not in ended.content.decode()


def test_the_interval_is_changed(cast: Cast, mira: Client) -> None:
    mira.post(page(cast, "schedule/"), {"every_seconds": "3600"})
    assert source(cast).every_seconds == 3600
    for wrong in ("", "x", "1", "9" * 11):
        answer = mira.post(page(cast, "schedule/"), {"every_seconds": wrong})
        assert answer.status_code == 400
        assert "xpected" in answer.content.decode()
    assert source(cast).every_seconds == 3600


def test_private_addresses_are_allowed_with_a_reason(cast: Cast, mira: Client) -> None:
    given = {"allow_addresses": "10.1.2.3  mirror.internal"}
    assert mira.post(page(cast, "addresses/"), given).status_code == 400
    mira.post(page(cast, "addresses/"), {**given, "reason": "the mirror inside"})
    assert source(cast).allow_addresses == ["10.1.2.3", "mirror.internal"]
    assert Event.objects.get(kind="source.addresses_allowed").reason == "the mirror inside"
    manager = cast.as_role(Role.SECURITY_ENGINEER)
    assert manager.post(page(cast, "addresses/"), given).status_code == 403


def test_a_root_is_replaced_by_a_file(cast: Cast, mira: Client) -> None:
    given = {"root": SimpleUploadedFile("root.json", ROOT), "reason": "from the vendor's hands"}
    mira.post(page(cast, "anchor/"), given)
    anchor = source(cast).anchor
    assert anchor is not None
    assert (anchor.sha256, anchor.origin, anchor.pinned_by_name) == (sha256(ROOT), "file", "mira")
    assert Event.objects.get(kind="anchor.replaced").source_id == cast.own.source.pk


@pytest.mark.parametrize(
    ("given", "because"),
    [
        ({"fingerprint": "ab"}, "needs a reason"),
        ({"fingerprint": "ab", "reason": "x"}, "xpected a SHA-256 in 64 hexadecimal digits"),
        ({"root": b"<html>", "reason": "x"}, "his is no root metadata"),
        ({"root": b" " * (TufLimits().root_bytes + 1), "reason": "x"}, "xpected a root of at most"),
    ],
    ids=["no reason", "no fingerprint", "no root", "too long"],
)
def test_what_cannot_be_pinned_is_told(
    cast: Cast,
    mira: Client,
    given: dict[str, object],
    because: str,
) -> None:
    body = given.get("root")
    if isinstance(body, bytes):
        given = {**given, "root": SimpleUploadedFile("root.json", body)}
    Source.objects.filter(pk=cast.own.source.pk).update(kind="directory")
    answer = mira.post(page(cast, "anchor/"), given)
    assert answer.status_code == 400
    assert because in answer.content.decode()


def test_pinning_is_for_security_engineers(cast: Cast) -> None:
    given = {"root": SimpleUploadedFile("root.json", ROOT), "reason": "x"}
    manager = cast.as_role(Role.RELEASE_MANAGER)
    assert manager.post(page(cast, "anchor/"), given).status_code == 403


def test_it_is_removed_with_a_reason_and_stays_to_be_read(cast: Cast, mira: Client) -> None:
    assert mira.post(page(cast, "remove/")).status_code == 400
    mira.post(page(cast, "remove/"), {"reason": "they shut down"})
    assert source(cast).removed_at is not None
    text = mira.get(page(cast)).content.decode()
    assert "is crawled no more" in text
    assert "Remove it" not in text
    answer = mira.post(page(cast, "crawl/"))
    assert answer.status_code == 400
    assert "was removed" in answer.content.decode()


@pytest.mark.parametrize("act", ["crawl/", "schedule/", "anchor/", "remove/", "addresses/"])
def test_acts_have_no_page_of_their_own(cast: Cast, mira: Client, act: str) -> None:
    assert mira.get(page(cast, act)).headers["Location"] == page(cast)
    there = f"/sources/{cast.other.source.pk}/source/{act}"
    assert mira.get(there).status_code == 404
    assert mira.post(there, {"reason": "x"}).status_code == 404
