"""What is kept of each repository is what a full count finds, whatever happened in which order."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.db.models import Count, F, Max, Min
from django.test.utils import CaptureQueriesContext

from tests.core.images.verified import bundle
from tests.scale import so_many
from tests.simulators.expecting import Expecting, document, expect, expect_everywhere, give_files
from tests.simulators.image_repository import BY_KEY, Repository, sign_tag
from tests.simulators.imaged import HOST, HOUR, START
from trustui.core.trace import TrustState
from trustui.demo.images.repository import attach_bundle, image, platforms
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import (
    ImageRepository,
    ImageSignature,
    Platform,
    RepositorySigner,
    Tag,
)
from trustui.images.rebuilding import rebuild_images
from trustui.verdicts.image_concluding import ask_again, conclude_artefacts
from trustui.verdicts.image_counting import COLUMNS, count_all_repositories
from trustui.verdicts.image_remembering import load
from trustui.verdicts.image_sweeping import apply_marks, due, verified_again
from trustui.verdicts.models import ArtefactStanding, Cause, RepositoryCount

pytestmark = pytest.mark.django_db

CERTIFIED = TagPlan(with_certificate=True, logged=True)
PATTERNS = (f"{HOST}/*", f"{HOST}/team/app", f"{HOST}/other")
SUFFIXES = {
    TrustState.VERIFIED: "_trusted",
    TrustState.EXPIRES_SOON: "_trusted",
    TrustState.FAILING: "_failing",
    TrustState.COULD_NOT_CHECK: "_unknown",
}


def counted(repository: ImageRepository) -> dict[str, int]:
    """All rows of a repository, one by one."""
    states = {
        one.digest: TrustState(one.trust_state)
        for one in ArtefactStanding.objects.filter(repository=repository)
    }
    signed = set(repository.signatures.values_list("subject_digest", flat=True))
    listing = Platform.objects.filter(index__repository=repository)
    good = {digest for digest, state in states.items() if SUFFIXES.get(state) == "_trusted"}
    carried = {
        digest for index, digest in listing.values_list("index__digest", "digest") if index in good
    }
    tags = Tag.objects.filter(repository=repository, is_helper=False, gone_at=None)
    found = dict.fromkeys(COLUMNS, 0)
    for what, digests in (
        ("tags", tags.values_list("move__digest", flat=True)),
        ("digests", list(states)),
    ):
        for digest in digests:
            state = states.get(digest, TrustState.COULD_NOT_CHECK)
            is_carried = state is TrustState.INHERITED and digest in carried
            suffix = "_trusted" if is_carried else SUFFIXES.get(state, "")
            for part in {"", suffix, "_signed" if digest in signed else ""}:
                found[f"{what}{part}"] += 1
    return found


def assert_counts_hold() -> None:
    for repository in ImageRepository.objects.order_by("pk"):
        kept = RepositoryCount.objects.filter(repository=repository).values(*COLUMNS).first()
        assert (kept or dict.fromkeys(COLUMNS, 0)) == counted(repository)
    signers = ImageSignature.objects.exclude(identity=None).values_list("identity", "repository")
    rows = signers.annotate(
        Count("pk"), Min("manifest__first_seen_at"), Max("manifest__first_seen_at")
    )
    kept_ones = RepositorySigner.objects.values_list(
        "identity", "repository", "signatures", "first_at", "newest_at"
    )
    assert sorted(kept_ones) == sorted(rows)
    for model in (RepositorySigner, RepositoryCount):
        assert not model.objects.exclude(source=F("repository__source")).exists()


class Past:
    """Two repositories to which anything may happen, and what their team expects of them."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.behind = [Repository(), Repository()]
        self.vendor = Expecting(dict(zip(("team/app", "team/base"), self.behind, strict=True)))
        self.at = START
        give_files("key.pub")
        self.pattern = PATTERNS[0]
        expect_everywhere(BY_KEY, self.pattern)
        self.acts: tuple[Callable[[Repository], object], ...] = (
            *(self.push, self.push, self.index, self.sign, self.sign, self.untag),
            *(self.expect_other, self.strip, self.rebuild),
        )

    def tag(self) -> str:
        return f"{self.chance.randrange(4)}.0"

    def push(self, behind: Repository) -> None:
        image(behind, self.tag(), b"%d" % self.chance.randrange(5))

    def index(self, behind: Repository) -> None:
        platforms(behind, self.tag())

    def sign(self, behind: Repository) -> None:
        if behind.tags:
            digest = behind.tags[self.chance.choice(sorted(behind.tags))]
            if self.chance.random() < 0.5:
                attach_bundle(behind, digest, bundle(digest, with_key=self.chance.random() < 0.7))
            else:
                sign_tag(behind, digest, CERTIFIED)

    def untag(self, behind: Repository) -> None:
        if behind.tags:
            del behind.tags[self.chance.choice(sorted(behind.tags))]

    def strip(self, behind: Repository) -> None:
        behind.referrers.clear()

    def expect_other(self, _behind: Repository) -> None:
        others = [one for one in PATTERNS if one != self.pattern]
        self.pattern = self.chance.choice(others)
        expect(document((self.pattern, BY_KEY)), now=self.at)
        repositories = ImageRepository.objects.values_list("pk", flat=True)
        ask_again(dict.fromkeys(repositories, Cause.ANCHOR), self.at)

    def rebuild(self, _behind: Repository) -> None:
        rebuild_images()
        count_all_repositories()

    def go_on(self) -> None:
        """Something happens; then comes a crawl, or what is stored is verified again in portions."""
        self.at += HOUR
        self.chance.choice(self.acts)(self.chance.choice(self.behind))
        if self.chance.random() < 0.6:
            self.vendor.conclude(self.at)
        else:
            verify_again(self.at, self.chance.randrange(1, 4))


