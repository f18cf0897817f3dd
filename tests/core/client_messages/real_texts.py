"""What the clients really say, one text for each message of the catalogue.

Written down from the sources of each version that the catalogue names, with values put in as the
client would: python-tuf 7.0.1 as `tuf.api.exceptions` print themselves in a traceback, go-tuf 2.4.2
as `Error()` of `metadata/errors.go`, tuf-js 5.0.1 as Node prints an Error.
"""

from dataclasses import dataclass, field

PY = "tuf.api.exceptions."


@dataclass(frozen=True)
class Said:
    """A client's text, and the first check that it stands for."""

    text: str
    check: str
    values: dict[str, str] = field(default_factory=dict)


def said(text: str, check: str, **values: str) -> Said:
    return Said(text, check, values)


PYTHON_TUF = (
    said(f"{PY}BadVersionNumberError: Expected root version 3 instead got version 2", "tuf.root.rollback.version", expected="3", found="2"),
    said(f"{PY}ExpiredMetadataError: Final root.json is expired", "tuf.root.freeze.expired"),
    said(f"{PY}BadVersionNumberError: New timestamp version 410 must be >= 412", "tuf.timestamp.rollback.version", found="410", trusted="412"),
    said(f"{PY}EqualVersionNumberError", "tuf.timestamp.unchanged"),
    said(f"{PY}BadVersionNumberError: New snapshot version must be >= 7, got version 6", "tuf.timestamp.rollback.snapshot_version", trusted="7", found="6"),
    said(f"{PY}ExpiredMetadataError: timestamp.json is expired", "tuf.timestamp.freeze.expired"),
    said(f"{PY}RepositoryError: New snapshot is missing info for 'team a.json'", "tuf.snapshot.rollback.role_removed", file="team a.json"),
    said(f"{PY}BadVersionNumberError: Expected targets.json version 4, got 5.", "tuf.snapshot.rollback.targets_version", role="targets", found="4", trusted="5"),
    said(f"{PY}BadVersionNumberError: Expected snapshot version 9, got 8", "tuf.snapshot.version.match", expected="9", found="8"),
    said(f"{PY}ExpiredMetadataError: snapshot.json is expired", "tuf.snapshot.freeze.expired"),
    said(f"{PY}RepositoryError: Snapshot does not contain information for 'targets'", "tuf.targets.not_in_snapshot", role="targets"),
    said(f"{PY}RepositoryError: Role cranes was delegated but is not part of snapshot", "tuf.delegation.not_in_snapshot", role="cranes"),
    said(f"{PY}BadVersionNumberError: Expected cranes v3, got v2.", "tuf.delegation.version.match", role="cranes", expected="3", found="2"),
    said(f"{PY}ExpiredMetadataError: New targets is expired", "tuf.targets.freeze.expired", role="targets"),
    said(f"{PY}RepositoryError: Expected 'snapshot', got 'targets'", "tuf.meta.type", expected="snapshot", found="targets"),
    said(f"{PY}UnsignedMetadataError: cranes was signed by 1/2 keys", "tuf.delegation.signature.threshold", role="cranes", signed="1", threshold="2"),
    said("INFO:tuf.api._payload:Key 8a1c failed to verify timestamp", "tuf.sig.invalid", keyid="8a1c", role="timestamp"),
    said(f"{PY}LengthOrHashMismatchError: Observed hash 0c4e does not match expected hash 9f02", "tuf.snapshot.hash", found="0c4e", expected="9f02"),
    said(f"{PY}LengthOrHashMismatchError: Observed length 12 does not match expected length 11", "tuf.snapshot.fetch.length", found="12", expected="11"),
    said(f"{PY}DownloadLengthMismatchError: Downloaded 512001 bytes exceeding the maximum allowed length of 512000", "tuf.root.fetch.length", found="512001", allowed="512000"),
    said(f"{PY}DownloadHTTPError: HTTP error occurred with status 503", "tuf.timestamp.fetch", status="503"),
    said(f"{PY}DownloadHTTPError: 404 Client Error: Not Found for url: https://updates.example/timestamp.json", "tuf.timestamp.fetch", status="404", reason="Not Found", url="https://updates.example/timestamp.json"),
    said(f"{PY}DownloadHTTPError: 502 Server Error: Bad Gateway for url: https://updates.example/timestamp.json", "tuf.timestamp.fetch", status="502", reason="Bad Gateway", url="https://updates.example/timestamp.json"),
    said(f"{PY}DownloadError: Failed to download https://updates.example/timestamp.json", "tuf.timestamp.fetch", url="https://updates.example/timestamp.json"),
    said(f"{PY}SlowRetrievalError", "tuf.fetch.slow"),
    said("tuf.api.serialization.DeserializationError: Failed to deserialize JSON", "tuf.meta.parse"),
    said('ValueError: unrecognized metadata type "mirrors"', "tuf.meta.type", type="mirrors"),
    said("ValueError: Multiple signatures found for keyid 8a1c", "tuf.sig.keyid.unique", keyid="8a1c"),
    said("ValueError: Unsupported spec_version 2.0.0", "tuf.meta.spec_version", version="2.0.0"),
    said("ValueError: Failed to parse spec_version one", "tuf.meta.spec_version", version="one"),
    said("ValueError: version must be > 0, got 0", "tuf.meta.version.positive", found="0"),
    said("ValueError: Metafile version must be > 0, got -1", "tuf.meta.schema", found="-1"),
    said("ValueError: Nonunique keyids: ['8a1c', '8a1c']", "tuf.meta.keyids.unique"),
    said("ValueError: threshold should be at least 1!", "tuf.meta.threshold.positive"),
    said(f"{PY}LengthOrHashMismatchError: Unsupported algorithm 'md6'", "tuf.meta.hashes", algorithm="md6"),
    said("ValueError: Hashes must be a non empty dictionary", "tuf.meta.hashes"),
    said("ValueError: Length must be >= 0, got -5", "tuf.meta.length", found="-5"),
    said("ValueError: Only one of (paths, path_hash_prefixes) must be set", "tuf.meta.delegation.paths"),
    said("ValueError: bit_length must be between 1 and 32", "tuf.meta.succinct"),
    said("ValueError: Delegated roles cannot be empty or use top-level role names", "tuf.meta.role_name"),
)  # fmt: skip

