"""Which identity a signer came closest to, attribute by attribute."""

from collections.abc import Mapping, Sequence

import msgspec

from trustui.core.errors import ParseError
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.notation.rules import subject_of
from trustui.core.trust_policy.notation.statements import EVERYTHING


class Attribute(msgspec.Struct, frozen=True):
    """One attribute of a subject, side by side; "" where one of both does not have it."""

    name: str
    wanted: str
    found: str

    @property
    def is_met(self) -> bool:
        """Whether the signer has what is wanted; what nobody wants is met by anything."""
        return not self.wanted or self.wanted == self.found


class Miss(msgspec.Struct, frozen=True):
    """The identity that came closest, with every attribute of it and of the signer."""

    identity: str
    attributes: tuple[Attribute, ...]

    @property
    def differing(self) -> tuple[Attribute, ...]:
        """Those that keep the identity from matching."""
        return tuple(one for one in self.attributes if not one.is_met)

    @property
    def expected(self) -> str:
        """The differing attributes as wanted: `CN=staging, OU=Security`."""
        return ", ".join(f"{one.name}={visible(one.wanted, 100)}" for one in self.differing)

    @property
    def found(self) -> str:
        """The same as the signer has them: `CN=release, no OU`."""
        return ", ".join(
            f"{one.name}={visible(one.found, 100)}" if one.found else f"no {one.name}"
            for one in self.differing
        )


def nearest_miss(identities: Sequence[str], subject: Mapping[str, str]) -> Miss | None:
    """The identity with the fewest differing attributes, the first of several; None where none is
    compared at all (`*`, or identities of plugins).
    """
    misses = [
        Miss(identity, _side_by_side(wanted, subject)) for identity, wanted in _compared(identities)
    ]
    return min(misses, key=lambda one: len(one.differing), default=None)


def _compared(identities: Sequence[str]) -> list[tuple[str, Mapping[str, str]]]:
    found = []
    for identity in identities:
        if identity == EVERYTHING:
            continue
        try:
            wanted = subject_of(identity)
        except ParseError:
            continue
        if wanted is not None:
            found.append((identity, wanted))
    return found


def _side_by_side(wanted: Mapping[str, str], found: Mapping[str, str]) -> tuple[Attribute, ...]:
    """First what is wanted, in its order; then what the signer has besides."""
    names = [*wanted, *(name for name in found if name not in wanted)]
    return tuple(Attribute(name, wanted.get(name, ""), found.get(name, "")) for name in names)
