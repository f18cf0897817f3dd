"""Where this project and cosign 3.1.2 disagree about what a private Sigstore signed, and why."""

from tests.differential.compare import Stricter
from tests.differential.images.cosign.rules import RULES as ON_PURPOSE
from tests.differential.images.private_sigstore.combinations import BY_KEY, Combination
from tests.differential.images.sides import Apart, Rule

VECTORS = {
    "a wanted timestamp that is missing": Combination(
        form="tag",
        signer=BY_KEY,
        log="none",
        log_asked="ignored",
        stamp="none",
        stamp_asked="required",
    ),
    "patterns without anchors": Combination(asked="a loose pattern"),
    "another order": Combination(asked="another identity", done="payload"),
    "nothing is looked at behind a signer of another kind": Combination(
        kind="attestation", asked="the other kind of signer", root="of strangers"
    ),
}
"""For each rule, the least that shows it."""

RULES = (
    *(rule for rule in ON_PURPOSE if rule.name in VECTORS),
    Rule(
        "nothing is looked at behind a signer of another kind",
        Apart.CHECK,
        Stricter.NEITHER,
        "A key was named and a certificate signed, which is all that ours says; cosign looks at the log and "
        "the times of such a bundle before.",
        lambda pair: (
            "asked: the other kind of signer" in pair.changed
            and pair.ours.check == "bundle.material"
        ),
    ),
)
"""The other differences on purpose are about what these services do not sign, as certificates that are over."""
