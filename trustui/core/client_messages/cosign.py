"""The messages of cosign 3.1.2, and those of earlier versions that people still meet.

What stands behind "no matching signatures" and "no matching attestations" is the reason; both words
say only which verb was used, and since version 3 every failure of a bundle comes as an attestation's.
"""

from trustui.core.client_messages.message import Cause, Client, Message

_LOOK = "Run `trustui verify image REF` with the same key or identity: it says what each place answered."

DISCOVERY = (
    Message(
        "no signatures found",
        ("registry.find", "registry.platform", "registry.fallback", "bundle.parse"),
        "Cosign found nothing that it can read as a signature of this digest, which is not to say that "
        "nobody signed it.",
        (
            Cause(
                "The digest was never signed, or a clean-up job removed the signature.",
                _LOOK,
                "Sign the digest; keep the tags `sha256-…` and referrers out of retention rules.",
                "registry.find",
            ),
            Cause(
                "It is signed in the other format: at the tag `sha256-….sig` where bundles were looked "
                "for, or the reverse; or in another repository (COSIGN_REPOSITORY).",
                f"{_LOOK} A format that is not the wanted one is counted there.",
                "Verify in the format that is there, or sign again in the one that is wanted.",
                "registry.find",
            ),
            Cause(
                "The index is signed and a platform's manifest was asked, or the reverse.",
                "Compare the digest that was verified with that of the index and of its platforms.",
                "Name the digest that is signed, or sign with `--recursive`.",
                "registry.platform",
            ),
            Cause(
                "The signature was lost when the image was copied: copy tools follow tags and leave "
                "referrers behind, or compress layers anew and so change the digest.",
                "Verify the same digest in the registry that it came from, and compare the places.",
                "Copy with `oras cp -r` or `cosign copy`, and keep the digest.",
                "registry.find",
            ),
            Cause(
                "The fallback index lost its entry, is no index, or names another type for it.",
                f"{_LOOK} `fallback_tag` tells what stands at the tag.",
                "Attach the signature again; do not rely on `artifactType` of the entries.",
                "registry.fallback",
            ),
            Cause(
                "A bundle is attached that cosign cannot read; it says nothing about such a bundle.",
                "Open the bundle among the signatures: its own first failing check is told.",
                "Sign again with a current client.",
                "bundle.parse",
            ),
        ),
    ),
    Message(
        "no valid bundles exist in registry",
        ("registry.find", "bundle.parse"),
        "Referrers were looked for, and none holds a sigstore bundle that can be read.",
    ),
    Message(
        "image tag not found: GET {url:word}: MANIFEST_UNKNOWN: manifest unknown",
        ("registry.resolve",),
        "The registry knows no such tag, or hides the repository from this user.",
    ),
    Message(
        "GET {url:word}: BLOB_UNKNOWN",
        ("cosign.payload", "registry.blob"),
        "The signature's manifest is there, and the blob that it names is not.",
    ),
    Message(
        "no matching attestations",
        ("registry.find", "attestation.predicate", "bundle.material"),
        "No bundle or attestation was accepted. With nothing behind the colon none was found: cosign "
        "passes over those that it cannot read.",
        is_summary=True,
    ),
    Message(
        "no matching signatures",
        ("cosign.sig", "cosign.identity", "cosign.claim"),
        "Signatures are there and none was accepted; each line behind the colon is one reason.",
        is_summary=True,
    ),
)

