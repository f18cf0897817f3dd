"""Cosign signs with the services of a private Sigstore."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.differential.images.cosign.client import TAG_FORMAT, Cosign
from tests.differential.images.private_sigstore.combinations import BY_KEY, Combination
from tests.differential.images.private_sigstore.services import PrivateSigstore
from trustui.core.oci.references import Reference

LEFT_OUT = {"log": "rekorTlogUrls", "stamp": "tsaUrls"}
"""What of a signing configuration is for which field of a combination."""


@dataclass(frozen=True)
class Signing:
    """The files that it needs stand in the folder of `cosign`; `prepare` puts them there."""

    cosign: Cosign
    sigstore: PrivateSigstore

    def prepare(self) -> None:
        self.cosign.prepare()
        (self.cosign.folder / "predicate.json").write_text("{}")
        for log in ("tiles", "none"):
            for stamp in ("there", "none"):
                one = Combination(log=log, stamp=stamp)
                left = {name for field, name in LEFT_OUT.items() if getattr(one, field) == "none"}
                said = {k: v for k, v in self.sigstore.signing_config.items() if k not in left}
                (self.cosign.folder / _configuration(one)).write_text(json.dumps(said))

    def sign(
        self, at_digest: Reference, one: Combination, annotations: Mapping[str, str], by: str
    ) -> None:
        """As the combination says, by one of the signers or `BY_KEY`."""
        said = [text for pair in annotations.items() for text in ("-a", "=".join(pair))]
        self.cosign.succeed("sign", "-y", *self._by(one, by), *said, str(at_digest))

    def attest(self, at_digest: Reference, one: Combination, predicate_type: str, by: str) -> None:
        """The same with an attestation."""
        about = ("--type", predicate_type, "--predicate", "predicate.json")
        self.cosign.succeed("attest", "-y", *self._by(one, by), *about, str(at_digest))

    def _by(self, one: Combination, signer: str) -> Sequence[str]:
        if one.form == "tag":
            services = [*TAG_FORMAT]
            if one.stamp == "there":
                services += ["--timestamp-server-url", self.sigstore.stamps]
        else:
            services = ["--signing-config", _configuration(one)]
        if signer == BY_KEY:
            return [*services, "--key", "signing.key"]
        if one.form == "tag":
            services += ["--fulcio-url", self.sigstore.fulcio]
        return [*services, "--identity-token", self.sigstore.token(signer)]


def _configuration(one: Combination) -> str:
    return f"log {one.log}, stamp {one.stamp}.json"
