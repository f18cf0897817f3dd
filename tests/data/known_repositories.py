"""What is known of the repositories of other implementations in the shared collection.

From `tuf/README.md` there and the READMEs beside the files. Every sample is past or near its
expiry: each case has a clock of its own.
"""

from dataclasses import dataclass

ANY_DAY = "2022-01-01"

SELF_SIGNED = "tuf.root.initial.self_signed"
ONLY_A_ROOT = "tuf.timestamp.fetch"
"""The first failing check where the root is good and nothing else is there."""


@dataclass(frozen=True)
class Case:
    """What a client that pinned `root` says at the beginning of a day."""

    folder: str
    root: str
    day: str
    why: str
    first: str | None = None
    """The first failing check; None where everything holds."""
    on: str = ""
    """How the subject of the first failing check begins."""
    finding: str | None = None
    target: str | None = None


TOUGH = (
    Case(
        "tuf/awslabs-tough-testdata/consistent-snapshots",
        "metadata/1.root.json",
        ANY_DAY,
        "consistent snapshots",
    ),
    Case(
        "tuf/awslabs-tough-testdata/dubious-role-names",
        "metadata/1.root.json",
        ANY_DAY,
        "role names that would lead out of a folder, runes, an emoji",
        finding="tuf.lint.name.hostile",
    ),
    Case(
        "tuf/awslabs-tough-testdata/safe-target-paths",
        "metadata/1.root.json",
        ANY_DAY,
        "target paths that would lead out of a folder",
        finding="tuf.lint.name.hostile",
    ),
    Case(
        "tuf/awslabs-tough-testdata/tuf-reference-impl",
        "metadata/1.root.json",
        ANY_DAY,
        "two levels of delegations",
    ),
    Case(
        "tuf/awslabs-tough-testdata/rotated-root",
        "1.root.json",
        ANY_DAY,
        "the first root expired in 1998, which is harmless: the second is good until 2029",
    ),
    Case(
        "tuf/awslabs-tough-testdata/rotated-root",
        "2.root.json",
        "2030-01-01",
        "the last root has expired",
        "tuf.root.freeze.expired",
        on="final root v2",
    ),
    Case(
        "tuf/awslabs-tough-testdata/expired-repository",
        "metadata/1.root.json",
        ANY_DAY,
        "the timestamp expired in 1999",
        "tuf.timestamp.freeze.expired",
    ),
    Case(
        "tuf/awslabs-tough-testdata/expired-repository",
        "metadata/1.root.json",
        "1998-12-31",
        "the day before it expired",
    ),
    Case(
        "tuf/awslabs-tough-testdata/cross-sign-root",
        "1.root.json",
        ANY_DAY,
        "a root that nobody has signed yet",
        SELF_SIGNED,
    ),
    Case(
        "tuf/awslabs-tough-testdata/no-root-json-signatures",
        "root.json",
        ANY_DAY,
        "no signatures",
        SELF_SIGNED,
    ),
    Case(
        "tuf/awslabs-tough-testdata/invalid-root-json-signature",
        "root.json",
        ANY_DAY,
        "a signature whose first bytes are all ones",
        SELF_SIGNED,
        finding="tuf.sig.invalid",
    ),
    Case(
        "tuf/awslabs-tough-testdata/mismatched-root-json-keyids",
        "root.json",
        ANY_DAY,
        "the role lists a key id that is none of the keys'",
        SELF_SIGNED,
    ),
    Case(
        "tuf/awslabs-tough-testdata/duplicate-keyid",
        "root.json",
        ANY_DAY,
        "the same key id stands twice in `keys`",
        "tuf.meta.parse",
    ),
    Case(
        "tuf/awslabs-tough-testdata/duplicate-sigs",
        "root.json",
        ANY_DAY,
        "the same signature twice, for a threshold of two",
        "tuf.sig.keyid.unique",
        finding="tuf.meta.threshold.reachable",
    ),
    Case(
        "tuf/awslabs-tough-testdata/duplicate-sig-keys",
        "root.json",
        ANY_DAY,
        "two signatures of one key, for a threshold of two",
        "tuf.sig.keyid.unique",
        finding="tuf.meta.threshold.reachable",
    ),
    Case(
        "tuf/awslabs-tough-testdata/expired-root-json-signature",
        "root.json",
        ANY_DAY,
        "a good root that expired in 1970",
        "tuf.root.freeze.expired",
    ),
    Case(
        "tuf/awslabs-tough-testdata/simple-rsa",
        "root.json",
        ANY_DAY,
        "RSA-PSS",
        ONLY_A_ROOT,
    ),
    Case(
        "tuf/awslabs-tough-testdata/ecdsa-new-type-sig-keys",
        "root.json",
        ANY_DAY,
        "Sigstore's root v9: key type `ecdsa`",
        ONLY_A_ROOT,
    ),
    Case(
        "tuf/awslabs-tough-testdata/pem-encoded-ecdsa-sig-keys",
        "root.json",
        ANY_DAY,
        "Sigstore's root v5: PEM under an older key type",
        ONLY_A_ROOT,
    ),
    Case(
        "tuf/awslabs-tough-testdata/hex-encoded-ecdsa-sig-keys",
        "root.json",
        ANY_DAY,
        "Sigstore's root v2: points in hexadecimal, nanoseconds in the expiry",
        ONLY_A_ROOT,
        finding="tuf.meta.expires.format",
    ),
)

