"""What the forms of bills have in common: digests."""

import json
from typing import Any

import pytest

from tests.vectors.sbom.collection import DIGEST, cyclonedx, purl, spdx
from trustui.core.facts import Document
from trustui.core.formats.sbom.bill import Bill
from trustui.core.formats.sbom.parse import parse


def read(value: Any) -> Bill:
    return parse(Document("bill", json.dumps(value).encode()))


def test_a_digest_that_stands_twice_counts_once() -> None:
    sums = [{"algorithm": "SHA256", "checksumValue": DIGEST.removeprefix("sha256:")}]
    bill = read(spdx({**purl(DIGEST), "versionInfo": DIGEST, "checksums": sums}))
    assert bill.described[0].digests == (DIGEST,)


@pytest.mark.parametrize(
    "version", [f"x{DIGEST}", f"{DIGEST}0", "sha256:abc", f"SHA256:{'a1' * 32}", "1.0"]
)
def test_what_only_looks_like_a_digest_is_none(version: str) -> None:
    assert read(cyclonedx({"name": "app", "version": version})).digests == ()


def test_checksums_that_no_registry_uses_are_passed_over() -> None:
    sums = [{"algorithm": "MD5", "checksumValue": "00"}]
    assert read(spdx({"name": "app", "checksums": sums})).digests == ()
