"""Cosign signatures as containers/image keeps them in files: with key, with log, with certificate."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from trustui.core.facts import Document
from trustui.core.formats.cosign.case import TagQuestion
from trustui.core.formats.cosign.verify import verify_layer
from trustui.core.oci.manifests import Descriptor
from trustui.core.oci.references import digest_of
from trustui.core.pki.authorities import Log
from trustui.core.pki.certificates import parse_certificates
from trustui.core.pki.keys import load_key
from trustui.core.pki.times import Window
from trustui.core.trace import Trace, collect, trace
from trustui.core.trust_policy.expectations import expectation_of
from trustui.core.trust_policy.given import Trust
from trustui.core.trusted_root import TrustedRoot

SET = "oci/containers-image"
MAGIC = b"\0sigstore-json\n"
AT = datetime(2026, 11, 21, tzinfo=UTC)
KEY = {"key": "cosign.pub", "log": "ignored"}


@dataclass(frozen=True)
class Stored:
    """A folder of a manifest and its signature, and what is to be found in it."""

    folder: str
    wanted: dict[str, Any]
    first: str | None


STORED = [
    Stored("dir-img-cosign-valid", KEY, None),
    Stored("dir-img-cosign-valid-2", KEY, None),
    Stored("dir-img-cosign-valid-with-tag", KEY, None),
    Stored("dir-img-cosign-modified-manifest", KEY, "cosign.claim"),
    Stored("dir-img-cosign-other-attachment", KEY, "cosign.sig"),
    Stored("dir-img-cosign-key-rekor-valid", {"key": "cosign.pub"}, None),
    Stored(
        "dir-img-cosign-fulcio-rekor-valid",
        {
            "identity": "mitr@redhat.com",
            "issuer": "https://github.com/login/oauth",
            "sct": "ignored",
        },
        None,
    ),
    Stored(
        "dir-img-cosign-fulcio-rekor-valid",
        {"identity": "mitr@redhat.com", "issuer": "https://accounts.example", "sct": "ignored"},
        "cosign.identity",
    ),
    Stored(
        "dir-img-cosign-fulcio-rekor-valid",
        {
            "identity": "mitr@redhat.com",
            "issuer": "https://github.com/login/oauth",
            "sct": "ignored",
            "log": "ignored",
        },
        "cosign.expiry",
    ),
]


def trust_of(folder: Path, name: str) -> Trust:
    key_of_log = load_key((folder / "rekor.pub").read_bytes())
    log = Log("https://rekor", bytes.fromhex(key_of_log.fingerprint), key_of_log, Window())
    roots = parse_certificates((folder / "fulcio_v1.crt.pem").read_bytes())
    file = (
        "cosign2.pub"
        if name.endswith("rekor-valid") and (folder / "cosign2.pub").exists()
        else "cosign.pub"
    )
    return Trust(
        key=load_key((folder / file).read_bytes()),
        trusted_root=TrustedRoot((), (log,), (), ()),
        roots=roots,
    )


def judged(folder: Path, stored: Stored) -> Trace:
    raw = (folder / stored.folder / "signature-1").read_bytes()
    assert raw.startswith(MAGIC)
    kept = json.loads(raw.removeprefix(MAGIC))
    payload = base64.b64decode(kept["payload"])
    question = TagQuestion(
        group="signature",
        on=stored.folder,
        layer=Descriptor(kept["mimeType"], digest_of(payload), len(payload), kept["annotations"]),
        payload=Document("signature-1", payload),
        subject=digest_of((folder / stored.folder / "manifest.json").read_bytes()),
        expectation=expectation_of(stored.wanted),
        trust=trust_of(folder, stored.folder),
        at=AT,
    )
    events, _ = collect(verify_layer, question)
    return trace(stored.folder, AT, AT, events)


@pytest.mark.parametrize("stored", STORED, ids=lambda one: f"{one.folder}: {one.first or 'good'}")
def test_a_stored_signature_is_judged_as_its_name_says(
    shared_data: Callable[[str], Path], stored: Stored
) -> None:
    one = judged(shared_data(SET), stored)
    first = one.first_failing
    assert (None if first is None else first.check) == stored.first
