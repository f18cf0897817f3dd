"""Parse, canonicalise and verify a targets document of 10^3 to 10^6 entries, against python-tuf.

Entries are as a package index has them: path, length, one SHA-256; compact JSON; one Ed25519 key.
Ours runs the whole workflow of a targets role, form, keys, signatures and expiry included.
"""

import hashlib
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tuf.api.metadata import Key, Metadata, Root, Targets

from bench.measuring import Aim, Prepared, compare
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import MetaFile
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.reading import Case, Signer, examine
from trustui.core.formats.tuf.verify import TARGETS
from trustui.core.primitives.canonical_json import JsonValue, canonical
from trustui.core.trace import Chain, collect
from trustui.demo.keys import throwaway_key

AT = datetime(2026, 1, 1, tzinfo=UTC)
KEY = throwaway_key("bench targets")
KEY_OBJECT = KEY.public


def _entry(number: int) -> tuple[str, JsonValue]:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    path = f"packages/{digest[:2]}/{digest[2:4]}/package-{number}-1.0.tar.gz"
    return path, {"hashes": {"sha256": digest}, "length": number + 1}


def _document(size: int) -> bytes:
    """Made once for each size, as it takes longer than reading it."""
    path = Path(tempfile.gettempdir()) / f"trustui-bench-targets-{size}.json"
    if not path.exists():
        signed = canonical(
            {
                "_type": "targets",
                "expires": "2036-01-01T00:00:00Z",
                "spec_version": "1.0.34",
                "targets": dict(_entry(number) for number in range(size)),
                "version": 1,
            }
        )
        signature = KEY.sign(signed)
        head = f'{{"signatures":[{{"keyid":"{KEY.key_id}","sig":"{signature}"}}],"signed":'
        path.write_bytes(head.encode() + signed + b"}")
    return path.read_bytes()


def _root() -> bytes:
    role: JsonValue = {"keyids": [KEY.key_id], "threshold": 1}
    signed: JsonValue = {
        "_type": "root",
        "consistent_snapshot": True,
        "expires": "2036-01-01T00:00:00Z",
        "keys": {KEY.key_id: KEY_OBJECT},
        "roles": dict.fromkeys(("root", "timestamp", "snapshot", "targets"), role),
        "spec_version": "1.0.34",
        "version": 1,
    }
    return canonical({"signatures": [], "signed": signed})


def ours(size: str) -> Prepared:
    body, root = _document(int(size)), parse(Document("root", _root()))

    def run() -> object:
        case = Case(
            "targets", "targets", Chain("targets", "targets"), Document("targets", body),
            256_000_000, AT, listed=MetaFile(1), signers=(Signer(root.role("targets"), root),),
        )  # fmt: skip
        _, metadata = collect(examine, case, TARGETS)
        assert metadata is not None
        assert not case.chain.troubles
        return metadata.signed["targets"]

    return run, _count


def peer(size: str) -> Prepared:
    body = _document(int(size))
    root = Root()
    root.add_key(Key.from_dict(KEY.key_id, dict(KEY_OBJECT)), "targets")

    def run() -> object:
        metadata = Metadata[Targets].from_bytes(body)
        root.verify_delegate("targets", metadata.signed_bytes, metadata.signatures)
        assert not metadata.signed.is_expired(AT)
        return metadata.signed.targets

    return run, _count


def _count(targets: Mapping[str, object]) -> int:
    return len(targets)


if __name__ == "__main__":
    compare(
        "targets: parse, canonicalise, verify",
        {"ours": ours, "peer": peer},
        ("1000", "10000", "100000", "1000000"),
        Aim(7, 0.45),
        rounds=3,
        warm_up="10",
    )
