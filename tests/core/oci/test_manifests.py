import base64
import json
from typing import Any

import pytest

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.oci.manifests import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    EMPTY,
    MAX_DESCRIPTORS,
    OCI_ARTIFACT,
    OCI_INDEX,
    OCI_MANIFEST,
    Index,
    Manifest,
    Platform,
    parse_manifest,
)
from trustui.core.oci.references import digest_of

LAYER: dict[str, Any] = {"mediaType": "a/b", "digest": digest_of(b"web"), "size": 3}
IMAGE: dict[str, Any] = {
    "schemaVersion": 2,
    "mediaType": OCI_MANIFEST,
    "config": LAYER,
    "layers": [LAYER],
}
INDEX: dict[str, Any] = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [LAYER]}


def read(document: object, media_type: str = "") -> Manifest | Index:
    return parse_manifest(json.dumps(document).encode(), media_type)


def image(document: dict[str, Any], media_type: str = "") -> Manifest:
    found = read(document, media_type)
    assert isinstance(found, Manifest)
    return found


def with_layer(**members: object) -> dict[str, Any]:
    return {**IMAGE, "layers": [{**LAYER, **members}]}


def test_it_reads_an_image() -> None:
    found = image(IMAGE)
    assert found.config is not None
    assert (found.media_type, found.layers[0].digest) == (OCI_MANIFEST, LAYER["digest"])
    assert found.subject is None


def test_it_reads_an_index_with_platforms() -> None:
    platform = {"os": "linux", "architecture": "arm64", "variant": "v8"}
    found = read({**INDEX, "manifests": [{**LAYER, "platform": platform}], "artifactType": "x/y"})
    assert isinstance(found, Index)
    assert str(found.manifests[0].platform) == "linux/arm64/v8"
    assert found.artifact_type == "x/y"
    assert str(Platform()) == ""


@pytest.mark.parametrize(
    ("media_type", "kind"), [(DOCKER_MANIFEST, Manifest), (DOCKER_LIST, Index)]
)
def test_it_reads_dockers_forms_of_both(media_type: str, kind: type) -> None:
    document = INDEX if kind is Index else IMAGE
    assert isinstance(read({**document, "mediaType": media_type}), kind)


def test_it_reads_the_withdrawn_artifact_manifest() -> None:
    found = image({"mediaType": OCI_ARTIFACT, "artifactType": "x/y", "blobs": [LAYER]})
    assert (found.artifact_type, len(found.layers), found.config) == ("x/y", 1, None)
    assert image({"mediaType": OCI_ARTIFACT}).artifact_type == ""


def test_a_manifest_without_a_type_is_what_the_place_says_or_its_form() -> None:
    bare = {name: value for name, value in IMAGE.items() if name != "mediaType"}
    assert image(bare, f"{DOCKER_MANIFEST}; charset=utf-8").media_type == DOCKER_MANIFEST
    assert image(bare).media_type == OCI_MANIFEST
    listed = {name: value for name, value in INDEX.items() if name != "mediaType"}
    assert read(listed).media_type == OCI_INDEX


def test_the_type_of_an_artefact_is_its_own_or_that_of_its_configuration() -> None:
    assert image({**IMAGE, "artifactType": "x/y"}).artifact_type == "x/y"
    assert image({**IMAGE, "config": {**LAYER, "mediaType": EMPTY}}).artifact_type == EMPTY


def test_the_subject_and_annotations_are_read() -> None:
    found = image({**IMAGE, "subject": LAYER, "annotations": {"a": "<b>"}})
    assert found.subject is not None
    assert (found.subject.size, found.annotations) == (3, {"a": "<b>"})


def test_embedded_data_is_read_when_it_is_the_content() -> None:
    assert image(with_layer(data=base64.b64encode(b"web").decode())).layers[0].size == 3


def test_urls_are_kept_as_they_stand() -> None:
    assert image(with_layer(urls=["http://169.254.169.254/"])).layers[0].urls == (
        "http://169.254.169.254/",
    )


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ([], "no manifest"),
        ({**IMAGE, "schemaVersion": 1}, "schemaVersion"),
        ({**IMAGE, "schemaVersion": True}, "schemaVersion"),
        ({**IMAGE, "schemaVersion": 2.0}, "schemaVersion"),
        ({**IMAGE, "mediaType": 1}, "mediaType"),
        ({**IMAGE, "mediaType": "text/html"}, "media type"),
        ({"schemaVersion": 1, "fsLayers": []}, "schema 1"),
        ({**IMAGE, "manifests": []}, "manifests"),
        ({**INDEX, "layers": []}, "layers"),
        ({**IMAGE, "config": None}, "config"),
        ({**IMAGE, "layers": None}, "layers"),
        ({**IMAGE, "layers": ["x"]}, "layers[0]"),
        (with_layer(mediaType=""), "layers[0].mediaType"),
        (with_layer(mediaType="a/b\r\nx: y"), "layers[0].mediaType"),
        (with_layer(digest="sha256:1"), "layers[0].digest"),
        (with_layer(size=-1), "layers[0].size"),
        (with_layer(size=2**63), "layers[0].size"),
        (with_layer(size=True), "layers[0].size"),
        (with_layer(data="e30="), "layers[0].data"),
        (with_layer(data="!"), "layers[0].data"),
        (with_layer(data=7), "layers[0].data"),
        (with_layer(platform="linux"), "platform"),
        (with_layer(platform={"os": 1}), "platform.os"),
        (with_layer(urls="x"), "urls"),
        (with_layer(urls=[1]), "urls"),
        (with_layer(annotations=[]), "annotations"),
        (with_layer(annotations={"a": 1}), "annotations.a"),
        ({**IMAGE, "subject": "x"}, "subject"),
        ({**IMAGE, "artifactType": "none"}, "artifactType"),
    ],
)
def test_it_refuses_by_the_member_that_is_wrong(document: object, named: str) -> None:
    with pytest.raises(ParseError) as refused:
        read(document)
    assert named in refused.value.because


def test_it_reads_no_more_entries_than_a_bound() -> None:
    with pytest.raises(LimitExceeded):
        read({**IMAGE, "layers": [LAYER] * (MAX_DESCRIPTORS + 1)})


def test_what_was_read_before_is_the_same_and_another_type_another_document() -> None:
    body = json.dumps(IMAGE | {"mediaType": None}).encode()
    again = bytes(bytearray(body))
    assert parse_manifest(body, OCI_MANIFEST) is parse_manifest(again, OCI_MANIFEST)
    assert parse_manifest(body, DOCKER_MANIFEST).media_type == DOCKER_MANIFEST
    for _ in range(2):
        with pytest.raises(ParseError):
            parse_manifest(body, DOCKER_LIST)


def test_only_small_manifests_stay_in_memory() -> None:
    body = json.dumps(IMAGE | {"annotations": {"long": "x" * 20_000}}).encode()
    assert parse_manifest(body) == parse_manifest(body)
    assert parse_manifest(body) is not parse_manifest(body)
