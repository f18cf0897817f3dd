"""What can be pasted under Verify anything, with an example of each that can be tried."""

import msgspec

from trustui.pages.pasted import Kind


class Example(msgspec.Struct, frozen=True):
    """One kind of thing."""

    kind: Kind
    what: str
    text: str
    """As somebody would paste it; the beginning where it is long."""
    tells: str
    is_tried: bool = False
    """Whether a click may try it: nothing is fetched for it, and the answer says something."""


EXAMPLES: tuple[Example, ...] = (
    Example(
        Kind.LOCATION,
        "A place",
        "https://updates.vendor.example/metadata/",
        "Asks it at once, as a client that knows nothing of it would, and shows every check. It can be added as a source from there.",
    ),
    Example(
        Kind.TEXT,
        "What python-tuf or tuf-js said",
        "timestamp.json is expired",
        "What it refused, why, what to do, and which of your sources fail for it now.",
        is_tried=True,
    ),
    Example(
        Kind.TEXT,
        "What go-tuf said",
        "unsigned metadata error: Verifying timestamp failed, not enough signatures, got 0, want 1",
        "The same: the words of each client lead to one explanation.",
        is_tried=True,
    ),
    Example(
        Kind.TEXT,
        "What cosign, Notation or an admission controller said",
        "Error: no matching signatures: none of the expected identities matched what was in the certificate",
        "The likely causes, the first one first, and how to tell them apart.",
        is_tried=True,
    ),
    Example(
        Kind.REFERENCE,
        "An image",
        "registry.example/team/app:1.0",
        "Where it stands among the images that are crawled: its verdict, who signed it, what is missing.",
    ),
    Example(
        Kind.METADATA,
        "Metadata",
        '{"signed": {"_type": "timestamp", "version": 412',
        "What it says, whether these very bytes were seen, and whether the keys of your sources signed it.",
    ),
    Example(
        Kind.KEY,
        "A public key or certificate",
        "-----BEGIN PUBLIC KEY-----",
        "Its fingerprint, and every role that it may sign.",
    ),
    Example(
        Kind.DIGEST,
        "A digest, key id or fingerprint",
        "9f02c4d7a1c20b13f44ff803a7bace983b342281e46a172365b333404f8594aa",
        "Where it stands among all that was seen.",
    ),
)
"""In the order of the page."""
