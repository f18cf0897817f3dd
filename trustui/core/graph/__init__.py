"""Who trusts whom, as values that pages draw and the command line prints.

`tree` has the delegations of a repository, `walk` the way of one path through them, `standing`
what a trace says about each edge.
"""

from trustui.core.graph.tree import Bins, Node, NodeKind, Tree, delegation_tree
from trustui.core.graph.walk import Link, Match, Stop, Walk, who_can_sign

__all__ = [
    "Bins",
    "Link",
    "Match",
    "Node",
    "NodeKind",
    "Stop",
    "Tree",
    "Walk",
    "delegation_tree",
    "who_can_sign",
]
