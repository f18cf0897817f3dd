"""All vectors of sigstore bundles, and the checks for which not every kind can exist."""

from tests.vectors.sigstore_bundle import asking, signatures

MODULES = (signatures,)
VECTORS = tuple(asking.TABLE.scenarios)

ONLY_NOTED: set[str] = set()
ONLY_WHEN_WRONG: set[str] = set()


def documents() -> list[bytes]:
    """Different well-formed bundles, of vectors whose verdict is good or about trust."""
    cases = [one for one in vars(signatures).values() if isinstance(one, asking.Case)]
    unreadable = (signatures.BAD_BASE64,)
    return [case.body() for case in cases if case not in unreadable]
