"""Images whose every text means harm: repositories, tags, annotations, signers, statements, platforms."""

import json
from collections.abc import Sequence

from asn1crypto import core
from cryptography import x509

from tests.simulators.fault_server import answer
from tests.simulators.image_repository import Repository, files
from tests.simulators.registry import RegistryServer
from tests.simulators.sigstore_stack import make_bundle, stack
from trustui.crawl.sources.oci_registry.pages import PAGE
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import Issued, Wish
from trustui.demo.images.layout import layout_files
from trustui.demo.images.repository import (
    ImageRepository,
    attach_bundle,
    descriptor,
    image,
    index,
    referrer,
)
from trustui.demo.images.stack import FULCIO, Json, Stack
from trustui.demo.images.tag_format import TagPlan, sign_tag

REPOSITORY = "localhost/hostile"
"""The name that policies know the layout by."""
LONGEST = "/".join(["w" * 60] * 3)
"""A repository of a registry: what may stand in a name is harmless, but not how long it may be."""
MATERIAL = "trusted_root.json"
SPDX = "application/spdx+json"
_REFUSALS = 5
_USER_NAME = x509.ObjectIdentifier(f"{FULCIO}7")


def hostile_layout(names: Sequence[str]) -> dict[str, bytes]:
    """Files by name. Each name is a tag, a signer in both forms, an annotation, a statement, a type.

    The layout lists tags that are none; a crawl has to tell of them and go on.
    """
    repository = ImageRepository()
    _fill(repository, names)
    return layout_files(repository)


def hostile_registry(names: Sequence[str]) -> RegistryServer:
    """Each name is a repository of its catalogue, and the longest one has them as tags; the first few
    are error texts as well.
    """
    longest = Repository()
    _fill(longest, names)
    server = RegistryServer({**dict.fromkeys(names, Repository()), LONGEST: longest})
    for number, name in enumerate(names[:_REFUSALS]):
        refused = f"refused/{number}"
        server.repositories[refused] = Repository()
        error = {"errors": [{"code": name, "message": name, "detail": name}]}
        server.on(f"/v2/{refused}/tags/list?n={PAGE}", answer(403, json.dumps(error).encode()))
    return server


def _fill(repository: ImageRepository, names: Sequence[str]) -> None:
    digest = image(repository, "1.0")
    sign_tag(repository, digest, stack(), *(_signature(name) for name in names))
    for name in names:
        repository.tags[name] = digest
        attach_bundle(repository, digest, _attestation(name, digest), annotations={name: name})
        referrer(repository, digest, _bill(name), SPDX)
    listed = [
        descriptor(
            repository.blobs[digest],
            "application/vnd.oci.image.manifest.v1+json",
            platform={"os": name, "architecture": name},
            annotations={name: name},
        )
        for name in names
    ]
    repository.put(index(listed, annotations={name: name for name in names}), "index")


def hostile_policy(names: Sequence[str]) -> bytes:
    """Each name as somebody who should have signed, and as what should be attested."""
    signers = [
        {"identity": name, "issuer": name, "trusted_root": MATERIAL, "annotations": {name: name}}
        for name in names
    ]
    attesters = [{**one, "predicate_type": one["identity"]} for one in signers]
    require = [{"at_least": len(names), "of": several} for several in (signers, attesters)]
    listed = [{"repositories": [REPOSITORY], "require": require}]
    return json.dumps({"version": 1, "policies": listed}).encode()


def trusted_root() -> bytes:
    """The one that the policy names."""
    return files()[MATERIAL]


def _bill(name: str) -> bytes:
    package = {"name": name, "versionInfo": name, "SPDXID": name}
    bill = {"spdxVersion": "SPDX-2.3", "name": name, "documentNamespace": name}
    return json.dumps({**bill, "packages": [package]}).encode()


def _signature(name: str) -> TagPlan:
    return TagPlan(
        with_certificate=True,
        logged=True,
        claims={name: name},
        name=name,
        annotations=((name, name),),
        certificate=_certificate(name, stack()),
    )


def _attestation(name: str, digest: str) -> Json:
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": digest.partition(":")[2]}}],
        "predicateType": name,
        "predicate": {name: [name, {name: name}]},
    }
    plan = Plan(statement=statement, certificate=lambda made: _certificate(name, made))
    return make_bundle(plan)


def _certificate(name: str, made: Stack) -> Issued:
    """Of Fulcio's, for a signer of this name, who was let in by an issuer of this name."""
    named: x509.GeneralName = (
        x509.UniformResourceIdentifier(name)
        if name.isascii()
        else x509.OtherName(_USER_NAME, core.UTF8String(name).dump())
    )
    extensions = (
        (f"{FULCIO}1", name.encode(), False),
        (f"{FULCIO}8", core.UTF8String(name).dump(), False),
        (f"{FULCIO}5", name.encode(), False),
    )
    return made.certify(Wish(names=(named,), extensions=extensions))
