"""What every generated case can say of itself."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Generated:
    """A case whose fields differ from their defaults where something may go wrong."""

    @property
    def changed(self) -> tuple[str, ...]:
        """What differs from the defaults, in words."""
        return tuple(
            f"{one.name}: {value}"
            for one in fields(self)
            if (value := getattr(self, one.name)) != one.default
        )