IDENTITY = (
    Message(
        "--certificate-identity or --certificate-identity-regexp is required",
        ("policy.identity_given",),
        "Nobody was named whose signature counts: anybody can get a certificate.",
    ),
    Message(
        "--certificate-oidc-issuer or --certificate-oidc-issuer-regexp is required",
        ("policy.identity_given",),
        "An identity was named, and not who vouches for it: another issuer may use the same name.",
    ),
    Message(
        'no matching CertificateIdentity found, last error: expected SAN value "{expected}", got "{found}"',
        ("bundle.identity", "attestation.identity"),
        "Somebody else signed than the identity that was named.",
    ),
    Message(
        'no matching CertificateIdentity found, last error: expected SAN value to match regex "{expected}", got "{found}"',
        ("bundle.identity", "attestation.identity"),
        "The identity that signed does not match the pattern. Without `^` and `$` cosign finds a pattern "
        "anywhere in a name.",
    ),
    Message(
        'no matching CertificateIdentity found, last error: expected issuer value "{expected}", got "{found}"',
        ("bundle.identity", "attestation.identity"),
        "Another issuer vouched for the signer than the one that was named.",
    ),
    Message(
        'no matching CertificateIdentity found, last error: expected issuer value to match regex "{expected}", got "{found}"',
        ("bundle.identity", "attestation.identity"),
        "The issuer that vouched for the signer does not match the pattern.",
    ),
    Message(
        'no matching CertificateIdentity found, last error: expected {extension:word} to be "{expected}", got "{found}"',
        ("bundle.identity", "attestation.identity"),
        "The certificate's extension about the workflow differs from what was wanted.",
    ),
    Message(
        'no matching CertificateIdentity found, last error: expected {extension:word} to be "{expected}", got ""',
        ("bundle.identity", "attestation.identity"),
        "The certificate says nothing about a workflow: it is a person's, or another system's than GitHub's.",
    ),
    Message(
        "none of the expected identities matched what was in the certificate, got subjects [{found}] with issuer",
        ("cosign.identity", "attestation.identity"),
        "Subject or issuer of the certificate differ from what was named.",
    ),
    Message(
        "none of the expected identities matched what was in the certificate",
        ("cosign.identity", "attestation.identity", "bundle.identity"),
        "Subject or issuer of the certificate differ from what was named.",
    ),
    Message(
        "no certificate found on signature",
        ("cosign.cert_present",),
        "The signature was made with a bare key, and an identity was asked for.",
    ),
    Message(
        "expected key signature, not certificate",
        ("bundle.material",),
        "A key was named, and the bundle was signed with a certificate.",
    ),
    Message(
        "signature time outside of public key validity window",
        ("bundle.material",),
        "The bundle was signed with a bare key, and an identity was asked for; no time is meant.",
    ),
    Message(
        "certificate chain must be in bundle and may not be provided using --certificate-chain",
        ("policy.flags",),
        "Authorities as PEM files go with the tag format; bundles need a trusted root.",
    ),
)

