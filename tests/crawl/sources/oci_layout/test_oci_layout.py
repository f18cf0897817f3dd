import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.image_repository import Repository
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.manifests import OCI_MANIFEST, Index, parse_manifest
from trustui.core.oci.requests import blob_request, manifest_request, referrers_request
from trustui.crawl.image_source import Head, ImageOptions, Listing, Referrers
from trustui.crawl.sources.oci_layout import KIND, REF_NAME, OciLayout, OciLayoutPlace
from trustui.demo.images.bundles import BUNDLE_3
from trustui.demo.images.repository import descriptor, image, referrer


def written(folder: Path, repository: Repository, names: dict[str, str]) -> Path:
    """The repository as a layout; `names` gives the reference name of each listed digest."""
    for digest, body in repository.blobs.items():
        algorithm, _, encoded = digest.partition(":")
        path = folder / "blobs" / algorithm / encoded
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    listed = [
        descriptor(
            repository.blobs[digest], OCI_MANIFEST, annotations={REF_NAME: name} if name else {}
        )
        for digest, name in names.items()
    ]
    write_index(folder, {"schemaVersion": 2, "manifests": listed})
    return folder


def write_index(folder: Path, index: Any) -> None:
    (folder / "index.json").write_text(json.dumps(index))


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def digest(repository: Repository) -> str:
    return image(repository)


@pytest.fixture
def layout(tmp_path: Path, repository: Repository, digest: str) -> OciLayout:
    attached = referrer(repository, digest, b"{}", BUNDLE_3)
    written(tmp_path, repository, {digest: "docker.io/library/app:1.0", attached: ""})
    return OciLayout(str(tmp_path), ImageOptions())


def problem(answer: Document | Head | Listing | Problem) -> ProblemKind:
    assert isinstance(answer, Problem)
    assert answer.because
    return answer.kind


def test_it_is_recognized_by_its_prefix(tmp_path: Path) -> None:
    assert KIND.recognizes("oci-layout:a")
    assert not KIND.recognizes("registry.example/a")
    assert KIND.open(f"oci-layout:{tmp_path}", ImageOptions()).location == str(tmp_path)


def test_a_tag_names_a_manifest_also_as_a_whole_reference(layout: OciLayout, digest: str) -> None:
    assert layout.tags() == Listing(("1.0",))
    answer = layout.ask(manifest_request("1.0"))
    assert isinstance(answer, Document)
    assert answer == layout.ask(manifest_request(digest))
    assert answer.media_type == OCI_MANIFEST


def test_names_that_can_be_no_tags_are_listed_to_be_told(
    tmp_path: Path, repository: Repository, digest: str
) -> None:
    other = image(repository, "", b"other")
    written(tmp_path, repository, {other: "no tag: <script>", digest: "1.0"})
    layout = OciLayout(str(tmp_path), ImageOptions())
    assert layout.tags() == Listing(("1.0", "no tag: <script>"))
    assert problem(layout.ask(manifest_request("no tag: <script>"))) is ProblemKind.ABSENT
    assert isinstance(layout.ask(manifest_request(other)), Document)


def test_blobs_are_given_by_their_digest(layout: OciLayout, repository: Repository) -> None:
    for digest, body in repository.blobs.items():
        answer = layout.ask(blob_request(digest, len(body)))
        assert isinstance(answer, Document)
        assert (answer.body, answer.media_type) == (body, "")


def test_what_refers_to_a_digest_is_listed_with_its_own_type(
    layout: OciLayout, digest: str
) -> None:
    answer = layout.ask(referrers_request(digest))
    assert isinstance(answer, Document)
    found = parse_manifest(answer.body, answer.media_type)
    assert isinstance(found, Index)
    assert [one.artifact_type for one in found.manifests] == [BUNDLE_3]


def test_it_can_answer_as_a_registry_without_that_interface(
    tmp_path: Path, layout: OciLayout, digest: str
) -> None:
    assert isinstance(layout.ask(referrers_request(digest)), Document)
    without = OciLayout(str(tmp_path), ImageOptions(without_referrers=True))
    assert problem(without.ask(referrers_request(digest))) is ProblemKind.ABSENT


def test_what_is_not_there_is_absent(layout: OciLayout) -> None:
    assert problem(layout.ask(manifest_request("2.0"))) is ProblemKind.ABSENT
    assert problem(layout.ask(manifest_request(f"sha256:{'0' * 64}"))) is ProblemKind.ABSENT


@pytest.mark.parametrize("name", ["sha256:../../../etc/passwd", "sha256:a", ":", "md5:" + "a" * 32])
def test_no_name_leaves_the_folder(layout: OciLayout, name: str) -> None:
    assert problem(layout.ask(blob_request(name, 10))) is ProblemKind.ABSENT


