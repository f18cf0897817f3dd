"""Where this project and cosign 3.1.2 disagree on purpose: every way that is known, and why."""

from tests.differential.compare import Stricter
from tests.differential.images.cosign.combinations import Combination
from tests.differential.images.sides import Apart, Pair, Rule


def _is_of_another_kind(pair: Pair) -> bool:
    attached = "tampered: other predicate attached" in pair.changed
    return attached and pair.ours.check == "registry.find"


RULES = (
    Rule(
        "provenance counts as a signature",
        Apart.VERDICT,
        Stricter.OURS,
        "Cosign verifies any statement in a bundle where a signature was asked for; its BUNDLE_SPEC has "
        "a predicate type of its own for signatures.",
        _is_of_another_kind,
    ),
    Rule(
        "what is wrong with provenance that counts as a signature",
        Apart.CHECK,
        Stricter.NEITHER,
        "As before, where cosign then finds something else that does not hold.",
        _is_of_another_kind,
    ),
    Rule(
        "a wanted timestamp that is missing",
        Apart.VERDICT,
        Stricter.OURS,
        "In the tag format cosign takes a signature without a timestamp although one was asked for, where "
        "nothing else depends on the time.",
        lambda pair: (
            pair.ours.check == "cosign.tsa" and "no signed timestamp is stored" in pair.ours.because
        ),
    ),
    Rule(
        "a stored timestamp that nobody asked for",
        Apart.VERDICT,
        Stricter.PEER,
        "In the tag format, where the log is waived and no timestamp asked for, cosign lets the present "
        "decide; ours uses the stored timestamp of an authority that the trusted root names "
        "(docs/formats/cosign.md, cosign.expiry).",
        lambda pair: (
            "form: tag" in pair.changed
            and "expected a signed timestamp to verify an expired certificate" in pair.peers.words
        ),
    ),
    Rule(
        "patterns without anchors",
        Apart.VERDICT,
        Stricter.OURS,
        "Cosign finds a pattern anywhere in a name, which any registered name can be made to contain; ours "
        "has to fit the whole name (docs/formats/oci.md).",
        lambda pair: (
            "asked: a loose pattern" in pair.changed and str(pair.ours.check).endswith(".identity")
        ),
    ),
    Rule(
        "another order",
        Apart.CHECK,
        Stricter.NEITHER,
        "Several things do not hold, for both: cosign ends at the first one in its own order (bundles: log, "
        "times, certificate, signature, statement), ours in that of the specifications, and tells the "
        "others too.",
        lambda pair: bool(pair.peers.checks & pair.ours.others),
    ),
)

VECTORS = {
    "provenance counts as a signature": Combination(tampered="other predicate attached"),
    "what is wrong with provenance that counts as a signature": Combination(
        tampered="other predicate attached", asked="another key"
    ),
    "a wanted timestamp that is missing": Combination(
        form="tag", log="none", stamp="none", stamp_asked="required"
    ),
    "a stored timestamp that nobody asked for": Combination(
        form="tag", signer="certificate", log="none"
    ),
    "patterns without anchors": Combination(
        signer="certificate", log_asked="required", asked="a loose pattern"
    ),
    "another order": Combination(signer="certificate", stamp="late", promise="spoiled"),
}
"""For each rule, the least that shows it."""
