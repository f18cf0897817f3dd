from base64 import encodebytes
from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.simulators.notation_signer import LEAF, world
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.trust_policy.notation.stores import (
    MAX_STORE_FILE,
    Store,
    StoreFile,
    StoreFolder,
    folder_of,
    load_store,
    store_of,
)
from trustui.demo.images.certifying import AUTHORITY, issue

ROOT, BETWEEN, SIGNER = world().root.der, world().between.der, world().signer.der


def pem(*certificates: bytes) -> bytes:
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + encodebytes(one) + b"-----END CERTIFICATE-----\n"
        for one in certificates
    )


def store(*files: bytes | Problem, kind: str = "ca") -> StoreFolder:
    def content(body: bytes | Problem) -> Document | Problem:
        return body if isinstance(body, Problem) else Document("file", body)

    named = tuple(StoreFile(f"{n}.crt", content(one)) for n, one in enumerate(files))
    return StoreFolder(kind, "acme", named)


def loaded(*files: bytes | Problem, kind: str = "ca") -> Store:
    return load_store(store(*files, kind=kind))


def ders(found: Store) -> Iterable[bytes]:
    assert isinstance(found, tuple), found
    return [one.der for one in found]


def test_certificates_are_read_as_der_and_pem_and_several_in_a_file() -> None:
    assert ders(loaded(ROOT, pem(BETWEEN))) == [ROOT, BETWEEN]
    assert ders(loaded(pem(ROOT, BETWEEN))) == [ROOT, BETWEEN]
    assert ders(loaded(ROOT + BETWEEN)) == [ROOT, BETWEEN]


def test_a_self_signed_signer_may_be_trusted_by_itself() -> None:
    alone = issue(LEAF, None).der
    assert ders(loaded(alone)) == [alone]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (SIGNER, "neither an authority nor self-signed"),
        (b"", "it is empty"),
        (b"read me", "no certificate"),
        (b"\x30\x03\x02\x01\x01", "no certificate"),
        (pem(ROOT) + b"-----BEGIN PRIVATE KEY-----\n", "something else than certificates"),
        (b"\x30\x00" * 100, "too many certificates"),
    ],
)
def test_one_file_that_may_not_be_trusted_makes_the_store_unusable(body: bytes, why: str) -> None:
    found = loaded(ROOT, body)
    assert isinstance(found, ParseError)
    assert why in found.because
    assert "1.crt in the trust store ca:acme" in found.because


def test_a_store_of_timestamp_authorities_holds_roots_only() -> None:
    assert ders(loaded(world().stamp_root.der, kind="tsa")) == [world().stamp_root.der]
    found = loaded(BETWEEN, kind="tsa")
    assert isinstance(found, ParseError)
    assert "is no root" in found.because
    assert isinstance(loaded(issue(LEAF, None).der, kind="tsa"), ParseError)


def test_an_empty_store_trusts_nobody() -> None:
    found = loaded()
    assert isinstance(found, ParseError)
    assert (found.because, found.found) == (
        "the trust store ca:acme has no certificate in it",
        "no file",
    )


def test_a_file_or_a_folder_that_cannot_be_read_is_told_as_it_is() -> None:
    problem = Problem("x", ProblemKind.REFUSED, "a link")
    assert loaded(ROOT, problem) is problem
    assert load_store(StoreFolder("ca", "acme", problem)) is problem


def test_a_forged_root_is_not_self_signed() -> None:
    """Subject and issuer are the same, and another key signed."""
    name = "CN=root,O=Acme,ST=WA,C=US"
    forged = world().root.issue(replace(LEAF, subject=name)).der
    assert isinstance(loaded(forged), ParseError)
    authority = world().root.issue(replace(AUTHORITY, subject=name)).der
    assert isinstance(loaded(authority, kind="tsa"), ParseError)


def test_limits_have_room_for_real_files() -> None:
    assert len(pem(ROOT)) * 100 < MAX_STORE_FILE


def test_a_store_may_be_one_file_with_all_its_certificates() -> None:
    found = store_of("ca:acme", Document("ca:acme", pem(ROOT, BETWEEN)))
    assert isinstance(found, tuple)
    assert [one.der for one in found] == [ROOT, BETWEEN]
    assert folder_of("ca:acme", Document("x", b"")).title == "ca:acme"


def test_the_type_in_its_name_decides_what_may_stand_in_it() -> None:
    found = store_of("tsa:acme", Document("the file", pem(BETWEEN)))
    assert isinstance(found, ParseError)
    assert found.because.startswith("the file in the trust store tsa:acme: ")


def test_a_file_that_is_not_to_be_had_is_no_empty_store() -> None:
    problem = Problem("ca:acme", ProblemKind.ABSENT, "gone")
    assert store_of("ca:acme", problem) is problem
