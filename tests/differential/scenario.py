"""One generated case: a pinned root, what a place serves at each visit, and a path to look for."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from random import Random
from typing import Any, NamedTuple, TypeAlias

from trustui.core.errors import ParseError
from trustui.core.primitives.canonical_json import canonical
from trustui.demo.keys import JsonObject, Scheme, SigningKey, throwaway_key
from trustui.demo.publisher import Edit, Publisher
from trustui.demo.roles import Role, RolePlan

MAX_ROTATIONS = 3
"""Both clients are told to follow no more new roots at once, so that short chains reach it."""


class Visit(NamedTuple):
    """What the place answers during one refresh."""

    files: Mapping[str, bytes]
    unavailable: frozenset[str] = frozenset()
    """Names that it answers with a server error."""


class Scenario(NamedTuple):
    """All that a client is given. The clock stands at `at` during every visit."""

    name: str
    at: datetime
    root: bytes
    path: str
    visits: Sequence[Visit]
    changes: Sequence[str] = ()
    """What was done to the repository, for people."""


EnvelopeEdit: TypeAlias = Callable[[Any], None]
TextEdit: TypeAlias = Callable[[bytes], bytes]

SCHEMES = (Scheme.ED25519,) * 16 + (Scheme.ECDSA_P256,) * 3 + (Scheme.ECDSA_P384, Scheme.RSA_PSS)


@cache
def rsa_keys() -> tuple[SigningKey, ...]:
    """A small pool: RSA keys cannot be derived, and each takes a tenth of a second."""
    return tuple(throwaway_key(f"rsa {number}", Scheme.RSA_PSS) for number in range(3))


class Workshop(Publisher):
    """A publisher with keys of many kinds, whose documents can be changed after they are signed.

    Parents list what was really published, so that a change deep below is met at its own place.
    """

    def __init__(
        self,
        rng: Random,
        start: datetime,
        plans: Mapping[str, RolePlan],
        *,
        consistent_snapshot: bool = True,
        meta_hashes: bool = False,
        compact: bool = False,
        schemes: Sequence[Scheme] = SCHEMES,
    ) -> None:
        self.rng = rng
        self._schemes = schemes
        self.closing = start
        """The instant that clients judge expiry at."""
        self.known_keys: dict[str, SigningKey] = {}
        self._envelope_edits: dict[str, list[EnvelopeEdit]] = {}
        self._text_edits: dict[str, list[TextEdit]] = {}
        super().__init__(
            f"workshop {rng.random()}",
            start,
            plans=plans,
            consistent_snapshot=consistent_snapshot,
            meta_hashes=meta_hashes,
            compact=compact,
        )

    def edit_next(self, role: str, edit: Edit) -> None:
        """As the publisher's; where another change has left nothing to edit, nothing happens."""
        super().edit_next(role, _where_possible(edit))

    def edit_envelope_next(self, role: str, edit: EnvelopeEdit) -> None:
        """Change the next version of a role after it is signed, as a decoded document."""
        self._envelope_edits.setdefault(role, []).append(_where_possible(edit))
        self.renew(role)

    def edit_text_next(self, role: str, edit: TextEdit) -> None:
        """Change the bytes of the next version of a role, last of all."""
        self._text_edits.setdefault(role, []).append(edit)
        self.renew(role)

    def role_names(self) -> list[str]:
        """The four top-level roles and every delegated one."""
        return list(self._roles)

    def message(self, document: Any) -> bytes:
        """What is signed of a document; nothing where it has no canonical form."""
        return canonical_or_nothing(document["signed"])

    def _fresh_keys(self, role: str, count: int, scheme: Scheme | None) -> tuple[SigningKey, ...]:
        keys = []
        for key in super()._fresh_keys(role, count, scheme):
            wanted = self.rng.choice(self._schemes)
            if wanted is Scheme.RSA_PSS:
                free = [one for one in rsa_keys() if one not in keys]
                keys.append(self.rng.choice(free or [key]))
            elif wanted is Scheme.ED25519:
                keys.append(key)
            else:
                keys.append(throwaway_key(f"{key.key_id}", wanted))
        self.known_keys |= {key.key_id: key for key in keys}
        return tuple(keys)

    def _seal(self, role: Role, signed: JsonObject) -> bytes:
        # Key objects and entries are shared between documents; an edit may change one document only.
        signed = copy.deepcopy(signed)
        try:
            body = super()._seal(role, signed)
        except ParseError:
            body = self._dump({"signatures": self._hollow(role), "signed": signed})
        for edit in self._envelope_edits.pop(role.name, ()):
            document = json.loads(body)
            edit(document)
            body = self._dump(document)
        for change in self._text_edits.pop(role.name, ()):
            body = change(body)
        return body

    def _hollow(self, role: Role) -> list[JsonObject]:
        """Signatures over nothing: what has no canonical form cannot be signed."""
        return [{"keyid": key.key_id, "sig": key.sign(b"")} for key in self._signers(role)]

    def _dump(self, document: Any) -> bytes:
        separators = (",", ":") if self.compact else (", ", ": ")
        return json.dumps(document, separators=separators, sort_keys=True).encode()


def _where_possible(edit: Callable[[Any], object]) -> Callable[[Any], None]:
    def apply(value: Any) -> None:
        with suppress(AttributeError, IndexError, KeyError, TypeError):
            edit(value)

    return apply


def canonical_or_nothing(signed: Any) -> bytes:
    """The canonical bytes, or none where there is no canonical form."""
    try:
        return canonical(signed)
    except ParseError:
        return b""
