"""What the demo's signer writes into envelopes; core/formats/notation judges every one of them."""

import base64
import json
from datetime import UTC, datetime

import pytest

from trustui.core.formats.notation.envelope import TIMESTAMP
from trustui.demo.images.certifying import Stamp
from trustui.demo.images.code_signing import RELEASE, authority
from trustui.demo.images.envelopes import EnvelopePlan, b64url, jws_envelope, payload_of

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


@pytest.fixture
def plan() -> EnvelopePlan:
    chain = authority(NOW).certify(RELEASE, NOW, 30)
    return EnvelopePlan(payload=payload_of(b"{}"), chain=chain, signed_at=NOW)


def opened(part: str) -> dict[str, object]:
    found = json.loads(base64.urlsafe_b64decode(part + "=="))
    assert isinstance(found, dict)
    return found


def test_a_payload_names_the_manifest_by_type_digest_and_size() -> None:
    assert json.loads(payload_of(b"{}", note="x"))["targetArtifact"] == {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "size": 2,
        "note": "x",
    }


def test_the_protected_headers_say_when_and_by_which_scheme(plan: EnvelopePlan) -> None:
    envelope = json.loads(jws_envelope(plan))
    assert opened(envelope["protected"]) == {
        "alg": "ES256",
        "cty": "application/vnd.cncf.notary.payload.v1+json",
        "io.cncf.notary.signingScheme": "notary.x509",
        "io.cncf.notary.signingTime": "2026-09-14T08:00:00Z",
        "crit": ["io.cncf.notary.signingScheme"],
    }
    assert len(envelope["header"]["x5c"]) == len(plan.chain)


def test_a_stamp_is_bare_and_stands_outside_of_what_is_signed(plan: EnvelopePlan) -> None:
    stamps = authority(NOW).stamps
    envelope = json.loads(jws_envelope(plan.changed(stamp=Stamp(NOW), stamp_signer=stamps)))
    assert stamps.der in base64.b64decode(envelope["header"][TIMESTAMP])
    assert TIMESTAMP not in json.loads(jws_envelope(plan))["header"]


def test_the_same_plan_gives_the_same_bytes(plan: EnvelopePlan) -> None:
    assert jws_envelope(plan) == jws_envelope(plan)


def test_bytes_are_written_without_padding() -> None:
    assert b64url(b"\xfb\xff\xfe\x00") == "-__-AA"
