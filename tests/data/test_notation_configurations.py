"""Trust policies, trust stores and layouts of Notation's own test suites, as labelled there.

`oci/notation-cli` is its command line's end-to-end data, `oci/notation-go` its library's.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.images.notation.question import NotationQuestion
from trustui.core.images.notation.verify import verify_notation_image
from trustui.core.oci.manifests import parse_manifest
from trustui.core.oci.references import Reference
from trustui.core.pki.revocation import NO_EVIDENCE
from trustui.core.trace import Trace, collect, trace
from trustui.core.trust_policy.notation.configuration import Configuration, judge_document
from trustui.core.trust_policy.notation.parsing import kind_of
from trustui.core.trust_policy.notation.stores import StoreFile, StoreFolder, load_store
from trustui.crawl.files import read_file
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.sources.oci_layout import OciLayout

LIMIT = 1024 * 1024
SIGNED = datetime(2023, 7, 1, tzinfo=UTC)
"""The certificates of the layouts were valid then."""

LATER = {"trust-store": "notation.store", "authenticity": "notation.identity"}
"""What the older labels call checks of a signature (design/CHECKS.md, notation)."""


@pytest.fixture(scope="module")
def cli(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("oci/notation-cli")


@pytest.fixture(scope="module")
def library(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("oci/notation-go")


def labels_of(cli: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        (cli / "config" / "trustpolicies" / "expected.json").read_bytes()
    )
    return found


def test_every_policy_is_valid_or_refused_at_the_labelled_stage(
    cli: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels, wrong, lines = labels_of(cli), [], []
    for name, label in labels.items():
        body = (cli / "config" / "trustpolicies" / name).read_bytes()
        read = judge_document(name, body, kind(body))
        stage = None if label["fails_at"] in LATER else label["fails_at"]
        found = (read.document is not None, read.stage or None)
        refused = [one.id.rpartition(".")[2] for one in read.lints if one.refuses]
        lines.append(f"{name:66} {label['fails_at'] or 'valid':12} {', '.join(refused)}")
        if found != (label["valid_policy"], stage):
            wrong.append((name, label["fails_at"], found))
        if read.document is not None:
            levels = [one.level for one in read.document.statements]
            assert levels == label["levels"], name
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert len(labels) == 29
    assert wrong == []


def kind(body: bytes) -> Any:
    try:
        return kind_of(body)
    except ParseError:
        return "oci"


def test_the_policy_for_files_is_valid(cli: Path) -> None:
    body = (cli / "blob" / "trustpolicies" / "trustpolicy.blob.json").read_bytes()
    read = judge_document("trustpolicy.blob.json", body, "blob")
    assert read.document is not None
    assert kind_of(body) == "blob"


# Signatures of the end-to-end suite ------------------------------------------------------------


def configured(cli: Path, policy: bytes) -> Configuration:
    """The stores of the suite: `ca:e2e` and `ca:e2e-new`."""
    roots = {"e2e": "e2e.crt", "e2e-new": "new_e2e.crt"}
    stores = tuple(
        StoreFolder("ca", name, (StoreFile(file, read(cli / "config" / "localkeys" / file)),))
        for name, file in roots.items()
    )
    return Configuration("/x", {"trustpolicy.json": Document("x", policy)}, stores)


def read(path: Path) -> Document | Problem:
    return read_file(path, LIMIT)


def verify(cli: Path, layout: str, policy: str, at: datetime) -> Trace:
    """A layout of the suite by one of its policies, as the repository that its scopes mean."""
    folder = cli / "registry" / "oci_layout" / layout
    source = OciLayout(str(folder), ImageOptions())
    body = (cli / "config" / "trustpolicies" / policy).read_bytes()
    scopes = json.loads(body)["trustPolicies"][0]["registryScopes"]
    host, _, name = (scopes[0] if scopes[0] != "*" else "localhost:5000/e2e").partition("/")
    index = parse_manifest((folder / "index.json").read_bytes())
    image = next(one for one in index.manifests if is_image(folder, one.digest))  # type: ignore[union-attr]
    question = NotationQuestion(
        reference=Reference(host, name, None, image.digest),
        configuration=configured(cli, body),
        at=at,
        evidence=NO_EVIDENCE,
    )
    events, _ = collect(verify_notation_image, question, source.ask)
    return trace(layout, at, at, events)


def is_image(folder: Path, digest: str) -> bool:
    body = (folder / "blobs" / digest.replace(":", "/")).read_bytes()
    return parse_manifest(body).subject is None


def first(one: Trace) -> str | None:
    return None if one.first_failing is None else one.first_failing.check


@pytest.mark.parametrize(
    ("layout", "check"),
    [
        ("e2e", "notation.list"),
        ("e2e-valid-signature", None),
        ("e2e-expired-signature", "notation.expiry"),
        ("e2e-invalid-signature", "notation.parse"),
        ("e2e-with-timestamped-signature", "notation.authenticity"),
    ],
)
def test_every_layout_of_the_suite_has_its_labelled_verdict(
    cli: Path, layout: str, check: str | None
) -> None:
    assert first(verify(cli, layout, "trustpolicy.json", SIGNED)) == check


def test_policies_that_are_valid_fail_where_they_are_labelled(cli: Path) -> None:
    labels = labels_of(cli)
    usable = [name for name in labels if labels[name]["valid_policy"]]
    of_images = [name for name in usable if name != "blob_trust_policy.json"]
    told = {name: first(verify(cli, "e2e-valid-signature", name, SIGNED)) for name in of_images}
    for name, label in LATER.items():
        labelled = [one for one in labels if labels[one]["fails_at"] == name]
        assert {told.pop(one) for one in labelled} == {label}
    # The suite makes these stores while it runs.
    assert told.pop("generate_test_trustpolicy.json") == "notation.store"
    assert told.pop("timestamp_trustpolicy.json") == "notation.timestamp"
    assert set(told.values()) == {None}, told


# Stores of the library --------------------------------------------------------------------------

STORES: dict[str, int | str] = {
    "ca/valid-trust-store": 6,
    "ca/valid-trust-store-2": 2,
    "ca/valid-trust-store-self-signed": 1,
    "ca/trust-store-with-invalid-certs": "it is no certificate",
    "ca/trust-store-with-leaf-certs": "neither an authority nor self-signed",
    "ca/trust-store-with-leaf-certs-in-single-file": "neither an authority nor self-signed",
    "ca/valid-trust-store_SYMLINK": "it is no certificate",
    "signingAuthority/valid-trust-store": 3,
    "signingAuthority/valid-trust-store-2": 2,
    "tsa/test-timestamp": 1,
    "tsa/test-nonCA": "is no root",
    "tsa/test-mismatch": 1,
    "tsa/test-nonSelfIssued": "is no root",
}
"""Certificates that are loaded, or why there are none; links are plain text in the set."""


@pytest.mark.parametrize("place", STORES)
def test_every_store_of_the_library_loads_or_fails_as_it_is_named(
    library: Path, place: str
) -> None:
    folder = library / "verifier" / "testdata" / "truststore" / "x509" / place
    files = tuple(StoreFile(one.name, read(one)) for one in sorted(folder.iterdir()))
    found = load_store(StoreFolder(folder.parent.name, folder.name, files))
    expected = STORES[place]
    if isinstance(expected, int):
        assert isinstance(found, tuple), found
        assert len(found) == expected
    else:
        assert isinstance(found, ParseError)
        assert expected in found.because