def test_a_link_that_leads_out_is_refused(
    layout: OciLayout, tmp_path: Path, digest: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_bytes(b"secret")
    blob = tmp_path / "blobs" / "sha256" / digest[7:]
    blob.unlink()
    blob.symlink_to(secret)
    assert problem(layout.ask(manifest_request(digest))) is ProblemKind.REFUSED


def test_no_more_is_read_than_was_asked_for(layout: OciLayout, digest: str) -> None:
    assert problem(layout.ask(blob_request(digest, 10))) is ProblemKind.TOO_LONG


@pytest.mark.parametrize("index", ["[]", "{", '{"schemaVersion": 2, "manifests": 1}', "<html>"])
def test_a_folder_whose_index_cannot_be_read_answers_nothing(tmp_path: Path, index: str) -> None:
    (tmp_path / "index.json").write_text(index)
    layout = OciLayout(str(tmp_path), ImageOptions())
    digest = f"sha256:{'0' * 64}"
    assert problem(layout.ask(manifest_request("1.0"))) is ProblemKind.UNREADABLE
    assert problem(layout.ask(referrers_request(digest))) is ProblemKind.UNREADABLE
    assert problem(layout.ask(manifest_request(digest))) is ProblemKind.ABSENT
    assert problem(layout.tags()) is ProblemKind.UNREADABLE


def test_an_image_in_the_place_of_the_index_is_none(tmp_path: Path, repository: Repository) -> None:
    body = repository.blobs[image(repository)]
    (tmp_path / "index.json").write_bytes(body)
    assert problem(OciLayout(str(tmp_path), ImageOptions()).tags()) is ProblemKind.UNREADABLE


def test_a_folder_without_an_index_is_no_layout(tmp_path: Path) -> None:
    answer = OciLayout(str(tmp_path), ImageOptions()).ask(manifest_request("1.0"))
    assert problem(answer) is ProblemKind.UNREADABLE


def test_what_is_listed_twice_damaged_or_missing_is_passed_over_among_referrers(
    tmp_path: Path, repository: Repository, digest: str
) -> None:
    attached = referrer(repository, digest, b"{}", BUNDLE_3)
    broken = repository.put(b"broken")
    written(tmp_path, repository, {digest: "1.0", attached: "", broken: ""})
    index = json.loads((tmp_path / "index.json").read_bytes())
    missing = {**index["manifests"][0], "digest": f"sha256:{'0' * 64}"}
    write_index(
        tmp_path, {**index, "manifests": [*index["manifests"], index["manifests"][1], missing]}
    )
    answer = OciLayout(str(tmp_path), ImageOptions()).ask(referrers_request(digest))
    assert isinstance(answer, Document)
    assert len(json.loads(answer.body)["manifests"]) == 1


def test_nothing_is_read_outside_of_the_roots(
    tmp_path: Path, layout: OciLayout, digest: str
) -> None:
    assert isinstance(layout.ask(manifest_request("1.0")), Document)
    options = ImageOptions(local_roots=(tmp_path / "other",))
    refused = OciLayout(str(tmp_path), options)
    assert problem(refused.ask(manifest_request(digest))) is ProblemKind.REFUSED
    assert problem(refused.tags()) is ProblemKind.REFUSED
    assert OciLayout(str(tmp_path), ImageOptions(local_roots=(tmp_path,))).tags() == Listing(
        ("1.0",)
    )
    refused.close()


# As a registry of one repository ----------------------------------------------------------------


def test_a_layout_is_a_registry_of_one_repository_named_after_its_folder(
    tmp_path: Path, repository: Repository, digest: str
) -> None:
    place = OciLayoutPlace(
        str(written(tmp_path / "Team App", repository, {digest: "1.0"})), ImageOptions()
    )
    assert place.repositories() == Listing(("team-app",))
    assert place.open("team-app").tags() == Listing(("1.0",))
    assert (place.host, place.requests(), place.notices()) == ("", (0, 0), ())
    place.close()


def test_a_folder_that_is_no_layout_lists_no_repository(tmp_path: Path) -> None:
    assert problem(OciLayoutPlace(str(tmp_path), ImageOptions()).repositories()) is (
        ProblemKind.UNREADABLE
    )


def test_a_head_is_what_the_index_says_and_of_other_content_the_file(
    layout: OciLayout, repository: Repository, digest: str
) -> None:
    body = repository.blobs[digest]
    other = next(one for one in repository.blobs if one != digest and not layout_lists(layout, one))
    heads = layout.heads(["1.0", digest, other, "2.0"])
    assert heads[:2] == [Head(layout.location, digest, OCI_MANIFEST, len(body))] * 2
    assert isinstance(heads[2], Head)
    assert (heads[2].digest, heads[2].size) == (other, len(repository.blobs[other]))
    assert problem(heads[3]) is ProblemKind.ABSENT


def layout_lists(layout: OciLayout, digest: str) -> bool:
    index = json.loads((Path(layout.location) / "index.json").read_bytes())
    return digest in {entry["digest"] for entry in index["manifests"]}


def test_content_that_is_gone_has_no_head(layout: OciLayout, tmp_path: Path, digest: str) -> None:
    (tmp_path / "blobs" / "sha256" / digest[7:]).unlink()
    assert [problem(one) for one in layout.heads(["1.0", digest])] == [ProblemKind.ABSENT] * 2


def test_no_head_is_given_of_what_may_not_be_read(tmp_path: Path, layout: OciLayout) -> None:
    refused = OciLayout(str(tmp_path), ImageOptions(local_roots=(tmp_path / "other",)))
    assert problem(refused.heads(["1.0"])[0]) is ProblemKind.REFUSED
    (tmp_path / "index.json").unlink()
    assert problem(OciLayout(layout.location, ImageOptions()).heads(["1.0"])[0]) is (
        ProblemKind.UNREADABLE
    )


def test_many_questions_are_answered_in_their_order(layout: OciLayout, digest: str) -> None:
    requests = [manifest_request("1.0"), manifest_request("2.0"), referrers_request(digest)]
    assert [type(one) for one in layout.ask_many(requests)] == [Document, Problem, Document]


def test_it_says_whether_it_answers_about_referrers(tmp_path: Path) -> None:
    assert OciLayout(str(tmp_path), ImageOptions()).referrers is Referrers.OFFERED
    without = OciLayout(str(tmp_path), ImageOptions(without_referrers=True))
    assert without.referrers is Referrers.NOT_OFFERED


def test_manifests_are_read_once_for_all_questions_about_referrers(
    layout: OciLayout, tmp_path: Path, digest: str
) -> None:
    first = layout.ask(referrers_request(digest))
    for path in (tmp_path / "blobs" / "sha256").iterdir():
        path.unlink()
    assert layout.ask(referrers_request(digest)) == first
