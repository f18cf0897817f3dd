"""Parse, canonicalise and verify a targets document of 10^3 to 10^6 entries, against python-tuf.

Entries are as a package index has them: path, length, one SHA-256; compact JSON; one Ed25519 key.
Names are sorted as python-tuf writes them; `unsorted` is the same document in no order. Ours runs
the whole workflow of a targets role, form, keys, signatures and expiry included.
"""

import hashlib
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
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


def _path(size: str) -> Path:
    return Path(tempfile.gettempdir()) / f"trustui-bench-targets-{size.replace(' ', '-')}.json"


def make(size: str) -> None:
    """Once for each size, as it takes longer than reading it."""
    if _path(size).exists():
        return
    count, _, order = size.partition(" ")
    value: JsonValue = {
        "_type": "targets",
        "expires": "2036-01-01T00:00:00Z",
        "spec_version": "1.0.34",
        "targets": dict(_entry(number) for number in range(int(count))),
        "version": 1,
    }
    signed = canonical(value)
    signature = KEY.sign(signed)
    head = f'{{"signatures":[{{"keyid":"{KEY.key_id}","sig":"{signature}"}}],"signed":'
    body = msgspec.json.encode(value) if order else signed
    _path(size).write_bytes(head.encode() + body + b"}")


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
    root = parse(Document("root", _root()))

    def run() -> Case:
        case = Case(
            "targets", "targets", Chain("targets", "targets"),
            Document("targets", _path(size).read_bytes()),
            256_000_000, AT, listed=MetaFile(1), signers=(Signer(root.role("targets"), root),),
        )  # fmt: skip
        _, metadata = collect(examine, case, TARGETS)
        assert metadata is not None
        assert not case.chain.troubles
        return case

    def answer(case: Case) -> object:
        assert case.parsed is not None
        return _answer(len(case.metadata.signed["targets"]), case.parsed.signed.signed_bytes)

    return run, answer


def peer(size: str) -> Prepared:
    root = Root()
    root.add_key(Key.from_dict(KEY.key_id, dict(KEY_OBJECT)), "targets")

    def run() -> Metadata[Targets]:
        metadata = Metadata[Targets].from_bytes(_path(size).read_bytes())
        root.verify_delegate("targets", metadata.signed_bytes, metadata.signatures)
        assert not metadata.signed.is_expired(AT)
        return metadata

    return run, lambda metadata: _answer(len(metadata.signed.targets), metadata.signed_bytes)


def _answer(count: int, signed_bytes: bytes) -> object:
    return [count, hashlib.sha256(signed_bytes).hexdigest()]


if __name__ == "__main__":
    compare(
        "targets: parse, canonicalise, verify",
        {"ours": ours, "peer": peer},
        ("1000", "10000", "100000", "1000000", "1000000 unsorted"),
        Aim(7, 0.45),
        warm_up="200",
        make=make,
    )
