"""The messages of tuf-js: `tuf-js` 5.0.1 and `@tufjs/models` 4.1.1."""

from trustui.core.client_messages import tuf_checks as families
from trustui.core.client_messages.message import Client, Message

WORKFLOW = (
    Message(
        "Expected version {expected:number}, got {found:number}",
        ("tuf.root.rollback.version",),
        "The place answered for the next root with a root of another version.",
    ),
    Message(
        "Final root.json is expired",
        ("tuf.root.freeze.expired",),
        "The newest root that the client could reach has expired, so it trusts nothing below it.",
    ),
    Message(
        "New timestamp version {found:number} is less than current version {trusted:number}",
        ("tuf.timestamp.rollback.version",),
        "The place serves an older timestamp than the one this client has trusted before.",
    ),
    Message(
        "New timestamp version {found:number} is equal to current version {trusted:number}",
        ("tuf.timestamp.unchanged",),
        "The timestamp is the one that the client has already. Inside the client this is no error.",
    ),
    Message(
        "New snapshot version {found:number} is less than current version {trusted:number}",
        ("tuf.timestamp.rollback.snapshot_version",),
        "A new timestamp names an older snapshot than the timestamp before it did.",
    ),
    Message(
        "Final timestamp.json is expired",
        ("tuf.timestamp.freeze.expired",),
        "The timestamp has expired: the client cannot tell an old copy from a frozen one.",
    ),
    Message(
        "Missing file {file:word} in new snapshot",
        ("tuf.snapshot.rollback.role_removed",),
        "The new snapshot no longer lists a role that the snapshot before it listed.",
    ),
    Message(
        "New version {found:number} of {file:word} is less than current version {trusted:number}",
        ("tuf.snapshot.rollback.targets_version",),
        "The new snapshot lists an older version of a role than the snapshot before it.",
    ),
    Message(
        "Snapshot version doesn't match timestamp",
        ("tuf.snapshot.version.match",),
        "The snapshot is of another version than the timestamp names.",
    ),
    Message(
        "Missing {role:word}.json in snapshot",
        families.NOT_LISTED,
        "A role is delegated to, but the snapshot does not say which version of it is current.",
    ),
    Message(
        "Version {found:number} of {role:word} does not match snapshot version {expected:number}",
        families.OTHER_VERSION,
        "A targets role is of another version than the snapshot names.",
    ),
    Message(
        "{role:word}.json is expired",
        families.EXPIRED,
        "The document of a role has expired.",
    ),
    Message(
        "Expected '{expected:word}', got {found:word}",
        ("tuf.meta.type",),
        "The place answered with the metadata of another role.",
    ),
    Message(
        "{role:word} was signed by {signed:number}/{threshold:number} keys",
        families.SIGNATURES,
        "Fewer keys of the role have signed it than its delegator demands.",
    ),
    Message(
        "no delegation found for {role:word}",
        ("tuf.meta.schema", "tuf.delegation.not_in_snapshot"),
        "The delegator does not name this role, so nobody says which keys may sign it.",
    ),
    Message(
        "failed to verify {keyid:word} signature",
        ("tuf.sig.invalid",),
        "One signature does not fit the bytes. By itself it is no failure: the threshold decides.",
    ),
    Message(
        "no signature for key found in metadata",
        ("tuf.sig.unknown_keyid", "tuf.sig.empty"),
        "A key of the role has not signed. By itself it is no failure: the threshold decides.",
    ),
)

CONTENT = (
    Message(
        "Expected hash {expected:hex} but got {found:hex}",
        families.HASHES,
        "The bytes are not those that the signed metadata names.",
    ),
    Message(
        "Expected length {expected:number} but got {found:number}",
        families.LENGTHS,
        "The bytes are of another length than the signed metadata states.",
    ),
    Message(
        "Hash algorithm {algorithm:word} not supported",
        ("tuf.meta.hashes",),
        "A file is named by a hash that this client cannot compute.",
    ),
    Message(
        "Max length reached",
        families.TOO_LONG,
        "The answer was longer than the client allows; it stopped reading there.",
    ),
    Message(
        "DownloadHTTPError: Failed to download",
        families.FETCHES,
        "The server answered with an error instead of the document.",
    ),
    Message(
        "No trusted root metadata",
        ("tuf.root.initial.load",),
        "The client was given no root to start from.",
    ),
)

FORM = (
    Message(
        "expected '{expected:word}', got {found:word}",
        ("tuf.meta.type",),
        "The place answered with the metadata of another role.",
    ),
    Message(
        "multiple signatures found for keyid: {keyid:word}",
        ("tuf.sig.keyid.unique",),
        "Two signatures of the document carry the same key id.",
    ),
    Message(
        "duplicate key IDs found",
        ("tuf.meta.keyids.unique",),
        "A role lists the same key id twice.",
    ),
    Message(
        "threshold must be at least 1",
        ("tuf.meta.threshold.positive",),
        "A role demands no signature at all.",
    ),
    Message(
        "Unsupported specVersion",
        ("tuf.meta.spec_version",),
        "The document follows another major version of the specification.",
    ),
    Message(
        "Failed to parse specVersion",
        ("tuf.meta.spec_version",),
        "The version of the specification is not written as numbers with dots.",
    ),
    Message(
        "Metafile version must be at least 1",
        ("tuf.meta.schema",),
        "The document lists another one with a version that is not a positive integer.",
    ),
    Message(
        "Length must be at least 0",
        ("tuf.meta.length",),
        "A stated length is negative.",
    ),
    Message(
        "paths and pathHashPrefixes are mutually exclusive",
        ("tuf.meta.delegation.paths",),
        "A delegation states paths both as patterns and as hash prefixes.",
    ),
    Message(
        "bitLength must be between 1 and 32",
        ("tuf.meta.succinct",),
        "The number of hash bins is outside of what is allowed.",
    ),
    Message(
        "Delegated role name conflicts with top-level role name",
        ("tuf.meta.role_name",),
        "A delegated role has the name of a top-level role.",
    ),
    Message(
        "missing top-level role",
        ("tuf.meta.schema",),
        "The root does not say who may sign one of the four top-level roles.",
    ),
    Message(
        "Unsupported key type: {type:word}",
        ("tuf.key.scheme.supported",),
        "A key is listed whose type this client does not know.",
    ),
    Message(
        "Unsupported RSA scheme: {scheme:word}",
        ("tuf.key.scheme.supported",),
        "An RSA key is listed with a scheme that this client does not know.",
    ),
    Message(
        "Invalid key format",
        ("tuf.key.parse",),
        "A key is listed whose value cannot be read.",
    ),
)

CLIENT = Client(
    name="tuf-js",
    version="5.0.1",
    marks=("tuf-js", "@tufjs", "node_modules", "node:internal"),
    messages=(*WORKFLOW, *CONTENT, *FORM),
)
