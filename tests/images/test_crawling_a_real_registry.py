"""A server crawls Debian's docker-registry, and zot where it is there, by its own commands."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers import RegistryServer
from tests.simulators.command_line import Trustui, command_line
from tests.simulators.image_repository import BY_KEY, Repository, files, sign_tag
from tests.simulators.pushing import Pushing
from trustui.demo.images.repository import image, referrer
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import Attachment, ImageRepository, Look, Tag, TagMove
from trustui.inventory.models import Crawl, CrawlOutcome, Source
from trustui.verdicts.models import ArtefactStanding

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("team/app", "team/b", "other")


@pytest.fixture
def trustui(capsys: pytest.CaptureFixture[str]) -> Trustui:
    return command_line(capsys)


class Crawled:
    """A registry with images, and the server that crawls it."""

    def __init__(self, server: RegistryServer, trustui: Trustui, repository: Repository) -> None:
        self.repository = repository
        self.pushing = Pushing(server.host)
        self.trustui = trustui
        self.add("images", server.location)

    def add(self, name: str, location: str, *more: str) -> None:
        allowed = ("--allow-address", "127.0.0.1", "--as", "alice", "--reason", "ours")
        answer = self.trustui("source", "add", name, location, *allowed, *more)
        assert answer.status == 0, answer

    def push(self) -> None:
        for name in NAMES:
            self.pushing.push(name, self.repository)

    def crawl(self) -> Crawl:
        answer = self.trustui("crawl", "images", "--json")
        assert answer.status == 0, answer
        return Crawl.objects.latest("id")


@pytest.fixture
def in_docker(docker_registry: RegistryServer, trustui: Trustui) -> Iterator[Crawled]:
    crawled = Crawled(docker_registry, trustui, Repository(offers_referrers=False))
    with closing(crawled.pushing):
        yield crawled


@pytest.fixture
def in_zot(zot_registry: RegistryServer, trustui: Trustui) -> Iterator[Crawled]:
    crawled = Crawled(zot_registry, trustui, Repository())
    with closing(crawled.pushing):
        yield crawled


def expect(crawled: Crawled, folder: Path) -> None:
    """A policy of the team: images are signed with the key of `image_repository`."""
    (folder / "key.pub").write_bytes(files()["key.pub"])
    wanted = {"repositories": ["*"], "require": [{"of": [BY_KEY]}]}
    (folder / "policy.json").write_text(json.dumps({"version": 1, "policies": [wanted]}))
    for verb, name in (("material", "key.pub"), ("policy", "policy.json")):
        said = ("--as", "alice", "--reason", "ours")
        answer = crawled.trustui(verb, "add", name, folder / name, *said)
        assert answer.status == 0, answer


def states() -> dict[str, set[str]]:
    """By tag, over all repositories."""
    found: dict[str, set[str]] = {}
    for one in ArtefactStanding.objects.select_related("repository"):
        tags = Tag.objects.filter(repository=one.repository, move__digest=one.digest)
        for tag in tags.filter(is_helper=False):
            found.setdefault(tag.name, set()).add(one.trust_state)
    return found


def goes_as_it_should(crawled: Crawled, referrers: str, folder: Path) -> None:
    expect(crawled, folder)
    repository = crawled.repository
    signed = image(repository, "1.0", b"signed")
    signature = sign_tag(repository, signed, TagPlan())
    image(repository, "2.0", b"unsigned")
    sbom = referrer(repository, signed, b"an SBOM", "application/spdx+json")
    crawled.push()
    first = crawled.crawl()
    assert first.outcome == CrawlOutcome.COMPLETE, first.problems
    rows = ImageRepository.objects.order_by("name")
    assert {one.name: one.referrers for one in rows} == dict.fromkeys(NAMES, referrers)
    assert not Look.objects.filter(is_complete=False).exists()
    for row in rows:
        tags = Tag.objects.filter(repository=row, is_helper=False)
        assert sorted(tags.values_list("name", flat=True)) == ["1.0", "2.0"]
        attached = Attachment.objects.filter(repository=row, subject_digest=signed)
        assert set(attached.values_list("digest", flat=True)) == {signature, sbom}
    assert states() == {"1.0": {"verified"}, "2.0": {"not_signed"}}
    again = crawled.crawl()
    assert (again.outcome, TagMove.objects.filter(ordinal=1).count()) == (CrawlOutcome.UNCHANGED, 0)
    assert again.received_bytes < first.received_bytes
    moved = image(repository, "1.0", b"moved")
    crawled.pushing.push("other", repository)
    assert crawled.crawl().outcome == CrawlOutcome.COMPLETE
    assert states()["1.0"] == {"verified", "not_signed"}
    move = TagMove.objects.get(digest=moved)
    assert (move.tag.repository.name, move.ordinal) == ("other", 1)


def test_debians_registry_is_crawled_again_and_again(in_docker: Crawled, tmp_path: Path) -> None:
    goes_as_it_should(in_docker, "not_offered", tmp_path)


def test_zot_is_crawled_again_and_again(in_zot: Crawled, tmp_path: Path) -> None:
    goes_as_it_should(in_zot, "offered", tmp_path)


def test_only_what_was_named_is_crawled(
    in_docker: Crawled, docker_registry: RegistryServer
) -> None:
    image(in_docker.repository)
    in_docker.push()
    in_docker.trustui("source", "remove", "images", "--as", "alice", "--reason", "too much")
    in_docker.add("named", docker_registry.location, "--repository", "team/*")
    assert in_docker.trustui("crawl", "named").status == 0
    named = Source.objects.get(name="named")
    names = ImageRepository.objects.filter(source=named).values_list("name", flat=True)
    assert sorted(names) == ["team/app", "team/b"]