REFERENCES = (
    Case(
        "tuf/python-tuf-testdata/repository",
        "metadata/1.root.json",
        "2025-01-01",
        "two levels of delegations, no consistent snapshots",
    ),
    Case(
        "tuf/python-tuf-testdata/fishy_rolenames",
        "metadata/1.root.json",
        "2025-01-01",
        "the file of a role `../a` lies where no client may look",
        "tuf.delegation.fetch",
        on="../a",
        finding="tuf.lint.name.hostile",
    ),
    Case(
        "tuf/tuf-js-example",
        "metadata/1.root.json",
        "2025-01-01",
        "the example of the JavaScript client",
    ),
    Case(
        "tuf/tuf-js-example",
        "metadata/1.root.json",
        "2025-01-01",
        "a target that no role lists",
        "tuf.target.found",
        target="file9.txt",
    ),
    Case(
        "tuf/go-tuf-testdata/multirepo/repository",
        "metadata/1.root.json",
        "2025-01-01",
        "fractions of a second in every expiry",
        finding="tuf.meta.expires.format",
    ),
    Case(
        "tuf/go-tuf-testdata/repository_data",
        "metadata/1.root.json",
        "2025-01-01",
        "an Ed25519 signature of 32 bytes instead of 64",
        SELF_SIGNED,
        finding="tuf.sig.invalid",
    ),
    Case(
        "tuf/go-tuf-testdata/repository_data",
        "metadata/root.json",
        "2025-01-01",
        "RSA-PSS with a salt of 222 bytes; only one as long as the digest counts",
        SELF_SIGNED,
        finding="tuf.sig.invalid",
    ),
    Case(
        "tuf/tuf-conformance-static/tuf-on-ci-0.11",
        "initial_root.json",
        "2025-02-15",
        "empty signatures, keys of a cloud service and a YubiKey",
    ),
    Case(
        "tuf/tuf-conformance-static/sigstore-root-signing",
        "initial_root.json",
        "2025-02-15",
        "the suite's copy of Sigstore, from root v12 on",
    ),
    Case(
        "tuf/tuf-conformance-static/sigstore-root-signing",
        "metadata/1.root.json",
        "2025-02-15",
        "the same from root v1 on: the key id of v11 is not the hash of its key",
        finding="tuf.key.keyid.hash",
    ),
)

PUBLISHED = (
    Case(
        "tuf/sigstore-root-signing/current",
        "metadata/1.root.json",
        "2026-08-22",
        "the quirks of five years",
        finding="tuf.key.keyid.hash",
    ),
    Case(
        "tuf/sigstore-root-signing/current",
        "metadata/15.root.json",
        "2026-08-22",
        "snapshot still lists roles that are retired",
        finding="tuf.lint.snapshot.orphan_role",
    ),
    Case(
        "tuf/sigstore-root-signing/current",
        "metadata/15.root.json",
        "2026-08-22",
        "a target whose own status says that it has expired",
        finding="tuf.lint.target.custom_expired",
        target="rekor.pub",
    ),
    Case(
        "tuf/sigstore-root-signing-staging/current",
        "metadata/1.root.json",
        "2026-08-22",
        "a second root of trust",
    ),
    Case(
        "tuf/joomla-updates/current",
        "metadata/1.root.json",
        "2026-08-22",
        "compact JSON, SHA-512; two roots carry a signature over other bytes",
        finding="tuf.sig.invalid",
    ),
    Case(
        "tuf/tuf-demo/current",
        "metadata/1.root.json",
        "2026-08-22",
        "three delegations",
    ),
    Case(
        "tuf/tuf-demo/2023-10-03-succinct-bins",
        "metadata/1.root.json",
        "2022-07-18",
        "32 succinct bins below a delegated role",
    ),
    Case(
        "tuf/tuf-demo/2023-10-03-succinct-bins",
        "metadata/1.root.json",
        "2023-10-03",
        "on its last day most delegated roles had expired long ago",
        "tuf.delegation.freeze.expired",
        on="role1 v7",
    ),
    Case(
        "tuf/tuf-demo/2023-10-03-succinct-bins",
        "metadata/1.root.json",
        "2023-10-03",
        "but targets of the top level could still be had",
        target="file1.txt",
    ),
    Case(
        "tuf/docker-attest-test-repo",
        "metadata/1.root.json",
        "2025-01-01",
        "an offline P-384 key beside P-256 ones, and delegations",
    ),
    Case(
        "tuf/docker-attest-test-repo",
        "metadata/1.root.json",
        "2025-09-10",
        "a delegated role expired on the day before",
        "tuf.delegation.freeze.expired",
        on="testing v2",
    ),
    Case(
        "tuf/github-root",
        "root.json",
        "2024-10-24",
        "eight keys, three of them needed",
        ONLY_A_ROOT,
    ),
    Case(
        "tuf/github-root",
        "root.json",
        "2025-04-12",
        "it expired on the day before",
        "tuf.root.freeze.expired",
        on="final root v3",
    ),
    Case(
        "hostile/rekor-pki/tuf",
        "1.root.json",
        ANY_DAY,
        "a good root",
        ONLY_A_ROOT,
    ),
    Case(
        "hostile/rekor-pki/tuf",
        "reformat.1.root.json",
        ANY_DAY,
        "the same, indented otherwise: what is signed is the canonical form",
        ONLY_A_ROOT,
    ),
    Case(
        "hostile/rekor-pki/tuf",
        "unsigned_root.json",
        ANY_DAY,
        "nobody signed it",
        SELF_SIGNED,
    ),
    Case(
        "hostile/rekor-pki/tuf",
        "bogus.json",
        ANY_DAY,
        "no metadata at all",
        "tuf.meta.parse",
    ),
)
