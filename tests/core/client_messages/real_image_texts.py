"""What clients of images really say, one text for each message of the catalogue.

Of cosign: what 3.1.2 wrote to stderr (shared data, oci/cosign-signed), and for messages that no case
has, the text as its issues and source have it. Of the others: the texts of the issues that the shared
data's oci/failure-messages names.
"""

from tests.core.client_messages.real_texts import said

A = "Error: no matching attestations: "
S = "Error: no matching signatures: "
IDENTITY = (
    f"{A}failed to verify certificate identity: no matching CertificateIdentity found, last error: "
)
STAMPS = f"{A}failed to verify timestamps: threshold not met for verified signed timestamps: 0 < 1; error: "
BLOB = "http://127.0.0.1:5083/v2/acme/web/blobs/sha256:accd4649"
ASN1 = "invalid signature when validating ASN.1 encoded signature"

COSIGN = (
    said("Error: no signatures found", "registry.find"),
    said("Error: no valid bundles exist in registry", "registry.find"),
    said("Error: image tag not found: GET http://127.0.0.1:5081/v2/acme/shop/manifests/9.9: MANIFEST_UNKNOWN: manifest unknown; map[Tag:9.9]", "registry.resolve", url="http://127.0.0.1:5081/v2/acme/shop/manifests/9.9"),
    said(f"{S}GET {BLOB}: BLOB_UNKNOWN: Unknown blob", "cosign.payload", url=BLOB),
    said(f"{A}", "registry.find"),
    said(f"{S}unknown reason", "cosign.sig"),
    said("Error: --certificate-identity or --certificate-identity-regexp is required for verification in keyless mode", "policy.identity_given"),
    said("Error: --certificate-oidc-issuer or --certificate-oidc-issuer-regexp is required for verification in keyless mode", "policy.identity_given"),
    said(f'{IDENTITY}expected SAN value "bob@acme.example", got "alice@acme.example"', "bundle.identity", expected="bob@acme.example", found="alice@acme.example"),
    said(f'{IDENTITY}expected SAN value to match regex "^lice@acme", got "alice@acme.example"', "bundle.identity", expected="^lice@acme", found="alice@acme.example"),
    said(f'{IDENTITY}expected issuer value "https://accounts.example", got "http://localhost:6200"', "bundle.identity", expected="https://accounts.example", found="http://localhost:6200"),
    said(f'{IDENTITY}expected issuer value to match regex "^https://a$", got "https://b"', "bundle.identity", expected="^https://a$", found="https://b"),
    said(f'{IDENTITY}expected GithubWorkflowRef to be "refs/tags/v2", got "refs/heads/main"', "bundle.identity", extension="GithubWorkflowRef", expected="refs/tags/v2", found="refs/heads/main"),
    said(f'{IDENTITY}expected GithubWorkflowRepository to be "acme/app", got ""', "bundle.identity", extension="GithubWorkflowRepository", expected="acme/app"),
    said(f"{S}illegal base64 data at input byte 0", "cosign.sig_b64", at="0"),
    said(f"{A}unable to base64 decode payload (is payload in the right format?)", "attestation.envelope"),
    said(f"{S}none of the expected identities matched what was in the certificate, got subjects [builds@acme.example] with issuer", "cosign.identity", found="builds@acme.example"),
    said("Error: none of the expected identities matched what was in the certificate", "cosign.identity"),
    said(f"{S}no certificate found on signature", "cosign.cert_present"),
    said(f"{A}expected key signature, not certificate", "bundle.material"),
    said(f"{A}signature time outside of public key validity window", "bundle.material"),
    said("Error: unsupported: certificate chain must be in bundle and may not be provided using --certificate-chain when using --new-bundle-format", "policy.flags"),
    said(f"{A}failed to verify leaf certificate: leaf certificate verification failed", "bundle.chain"),
    said(f"{S}cert verification failed: x509: certificate signed by unknown authority. Check your TUF root (see cosign initialize) or set a custom root with env var SIGSTORE_ROOT_FILE", "cosign.cert_chain"),
    said(f"{S}certificate does not include required embedded SCT and no detached SCT was set", "cosign.sct"),
    said(f"{A}failed to verify signed certificate timestamp: only able to verify 0 SCT entries; unable to meet threshold of 1", "bundle.sct", found="0", wanted="1"),
    said(f"{S}expected a signed timestamp to verify an expired certificate", "cosign.expiry"),
    said(f"{S}checking expiry on certificate with bundle: certificate expired before observed time: 2026-11-21T02:43:05Z is before 2026-11-21T04:33:06Z", "cosign.expiry", until="2026-11-21T02:43:05Z", at="2026-11-21T04:33:06Z"),
    said("Error: certificate expired before observed time", "cosign.expiry"),
    said(f"{S}unable to verify RFC3161 timestamp bundle: error while verifying signature: pkcs7: No certificate for signer", "cosign.tsa"),
    said(f"{S}unable to verify RFC3161 timestamp bundle: expected at least one verified timestamp", "cosign.tsa"),
    said(f"{A}failed to verify timestamps: threshold not met for verified signed timestamps: 0 < 1; error: unable to verify signed timestamps: hashed messages don't match", "bundle.time", found="0", wanted="1"),
    said(f"{STAMPS}unable to verify signed timestamps: error while verifying signature: pkcs7: No certificate for signer", "bundle.time", found="0", wanted="1"),
    said(f"{STAMPS}unable to verify signed timestamps: %!w(<nil>)", "bundle.time", found="0", wanted="1"),
    said(f"{STAMPS}%!w(<nil>)", "bundle.time", found="0", wanted="1"),
    said(f"{A}failed to verify log inclusion: not enough verified log entries from transparency log: 0 < 1", "bundle.log_present", found="0", wanted="1"),
    said(f"{A}failed to verify log inclusion: verifying log entry: verifying inclusion: calculated root: [195 86 200] does not match expected root: [84 222]", "bundle.proof"),
    said(f"{A}failed to verify log inclusion: verifying log entry: unverified checkpoint signature: failed to verify signatures on checkpoint: invalid signature for key rekor.acme.example+54f5d318", "bundle.checkpoint", key="rekor.acme.example+54f5d318"),
    said(f"{S}offline verification failed", "cosign.tlog_present"),
    said("Error: signature not found in transparency log", "cosign.tlog_present"),
    said(f"{S}error verifying bundle: verifying bundle with trusted root: rekor log public key not found for payload", "cosign.tlog_keyid"),
    said(f"{S}error verifying bundle: verifying bundle with trusted root: unable to verify SET", "cosign.tlog_set"),
    said("Error: comparing public key PEMs, expected -----BEGIN PUBLIC KEY----- got -----BEGIN CERTIFICATE-----", "cosign.tlog_key"),
    said(f"{S}error verifying bundle: both public key and certificate were provided but did not match", "cosign.tlog_key"),
    said(f"{S}error verifying bundle: failed to extract signature from bundle: verifying signature: {ASN1}", "cosign.tlog_entry"),
    said(f"{S}{ASN1}", "cosign.sig"),
    said(f"Error: failed to verify signature: could not verify message: {ASN1}", "bundle.sig"),
    said(f"Error: {ASN1}", "cosign.sig"),
    said(f"{S}failed to verify signature", "cosign.sig"),
    said(f"{A}failed to verify signature: could not verify envelope: accepted signatures do not match threshold, Found: 0, Expected 1", "bundle.sig", found="0", wanted="1"),
    said(f"{A}accepted signatures do not match threshold, Found: 0, Expected 1", "attestation.sig", found="0", wanted="1"),
    said(f'{S}signature layer sha256:accd4649 is missing "dev.cosignproject.cosign/signature" annotation', "cosign.sig_b64", digest="sha256:accd4649"),
    said(f"{S}invalid or missing digest in claim: sha256:1e6e04db", "cosign.claim", digest="sha256:1e6e04db"),
    said(f"{S}missing or incorrect annotation", "cosign.annotations"),
    said(f"{A}missing or incorrect annotation", "bundle.annotations"),
    said("Error: none of the attestations matched the predicate type: spdxjson, found: https://slsa.dev/provenance/v1", "attestation.predicate", wanted="spdxjson", found="https://slsa.dev/provenance/v1"),
    said(f"{A}failed to verify signature: provided artifact digest does not match any digest in statement", "bundle.subject"),
    said("Error: failed to verify signature: provided artifact digests do not match digests in statement", "attestation.subject"),
    said(f"{A}no matching subject digest found", "attestation.subject"),
    said("Error: getting Rekor public keys: updating local metadata and targets: error updating to TUF remote mirror: tuf: failed to decode timestamp.json: expired at 2023-02-28 14:00:00 +0000 UTC", "tuf.timestamp.freeze.expired", role="timestamp.json"),
    said("Error: updating local metadata and targets: error updating to TUF remote mirror: invalid key", "tuf.key.scheme.supported"),
)  # fmt: skip

