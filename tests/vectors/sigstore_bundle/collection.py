"""All vectors of sigstore bundles, and the checks for which not every kind can exist."""

from tests.vectors.sigstore_bundle import asking, certified, content, form, logged, passing

MODULES = (passing, form, logged, certified, content)
VECTORS = tuple(asking.TABLE.scenarios)

ONLY_NOTED: set[str] = set()
ONLY_WHEN_WRONG: set[str] = set()


def documents() -> list[bytes]:
    """Different well-formed bundles, of vectors whose verdict is good or about trust."""
    found = {id(one): one for module in MODULES for one in vars(module).values()}
    cases = [one for one in found.values() if isinstance(one, asking.Case)]
    unreadable = (form.BAD_BASE64,)
    return [case.body() for case in cases if case not in unreadable]