GO_TUF = (
    said("bad version number error: bad version number, expected 3, got 2", "tuf.root.rollback.version", expected="3", found="2"),
    said("expired metadata error: final root.json is expired", "tuf.root.freeze.expired"),
    said("bad version number error: new timestamp version 410 must be >= 412", "tuf.timestamp.rollback.version", found="410", trusted="412"),
    said("equal version number error: new timestamp version 412 equals the old one 412", "tuf.timestamp.unchanged", found="412", trusted="412"),
    said("bad version number error: new snapshot version 6 must be >= 7", "tuf.timestamp.rollback.snapshot_version", found="6", trusted="7"),
    said("expired metadata error: timestamp.json is expired", "tuf.timestamp.freeze.expired"),
    said("repository error: new snapshot is missing info for team.json", "tuf.snapshot.rollback.role_removed", file="team.json"),
    said("bad version number error: expected targets.json version 4, got 5", "tuf.snapshot.rollback.targets_version", role="targets", found="4", trusted="5"),
    said("bad version number error: expected targets version 5, got 4", "tuf.targets.version.match", role="targets", expected="5", found="4"),
    said("bad version number error: expected 9, got 8", "tuf.snapshot.version.match", expected="9", found="8"),
    said("expired metadata error: snapshot.json is expired", "tuf.snapshot.freeze.expired"),
    said("repository error: snapshot does not contain information for cranes", "tuf.delegation.not_in_snapshot", role="cranes"),
    said("role targets not found in snapshot", "tuf.targets.not_in_snapshot", role="targets"),
    said("expired metadata error: new cranes is expired", "tuf.delegation.freeze.expired", role="cranes"),
    said("repository error: expected snapshot, got targets", "tuf.meta.type", expected="snapshot", found="targets"),
    said("unsigned metadata error: Verifying timestamp failed, not enough signatures, got 0, want 1", "tuf.timestamp.signature.threshold", role="timestamp", signed="0", threshold="1"),
    said("target app/app-1.0.tar.gz not found", "tuf.target.found", path="app/app-1.0.tar.gz"),
    said("length/hash verification error: length verification failed - expected 11, got 12", "tuf.snapshot.fetch.length", expected="11", found="12"),
    said("length/hash verification error: hash verification failed - mismatch for algorithm sha256", "tuf.snapshot.hash", algorithm="sha256"),
    said("length/hash verification error: hash verification failed - unknown hashing algorithm - md6", "tuf.meta.hashes", algorithm="md6"),
    said("hashes must not be empty for target files", "tuf.meta.hashes"),
    said("download length mismatch error: download failed for https://updates.example/2.root.json, length 512001 is larger than expected 512000", "tuf.root.fetch.length", url="https://updates.example/2.root.json", found="512001", allowed="512000"),
    said("failed to download https://updates.example/timestamp.json, http status code: 503", "tuf.timestamp.fetch", url="https://updates.example/timestamp.json", status="503"),
    said("value error: multiple signatures found for key ID 8a1c", "tuf.sig.keyid.unique", keyid="8a1c"),
    said("value error: expected metadata type root, got - targets", "tuf.meta.type", expected="root", found="targets"),
    said("value error: unrecognized metadata type - mirrors", "tuf.meta.type", found="mirrors"),
    said("value error: no _type found in signed", "tuf.meta.type"),
    said("value error: metadata 'signed' field is missing or not an object", "tuf.meta.parse"),
    said("value error: insufficient threshold (0) configured for root", "tuf.meta.threshold.positive", threshold="0", role="root"),
    said("value error: no delegation found for cranes", "tuf.meta.schema", role="cranes"),
    said("invalid bit_length: 33, must be between 1 and 32", "tuf.meta.succinct", found="33"),
    said("invalid ed25519 public key length 31, expected 32", "tuf.key.parse", found="31", expected="32"),
    said("unsupported public key type", "tuf.key.scheme.supported"),
)  # fmt: skip

