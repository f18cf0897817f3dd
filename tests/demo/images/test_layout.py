"""A repository written as an OCI layout is read as the same repository."""

from datetime import UTC, datetime
from pathlib import Path

from trustui.core.facts import Document
from trustui.core.oci.manifests import parse_manifest
from trustui.core.oci.requests import manifest_request, referrers_request
from trustui.crawl.image_source import ImageOptions, Listing
from trustui.crawl.registry import open_registry
from trustui.demo.images.layout import layout_files
from trustui.demo.images.publisher import ImagePublisher
from trustui.demo.layout import write_files


def test_tags_content_and_referrers_are_read_back(tmp_path: Path) -> None:
    repo = ImagePublisher("app", datetime(2026, 9, 14, 8, 0, tzinfo=UTC))
    digest = repo.push("1.0")
    repo.sign("1.0")
    repo.sign_at_tag("1.0")
    write_files(layout_files(repo.repository), tmp_path)
    source = open_registry(f"oci-layout:{tmp_path}", ImageOptions()).open("app")
    tags = source.tags()
    assert isinstance(tags, Listing)
    assert set(tags.names) == set(repo.repository.tags)
    answer = source.ask(manifest_request("1.0"))
    assert isinstance(answer, Document)
    assert answer.body == repo.repository.blobs[digest]
    listed = source.ask(referrers_request(digest))
    assert isinstance(listed, Document)
    found = parse_manifest(listed.body, listed.media_type)
    wanted = {one["digest"] for one in repo.repository.referrers[digest]}
    assert {one.digest for one in getattr(found, "manifests", ())} == wanted