ADMISSION = {
    "Kyverno": (
        said("failed to verify image ghcr.io/acme/app:1.0: .attestors[0].entries[0].keys: no signatures found", "registry.find", set="0", entry="0"),
    ),
    "policy-controller": (
        said("admission webhook denied the request: validation failed: when using the new bundle format, the authority must be keyless", "policy.flags"),
        said("admission webhook denied the request: validation failed: no matching policies: spec.containers[0].image", "policy.covered"),
        said("admission webhook denied the request: validation failed: invalid value: app:1.0 must be an image digest", "registry.resolve"),
    ),
    "Ratify": (said("no verifier report, Code: NO_VERIFIER_REPORT, Component Type: executor", "registry.find"),),
    "Gatekeeper": (
        said("admission webhook denied the request: System error calling external data provider: failed to send request", ""),
        said("operation timed out after duration 4.9s", ""),
    ),
}  # fmt: skip

OTHERS = {
    "containers/image": (
        said("Source image rejected: A signature was required, but no signature exists", "registry.find"),
        said("Source image rejected: Running image docker://docker.io/library/alpine:latest is rejected by policy.", "policy.covered"),
        said('invalid policy in "/etc/containers/policy.json": Unknown policy requirement type "sigstoreSigned"', ""),
    ),
    "Docker Content Trust": (
        said("Error: docker.io/acme/app does not have trust data for 1.0", ""),
        said("Error: remote trust data does not exist for docker.io/acme/app: notary.docker.io does not have it", ""),
        said("Error: could not rotate trust to a new trusted root: failed to validate data with current trusted certificates", ""),
        said("Error: timestamp key trust data unavailable. Has a notary repository been initialized?", ""),
    ),
    "registry": (
        said("GET https://ghcr.io/v2/acme/app/manifests/1.0: UNAUTHORIZED: authentication required", "registry.resolve"),
        said("unexpected status code 401 for https://registry.example/v2/", "registry.resolve"),
        said("GET https://index.docker.io/v2/library/alpine/manifests/latest: TOOMANYREQUESTS: rate limit", "registry.find"),
        said("failed to pull: toomanyrequests: You have reached your pull rate limit", "registry.find"),
        said('Get "https://10.0.0.5:5000/v2/": http: server gave HTTP response to HTTPS client', "registry.resolve"),
        said("PUT sha256-1e6e04db.sig: tag is configured as immutable by the rule of the project", ""),
    ),
}  # fmt: skip

IMAGE_TEXTS = {"cosign": COSIGN, **ADMISSION, **OTHERS}
