"""Manifests and indexes of every generation, and malformed ones: read, or refused with a reason."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from trustui.core.errors import ParseError
from trustui.core.oci.manifests import Index, Manifest, parse_manifest
from trustui.core.primitives.text import has_hidden_characters

HARMLESS = {"annotations-html", "urls-ssrf", "cosign-cert-garbage"}
"""What they carry is shown as text, never followed, or refused by who reads the annotation."""

GENERATIONS = {
    "oci1.index.everything.json": "manifests[0].data",
    "ociv1.artifact.json": "config.digest",
    "ociv1nomime.artifact.json": "config.digest",
    "unknown-version.manifest.json": "schemaVersion",
    "v2s1-invalid-signatures.manifest.json": "schema 1",
    "v2s1-unsigned.manifest.json": "schema 1",
    "v2s1.manifest.json": "schema 1",
    "schema2-to-schema1-by-docker.json": "JSON",
    "non-json.manifest.json": "JSON",
}
"""File -> what the refusal says. `schema2-to-schema1-by-docker.json` is a link that was stored as text."""


def refusal_of(path: Path) -> str:
    try:
        parse_manifest(path.read_bytes())
    except ParseError as error:
        return f"{error.because} {error.found}"
    return ""


def test_each_defect_is_refused_with_a_reason(shared_data: Callable[[str], Path]) -> None:
    files = sorted(shared_data("hostile/oci-malformed").glob("*.json"))
    assert len(files) == 18
    refused = {path.stem for path in files if refusal_of(path)}
    assert {path.stem for path in files} - refused == HARMLESS


def test_no_reason_carries_control_characters(shared_data: Callable[[str], Path]) -> None:
    files = sorted(shared_data("hostile/oci-malformed").glob("*.json"))
    assert [path.stem for path in files if has_hidden_characters(refusal_of(path))] == []


def test_every_generation_is_read_or_refused_by_its_name(
    shared_data: Callable[[str], Path],
) -> None:
    files = sorted(shared_data("hostile/oci-manifests").glob("*.json"))
    assert len(files) == 23
    refused = {path.name: refusal_of(path) for path in files if refusal_of(path)}
    assert set(refused) == set(GENERATIONS)
    assert [name for name, words in GENERATIONS.items() if words not in refused[name]] == []


@pytest.mark.parametrize("name", ["ociv1nomime.manifest.json", "ociv1nomime.image.index.json"])
def test_a_document_without_media_type_is_told_by_its_form(
    shared_data: Callable[[str], Path], name: str
) -> None:
    found = parse_manifest((shared_data("hostile/oci-manifests") / name).read_bytes())
    assert isinstance(found, Index if "index" in name else Manifest)


def test_urls_are_read_and_nothing_follows_them(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("hostile/oci-malformed") / "urls-ssrf.json"
    found = parse_manifest(path.read_bytes())
    assert isinstance(found, Manifest)
    assert found.layers[0].urls == tuple(json.loads(path.read_bytes())["layers"][0]["urls"])
