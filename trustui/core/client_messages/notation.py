"""The messages of Notation: its command line 1.3.2 and the libraries below it, notation-go and
notation-core-go, with those of the next major version where they differ.

Most of its failures say only "for all the signatures": the reason stands in the lines that `-v` adds.
"""

from trustui.core.client_messages.message import Client, Message
from trustui.core.client_messages.notation_causes import NOT_FETCHED, NOT_LISTED

REFERENCE = (
    Message(
        "invalid reference: no tag or digest",
        ("notation.resolve",),
        "The reference names a repository, and neither a tag nor a digest in it.",
    ),
    Message(
        "failed to get manifest descriptor: {reference:word}: not found",
        ("notation.resolve",),
        "The registry knows no such tag or digest, or does not show it to this user.",
    ),
    Message(
        "Always verify the artifact using digest(@sha256:...) rather than a tag(:{tag:word})",
        ("notation.finding.moved_tag",),
        "No failure: a tag was verified, and what a tag names may change between verifying and using it.",
    ),
)

POLICY = (
    Message(
        "trust policy is not present",
        ("notation.policy",),
        "There is no trustpolicy.json in the configuration directory of this user.",
    ),
    Message(
        "malformed trust policy",
        ("notation.policy", "policy.lint.notation.form"),
        "The trust policy is no JSON, or a member has another type than it must have.",
    ),
    Message(
        'trust policy document uses unsupported version "{version:word}"',
        ("notation.policy", "policy.lint.notation.version"),
        "The version of the trust policy is not 1.0.",
    ),
    Message(
        'registry scope "{scope:word}" is present in multiple',
        ("notation.policy", "policy.lint.notation.scope_repeated"),
        "Two statements have the same scope, so the whole document is refused.",
    ),
    Message(
        "has zero registry scopes",
        ("notation.policy", "policy.lint.notation.scopes_missing"),
        "A statement covers nothing, so the whole document is refused.",
    ),
    Message(
        "uses wildcard registry scope '*'",
        ("notation.policy", "policy.lint.notation.scope_wildcard"),
        "A statement for everything names repositories as well, so the whole document is refused.",
    ),
    Message(
        'registry scope "{scope:word}" is not valid',
        ("notation.policy", "policy.lint.notation.scope_form"),
        "A scope is no whole name of a repository, so the whole document is refused.",
    ),
    Message(
        'registry scope "{scope:word}" with wild card(s) is not valid',
        ("notation.policy", "policy.lint.notation.scope_form"),
        "A scope has a star in it: scopes are exact names, or a star alone.",
    ),
    Message(
        'statements use the same name "{name}", statement names must be unique',
        ("notation.policy", "policy.lint.notation.name_repeated"),
        "Two statements have the same name, so the whole document is refused.",
    ),
    Message(
        "uses an unsupported trust store name",
        ("notation.policy", "policy.lint.notation.store_name"),
        "A statement names a trust store by what can be no name.",
    ),
    Message(
        'uses an unsupported trust store type "{type}" in trust store value',
        ("notation.policy", "policy.lint.notation.store_type"),
        "A statement names a type of trust store that there is not.",
    ),
    Message(
        'has malformed trust store value "{store:word}"',
        ("notation.policy", "policy.lint.notation.store_form"),
        "A trust store is named without its type: it has the form TYPE:NAME.",
    ),
    Message(
        "is either missing trust stores or trusted identities",
        ("notation.policy", "policy.lint.notation.trust_missing"),
        "A statement that verifies names no trust store, or no identity.",
    ),
    Message(
        'has trusted identity "{identity}" missing separator',
        ("notation.policy", "policy.lint.notation.identity_form"),
        "An identity lacks the colon after its kind, as in `x509.subject: C=US`.",
    ),
    Message(
        'has no mandatory RDN attribute for "{attribute:word}"',
        ("notation.policy", "policy.lint.notation.identity_name"),
        "An identity lacks the country, the state or the organization.",
    ),
    Message(
        "a wildcard identity cannot be used in conjunction with other values",
        ("notation.policy", "policy.lint.notation.identity_wildcard"),
        "A statement trusts everybody and names identities as well.",
    ),
    Message(
        'has overlapping x509 trustedIdentities, "{identity}" overlaps with "{other}"',
        ("notation.policy", "policy.lint.notation.identity_overlap"),
        "Of two identities one asks for all that the other does: a certificate may be both.",
    ),
    Message(
        '"{validation:word}" verification can not be overridden in custom signature verification',
        ("notation.policy", "policy.lint.notation.override_integrity"),
        "A statement overrides integrity, which is enforced at every level.",
    ),
    Message(
        "is set to skip signature verification but configured with trust stores",
        ("notation.policy", "policy.lint.notation.skip_with_trust"),
        "A statement with the level skip names trust stores or identities.",
    ),
    Message(
        'artifact "{reference:word}" has no applicable trust policy statement',
        ("notation.policy",),
        "No scope of the trust policy is this repository, exactly: scopes are no prefixes.",
    ),
    Message(
        'artifact "{reference:word}" has no applicable oci trust policy statement',
        ("notation.policy",),
        "No scope of the trust policy is this repository, exactly: scopes are no prefixes.",
    ),
    Message(
        "no global blob trust policy",
        ("notation.policy",),
        "No statement was asked for by name, and none is marked as the global one.",
    ),
    Message(
        'no applicable blob trust policy with name "{name}"',
        ("notation.policy",),
        "The trust policy for files has no statement of this name.",
    ),
    Message(
        "Trust policy is configured to skip signature verification for {reference:word}",
        ("notation.skip", "notation.finding.skipped"),
        "The statement for this repository has the level skip: nothing was verified.",
    ),
)