def verify_again(at: datetime, most: int) -> None:
    """As the job does, so many artefacts at once."""
    choice = due(at, most)
    with transaction.atomic():
        artefacts = load(choice.keys, None) or []
        conclude_artefacts([verified_again(one, at) for one in artefacts], at)
        apply_marks(choice.marks)


@pytest.mark.parametrize("seed", range(so_many(2, 40)))
def test_any_past_leaves_the_counts_that_a_full_count_finds(seed: int) -> None:
    past = Past(seed)
    past.vendor.conclude(START)
    for _ in range(10):
        past.go_on()
        assert_counts_hold()
    assert count_all_repositories() == 2
    assert_counts_hold()


def test_what_an_index_carries_is_counted_with_it() -> None:
    behind = Repository()
    vendor = Expecting({"team/app": behind})
    digest, one, _ = platforms(behind)
    behind.tags["amd64"] = one
    attach_bundle(behind, digest, bundle(digest, with_key=True))
    vendor.conclude(START)
    repository = vendor.repository()
    assert RepositoryCount.objects.get(pk=repository.pk).tags_trusted == 0
    give_files("key.pub")
    expect_everywhere(BY_KEY)
    keys = [(repository.pk, digest)]
    with transaction.atomic():
        artefacts = load(keys, None) or []
        conclude_artefacts([verified_again(each, START + HOUR) for each in artefacts], START + HOUR)
    assert_counts_hold()
    assert RepositoryCount.objects.get(pk=repository.pk).tags_trusted >= 1


def test_what_is_unchanged_is_not_counted_again() -> None:
    behind = Repository()
    vendor = Expecting({"team/app": behind})
    image(behind)
    vendor.conclude(START)
    RepositoryCount.objects.update(tags=77)
    with CaptureQueriesContext(connection) as queries:
        vendor.conclude(START + HOUR)
    assert not [one for one in queries if "repositorycount" in one["sql"]]
    assert not [one for one in queries if "repositorysigner" in one["sql"]]
    assert RepositoryCount.objects.get().tags == 77


def test_a_verdict_that_means_the_same_changes_no_count() -> None:
    behind = Repository()
    vendor = Expecting({"team/app": behind})
    image(behind)
    vendor.conclude(START)
    key = (vendor.repository().pk, behind.tags["1.0"])
    at = START + timedelta(days=1)
    with CaptureQueriesContext(connection) as queries:
        conclude_artefacts([verified_again(one, at) for one in load([key], None) or []], at)
    assert not [one for one in queries if "repositorycount" in one["sql"]]


def test_counting_takes_as_many_statements_for_many_as_for_one() -> None:
    asked = []
    for count in (1, 5):
        behind = {f"team/app-{number}": Repository() for number in range(count)}
        for one in behind.values():
            image(one)
        vendor = Expecting(behind)
        with CaptureQueriesContext(connection) as queries:
            vendor.conclude(START)
        asked.append(len([one for one in queries if "repositorycount" in one["sql"]]))
    assert asked[0] >= 1
    if connection.vendor == "postgresql":
        assert asked[0] == asked[1]
