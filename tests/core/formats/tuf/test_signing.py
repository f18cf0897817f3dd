"""Key ids, signatures, and that the expensive part is done once."""

from collections import OrderedDict
from typing import Any

import msgspec
import pytest

from tests.vectors.tuf.builders import client, delegating, publish_with, small, staged
from trustui.core.facts import Document
from trustui.core.formats.tuf import signing
from trustui.core.formats.tuf.metadata import Key, Signature
from trustui.core.formats.tuf.parse import parse, parse_for_signing
from trustui.core.formats.tuf.signing import (
    KEYID_FORMULAS,
    SignedDocument,
    cached_material,
    keyid_formula,
    signature_bytes,
)
from trustui.core.primitives.canonical_json import canonical
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.keys import PublicKey
from trustui.demo.keys import throwaway_key

FIELDS: dict[str, Any] = throwaway_key("any").public


def keyid_of(fields: object) -> str:
    return sha256(canonical(fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("extra", "hashed", "formula"),
    [
        ({}, ("keytype", "scheme", "keyval"), "the whole key object"),
        ({"x-owner": "@alice"}, None, "the whole key object"),
        ({"x-owner": "@alice"}, ("keytype", "scheme", "keyval"), "keytype, scheme and keyval"),
        (
            {"keyid_hash_algorithms": ["sha256"], "x-owner": "@alice"},
            ("keytype", "scheme", "keyval", "keyid_hash_algorithms"),
            "these and keyid_hash_algorithms",
        ),
        ({}, ("keytype", "keyval"), "keytype and keyval, as Notary v1"),
    ],
)
def test_the_formula_of_a_key_id_is_told(
    extra: dict[str, object], hashed: tuple[str, ...] | None, formula: str
) -> None:
    fields = FIELDS | extra
    part = fields if hashed is None else {name: fields[name] for name in hashed}
    assert keyid_formula(keyid_of(part), fields) == formula
    assert formula in KEYID_FORMULAS


@pytest.mark.parametrize("keyid", ["", "00" * 32, keyid_of(FIELDS).upper()])
def test_another_key_id_follows_from_no_formula(keyid: str) -> None:
    assert keyid_formula(keyid, FIELDS) is None


def test_a_key_that_has_no_canonical_form_has_no_key_id() -> None:
    assert keyid_formula("00", FIELDS | {"x": 0.5}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", b""),
        ("00ff", b"\x00\xff"),
        ("00FF", b"\x00\xff"),
        ("0", None),
        ("0g", None),
        ("00 ff", None),
        ("00\n", None),
        ("\uff10\uff10", None),
        ("MEUCIQ==", None),
    ],
)
def test_a_signature_is_hexadecimal(text: str, expected: bytes | None) -> None:
    assert signature_bytes(text) == expected


def test_a_signature_is_verified_once_however_many_roles_count_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repo = small()
    root = parse_for_signing(Document("", repo.document("root")))
    verified: list[bytes] = []

    def count(key: PublicKey, signature: bytes, _: bytes) -> bool:
        verified.append(key.material + signature)
        return True

    monkeypatch.setattr(PublicKey, "verifies", count)
    monkeypatch.setattr(signing, "_remembered", OrderedDict())
    role = root.metadata.role("root")
    for _ in range(3):
        assert root.signed.tally(role, root.metadata).signed == 2
        root = parse_for_signing(Document("", repo.document("root")))
    assert len(verified) == 2


def test_only_the_same_content_is_remembered_as_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_remembered", OrderedDict())
    document = parse_for_signing(Document("", small().document("root")))
    role, root = document.metadata.role("root"), document.metadata
    assert document.signed.tally(role, root).signed == 2
    signed = document.signed.signed_bytes
    other = SignedDocument(signed.replace(b'"version":1', b'"version":2'), root.signatures)
    assert other.tally(role, root).signed == 0
    swapped = [one.sig for one in root.signatures][::-1]
    mixed = [
        msgspec.structs.replace(one, sig=sig)
        for one, sig in zip(root.signatures, swapped, strict=True)
    ]
    assert SignedDocument(signed, tuple(mixed)).tally(role, root).signed == 0
    assert document.signed.tally(role, root).signed == 2


def test_no_more_signatures_are_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: OrderedDict[bytes, bool] = OrderedDict()
    monkeypatch.setattr(signing, "_remembered", kept)
    monkeypatch.setattr(signing, "REMEMBERED", 3)
    repo = small()
    for name in ("root", "timestamp", "snapshot", "targets"):
        document = parse_for_signing(Document("", repo.document(name)))
        root = parse_for_signing(Document("", repo.document("root"))).metadata
        assert document.signed.tally(root.role(name), root).missing == 0
        assert 0 < len(kept) <= 3
    monkeypatch.setattr(signing, "LONGEST_REMEMBERED", 10)
    kept.clear()
    document = parse_for_signing(Document("", repo.document("targets")))
    assert document.signed.tally(root.role("targets"), root).missing == 0
    assert not kept


def test_signatures_keep_their_order_and_text() -> None:
    repo = small()
    metadata = parse(Document("", repo.document("targets")))
    assert [type(one) for one in metadata.signatures] == [Signature, Signature]
    assert [one.keyid for one in metadata.signatures] == [
        key.key_id for key in repo.keys("targets")[:2]
    ]


def test_a_root_is_counted_by_old_and_by_new_keys() -> None:
    repo = small()
    repo.rotate("root", keep=1)
    repo.publish()
    verdict = client(repo).refresh(repo.files)
    old = verdict.step("tuf.root.chain.threshold_old")
    new = verdict.step("tuf.root.chain.threshold_new")
    assert (old.found, new.found) == ("2 valid", "2 valid")
    assert old.evidence["signed_by"] != new.evidence["signed_by"]


def test_a_key_of_the_new_root_alone_is_no_unknown_key() -> None:
    repo = small()
    repo.rotate("root", keep=1)
    repo.publish()
    step = client(repo).refresh(repo.files).step("tuf.sig.unknown_keyid", "root v2")
    assert step.outcome == "passed"


def test_a_key_that_the_delegator_does_not_give_cannot_sign() -> None:
    repo = staged()
    keyid = repo.keys("timestamp")[0].key_id

    def forget(signed: Any) -> None:
        del signed["keys"][keyid]

    publish_with(repo, "root", forget)
    verdict = client(repo).refresh(repo.files)
    assert verdict.first == "tuf.timestamp.signature.threshold"
    assert "1 of unreadable keys" in verdict.step("tuf.timestamp.signature.threshold").because


def test_a_document_without_keys_says_so() -> None:
    repo = delegating()
    verdict = client(repo).verify(repo.files)
    assert verdict.steps("tuf.key.parse", "squad")[0].because == "there are no keys"


def test_the_material_of_a_key_is_what_makes_it_the_same_key() -> None:
    def key(keyid: str, public: str) -> Key:
        return Key(keyid, "ed25519", "ed25519", public, {})

    hexadecimal: str = FIELDS["keyval"]["public"]
    assert cached_material(key("a", hexadecimal)) == cached_material(key("b", hexadecimal.upper()))
    assert cached_material(key("a", "no key")) is None
    assert cached_material(None) is None
