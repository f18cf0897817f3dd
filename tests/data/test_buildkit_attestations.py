"""Attestations of BuildKit inside an image index, as docker/attest keeps them for its tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from trustui.core.checks.attestation import read_attestation
from trustui.core.oci.discovery import Discovery, discover
from trustui.core.oci.places import Place, PlaceState
from trustui.core.oci.references import parse_reference
from trustui.core.primitives.statements import parse_statement
from trustui.core.trace import collect
from trustui.crawl.image_source import ImageOptions, Listing
from trustui.crawl.sources.oci_layout import OciLayout

INDEX = "oci/docker-attest/test/testdata/no-provenance-index"
EXAMPLE = "oci/docker-attest/test/testdata/example_attestation.json"


@pytest.fixture
def found(shared_data: Callable[[str], Path]) -> Discovery:
    source = OciLayout(str(shared_data(INDEX)), ImageOptions())
    assert source.tags() == Listing(("test",))
    _, discovery = collect(
        discover, parse_reference("docker.io/library/test-image:test"), source.ask
    )
    return discovery


def test_the_index_lists_one_attestation_for_each_platform(found: Discovery) -> None:
    place = next(one for one in found.places if one.place is Place.IN_INDEX)
    assert (place.state, place.listed) == (PlaceState.LISTED, 2)
    assert [one.place for one in found.attached.values()] == [Place.IN_INDEX, Place.IN_INDEX]


def test_each_is_attached_to_the_manifest_of_its_platform(
    found: Discovery, shared_data: Callable[[str], Path]
) -> None:
    blobs = shared_data(INDEX) / "blobs" / "sha256"
    for attached in found.attached.values():
        layer = attached.manifest.layers[0]  # type: ignore[union-attr]
        statement = parse_statement((blobs / layer.digest[7:]).read_bytes())
        assert statement.is_about(attached.of)
        assert statement.predicate_type == "https://spdx.dev/Document"


def test_the_example_is_read_as_provenance(shared_data: Callable[[str], Path]) -> None:
    found = read_attestation(shared_data(EXAMPLE).read_bytes())
    assert found.predicate_type == "https://slsa.dev/provenance/v0.2"
    assert found.statement is not None
