"""Has an image signed by the field's own services, does to it what a combination says, and asks about it."""

import json
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.differential.images.cosign.making import (
    PROVENANCE,
    VULNERABILITIES,
    Made,
    annotations_of,
    predicate_of,
    with_algorithms,
)
from tests.differential.images.private_sigstore.combinations import BY_KEY, Combination
from tests.differential.images.private_sigstore.services import PrivateSigstore
from tests.differential.images.private_sigstore.signing import Signing
from tests.differential.images.private_sigstore.spoiling import BEFORE, SPOILED, Attached, attached
from tests.servers import RegistryServer
from tests.simulators.image_repository import Repository, files
from tests.simulators.pushing import Pushing
from tests.simulators.sigstore_stack import signer_wish
from trustui.core.oci.references import Reference
from trustui.demo.images.repository import image
from trustui.demo.images.stack import Json, found_stack

EXTRA = "/made"
"""What is to be spoiled is signed in a repository of its own, below that of the image."""


@dataclass(frozen=True)
class Maker:
    """Images go to the registries in turn."""

    registries: tuple[RegistryServer, ...]
    signing: Signing

    def make(self, number: int, one: Combination) -> Made:
        registry = self.registries[number % len(self.registries)]
        tag = Reference(registry.host, f"team/app{number}", "1.0")
        if one.done in SPOILED:
            self._spoiled(registry, tag, one)
        else:
            self._signed(tag, one)
        if one.done == "tag moved":
            _push(tag, *_image("another"))
        return Made(tag, expectation(one, self.signing.sigstore))

    def _signed(self, tag: Reference, one: Combination) -> None:
        at_digest = _push(tag, *_image(tag.repository))
        if one.done == "signed by another before":
            self._sign(at_digest, one, another_than(one))
        elif one.done == "attested too":
            self.signing.attest(at_digest, one, VULNERABILITIES, one.signer)
        elif one.done == "signed twice":
            self._sign(at_digest, one)
        self._sign(at_digest, one)

    def _spoiled(self, registry: RegistryServer, tag: Reference, one: Combination) -> None:
        """Sign elsewhere, take it apart, and attach what became of it as somebody who may push."""
        what = "another" if one.done == "of another image" else tag.repository
        elsewhere = Reference(tag.host, tag.repository + EXTRA, "1.0")
        at_digest = _push(elsewhere, *_image(what))
        before: list[Attached] = []
        if one.done in BEFORE:
            by = another_than(one) if one.done == "certificate of another" else one.signer
            self._sign(at_digest, one, by)
            before = attached(at_digest, one)
        self._sign(at_digest, one)
        made = [found for found in attached(at_digest, one) if found not in before]
        repository, digest = _image(tag.repository, offers_referrers=registry.name == "zot")
        for found in made:
            SPOILED[one.done](found, *before)
            found.put(repository, digest)
        _push(tag, repository, digest)

    def _sign(self, at_digest: Reference, one: Combination, by: str = "") -> None:
        if one.kind == "attestation":
            self.signing.attest(at_digest, one, predicate_of(one.predicate), by or one.signer)
        else:
            self.signing.sign(at_digest, one, annotations_of(one.annotations), by or one.signer)


def _image(text: str, *, offers_referrers: bool = True) -> tuple[Repository, str]:
    repository = Repository(offers_referrers=offers_referrers)
    return repository, image(repository, "1.0", text.encode())


def _push(tag: Reference, repository: Repository, digest: str) -> Reference:
    """The reference by digest."""
    with closing(Pushing(tag.host)) as pushing:
        pushing.push(tag.repository, repository)
    return Reference(tag.host, tag.repository, None, digest)


def another_than(one: Combination) -> str:
    return "person" if one.signer == "workflow" else "workflow"


# What is expected -----------------------------------------------------------------------------


def expectation(one: Combination, sigstore: PrivateSigstore) -> Json:
    """The members of `verify image --expect`."""
    by_key = one.signer == BY_KEY
    if one.asked == "the other kind of signer":
        by_key = not by_key
    who = _key(one) if by_key else _person(one, sigstore)
    if not by_key or "required" in {one.log_asked, one.stamp_asked}:
        who["trusted_root"] = f"{one.root}.json"
    who["log"] = one.log_asked
    if one.stamp_asked == "required":
        who["signed_timestamp"] = "required"
    if one.promise_asked == "ignored":
        who["sct"] = "ignored"
    if one.kind == "attestation":
        who["predicate_type"] = PROVENANCE
    elif one.annotations in WANTED:
        who["annotations"] = {"build": WANTED[one.annotations]}
    return who


WANTED = {"signed and wanted": "7", "wanted": "7", "other wanted": "8"}


def _key(one: Combination) -> Json:
    return {"key": "another.pub" if one.asked == "another key" else "key.pub"}


def _person(one: Combination, sigstore: PrivateSigstore) -> Json:
    signer = sigstore.signers["person" if one.signer == BY_KEY else one.signer]
    exact = {"identity": signer.identity, "issuer": signer.issuer}
    others: dict[str, Json] = {
        "another identity": {**exact, "identity": "mallory@acme.example"},
        "another issuer": {**exact, "issuer": "https://accounts.example"},
        "a pattern": {
            "identity_regexp": f"^{re.escape(signer.identity)}$",
            "issuer_regexp": "^http://localhost:.*$",
        },
        "a loose pattern": {
            "identity_regexp": re.escape(signer.identity[1:-1]),
            "issuer": signer.issuer,
        },
        "the workflow's repository": {**exact, "github_workflow_repository": "acme/app"},
        "another repository": {**exact, "github_workflow_repository": "acme/other"},
    }
    return others.get(one.asked, exact)


def write_files(folder: Path, sigstore: PrivateSigstore, other_key: bytes) -> None:
    """Everything that an expectation of `expectation` may name."""
    (folder / "key.pub").write_bytes(files()["key.pub"])
    (folder / "another.pub").write_bytes(other_key)
    whole = sigstore.trusted_root
    strange = with_algorithms(
        found_stack("strangers", "strangers.example", signer_wish()).trusted_root()
    )
    roots = {"whole": whole, "of strangers": strange}
    for name, member in STRANGE.items():
        roots[name] = {**whole, member: strange[member]}
    for name, root in roots.items():
        (folder / f"{name}.json").write_text(json.dumps(root))


STRANGE = {
    "other log": "tlogs",
    "other stamps": "timestampAuthorities",
    "other promises": "ctlogs",
}
"""What of a trusted root is of strangers."""