CERTIFICATES = (
    Message(
        "leaf certificate verification failed",
        ("bundle.chain", "bundle.window", "cosign.cert_chain", "cosign.expiry"),
        "The certificate leads to no authority of the trusted root that was in use then, or it was not "
        "valid at the time that counts.",
        (
            Cause(
                "Another authority issued it than the trusted root names.",
                "Verify with the same trusted root: `bundle.chain` names the authority that it has.",
                "Give the trusted root of the Sigstore that signed.",
                "bundle.chain",
            ),
            Cause(
                "The authority is named, with a window that ended before the certificate was issued.",
                "Compare `validFor` of the authority with the certificate's dates.",
                "Get the current trusted root; do not widen a window by hand.",
                "bundle.chain",
            ),
            Cause(
                "The log was waived, so that no time is proven and the present counts: a certificate of "
                "ten minutes is over.",
                "Look whether a timestamp is stored, and whether the trusted root names its authority.",
                "Do not waive the log, or ask for the timestamp with `--use-signed-timestamps`.",
                "bundle.window",
            ),
        ),
    ),
    Message(
        "cert verification failed: x509: certificate signed by unknown authority",
        ("cosign.cert_chain",),
        "The certificate does not lead to an authority that was given; an intermediate may be missing.",
    ),
    Message(
        "certificate does not include required embedded SCT and no detached SCT was set",
        ("cosign.sct",),
        "The certificate carries no promise of a certificate transparency log.",
    ),
    Message(
        "only able to verify {found:number} SCT entries; unable to meet threshold of {wanted:number}",
        ("bundle.sct", "cosign.sct"),
        "No promise of a certificate transparency log verifies under the trusted root.",
    ),
    Message(
        "expected a signed timestamp to verify an expired certificate",
        ("cosign.expiry", "cosign.tsa"),
        "The certificate is over, and nothing that is stored and was looked at proves when it signed.",
    ),
    Message(
        "certificate expired before observed time: {until:word} is before {at:word}",
        ("cosign.expiry",),
        "The proven time of signing lies after the end of the certificate.",
    ),
    Message(
        "certificate expired before observed time",
        ("cosign.expiry", "bundle.window"),
        "The proven time of signing lies after the end of the certificate.",
    ),
    Message(
        "unable to verify RFC3161 timestamp bundle: error while verifying signature: pkcs7: No certificate for signer",
        ("cosign.tsa",),
        "The stored timestamp is of an authority whose certificates were not given.",
    ),
    Message(
        "unable to verify RFC3161 timestamp bundle: expected at least one verified timestamp",
        ("cosign.tsa",),
        "A timestamp is stored, and none verifies: another authority made it, or it is about other bytes.",
    ),
    Message(
        "threshold not met for verified signed timestamps: {found:number} < {wanted:number}; error: unable to verify signed timestamps: hashed messages don't match",
        ("bundle.time",),
        "The stored timestamp is about another signature.",
    ),
    Message(
        "threshold not met for verified signed timestamps: {found:number} < {wanted:number}; error: unable to verify signed timestamps: error while verifying signature: pkcs7: No certificate for signer",
        ("bundle.time",),
        "The stored timestamp is of an authority that the trusted root does not name.",
    ),
    Message(
        "threshold not met for verified signed timestamps: {found:number} < {wanted:number}; error: unable to verify signed timestamps: %!w(<nil>)",
        ("bundle.time",),
        "The trusted root names no timestamp authority that could verify the stored timestamp.",
    ),
    Message(
        "threshold not met for verified signed timestamps: {found:number} < {wanted:number}; error: %!w(<nil>)",
        ("bundle.time",),
        "The bundle carries no timestamp, and one is needed: entries of this log prove no time.",
    ),
)

LOG = (
    Message(
        "not enough verified log entries from transparency log: {found:number} < {wanted:number}",
        ("bundle.log_present", "bundle.log_key"),
        "The bundle has no log entry, or one of a log that the trusted root does not name; cosign says "
        "both with these words.",
    ),
    Message(
        "verifying inclusion: calculated root",
        ("bundle.proof", "bundle.consistent", "bundle.sig"),
        "The log entry does not lead to the root of the log. Cosign makes the entry anew from the bundle, "
        "so an edited payload, another entry and another key read alike.",
    ),
    Message(
        "failed to verify signatures on checkpoint: invalid signature for key {key:word}",
        ("bundle.checkpoint",),
        "The log's signature under the checkpoint does not verify: it was changed, or another log signed.",
    ),
    Message(
        "offline verification failed",
        ("cosign.tlog_present",),
        "No log entry is stored with the signature, and asking the log was forbidden.",
    ),
    Message(
        "signature not found in transparency log",
        ("cosign.tlog_present",),
        "The signature was made without an upload to the log, or another log was asked.",
    ),
    Message(
        "rekor log public key not found for payload",
        ("cosign.tlog_keyid",),
        "The entry is of a log whose key the trusted root does not have.",
    ),
    Message(
        "unable to verify SET",
        ("cosign.tlog_set",),
        "The log's promise does not verify with its key: trust is out of date, or somebody changed it.",
    ),
    Message(
        "comparing public key PEMs",
        ("cosign.tlog_key",),
        "The log entry names another key or certificate than the one that was asked for.",
    ),
    Message(
        "both public key and certificate were provided but did not match",
        ("cosign.tlog_key", "cosign.cert_present"),
        "A key was named, and the log entry is of a certificate.",
    ),
    Message(
        "failed to extract signature from bundle: verifying signature: invalid signature when validating ASN.1 encoded signature",
        ("cosign.tlog_entry", "cosign.tlog_hash", "cosign.tlog_key"),
        "The log entry does not hold together: its signature, key and digest do not fit one another.",
    ),
)