TUF_JS = (
    said("BadVersionError: Expected version 3, got 2", "tuf.root.rollback.version", expected="3", found="2"),
    said("ExpiredMetadataError: Final root.json is expired", "tuf.root.freeze.expired"),
    said("BadVersionError: New timestamp version 410 is less than current version 412", "tuf.timestamp.rollback.version", found="410", trusted="412"),
    said("EqualVersionError: New timestamp version 412 is equal to current version 412", "tuf.timestamp.unchanged", found="412", trusted="412"),
    said("BadVersionError: New snapshot version 6 is less than current version 7", "tuf.timestamp.rollback.snapshot_version", found="6", trusted="7"),
    said("ExpiredMetadataError: Final timestamp.json is expired", "tuf.timestamp.freeze.expired"),
    said("RepositoryError: Missing file team.json in new snapshot", "tuf.snapshot.rollback.role_removed", file="team.json"),
    said("BadVersionError: New version 4 of targets.json is less than current version 5", "tuf.snapshot.rollback.targets_version", found="4", file="targets.json", trusted="5"),
    said("BadVersionError: Snapshot version doesn't match timestamp", "tuf.snapshot.version.match"),
    said("RepositoryError: Missing cranes.json in snapshot", "tuf.delegation.not_in_snapshot", role="cranes"),
    said("BadVersionError: Version 4 of targets does not match snapshot version 5", "tuf.targets.version.match", found="4", role="targets", expected="5"),
    said("ExpiredMetadataError: snapshot.json is expired", "tuf.snapshot.freeze.expired", role="snapshot"),
    said("RepositoryError: Expected 'snapshot', got targets", "tuf.meta.type", expected="snapshot", found="targets"),
    said("UnsignedMetadataError: root was signed by 1/2 keys", "tuf.root.chain.threshold_old", role="root", signed="1", threshold="2"),
    said("ValueError: no delegation found for cranes", "tuf.meta.schema", role="cranes"),
    said("UnsignedMetadataError: failed to verify 8a1c signature", "tuf.sig.invalid", keyid="8a1c"),
    said("UnsignedMetadataError: no signature for key found in metadata", "tuf.sig.unknown_keyid"),
    said("LengthOrHashMismatchError: Expected hash 9f02 but got 0c4e", "tuf.snapshot.hash", expected="9f02", found="0c4e"),
    said("LengthOrHashMismatchError: Expected length 11 but got 12", "tuf.snapshot.fetch.length", expected="11", found="12"),
    said("LengthOrHashMismatchError: Hash algorithm md6 not supported", "tuf.meta.hashes", algorithm="md6"),
    said("DownloadLengthMismatchError: Max length reached", "tuf.root.fetch.length"),
    said("DownloadHTTPError: Failed to download", "tuf.timestamp.fetch"),
    said("ReferenceError: No trusted root metadata", "tuf.root.initial.load"),
    said("ValueError: expected 'timestamp', got snapshot", "tuf.meta.type", expected="timestamp", found="snapshot"),
    said("ValueError: multiple signatures found for keyid: 8a1c", "tuf.sig.keyid.unique", keyid="8a1c"),
    said("ValueError: duplicate key IDs found", "tuf.meta.keyids.unique"),
    said("ValueError: threshold must be at least 1", "tuf.meta.threshold.positive"),
    said("ValueError: Unsupported specVersion", "tuf.meta.spec_version"),
    said("ValueError: Failed to parse specVersion", "tuf.meta.spec_version"),
    said("ValueError: Metafile version must be at least 1", "tuf.meta.schema"),
    said("ValueError: Length must be at least 0", "tuf.meta.length"),
    said("ValueError: paths and pathHashPrefixes are mutually exclusive", "tuf.meta.delegation.paths"),
    said("ValueError: bitLength must be between 1 and 32", "tuf.meta.succinct"),
    said("ValueError: Delegated role name conflicts with top-level role name", "tuf.meta.role_name"),
    said("ValueError: missing top-level role", "tuf.meta.schema"),
    said("UnsupportedAlgorithmError: Unsupported key type: dsa", "tuf.key.scheme.supported", type="dsa"),
    said("UnsupportedAlgorithmError: Unsupported RSA scheme: rsassa-pkcs1v15-sha256", "tuf.key.scheme.supported", scheme="rsassa-pkcs1v15-sha256"),
    said("CryptoError: Invalid key format", "tuf.key.parse"),
)  # fmt: skip

REAL_TEXTS = {"python-tuf": PYTHON_TUF, "go-tuf": GO_TUF, "tuf-js": TUF_JS}
