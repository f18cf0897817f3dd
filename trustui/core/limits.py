"""Every bound, with its reason. Callers may pass others; nothing is read without one."""

import msgspec

KIB = 1024
MIB = 1024 * KIB


class JsonLimits(msgspec.Struct, frozen=True):
    """What one JSON document may cost (handbook: strict input loader)."""

    max_bytes: int = 5 * MIB
    max_depth: int = 64
    """Real metadata nests to 8; parsers that recurse break somewhere near 1,000."""
    max_nodes: int = 200_000
    """A node costs up to 24 bytes of memory per byte of text (5 MB of `[],[]` become 103 MB)."""
    max_integer_digits: int = 4_000
    """Python itself refuses to convert more than 4,300."""


class TufLimits(msgspec.Struct, frozen=True):
    """Bounds of one TUF client workflow. W, X, Y, Z are the specification's own letters (§5)."""

    root_bytes: int = 512_000
    """W of §5.3.3; python-tuf and go-tuf use the same number, as for the next two."""
    timestamp_bytes: int = 16_384
    """X of §5.4.1."""
    snapshot_bytes: int = 16_000_000
    """Y of §5.5.1. 65,536 bins with hashes take 8.65 MB; the peers' 2 MB refuses 16,384."""
    targets_bytes: int = 256_000_000
    """A million targets take 164 MB; a length listed in snapshot is obeyed below this."""
    unlisted_bytes: int = 32_000_000
    """Z of §5.6.1: where snapshot states no length, a mirror without any key says how much there is
    to read. 200,000 targets; the peers stop at 5 MB."""
    max_root_rotations: int = 256
    """Y of §5.3.3, as in python-tuf and go-tuf."""
    max_delegations: int = 32
    """Roles that one lookup visits (§5.6.7.1), as in python-tuf and go-tuf."""
    max_walk_edges: int = 100_000
    """Edges that a walk of the whole tree visits: more than 65,536 bins, but an end."""
    nodes_per_byte: float = 0.12
    """Nodes that a document may have per byte of text beyond the first 200,000. The tightest
    honest document met, a compact snapshot of bins, has 0.07."""

    def json(self, max_bytes: int, length: int) -> JsonLimits:
        """Limits for a document of `length` bytes, of which at most `max_bytes` are allowed."""
        nodes = max(JsonLimits().max_nodes, int(length * self.nodes_per_byte))
        return JsonLimits(max_bytes=max_bytes, max_nodes=nodes)


DEFAULT_LIMITS = TufLimits()
"""Of one client workflow, where nobody asks for others."""

MAX_LISTED = 20
"""Items that one step lists as evidence; the rest is counted."""

MAX_FOUND_TEXT = 200
"""Characters of foreign text that a sentence quotes."""