FINDING = (
    Message(
        'no signature is associated with "{reference:word}"',
        (
            "notation.list",
            "notation.finding.index_signed",
            "notation.finding.platform_signed",
            "notation.finding.moved_tag",
            "notation.finding.lost_fallback_entry",
            "notation.finding.wrong_type",
        ),
        "Nothing of Notation's type is listed for this very digest. Often a signature is there, and for "
        "another digest or by another list.",
        causes=NOT_LISTED,
    ),
    Message(
        'unable to retrieve digital signature with digest "{digest:word}" associated with '
        '"{reference:word}" from the Repository, error : signature manifest requries exactly one '
        "signature envelope blob, got {found:number}",
        ("notation.manifest",),
        "A listed manifest does not hold exactly one envelope; that ends the verification, even where "
        "a good signature follows.",
    ),
    Message(
        'unable to retrieve digital signature with digest "{digest:word}" associated with '
        '"{reference:word}" from the Repository, error : {missing:word}: not found',
        ("notation.manifest", "notation.blob", "notation.finding.hidden_by_retrieval"),
        "What is listed cannot be fetched: the manifest, where both digests are the same, else its "
        "envelope. That ends the verification, even where a good signature follows.",
        causes=NOT_FETCHED,
    ),
    Message(
        "signature verification failed for all the signatures associated with {reference:word}",
        (
            "notation.authenticity",
            "notation.identity",
            "notation.timestamp",
            "notation.integrity",
            "notation.cert_profile",
            "notation.payload",
            "notation.metadata",
            "notation.expiry",
            "notation.revocation",
            "notation.limit",
        ),
        "Signatures are there and none is good. The reason of each stands only in the lines that -v "
        "adds, and a limit that was reached is never said.",
        is_summary=True,
    ),
    Message(
        "The configured limit of {limit:number} signatures to verify per artifact exceeded",
        ("notation.limit",),
        "So many signatures were tried and none was good; there may be more.",
    ),
)

