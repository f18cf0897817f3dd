"""What a signature says of itself; whatever it holds, nothing is raised."""

import json

import pytest

from tests.simulators.sigstore_stack import stack
from trustui.core.formats.cosign.payload import CERTIFICATE, CHAIN, LOG_ENTRY, TIMESTAMP
from trustui.demo.images.bundles import Plan, bundle_of
from trustui.demo.images.tag_format import TagPlan, tag_layer
from trustui.pages.images.decoded import LONGEST, Decoded, Material, decode, in_words

DIGEST = f"sha256:{'ab' * 32}"


def layer(plan: TagPlan) -> Material:
    body, found = tag_layer(DIGEST, plan, stack())
    return Material(body, found["annotations"], is_bundle=False, is_statement=bool(plan.predicate))


def test_every_part_of_the_tag_format_is_told() -> None:
    found = decode(layer(TagPlan(with_certificate=True, logged=True, stamped=True)))
    assert found.problem == ""
    assert next(one.text for one in found.lines) == DIGEST
    assert len(found.chain) == 2
    assert found.chain[0].extensions
    assert found.entries[0].has_promise
    assert found.stamps[0].at is not None
    assert in_words(found) == "a certificate, 1 log entry, 1 timestamp"


def test_an_attestation_is_told_with_its_subjects() -> None:
    found = decode(layer(TagPlan(predicate="https://slsa.dev/provenance/v1")))
    assert found.form == "attestation in cosign's tag format"
    assert any("ab" * 32 in one for one in found.subjects)
    assert in_words(found) == "a bare key, no log entry, no timestamp"


def test_a_bundle_is_told() -> None:
    body = json.dumps(bundle_of(Plan(), stack())).encode()
    found = decode(Material(body, {}, is_bundle=True, is_statement=False))
    assert found.form == "sigstore bundle 0.3"
    assert (found.problem, len(found.entries)) == ("", 1)


@pytest.mark.parametrize("is_bundle", [True, False])
@pytest.mark.parametrize("is_statement", [True, False])
@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"\xff\xfe", b'{"critical": 1}', b"[" * 100_000, b"x" * (LONGEST + 1)],
)
def test_what_cannot_be_read_is_a_problem_in_words(
    body: bytes, *, is_bundle: bool, is_statement: bool
) -> None:
    found = decode(Material(body, {}, is_bundle, is_statement))
    assert found.problem
    assert found.raw == ("" if len(body) > LONGEST else body.decode(errors="replace"))


@pytest.mark.parametrize("name", [CERTIFICATE, CHAIN, LOG_ENTRY, TIMESTAMP])
@pytest.mark.parametrize("text", ["nonsense", "{}", "\u202e", "-----BEGIN CERTIFICATE-----\nxx"])
def test_annotations_that_are_nonsense_are_told_beside_the_rest(name: str, text: str) -> None:
    good = layer(TagPlan())
    found = decode(Material(good.body, {**good.annotations, name: text}, False, False))
    assert found.problem == ""
    told = [*(one.problems for one in found.chain), *(one.problem for one in found.entries)]
    assert any(told) or any(one.problem for one in found.stamps)
    assert isinstance(found, Decoded)
