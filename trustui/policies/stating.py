"""What every statement of trust needs: a name, a person and a reason."""

from trustui.core.primitives.text import has_hidden_characters, visible
from trustui.policies.models import Stated

MOST_NAME = 200
"""Characters of the name of a policy or a material."""


class PolicyError(ValueError):
    """What a person states cannot be; the message says what was expected and found."""


class OvertakenError(PolicyError):
    """Somebody else stated something meanwhile: the version in force is not the one that was seen."""


def is_name(name: str) -> bool:
    """Whether a policy or a material can have this name."""
    return 0 < len(name) <= MOST_NAME and not has_hidden_characters(name)


def checked_name(name: str, what: str) -> str:
    """A name as it is kept. Raises PolicyError."""
    name = name.strip()
    if not is_name(name):
        raise PolicyError(
            f"expected a name of {what} of 1 to {MOST_NAME} characters that can be shown, "
            f"found {visible(name, MOST_NAME)!r}"
        )
    return name


def checked_reason(by_name: str, reason: str) -> tuple[str, str]:
    """Who states it, and why, as they are kept. Raises PolicyError where one is missing."""
    if not by_name.strip() or not reason.strip():
        raise PolicyError("what is trusted needs the name of a person and a reason")
    return by_name.strip()[:MOST_NAME], reason.strip()


def check_seen(name: str, before: Stated | None, seen: int | None) -> None:
    """Raise OvertakenError unless the version in force is the one of this number; 0: none is.

    None: whatever is in force may be replaced.
    """
    number = 0 if before is None else before.number
    if seen is None or seen == number:
        return
    if before is None:
        raise OvertakenError(f"version {seen} of {name} is no longer in force, and no other one is")
    raise OvertakenError(
        f"version {number} of {name} came meanwhile, set by {before.set_by_name}: {before.reason}"
    )


def version_detail(version: Stated, before: Stated | None) -> dict[str, object]:
    """What an event tells of a version."""
    return {
        "version": version.number,
        "sha256": version.sha256,
        "replaces": None if before is None else before.sha256,
    }