INTEGRITY = (
    Message(
        "signature is invalid. Error:",
        ("notation.integrity", "notation.parse", "notation.algorithm"),
        "The signature does not fit the signed bytes, by the key of the certificate in the envelope.",
    ),
    Message(
        "unable to parse the digital signature, error :",
        ("notation.parse", "notation.header"),
        "The envelope is not what its media type says.",
    ),
    Message(
        "invalid signature filename {file:word}",
        ("notation.parse",),
        "A detached signature has to be named .jws.sig or .cose.sig.",
    ),
    Message(
        'missing "crit" header',
        ("notation.header",),
        "The envelope marks nothing as critical, and must mark the signing scheme.",
    ),
    Message(
        "these required headers are not marked as critical: [{headers}]",
        ("notation.header",),
        "The envelope has members that must be marked as critical, and are not.",
    ),
    Message(
        "mismatch between signature algorithm derived from signing certificate",
        ("notation.algorithm",),
        "The envelope states another algorithm than the key of its certificate demands.",
    ),
    Message(
        "signature is invalid. Error: algorithm mismatch: verifier {wanted:word}: header {stated:word}",
        ("notation.algorithm",),
        "The envelope states another algorithm than the key of its certificate demands.",
    ),
    Message(
        'payload content type "{type:word}" not supported',
        ("notation.content_type",),
        "What was signed is no payload by Notation.",
    ),
    Message(
        'certificate with subject "{subject}": key usage extension must be marked critical',
        ("notation.cert_profile",),
        "A certificate does not keep Notation's profile; it has to be issued again.",
    ),
    Message(
        'certificate with subject "{subject}": extended key usage must not contain {usage:word} eku',
        ("notation.cert_profile",),
        "The certificate may be used for something that a signer of code must not do.",
    ),
    Message(
        'The key usage must be "Digital Signature" only, but found "{usage}"',
        ("notation.cert_profile",),
        "The key of the certificate may do more than sign.",
    ),
    Message(
        'The key usage must have the bit positions for "Digital Signature" set',
        ("notation.cert_profile",),
        "The key of the certificate may not sign.",
    ),
    Message(
        'certificate with subject "{subject}" is not issued by "{issuer}"',
        ("notation.cert_profile",),
        "The chain in the envelope is not whole, or not in order: leaf first, root last.",
    ),
    Message(
        'root certificate with subject "{subject}" is invalid or not self-signed',
        ("notation.cert_profile",),
        "The chain in the envelope does not end in a root.",
    ),
    Message(
        'intermediate certificate with subject "{subject}" is self-signed',
        ("notation.cert_profile",),
        "The chain in the envelope goes on behind its root.",
    ),
    Message(
        'error while locating the verification plugin "{plugin:word}"',
        ("notation.plugin",),
        "The signature demands a plugin that is not installed where it was verified.",
    ),
)

TRUST = (
    Message(
        'the trust store "{store}" of type "{type:word}" does not exist',
        ("notation.store",),
        "The trust policy names a trust store that is not there; one such store is enough to fail.",
    ),
    Message(
        'no x509 certificates were found in trust store "{store}" of type "{type:word}"',
        ("notation.store",),
        "A trust store that the policy names is empty.",
    ),
    Message(
        "failed to validate the trusted certificate {file:word} in trust store {store:word} of type {type:word}",
        ("notation.store",),
        "A file in a trust store is neither an authority nor a self-signed certificate.",
    ),
    Message(
        "failed to read the trusted certificate {file:word} in trust store {store:word} of type {type:word}",
        ("notation.store",),
        "A file in a trust store is no certificate; one such file makes the store unusable.",
    ),
    Message(
        "the signature's certificate chain does not contain any trusted certificate",
        ("notation.authenticity",),
        "No certificate of the chain stands in the trust stores that the policy names.",
    ),
    Message(
        "no trusted certificates are found to verify authenticity",
        ("notation.authenticity",),
        "The policy names no trust store of the type that the signing scheme asks for.",
    ),
    Message(
        "signing certificate from the digital signature does not match the X.509 trusted identities",
        ("notation.identity",),
        "The authority is trusted, and the subject of the certificate is none of the identities.",
    ),
)

