"""The verbs of a server on registries: an OCI layout is added, crawled, listed, rebuilt and removed."""

from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from tests.simulators.command_line import Trustui
from tests.simulators.image_repository import Repository, sign_tag
from trustui.demo.images.layout import layout_files
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan
from trustui.demo.layout import write_files
from trustui.images.crawl_job import ImageCrawlJob
from trustui.images.models import ImageSignature, Tag, TagMove
from trustui.inventory.models import Crawl, Source
from trustui.jobs.models import Job, State
from trustui.pipeline import KINDS

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "registry.example/team/app"


@pytest.fixture
def layout(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A layout of one signed image, below a folder that the settings name as a local root."""
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(tmp_path,))
    (crawls,) = [kind for kind in KINDS if isinstance(kind, ImageCrawlJob)]
    monkeypatch.setattr(crawls, "local_roots", (tmp_path,))
    behind = Repository()
    sign_tag(behind, image(behind), TagPlan(with_certificate=True, logged=True))
    write_files(layout_files(behind), tmp_path / "app")
    return tmp_path / "app"


def test_a_layout_is_added_crawled_listed_and_removed(trustui: Trustui, layout: Path) -> None:
    added = trustui("source", "add", "app", f"oci-layout:{layout}", "--repository", NAME)
    assert (added.status, added.out) == (0, "added app (oci_layout), crawled every 900 s\n")
    crawled = trustui("crawl", "app")
    assert crawled.status == 0, crawled.err
    assert crawled.out == "app: everything was read, 1 not_covered\n"
    assert trustui("crawl", "app").out == "app: nothing new, 1 not_covered\n"
    (listed,) = trustui("source", "list", "--json").json["sources"]
    assert (listed["kind"], listed["repositories"]) == ("oci_layout", [NAME])
    assert listed["artefacts"] == {"not_covered": 1}
    assert "1 not_covered  oci_layout" in trustui("source", "list").out
    status = trustui("status", "--json").json
    assert (status["artefacts"], status["sources"]) == ({"not_covered": 1}, {})
    assert status["is_well"]
    assert "artefacts: 1 not_covered" in trustui("status").out
    assert trustui("source", "remove", "app", "--reason", "done").status == 0
    assert Source.objects.get().removed_at is not None
    assert not Job.objects.filter(kind="crawl_images", state=State.QUEUED).exists()
    assert TagMove.objects.count() == 2


def test_rebuild_makes_the_rows_of_registries_again(trustui: Trustui, layout: Path) -> None:
    trustui("source", "add", "app", f"oci-layout:{layout}")
    trustui("crawl", "app")
    ImageSignature.objects.all().delete()
    assert trustui("rebuild", "--json").json["manifests"] == 2
    assert ImageSignature.objects.count() == 1
    assert "2 manifests read" in trustui("rebuild").out


def test_a_layout_that_is_none_is_told(trustui: Trustui, layout: Path) -> None:
    (layout / "index.json").unlink()
    trustui("source", "add", "app", f"oci-layout:{layout}")
    answer = trustui("crawl", "app", "--json")
    assert answer.status == 1
    (crawl,) = answer.json["crawls"]
    assert crawl["outcome"] == "failed"
    assert "this is no OCI layout" in crawl["because"]
    assert Crawl.objects.get().problems[0]["place"] == "index.json"
    assert not Tag.objects.exists()


def test_a_layout_has_no_root_to_pin(trustui: Trustui, layout: Path) -> None:
    trustui("source", "add", "app", f"oci-layout:{layout}")
    pin = ("source", "pin", "app", "--reason", "why not")
    for root in (("--root", layout / "index.json"), ("--fingerprint", "ab" * 32)):
        answer = trustui(*pin, *root)
        assert (answer.status, answer.out) == (2, "")
    assert "policies say what is expected" in trustui(*pin, "--root", layout / "index.json").err


@pytest.mark.parametrize(
    ("location", "repository"),
    [("oci-layout:/etc", NAME), ("oci-layout:{}", "team/app"), ("{}", NAME)],
)
def test_what_may_not_be_crawled_is_refused(
    trustui: Trustui, layout: Path, location: str, repository: str
) -> None:
    told = location.format(layout)
    answer = trustui("source", "add", "app", told, "--repository", repository)
    assert answer.status == 2
    assert "expected" in answer.err
    assert not Source.objects.exists()