SIGNATURES = (
    Message(
        "no matching signatures: invalid signature when validating ASN.1 encoded signature",
        ("cosign.sig",),
        "The signature does not verify with this key: another key signed, or something was changed.",
    ),
    Message(
        "could not verify message: invalid signature when validating ASN.1 encoded signature",
        ("bundle.sig",),
        "The signature over the file does not verify: the file was changed, or another key signed.",
    ),
    Message(
        "invalid signature when validating ASN.1 encoded signature",
        ("cosign.sig", "bundle.sig", "attestation.sig"),
        "A signature does not verify with this key.",
    ),
    Message(
        "no matching signatures: failed to verify signature",
        ("cosign.sig", "client.disagrees.cosign"),
        "The signature does not verify with this key. Cosign says so of its own ed25519 signatures too, "
        "with the right key.",
    ),
    Message(
        "no matching signatures: illegal base64 data at input byte {at:number}",
        ("cosign.sig_b64",),
        "The annotation with the signature is not base64.",
    ),
    Message(
        "unable to base64 decode payload (is payload in the right format?)",
        ("attestation.envelope",),
        "The envelope cannot be read: its payload, or a signature in it, is not base64.",
    ),
    Message(
        "could not verify envelope: accepted signatures do not match threshold, Found: {found:number}, Expected {wanted:number}",
        ("bundle.sig", "attestation.sig"),
        "The envelope is not signed by the key that was named.",
    ),
    Message(
        "accepted signatures do not match threshold, Found: {found:number}, Expected {wanted:number}",
        ("attestation.sig", "bundle.sig"),
        "The envelope is not signed by the key that was named. Some versions of verifiers that embed "
        "cosign say so of good bundles of keys.",
    ),
    Message(
        'signature layer {digest:word} is missing "dev.cosignproject.cosign/signature" annotation',
        ("cosign.sig_b64",),
        "The layer that should be a signature carries none.",
    ),
    Message(
        "invalid or missing digest in claim: {digest:word}",
        ("cosign.claim",),
        "What was signed names another digest: the signature was copied from another image.",
    ),
    Message(
        "no matching signatures: missing or incorrect annotation",
        ("cosign.annotations",),
        "An annotation that was wanted was not signed, or says something else.",
    ),
    Message(
        "no matching attestations: missing or incorrect annotation",
        ("bundle.annotations",),
        "An annotation that was wanted was not signed, or says something else.",
    ),
)

STATEMENTS = (
    Message(
        "none of the attestations matched the predicate type: {wanted:word}, found: {found:word}",
        ("attestation.predicate",),
        "Something else is attested than what was asked for.",
    ),
    Message(
        "provided artifact digest does not match any digest in statement",
        ("bundle.subject", "attestation.subject"),
        "The statement is about another image.",
    ),
    Message(
        "provided artifact digests do not match digests in statement",
        ("attestation.subject", "bundle.subject"),
        "The statement is about another file.",
    ),
    Message(
        "no matching subject digest found",
        ("attestation.subject",),
        "The statement is about another image.",
    ),
)

TRUST = (
    Message(
        "failed to decode {role:word}: expired at",
        {
            "timestamp": ("tuf.timestamp.freeze.expired",),
            "snapshot": ("tuf.snapshot.freeze.expired",),
            "targets": ("tuf.targets.freeze.expired",),
            "": ("tuf.root.freeze.expired",),
        },
        "The TUF metadata that distributes the trusted root has expired: in a cache, or at its source.",
    ),
    Message(
        "error updating to TUF remote mirror: invalid key",
        ("tuf.key.scheme.supported", "tuf.key.parse"),
        "This client is too old for a kind of key that came with a rotation of the root.",
    ),
)

CLIENT = Client(
    "cosign",
    "3.1.2",
    (
        "cosign",
        "error during command execution",
        "no matching signatures",
        "no matching attestations",
    ),
    (*DISCOVERY, *IDENTITY, *CERTIFICATES, *LOG, *SIGNATURES, *STATEMENTS, *TRUST),
)
