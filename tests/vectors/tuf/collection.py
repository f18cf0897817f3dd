"""All vectors of TUF, and the checks for which not every kind of vector can exist."""

from tests.vectors.tuf import delegations, form, roots, table, top_level
from trustui.core.trace import Outcome

MODULES = (roots, top_level, delegations, form)
VECTORS = tuple(table.VECTORS)

ONLY_NOTED = {
    "tuf.clock.fixed_start",
    "tuf.root.fetch.end",
    "tuf.root.initial.expiry_ignored",
    "tuf.root.persist",
    "tuf.root.recovery.keys_rotated",
    "tuf.root.consistent_snapshot",
    "tuf.timestamp.unchanged",
    "tuf.sig.empty",
    "tuf.sig.unknown_keyid",
    "tuf.delegation.path.match",
    "tuf.delegation.path_hash.match",
    "tuf.delegation.succinct.bin",
    "tuf.delegation.terminating",
}
"""They tell what is the case; there is nothing that would be wrong."""

ONLY_WHEN_WRONG = {"tuf.delegation.broken_stops_search"}
"""They are judged only where something failed before."""


def documents() -> list[bytes]:
    """Different well-formed documents, as the good vectors trusted them."""
    bodies = {
        document.body: None
        for vector in VECTORS
        if vector.outcome is Outcome.PASSED
        for document in vector.verdict.repository.trusted.values()
    }
    return list(bodies)
