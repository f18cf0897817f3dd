"""Why Notation does not find or fetch a signature, where one text stands for several reasons."""

from trustui.core.client_messages.message import Cause

NOT_LISTED = (
    Cause(
        "Nobody signed this digest.",
        "Ask whoever builds the image whether the pipeline signs it.",
        "Sign the image by its digest.",
        "notation.list",
    ),
    Cause(
        "The index is signed and the manifest of one platform is not, or the reverse.",
        "Verify the digest of the index, and of each platform.",
        "Sign both, or verify the digest that was signed.",
        "notation.finding.index_signed",
    ),
    Cause(
        "The tag names another image than when it was signed.",
        "Compare the digest in the message with the digest that was signed.",
        "Sign the new image, or move the tag back.",
        "notation.finding.moved_tag",
    ),
    Cause(
        "The fallback index lost the entry, because two clients wrote it at once or a rule cleaned it away.",
        "Look for manifests of the repository whose subject is the digest.",
        "Write the index again, and exclude such tags from cleaning.",
        "notation.finding.lost_fallback_entry",
    ),
    Cause(
        "The list states another type for the signature, or none: clients filter by it.",
        "Compare `artifactType` in the list with that of the manifest it names.",
        "Attach the signature again with a client that states its type.",
        "notation.finding.wrong_type",
    ),
    Cause(
        "A copy to this registry left the signatures behind.",
        "Ask the registry that the image came from.",
        "Copy the image together with what refers to it, as `oras cp -r` does.",
        "notation.list",
    ),
)
NOT_FETCHED = (
    Cause(
        "The manifest of the signature is gone: both digests in the message are the same.",
        "Fetch the manifest that the list names.",
        "Remove the entry from the list, or push the manifest again.",
        "notation.manifest",
    ),
    Cause(
        "The envelope is gone, and the manifest that names it is there: the digests differ.",
        "Fetch the blob that the layer of the manifest names.",
        "Push the envelope again, or delete the signature and sign anew.",
        "notation.blob",
    ),
)
