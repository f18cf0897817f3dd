"""The messages of python-tuf: `tuf/ngclient`, `tuf/api`, read in 7.0.1."""

from trustui.core.client_messages import tuf_checks as families
from trustui.core.client_messages.message import Client, Message

WORKFLOW = (
    Message(
        "Expected root version {expected:number} instead got version {found:number}",
        ("tuf.root.rollback.version",),
        "The place answered for the next root with a root of another version.",
    ),
    Message(
        "Final root.json is expired",
        ("tuf.root.freeze.expired",),
        "The newest root that the client could reach has expired, so it trusts nothing below it.",
    ),
    Message(
        "New timestamp version {found:number} must be >= {trusted:number}",
        ("tuf.timestamp.rollback.version",),
        "The place serves an older timestamp than the one this client has trusted before.",
    ),
    Message(
        "tuf.api.exceptions.EqualVersionNumberError",
        ("tuf.timestamp.unchanged",),
        "The timestamp is the one that the client has already. Inside the client this is no error.",
    ),
    Message(
        "New snapshot version must be >= {trusted:number}, got version {found:number}",
        ("tuf.timestamp.rollback.snapshot_version",),
        "A new timestamp names an older snapshot than the timestamp before it did.",
    ),
    Message(
        "timestamp.json is expired",
        ("tuf.timestamp.freeze.expired",),
        "The timestamp has expired: the client cannot tell an old copy from a frozen one.",
    ),
    Message(
        "New snapshot is missing info for '{file}'",
        ("tuf.snapshot.rollback.role_removed",),
        "The new snapshot no longer lists a role that the snapshot before it listed.",
    ),
    Message(
        "Expected {role:word}.json version {found:number}, got {trusted:number}.",
        ("tuf.snapshot.rollback.targets_version",),
        "The new snapshot lists an older version of a role than the snapshot before it. This message "
        "names the two versions the wrong way round: the one expected is the older, new one.",
    ),
    Message(
        "Expected snapshot version {expected:number}, got {found:number}",
        ("tuf.snapshot.version.match",),
        "The snapshot is of another version than the timestamp names.",
    ),
    Message(
        "snapshot.json is expired",
        ("tuf.snapshot.freeze.expired",),
        "The snapshot has expired.",
    ),
    Message(
        "Snapshot does not contain information for '{role}'",
        families.NOT_LISTED,
        "A role is delegated to, but the snapshot does not say which version of it is current.",
    ),
    Message(
        "Role {role:word} was delegated but is not part of snapshot",
        families.NOT_LISTED,
        "A role is delegated to, but the snapshot does not say which version of it is current.",
    ),
    Message(
        "Expected {role:word} v{expected:number}, got v{found:number}.",
        families.OTHER_VERSION,
        "A targets role is of another version than the snapshot names.",
    ),
    Message(
        "New {role:word} is expired",
        families.EXPIRED,
        "A targets role has expired, so the client uses no file that it lists.",
    ),
    Message(
        "Expected '{expected:word}', got '{found:word}'",
        ("tuf.meta.type",),
        "The place answered with the metadata of another role.",
    ),
    Message(
        "{role:word} was signed by {signed:number}/{threshold:number} keys",
        families.SIGNATURES,
        "Fewer keys of the role have signed it than its delegator demands.",
    ),
    Message(
        "Key {keyid:word} failed to verify {role:word}",
        ("tuf.sig.invalid",),
        "One signature does not fit the bytes. By itself it is no failure: the threshold decides.",
    ),
)

CONTENT = (
    Message(
        "Observed hash {found:hex} does not match expected hash {expected:hex}",
        families.HASHES,
        "The bytes are not those that the signed metadata names.",
    ),
    Message(
        "Observed length {found:number} does not match expected length {expected:number}",
        families.LENGTHS,
        "The bytes are of another length than the signed metadata states.",
    ),
    Message(
        "Downloaded {found:number} bytes exceeding the maximum allowed length of {allowed:number}",
        families.TOO_LONG,
        "The answer was longer than the client allows; it stopped reading there.",
    ),
    Message(
        "HTTP error occurred with status {status:number}",
        families.FETCHES,
        "The server answered with an error instead of the document.",
    ),
    Message(
        "{status:number} Client Error: {reason} for url: {url:word}",
        families.FETCHES,
        "The server says that there is no such document, or that it gives it to nobody.",
    ),
    Message(
        "{status:number} Server Error: {reason} for url: {url:word}",
        families.FETCHES,
        "The server could not answer; whether the document exists is not known.",
    ),
    Message(
        "Failed to download {url:word}",
        families.FETCHES,
        "There was no usable answer: name, connection or encryption failed. The cause stands above it.",
    ),
    Message(
        "tuf.api.exceptions.SlowRetrievalError",
        ("tuf.fetch.slow",),
        "The answer came so slowly that the client gave up.",
    ),
)

FORM = (
    Message(
        "Failed to deserialize JSON",
        ("tuf.meta.parse", "tuf.meta.schema"),
        "The document is no JSON, or lacks what its role needs. The cause stands above it.",
    ),
    Message(
        'unrecognized metadata type "{type}"',
        ("tuf.meta.type",),
        "The document says that it is of a type that TUF does not have.",
    ),
    Message(
        "Multiple signatures found for keyid {keyid:word}",
        ("tuf.sig.keyid.unique",),
        "Two signatures of the document carry the same key id.",
    ),
    Message(
        "Unsupported spec_version {version:word}",
        ("tuf.meta.spec_version",),
        "The document follows another major version of the specification.",
    ),
    Message(
        "Failed to parse spec_version {version:word}",
        ("tuf.meta.spec_version",),
        "The version of the specification is not written as numbers with dots.",
    ),
    Message(
        "version must be > 0, got {found:word}",
        ("tuf.meta.version.positive",),
        "The version of the document is not a positive integer.",
    ),
    Message(
        "Metafile version must be > 0, got {found:word}",
        ("tuf.meta.schema",),
        "The document lists another one with a version that is not a positive integer.",
    ),
    Message(
        "Nonunique keyids: ",
        ("tuf.meta.keyids.unique",),
        "A role lists the same key id twice.",
    ),
    Message(
        "threshold should be at least 1!",
        ("tuf.meta.threshold.positive",),
        "A role demands no signature at all.",
    ),
    Message(
        "Unsupported algorithm '{algorithm}'",
        ("tuf.meta.hashes",),
        "A file is named by a hash that this client cannot compute.",
    ),
    Message(
        "Hashes must be a non empty dictionary",
        ("tuf.meta.hashes",),
        "A file is listed with an empty set of hashes.",
    ),
    Message(
        "Length must be >= 0, got {found:word}",
        ("tuf.meta.length",),
        "A stated length is negative.",
    ),
    Message(
        "Only one of (paths, path_hash_prefixes) must be set",
        ("tuf.meta.delegation.paths",),
        "A delegation states paths both as patterns and as hash prefixes, or not at all.",
    ),
    Message(
        "bit_length must be between 1 and 32",
        ("tuf.meta.succinct",),
        "The number of hash bins is outside of what is allowed.",
    ),
    Message(
        "Delegated roles cannot be empty or use top-level role names",
        ("tuf.meta.role_name",),
        "A delegated role has the name of a top-level role, or none.",
    ),
)

CLIENT = Client(
    name="python-tuf",
    version="7.0.1",
    marks=("tuf.api.exceptions", "tuf/ngclient", "tuf/api", "Traceback (most recent call last)"),
    messages=(*WORKFLOW, *CONTENT, *FORM),
)
