"""What clusters say that let only verified images run: Kyverno, policy-controller, Ratify, Gatekeeper.

Most of it is around a message of the client that they embed; what is here is their own.
"""

from trustui.core.client_messages.message import Cause, Client, Message

_SAME = "Run `trustui verify image REF` with the same key or identity, and read the places."

KYVERNO = Client(
    "Kyverno",
    "1.15",
    ("kyverno", ".attestors["),
    (
        Message(
            ".attestors[{set:number}].entries[{entry:number}].keys: no signatures found",
            ("registry.find", "registry.fallback", "registry.platform"),
            "This attestor found no signature in the format that it reads.",
            (
                Cause(
                    "The image is signed as a bundle (cosign 3), and this rule reads the tag format.",
                    f"{_SAME} A bundle stands at `referrers_api` or `fallback_tag`.",
                    "Set the rule to bundles where this version can, or sign in the tag format too.",
                    "registry.find",
                ),
                Cause(
                    "In the fallback index the bundle stands as `application/vnd.oci.empty.v1+json`, which "
                    "some writers put there and a verifier that filters by type passes over.",
                    f"{_SAME} `registry.type` shows the entry's type beside the manifest's own.",
                    "Repair the index, or use a verifier that opens every entry.",
                    "registry.fallback",
                ),
                Cause(
                    "The index is signed and the platform's manifest is not.",
                    "Compare the digest in the message with that of the index.",
                    "Sign with `--recursive`, or have the rule resolve to the index.",
                    "registry.platform",
                ),
            ),
        ),
    ),
)

POLICY_CONTROLLER = Client(
    "policy-controller",
    "0.13",
    ("policy-controller", "ClusterImagePolicy", "admission webhook"),
    (
        Message(
            "when using the new bundle format, the authority must be keyless",
            ("policy.flags",),
            "This verifier reads bundles of certificates only, and the policy names a key.",
        ),
        Message(
            "no matching policies",
            ("policy.covered",),
            "No policy's glob matches the image, and what no policy matches is denied.",
            (
                Cause(
                    "The name is matched in its long form: `index.docker.io/library/…`.",
                    "Lint the policies and give the full name; `policy.covered` names the nearest.",
                    "Write the glob for the long form.",
                    "policy.covered",
                ),
            ),
        ),
        Message(
            "must be an image digest",
            ("registry.resolve",),
            "The tag was not resolved to a digest before it was judged.",
            (
                Cause(
                    "The webhook that resolves tags has no access, is rate limited, or did not run.",
                    "Resolve the tag with the same credentials: `registry.resolve` says what came.",
                    "Give it access, or deploy by digest.",
                    "registry.resolve",
                ),
            ),
        ),
    ),
)

RATIFY = Client(
    "Ratify",
    "1.4",
    ("ratify", "NO_VERIFIER_REPORT"),
    (
        Message(
            "no verifier report, Code: NO_VERIFIER_REPORT",
            ("registry.find", "policy.covered"),
            "No verifier had anything to report on this image.",
            (
                Cause(
                    "Nothing of a type that it is set up for is attached.",
                    _SAME,
                    "Sign the image, or configure the type that is there.",
                    "registry.find",
                ),
                Cause(
                    "It may not read the repository, so it sees nothing.",
                    "Ask the registry with its credentials: a place that cannot be read is told.",
                    "Give its identity the right to pull.",
                    "registry.find",
                ),
                Cause(
                    "No verifier is configured for the type that is attached.",
                    "Compare `registry.type` of what is attached with the configuration.",
                    "Add a verifier for this type.",
                ),
            ),
        ),
    ),
)

GATEKEEPER = Client(
    "Gatekeeper",
    "3.20",
    ("external data provider", "gatekeeper"),
    (
        Message(
            "System error calling external data provider",
            (),
            "The provider that judges images gave no usable answer, so nothing is known of the image.",
            (
                Cause(
                    "It did not answer in time: the registry, OCSP or a CRL is slow.",
                    "Look at the provider's latency; verify the image here and see which step waits.",
                    "Cache answers, mirror revocation lists, and raise the limit within that of the webhook.",
                ),
                Cause(
                    "It is called with another scheme or certificate than it serves.",
                    "Call the provider's address with the same CA bundle.",
                    "Correct `caBundle` and the URL of the provider.",
                ),
            ),
        ),
        Message(
            "operation timed out after duration",
            (),
            "The provider that judges images did not finish in the time that the webhook gives it.",
            (
                Cause(
                    "The registry, OCSP or a CRL is slow, or nothing was cached yet.",
                    "Look at the provider's latency; verify the image here and see which step waits.",
                    "Cache answers, mirror revocation lists, and raise the limit within that of the webhook.",
                ),
            ),
        ),
    ),
)

CLIENTS = (KYVERNO, POLICY_CONTROLLER, RATIFY, GATEKEEPER)
