"""Where this project and Notation 1.3.2 disagree on purpose: every way that is known, and why."""

from tests.differential.compare import Stricter
from tests.differential.images.notation.combinations import Combination
from tests.differential.images.sides import Apart, Rule

RULES = (
    Rule(
        "critical headers that nobody knows",
        Apart.VERDICT,
        Stricter.OURS,
        "Notation accepts a critical header that it does not know where no plugin is demanded; the "
        'signature specification, "Extended attributes", and RFC 7515 §4.1.11 have it refused.',
        lambda pair: pair.ours.check == "notation.extended",
    ),
    Rule(
        "metadata in the place of what is signed",
        Apart.CHECK,
        Stricter.NEITHER,
        "Where another image is signed and the wanted metadata is not, Notation tells the latter only: "
        "it forgets the first failure when it finds the second. Ours tells the first.",
        lambda pair: (
            pair.ours.check == "notation.payload" and "notation.metadata" in pair.peers.checks
        ),
    ),
)

VECTORS = {
    "critical headers that nobody knows": Combination(tampered="critical header"),
    "metadata in the place of what is signed": Combination(tampered="size", metadata="wanted"),
}
"""For each rule, the least that shows it."""
