"""All vectors of Notation's signatures, and the checks for which not every kind can exist."""

from tests.vectors.notation import asking, envelopes, times, trust

MODULES = (envelopes, trust, times)
VECTORS = tuple(asking.TABLE.scenarios)

ONLY_NOTED: set[str] = set()
ONLY_WHEN_WRONG: set[str] = set()


def documents() -> list[bytes]:
    """Different well-formed envelopes, of vectors whose verdict is good or about trust."""
    cases = [one for module in MODULES for one in vars(module).values()]
    return [case.body for case in cases if isinstance(case, asking.Case)]
