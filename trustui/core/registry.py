"""The formats there are, one line each; explicit, so that a broken one fails loudly."""

from trustui.core.formats import cosign, in_toto, sigstore_bundle, tuf

FORMATS = (tuf.FORMAT, sigstore_bundle.FORMAT, cosign.FORMAT, in_toto.FORMAT)
