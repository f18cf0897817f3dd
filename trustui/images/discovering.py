"""One artefact read anew: discovered, what hangs on it opened, and judged. No SQL here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from trustui.core.facts import Document
from trustui.core.images.candidates import candidates
from trustui.core.images.kinds import ManifestKind, kind_of
from trustui.core.oci.discovery import (
    MAX_ATTACHED,
    Attached,
    Discovery,
    discover,
    is_attestation,
    place_answer,
)
from trustui.core.oci.manifests import Descriptor, Index, Manifest
from trustui.core.oci.places import Place, PlaceState
from trustui.core.oci.references import Reference, cosign_tag, fallback_tag, parse_reference
from trustui.core.oci.requests import (
    MAX_BLOB,
    ImageRequest,
    blob_request,
    manifest_request,
    referrers_request,
)
from trustui.core.trace import collect
from trustui.images.asking import Asking
from trustui.images.values import Answer, Found, KnownLook, Verify, evidence_of

MAX_LAYERS = 200
"""Of one attached manifest that are read; a `.sig` has one for each signer."""
_SUFFIXES = ("sig", "att", "sbom")
_READ = frozenset({ManifestKind.SIGNATURE, ManifestKind.ATTESTATION, ManifestKind.SBOM})


def helper_tags(digest: str) -> tuple[str, ...]:
    """Where tags may say what belongs to a digest: the fallback of OCI 1.1, and cosign's three."""
    return fallback_tag(digest), *(cosign_tag(digest, suffix) for suffix in _SUFFIXES)


def usual_questions(digest: str) -> list[ImageRequest]:
    """What every discovery asks first."""
    tags = [manifest_request(tag) for tag in helper_tags(digest)]
    return [manifest_request(digest), referrers_request(digest), *tags]


def listed(digest: str, asking: Asking) -> list[ImageRequest]:
    """What a discovery asks for after the answers to `usual_questions`: each manifest that is listed."""
    artefact, *lists = (asking.heard(one) for one in usual_questions(digest)[:3])
    if not isinstance(artefact, Document):
        return []
    entries = [entry for answer in lists for entry in _entries(answer)]
    entries += filter(is_attestation, _entries(artefact))
    digests = dict.fromkeys(entry.digest for entry in entries)
    return [manifest_request(one) for one in islice(digests, MAX_ATTACHED)]


def _entries(answer: Answer | None) -> tuple[Descriptor, ...]:
    """Of an index."""
    if answer is None:
        return ()
    return place_answer(Place.REFERRERS, answer, PlaceState.EMPTY, "")[1]


def discovered(full_name: str, digest: str, asking: Asking) -> Discovery:
    """Everything that hangs on an artefact."""
    named = parse_reference(full_name)
    reference = Reference(named.host, named.repository, digest=digest)
    return collect(discover, reference, asking.ask)[1]


def sure_contents(discovery: Discovery) -> list[ImageRequest]:
    """Contents that will be read whatever they turn out to be."""
    attached = discovery.attached.values()
    return [
        blob_request(layer.digest, layer.size) for one in attached for layer in _layers(one, ())
    ]


def look_at(
    digest: str, discovery: Discovery, asking: Asking, at: datetime, index_digest: str = ""
) -> Found:
    """What was discovered, and the bytes of what is signed or said there.

    `at` is aware UTC. What was asked is the same whatever anybody expects of the artefact.
    """
    if discovery.artefact is not None:
        _read_contents(discovery, asking)
    told = tuple(asking.told.values())
    is_complete = (
        asking.is_all_true and not discovery.is_undecided and all(one.is_settled for one in told)
    )
    return Found(
        digest=digest,
        evidence=evidence_of(told),
        told=told,
        documents=asking.documents,
        new=frozenset(asking.new),
        manifests=asking.by_digest("manifest"),
        contents=asking.by_digest("blob"),
        discovery=discovery,
        is_complete=is_complete,
        at=at,
        index_digest=index_digest,
    )


def judged(found: Found, full_name: str, asking: Asking, verify: Verify | None) -> Found:
    """With what `verify` makes of it; whatever that asks besides is kept with the answers."""
    if verify is None:
        return found
    draft = verify(full_name, found.digest, asking.ask, found.at)
    return msgspec.structs.replace(
        found,
        draft=draft,
        told=tuple(asking.told.values()),
        documents=asking.documents,
        new=frozenset(asking.new),
        manifests=asking.by_digest("manifest"),
        contents=asking.by_digest("blob"),
    )


def is_as_known(found: Found, known: KnownLook | None) -> bool:
    """Whether the answers are those that are stored."""
    return known is not None and known.evidence == found.evidence


def _read_contents(discovery: Discovery, asking: Asking) -> None:
    """Signatures, statements and bills of materials; not the layers of anything else."""
    attached = list(discovery.attached.values())
    signed: dict[str, set[str]] = {}
    for of in dict.fromkeys(one.of for one in attached):
        for candidate in candidates(discovery, of):
            signed.setdefault(candidate.attached.digest, set()).add(candidate.kind)
    for one in attached:
        for layer in _layers(one, signed.get(one.digest, ())):
            asking.ask(blob_request(layer.digest, layer.size))


def _layers(attached: Attached, signed: Collection[str]) -> Sequence[Descriptor]:
    manifest = attached.manifest
    if not isinstance(manifest, Manifest):
        return ()
    if kind_of(manifest, (attached.place,), signed) not in _READ:
        return ()
    return [one for one in manifest.layers[:MAX_LAYERS] if one.size <= MAX_BLOB]


def platforms_of(found: Found) -> tuple[str, ...]:
    """The digests of what an index lists to be run; none where it is no index."""
    artefact = found.discovery.artefact
    if artefact is None or not isinstance(artefact.manifest, Index):
        return ()
    entries = artefact.manifest.manifests
    return tuple(dict.fromkeys(one.digest for one in entries if not is_attestation(one)))
