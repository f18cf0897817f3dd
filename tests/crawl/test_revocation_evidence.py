import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.simulators.notation_signer import world
from tests.simulators.revoking import CRL_URL, OCSP_URL
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.pki.certificates import parse_certificate
from trustui.crawl.revocation_evidence import read_evidence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "revocation"
    made.mkdir()
    (made / "base.crl").write_bytes(b"list")
    (made / "answer.der").write_bytes(b"answer")
    return made


def write(folder: Path, listed: object) -> Path:
    (folder / "urls.json").write_text(json.dumps(listed))
    return folder


def body_of(answer: Document | Problem) -> bytes:
    assert isinstance(answer, Document), answer
    return answer.body


def request() -> tuple[bytes, str]:
    """An OCSP request about the signer, and the serial number that it asks for."""
    leaf, issuer = (parse_certificate(one.der) for one in world().chain[:2])
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        leaf.loaded,
        issuer.loaded,
        hashes.SHA1(),  # noqa: S303  what responders are asked by
    )
    return builder.build().public_bytes(Encoding.DER), leaf.serial


@pytest.mark.parametrize("file", ["base.crl", "revocation/base.crl"])
def test_an_address_is_answered_by_its_file(folder: Path, file: str) -> None:
    ask = read_evidence(write(folder, [{"kind": "crl", "url": CRL_URL, "file": file}]))
    assert body_of(ask.answer(CRL_URL, None)) == b"list"


def test_an_object_of_addresses_will_do(folder: Path) -> None:
    ask = read_evidence(write(folder, {CRL_URL: "base.crl", OCSP_URL: "answer.der"}))
    assert body_of(ask.answer(CRL_URL, None)) == b"list"
    assert body_of(ask.answer(OCSP_URL, request()[0])) == b"answer"


def test_an_address_that_is_not_listed_was_unreachable(folder: Path) -> None:
    found = read_evidence(write(folder, [])).answer(CRL_URL, None)
    assert isinstance(found, Problem)
    assert found.kind is ProblemKind.UNREADABLE


def test_an_answer_is_about_the_certificate_that_is_asked_about(folder: Path) -> None:
    der, serial = request()
    entry = {"kind": "ocsp", "url": OCSP_URL, "file": "answer.der"}
    right = read_evidence(write(folder, [{**entry, "serial": f"00{serial.upper()}"}]))
    assert body_of(right.answer(OCSP_URL, der)) == b"answer"
    wrong = read_evidence(write(folder, [{**entry, "serial": "77"}]))
    assert isinstance(wrong.answer(OCSP_URL, der), Problem)


def test_a_list_answers_no_question_about_one_certificate(folder: Path) -> None:
    listed = [{"kind": "crl", "url": CRL_URL, "file": "base.crl"}]
    assert isinstance(read_evidence(write(folder, listed)).answer(CRL_URL, request()[0]), Problem)
    listed = [{"kind": "ocsp", "url": OCSP_URL, "file": "answer.der"}]
    assert isinstance(read_evidence(write(folder, listed)).answer(OCSP_URL, None), Problem)


def test_nothing_outside_the_folder_is_read(folder: Path) -> None:
    (folder.parent / "secret").write_text("x")
    found = read_evidence(write(folder, {CRL_URL: "../secret"})).answer(CRL_URL, None)
    assert isinstance(found, Problem)
    assert found.kind is ProblemKind.REFUSED


@pytest.mark.parametrize("text", ["", "1", '[{"url": 1}]', '[{"url": "x"}]', '{"x": 1}'])
def test_an_index_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "urls.json").write_text(text)
    with pytest.raises(ParseError):
        read_evidence(folder)


def test_a_folder_without_an_index_is_refused(folder: Path) -> None:
    with pytest.raises(ParseError, match=r"urls\.json: no such file"):
        read_evidence(folder)


@pytest.mark.parametrize("file", ["x" * 5000, "nul\0byte"])
def test_a_file_that_no_system_can_have_is_a_problem(folder: Path, file: str) -> None:
    assert isinstance(read_evidence(write(folder, {CRL_URL: file})).answer(CRL_URL, None), Problem)
