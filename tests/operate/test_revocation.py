"""`trustui revocation`: what is known of certificates, and answers from a folder."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509.ocsp import load_der_ocsp_request
from pytest_django import Settings

from tests.simulators.command_line import Trustui
from tests.simulators.revocation_store import OTHER, ROOT, allow, enquiries, known, leaf_at, noted
from tests.simulators.revoking import (
    CRL_URL,
    OCSP_URL,
    List,
    Response,
    make_list,
    make_response,
    told_by,
)
from trustui.core.pki.revocation import Status
from trustui.demo.images.certifying import Issued, Wish
from trustui.events.models import Event
from trustui.revocation.models import AskedPlace, RevocationAnswer

pytestmark = pytest.mark.django_db

WHY = ("--reason", "fetched by the proxy team", "--as", "alice")
DAY = timedelta(days=1)
LATER = datetime.now(UTC).replace(microsecond=0) + 2 * DAY
EARLIER = LATER - 3 * DAY
SECOND_CRL = "http://crl.acme.example/second.crl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "answers"
    made.mkdir()
    return made


def write(folder: Path, files: dict[str, bytes], listed: list[dict[str, str]]) -> Path:
    for name, body in files.items():
        (folder / name).write_bytes(body)
    (folder / "urls.json").write_text(json.dumps(listed))
    return folder


def with_responder() -> Issued:
    return ROOT.issue(Wish("leaf", extensions=told_by(responders=(OCSP_URL,))))


def test_answers_are_taken_from_a_folder(trustui: Trustui, folder: Path) -> None:
    leaf, other, third = leaf_at(), with_responder(), with_responder()
    for one in (leaf, other, third):
        noted(one)
    write(
        folder,
        {
            "base.crl": make_list(List(since=EARLIER, until=LATER), ROOT),
            "leaf.der": make_response(Response(since=EARLIER, until=LATER), other, ROOT),
        },
        [
            {"kind": "crl", "url": CRL_URL, "file": "base.crl"},
            {"kind": "crl", "url": SECOND_CRL, "file": "base.crl"},
            {
                "kind": "ocsp",
                "url": OCSP_URL,
                "serial": f"{other.certificate.serial_number:x}",
                "file": "leaf.der",
            },
        ],
    )
    answer = trustui("revocation", "import", folder, *WHY, "--json")
    assert (answer.status, answer.json) == (
        0,
        {
            "new": [CRL_URL, OCSP_URL],
            "unchanged": [],
            "refused": [],
            "not_asked": [SECOND_CRL],
        },
    )
    now = datetime.now(UTC)
    assert [known(one, now).status for one in (leaf, other)] == [Status.GOOD] * 2
    assert known(third, now).status is Status.NOT_ASKED
    assert set(RevocationAnswer.objects.values_list("origin", flat=True)) == {"answers"}
    told = Event.objects.filter(kind="revocation.changed")
    assert set(told.values_list("actor", "reason")) == {("person:alice", WHY[1])}
    again = trustui("revocation", "import", folder, *WHY)
    assert again.out.splitlines() == [
        f"as known: {CRL_URL}",
        f"as known: {OCSP_URL}",
        f"passed over: no verdict asked {SECOND_CRL}",
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (make_list(List(since=EARLIER, until=LATER), ROOT, OTHER), "not signed by CN=root"),
        (make_list(List(since=EARLIER, until=EARLIER + DAY / 2), ROOT), "it held until"),
        (b"<html>", "cannot be read"),
        (None, "no such file"),
    ],
    ids=["forged", "old", "a page", "missing"],
)
def test_what_does_not_count_is_refused_with_its_reason(
    trustui: Trustui, folder: Path, body: bytes | None, words: str
) -> None:
    noted(leaf_at())
    files = {} if body is None else {"base.crl": body}
    write(folder, files, [{"kind": "crl", "url": CRL_URL, "file": "base.crl"}])
    answer = trustui("revocation", "import", folder, *WHY)
    assert (answer.status, words in answer.out) == (1, True), answer
    assert not RevocationAnswer.objects.exists()


def test_a_folder_without_an_index_and_an_empty_one(trustui: Trustui, folder: Path) -> None:
    answer = trustui("revocation", "import", folder, *WHY)
    assert (answer.status, "urls.json" in answer.err) == (2, True)
    answer = trustui("revocation", "import", write(folder, {}, []), *WHY)
    assert (answer.status, answer.out) == (0, "the folder lists nothing\n")
    assert trustui("revocation", "import", folder, "--as", "alice").status == 2


def test_every_place_is_listed_with_what_is_known_of_it(
    trustui: Trustui, folder: Path, settings: Settings
) -> None:
    said = trustui("revocation", "list")
    assert said.out == "no verdict asked about revocation so far\n"
    allow(settings, "ocsp.acme.example")
    leaf, other = leaf_at(), with_responder()
    noted(leaf)
    noted(leaf)
    noted(other)
    write(
        folder,
        {"base.crl": make_list(List(since=EARLIER, until=LATER), ROOT)},
        [{"kind": "crl", "url": CRL_URL, "file": "base.crl"}],
    )
    trustui("revocation", "import", folder, *WHY)
    listed, asked = trustui("revocation", "list", "--json").json["places"]
    assert (listed["address"], listed["kind"], listed["repositories"]) == (CRL_URL, "list", 2)
    assert listed["next_update"] == LATER.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (listed["imported_from"], listed["serial"], listed["request"]) == ("answers", None, None)
    assert "crl.acme.example is not among the hosts" in listed["refused"]
    assert (asked["kind"], asked["refused"], asked["next_update"]) == ("responder", "", None)
    (enquiry,) = enquiries(other)
    assert enquiry.request == b64decode(asked["request"])
    assert load_der_ocsp_request(b64decode(asked["request"])).serial_number == int(
        asked["serial"], 16
    )
    AskedPlace.objects.filter(address=OCSP_URL).update(because="silent for 5 s")
    lines = trustui("revocation", "list").out.splitlines()
    assert lines[0].startswith(f"{CRL_URL}  list, of 2 repositories, known until ")
    assert lines[1] == f"{OCSP_URL}  responder, of 1 repositories, nothing is known; silent for 5 s"
