"""What changed in meaning between two versions of a role: who may sign what, and for how long.

`compare` is the whole of it; `signers`, `delegations` and `listings` each know one part of a
document, `change` the words.
"""

from trustui.core.diff.change import Change, ChangeKind, Effect
from trustui.core.diff.versions import compare

__all__ = ["Change", "ChangeKind", "Effect", "compare"]
