"""The formats there are, one line each; explicit, so that a broken one fails loudly."""

from trustui.core.formats import cosign, in_toto, notation, sbom, sigstore_bundle, tuf

FORMATS = (
    tuf.FORMAT,
    sigstore_bundle.FORMAT,
    cosign.FORMAT,
    notation.FORMAT,
    in_toto.FORMAT,
    sbom.FORMAT,
)
