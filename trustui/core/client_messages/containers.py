"""What podman, skopeo and cri-o say of images: the library containers/image 5."""

from trustui.core.client_messages.message import Cause, Client, Message

CLIENT = Client(
    "containers/image",
    "5.36",
    ("podman", "skopeo", "Source image rejected", "policy.json"),
    (
        Message(
            "A signature was required, but no signature exists",
            ("registry.find", "registry.platform"),
            "This client found no signature where its configuration makes it look.",
            (
                Cause(
                    "Sigstore's attachments are off, as they are by default: `use-sigstore-attachments`.",
                    "Verify the image here: a signature at `cosign_sig_tag` is one that it would read then.",
                    "Set `use-sigstore-attachments: true` for the registry in registries.d.",
                    "registry.find",
                ),
                Cause(
                    "No lookaside is configured for the most specific section, or its file is not there.",
                    "Find the section of registries.d that applies; only that one counts.",
                    "Name the lookaside there, or publish the signature into it.",
                ),
                Cause(
                    "The index is signed, and this client checks the manifest of the platform.",
                    "Verify the platform's digest: `registry.platform` tells which of the two is signed.",
                    "Sign with `--recursive`.",
                    "registry.platform",
                ),
            ),
        ),
        Message(
            "is rejected by policy",
            ("policy.covered",),
            "The most specific scope that matches, often the default, says reject.",
            (
                Cause(
                    "No scope names this repository, so that the default applies.",
                    "Go through the scopes of policy.json from the full reference to the host.",
                    "Add a scope for the repository, with what its images must be signed by.",
                    "policy.covered",
                ),
            ),
        ),
        Message(
            "Unknown policy requirement type",
            (),
            "The policy asks for a kind of requirement that this version does not know.",
            (
                Cause(
                    "The tool is older than the policy: `sigstoreSigned` came with containers/image 5.22.",
                    "Compare the version of the tool with the requirement's name.",
                    "Upgrade the tool.",
                ),
            ),
        ),
    ),
)
