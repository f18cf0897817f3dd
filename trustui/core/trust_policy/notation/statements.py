"""What a trust policy document says, as values: statements, levels, and what a level enforces."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

import msgspec

from trustui.core.primitives.text import visible

DocumentKind: TypeAlias = Literal["oci", "blob"]
"""Statements for repositories (`trustpolicy.json`), or by name for files (`trustpolicy.blob.json`)."""

EVERYTHING = "*"
"""The scope of every repository, and the identity of everybody."""


class Validation(StrEnum):
    """What a level enforces, logs or skips ("Signature Verification details")."""

    INTEGRITY = "integrity"
    AUTHENTICITY = "authenticity"
    AUTHENTIC_TIMESTAMP = "authenticTimestamp"
    EXPIRY = "expiry"
    REVOCATION = "revocation"


class Action(StrEnum):
    """What a failure of a validation does."""

    ENFORCE = "enforce"
    LOG = "log"
    SKIP = "skip"


Actions: TypeAlias = Mapping[str, str]
"""Validation -> action; all five stand in it."""

SKIP_LEVEL = "skip"


def _level(enforced: int, otherwise: Action) -> Actions:
    """The first so many validations, in their order, are enforced."""
    pairs = enumerate(Validation)
    return MappingProxyType(
        {one.value: (Action.ENFORCE if n < enforced else otherwise).value for n, one in pairs}
    )


LEVELS: Mapping[str, Actions] = MappingProxyType(
    {
        "strict": _level(5, Action.LOG),
        "permissive": _level(2, Action.LOG),
        "audit": _level(1, Action.LOG),
        SKIP_LEVEL: _level(0, Action.SKIP),
    }
)
"""The prose of the specification lets `permissive` log revocation and expiry only; its table and the
clients log the authentic timestamp too, and so does this."""

ALWAYS, AFTER_EXPIRY = "always", "afterCertExpiry"
"""When a countersignature is demanded, where a store of timestamp authorities is named."""


_SHOWN = 3
"""Identities that a sentence names."""


class Statement(msgspec.Struct, frozen=True):
    """One trust policy statement, as written; only of a document without refusals is it used."""

    name: str
    level: str
    override: Mapping[str, str] = {}
    verify_timestamp: str = ""
    """As stated, or ""; nothing stated is `always`."""
    stores: tuple[str, ...] = ()
    """`ca:NAME`, `signingAuthority:NAME` or `tsa:NAME`."""
    identities: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    is_global: bool = False

    @property
    def is_skipped(self) -> bool:
        """Whether it asks for no verification at all."""
        return self.level == SKIP_LEVEL

    @property
    def actions(self) -> Actions:
        """What each validation does: of the level, with what is overridden."""
        return {**LEVELS[self.level], **self.override}

    @property
    def level_words(self) -> str:
        """For people: the level, and what differs from it."""
        changed = ", ".join(f"{name}: {action}" for name, action in self.override.items())
        return f"{self.level} with {changed}" if changed else self.level

    @property
    def who(self) -> str:
        """Whom it trusts, for people."""
        named = ", ".join(visible(one, 200) for one in self.identities[:_SHOWN]) or "nobody"
        if self.identities == (EVERYTHING,):
            named = "whomever its trust stores certified"
        if len(self.identities) > _SHOWN:
            named += f" and {len(self.identities) - _SHOWN:,} more"
        return f"{visible(self.name, 80)}: {named}"

    def logs(self, validation: Validation) -> bool:
        """Whether a failure of this validation is only logged."""
        return self.actions[validation] == Action.LOG


class NotationDocument(msgspec.Struct, frozen=True):
    """All statements of one document, in its order."""

    kind: DocumentKind
    version: str
    statements: tuple[Statement, ...]
