"""Families of TUF check ids that one message of a client may stand for, by role."""

from typing import TypeAlias

ByRole: TypeAlias = dict[str, tuple[str, ...]]

SIGNATURES: ByRole = {
    "root": (
        "tuf.root.chain.threshold_old",
        "tuf.root.chain.threshold_new",
        "tuf.root.initial.self_signed",
    ),
    "timestamp": ("tuf.timestamp.signature.threshold",),
    "snapshot": ("tuf.snapshot.signature.threshold",),
    "targets": ("tuf.targets.signature.threshold",),
    "": ("tuf.delegation.signature.threshold",),
}
EXPIRED: ByRole = {
    "root": ("tuf.root.freeze.expired",),
    "timestamp": ("tuf.timestamp.freeze.expired",),
    "snapshot": ("tuf.snapshot.freeze.expired",),
    "targets": ("tuf.targets.freeze.expired",),
    "": ("tuf.delegation.freeze.expired",),
}
NOT_LISTED: ByRole = {
    "targets": ("tuf.targets.not_in_snapshot",),
    "": ("tuf.delegation.not_in_snapshot",),
}
OTHER_VERSION: ByRole = {
    "targets": ("tuf.targets.version.match",),
    "": ("tuf.delegation.version.match",),
}
HASHES = ("tuf.snapshot.hash", "tuf.targets.hash", "tuf.delegation.hash", "tuf.target.hash")
LENGTHS = (
    "tuf.snapshot.fetch.length",
    "tuf.targets.fetch.length",
    "tuf.delegation.fetch.length",
    "tuf.target.length",
)
TOO_LONG = ("tuf.root.fetch.length", "tuf.timestamp.fetch.length", *LENGTHS)
FETCHES = (
    "tuf.timestamp.fetch",
    "tuf.snapshot.fetch",
    "tuf.targets.fetch",
    "tuf.delegation.fetch",
    "tuf.root.fetch.next",
)
