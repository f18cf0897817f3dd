"""The messages of go-tuf: `metadata/`, read in 2.4.2. Each begins with the words of its type."""

from trustui.core.client_messages import tuf_checks as families
from trustui.core.client_messages.message import Client, Message

WORKFLOW = (
    Message(
        "bad version number error: bad version number, expected {expected:number}, got {found:number}",
        ("tuf.root.rollback.version",),
        "The place answered for the next root with a root of another version.",
    ),
    Message(
        "expired metadata error: final root.json is expired",
        ("tuf.root.freeze.expired",),
        "The newest root that the client could reach has expired, so it trusts nothing below it.",
    ),
    Message(
        "bad version number error: new timestamp version {found:number} must be >= {trusted:number}",
        ("tuf.timestamp.rollback.version",),
        "The place serves an older timestamp than the one this client has trusted before.",
    ),
    Message(
        "equal version number error: new timestamp version {found:number} equals the old one {trusted:number}",
        ("tuf.timestamp.unchanged",),
        "The timestamp is the one that the client has already. Inside the client this is no error.",
    ),
    Message(
        "bad version number error: new snapshot version {found:number} must be >= {trusted:number}",
        ("tuf.timestamp.rollback.snapshot_version",),
        "A new timestamp names an older snapshot than the timestamp before it did.",
    ),
    Message(
        "expired metadata error: timestamp.json is expired",
        ("tuf.timestamp.freeze.expired",),
        "The timestamp has expired: the client cannot tell an old copy from a frozen one.",
    ),
    Message(
        "repository error: new snapshot is missing info for {file:word}",
        ("tuf.snapshot.rollback.role_removed",),
        "The new snapshot no longer lists a role that the snapshot before it listed.",
    ),
    Message(
        "bad version number error: expected {role:word}.json version {found:number}, got {trusted:number}",
        ("tuf.snapshot.rollback.targets_version",),
        "The new snapshot lists an older version of a role than the snapshot before it. This message "
        "names the two versions the wrong way round: the one expected is the older, new one.",
    ),
    Message(
        "bad version number error: expected {role:word} version {expected:number}, got {found:number}",
        families.OTHER_VERSION,
        "A targets role is of another version than the snapshot names.",
    ),
    Message(
        "bad version number error: expected {expected:number}, got {found:number}",
        ("tuf.snapshot.version.match",),
        "The snapshot is of another version than the timestamp names.",
    ),
    Message(
        "expired metadata error: snapshot.json is expired",
        ("tuf.snapshot.freeze.expired",),
        "The snapshot has expired.",
    ),
    Message(
        "repository error: snapshot does not contain information for {role:word}",
        families.NOT_LISTED,
        "A role is delegated to, but the snapshot does not say which version of it is current.",
    ),
    Message(
        "role {role:word} not found in snapshot",
        families.NOT_LISTED,
        "A role is delegated to, but the snapshot does not say which version of it is current.",
    ),
    Message(
        "expired metadata error: new {role:word} is expired",
        families.EXPIRED,
        "A targets role has expired, so the client uses no file that it lists.",
    ),
    Message(
        "repository error: expected {expected:word}, got {found:word}",
        ("tuf.meta.type",),
        "The place answered with the metadata of another role.",
    ),
    Message(
        "unsigned metadata error: Verifying {role:word} failed, not enough signatures, got {signed:number}, want {threshold:number}",
        families.SIGNATURES,
        "Fewer keys of the role have signed it than its delegator demands.",
    ),
    Message(
        "target {path:word} not found",
        ("tuf.target.found",),
        "No role that the client may trust for this path lists it.",
    ),
)

CONTENT = (
    Message(
        "length/hash verification error: length verification failed - expected {expected:number}, got {found:number}",
        families.LENGTHS,
        "The bytes are of another length than the signed metadata states.",
    ),
    Message(
        "length/hash verification error: hash verification failed - mismatch for algorithm {algorithm:word}",
        families.HASHES,
        "The bytes are not those that the signed metadata names.",
    ),
    Message(
        "length/hash verification error: hash verification failed - unknown hashing algorithm - {algorithm:word}",
        ("tuf.meta.hashes",),
        "A file is named by a hash that this client cannot compute.",
    ),
    Message(
        "hashes must not be empty for target files",
        ("tuf.meta.hashes",),
        "A target file is listed without any hash.",
    ),
    Message(
        "download length mismatch error: download failed for {url:word}, length {found:number} is larger than expected {allowed:number}",
        families.TOO_LONG,
        "The answer was longer than the client allows; it stopped reading there.",
    ),
    Message(
        "failed to download {url:word}, http status code: {status:number}",
        families.FETCHES,
        "The server answered with an error instead of the document.",
    ),
)

FORM = (
    Message(
        "value error: multiple signatures found for key ID {keyid:word}",
        ("tuf.sig.keyid.unique",),
        "Two signatures of the document carry the same key id.",
    ),
    Message(
        "value error: expected metadata type {expected:word}, got - {found:word}",
        ("tuf.meta.type",),
        "The place answered with the metadata of another role.",
    ),
    Message(
        "value error: unrecognized metadata type - {found:word}",
        ("tuf.meta.type",),
        "The document says that it is of a type that TUF does not have.",
    ),
    Message(
        "value error: no _type found in signed",
        ("tuf.meta.type", "tuf.meta.schema"),
        "The document does not say what it is.",
    ),
    Message(
        "value error: metadata 'signed' field is missing or not an object",
        ("tuf.meta.parse", "tuf.meta.schema"),
        "The document is JSON, but no TUF metadata.",
    ),
    Message(
        "value error: insufficient threshold ({threshold:text}) configured for {role:word}",
        ("tuf.meta.threshold.positive",),
        "A role demands no signature at all.",
    ),
    Message(
        "value error: no delegation found for {role:word}",
        ("tuf.meta.schema", "tuf.delegation.not_in_snapshot"),
        "The delegator does not name this role, so nobody says which keys may sign it.",
    ),
    Message(
        "invalid bit_length: {found:word}, must be between 1 and 32",
        ("tuf.meta.succinct",),
        "The number of hash bins is outside of what is allowed.",
    ),
    Message(
        "invalid ed25519 public key length {found:number}, expected {expected:number}",
        ("tuf.key.parse",),
        "A key is listed whose value is no Ed25519 key.",
    ),
    Message(
        "unsupported public key type",
        ("tuf.key.scheme.supported", "tuf.key.parse"),
        "A key is listed whose type this client does not know.",
    ),
)

CLIENT = Client(
    name="go-tuf",
    version="2.4.2",
    marks=("go-tuf", "goroutine ", "metadata error: ", "version number error: "),
    messages=(*WORKFLOW, *CONTENT, *FORM),
)
