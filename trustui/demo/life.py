"""The life of the demo world: each day is published and crawled at its own time, one after another.

What is written is what a server would have written that had run all along: crawls, sightings,
verdicts and events go the way of every crawl, and each is dated when it happened.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from django.conf import settings
from django.db import transaction

from trustui.demo.images.life import ImageLife
from trustui.demo.images.story import ImageStory
from trustui.demo.serving import Serving
from trustui.demo.site import Login, Site, found_site, metadata_folder, watch
from trustui.demo.story import DAY, Story
from trustui.events.sealing import seal
from trustui.events.signing_key import log_signer, log_verifiers
from trustui.inventory.asking import Place
from trustui.inventory.crawling import crawl
from trustui.inventory.models import Source
from trustui.inventory.places import orders_for
from trustui.inventory.recognizing import kind_named
from trustui.inventory.recording import record
from trustui.inventory.sources import place_options
from trustui.inventory.values import CrawlOrder, CrawlResult
from trustui.verdicts.concluding import conclude_crawls
from trustui.verdicts.models import Cause, SourceVerdict
from trustui.verdicts.reverifying import reverify

TURNED_AFTER = timedelta(hours=3)
"""From the last publication until a place serves something else than what was published."""

RELEASES = "quayline-releases"
"""The TUF repository that also distributes the trusted root for images."""
BEFORE = timedelta(hours=1)
"""From the founding of the site until the first publication."""

Told: TypeAlias = Callable[[datetime, int], object]
"""Hears of an instant and how many crawls there were until then."""


def serving(story: Story, folder: Path) -> Serving:
    """The folder of a TUF repository, from the day on which somebody watches it."""
    last = story.repo.archive.versions[-1].at
    return Serving(states_of(story), folder, last - story.watched_days * DAY)


def states_of(story: Story) -> Iterator[tuple[datetime, Mapping[str, bytes]]]:
    """Since when the place served which files, in order; the last is what it serves now."""
    archive = story.repo.archive
    times = sorted({version.at for version in archive.versions})
    files: Mapping[str, bytes] = {}
    for at in times:
        files = archive.metadata_as_of(at)
        yield at, files
    if files != story.served:
        yield times[-1] + TURNED_AFTER, story.served


def live(
    folder: Path,
    stories: Sequence[Story],
    login: Login,
    now: datetime,
    told: Told = lambda *_: None,
    images: Sequence[ImageStory] = (),
) -> int:
    """Let a world live until `now` (aware UTC), watched by `login`; gives how many crawls there were.

    `folder` is the world's, the database is empty. Each publication is looked at a little later,
    what lapses meanwhile is concluded again at its time, and everything is looked at at `now`.
    Images are watched where the vendor's releases are, whose trusted root they rest on.
    """
    began = min(version.at for story in stories for version in story.repo.archive.versions)
    site = found_site(folder, login, began - BEFORE)
    life, of_images = _Life(site, stories), ImageLife(site, images)
    while (at := _first(life.next_at, of_images.next_at)) is not None and at < now:
        published = life.go_on(at) if life.next_at == at else []
        if images and RELEASES in published:
            _show_trust(life, of_images, at, now)
        of_images.go_on(at)
        told(at, life.crawls + of_images.crawls)
    life.crawls += look(list(life.sources.values()), now)
    of_images.look_at_all(now)
    return life.crawls + of_images.crawls


def _first(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def _show_trust(life: "_Life", images: ImageLife, at: datetime, now: datetime) -> None:
    """The vendor's releases were looked at: they say what images rest on."""
    if images.is_expecting:
        images.follow(at)
    else:
        images.expect(Source.objects.get(pk=life.sources[RELEASES]), at, now)


class _Life:
    """Where the world is in its life; everything goes by the names of the repositories."""

    def __init__(self, site: Site, stories: Sequence[Story]) -> None:
        self.sources: dict[str, int] = {}
        self.crawls = 0
        self._site = site
        self._stories = {story.name: story for story in stories}
        self._serving = {one.name: serving(one, metadata_folder(site, one)) for one in stories}
        self._due = {name: one.next_look for name, one in self._serving.items()}
        self._sealed_at: datetime | None = None

    @property
    def next_at(self) -> datetime | None:
        """When something happens next."""
        return min((at for at in self._due.values() if at is not None), default=None)

    def go_on(self, at: datetime) -> list[str]:
        """Live through one instant; gives what was published."""
        there = [name for name, due in self._due.items() if due == at]
        published = [name for name in there if self._serving[name].next_look == at]
        for name in published:
            self._serving[name].turn_to(at)
            if name not in self.sources:
                self.sources[name] = watch(self._site, self._stories[name], at).pk
        self.crawls += look([self.sources[name] for name in published], at)
        reverify([self.sources[name] for name in there if name not in published], Cause.TIME, at)
        self._plan(there, at)
        if self._sealed_at is None or at - self._sealed_at >= DAY:
            seal(at, log_signer(), earlier=log_verifiers())
            self._sealed_at = at
        return published

    def _plan(self, names: Sequence[str], at: datetime) -> None:
        """The next instant of each: a publication is seen, or time alone changes the verdict."""
        ids = [self.sources[name] for name in names]
        standing = SourceVerdict.objects.filter(source__in=ids, valid_until__gt=at)
        lapses = dict(standing.values_list("source__name", "valid_until"))
        for name in names:
            times = [self._serving[name].next_look, lapses.get(name)]
            self._due[name] = min((one for one in times if one is not None), default=None)


def look(source_ids: Sequence[int], at: datetime) -> int:
    """Crawl these sources at an instant, record and conclude in one transaction, as the job does."""
    results = [_crawled(order, at) for order in orders_for(source_ids)]
    with transaction.atomic():
        recorded = record(results, at)
        conclude_crawls(results, recorded, at)
    return len(results)


def _crawled(order: CrawlOrder, at: datetime) -> CrawlResult:
    options = place_options(order.allow_addresses, settings.TRUSTUI.local_roots)
    source = kind_named(order.kind).open(order.location, options)
    try:
        return crawl(order, Place.of(source), lambda: at)
    finally:
        source.close()