TIME = (
    Message(
        'digital signature has expired on "{when}"',
        ("notation.expiry",),
        "The signer gave the signature an end, and that has passed.",
    ),
    Message(
        'verification time is after certificate "{subject}" validity period, it was expired at "{when}"',
        ("notation.timestamp",),
        "A certificate of the chain has expired, and no countersignature proves that it signed before.",
    ),
    Message(
        'verification time is before certificate "{subject}" validity period, it will be valid from "{when}"',
        ("notation.timestamp",),
        "A certificate of the chain is not valid yet, and no countersignature decides instead of the present.",
    ),
    Message(
        'timestamp can be after certificate "{subject}" validity period, it was expired at "{when}"',
        ("notation.timestamp",),
        "The countersignature was made when a certificate of the chain had expired, or may have been.",
    ),
    Message(
        'timestamp can be before certificate "{subject}" validity period, it will be valid from "{when}"',
        ("notation.timestamp",),
        "The countersignature was made before a certificate of the chain was valid, or may have been.",
    ),
    Message(
        "failed to get timestamp from timestamp countersignature with error:",
        ("notation.timestamp",),
        "The countersignature is not about this signature, or tells no time.",
    ),
    Message(
        "no timestamp countersignature was found in the signature envelope",
        ("notation.timestamp",),
        "The policy names a store of timestamp authorities, which makes a countersignature needed.",
    ),
    Message(
        "failed to verify the timestamp countersignature with error:",
        ("notation.timestamp",),
        "The countersignature is there, and does not verify by the store of timestamp authorities.",
    ),
    Message(
        'signing certificate with subject "{subject}" is revoked',
        ("notation.revocation",),
        "A certificate of the chain was revoked by its authority.",
    ),
    Message(
        'signing certificate with subject "{subject}" revocation status is unknown',
        ("notation.revocation",),
        "Whether the certificate was revoked could not be found out; where, stands in the lines before.",
    ),
    Message(
        'timestamping certificate with subject "{subject}" is revoked',
        ("notation.timestamp",),
        "A certificate of the timestamp authority was revoked, so the time is not proven.",
    ),
    Message(
        'timestamping certificate with subject "{subject}" revocation status is unknown',
        ("notation.timestamp",),
        "Whether a certificate of the timestamp authority was revoked could not be found out.",
    ),
    Message(
        'Certificate #{number:number} in chain with subject "{subject}" encountered an error for '
        'revocation method {method:word} at URL "{url:word}":',
        ("notation.revocation",),
        "What the address in the certificate answered when it was asked about revocation.",
    ),
)

PAYLOAD = (
    Message(
        "content descriptor mismatch",
        ("notation.payload",),
        "The signature was made for something else: digest, size or media type differ.",
    ),
    Message(
        "signature does not match the given blob",
        ("notation.payload",),
        "The file is not the one that was signed, or was signed as another media type.",
    ),
    Message(
        "unable to find specified metadata in the signature",
        ("notation.metadata",),
        "The user metadata that was asked for was not signed with it.",
    ),
    Message(
        "User required metadata {metadata:word} is not present in the signature",
        ("notation.metadata",),
        "The user metadata that was asked for was not signed with it.",
    ),
)

LOGGED = (
    Message(
        '{validation:word} was set to "log" and failed with error:',
        ("notation.finding.logged_failure",),
        "The level of the policy only logs this failure: the command succeeds, and the signature is "
        "not as good as that looks.",
    ),
    Message(
        '{validation:word} validation failed with validation action set to "logged"',
        ("notation.finding.logged_failure",),
        "The level of the policy only logs this failure: the command succeeds, and the signature is "
        "not as good as that looks.",
    ),
)

CLIENT = Client(
    name="notation",
    version="1.3.2",
    marks=(
        "notation verify",
        "notation-",
        "notaryproject",
        "trust policy",
        "trust store",
        "digital signature",
        "signature verification failed",
        "failed verification with error",
        "validation failed",
        'was set to "log"',
        "manifest descriptor",
        "certificate-chain is invalid",
        "certificate chain does not contain",
    ),
    messages=(
        *REFERENCE,
        *POLICY,
        *FINDING,
        *INTEGRITY,
        *TRUST,
        *TIME,
        *PAYLOAD,
        *LOGGED,
    ),
)
