"""Taking over a configuration of Notation: its policy for images, with the trust stores that it names."""

from base64 import encodebytes
from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from trustui.accounts.models import Team, User
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.pki.certificates import Certificate
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import NOTATION
from trustui.core.trust_policy.notation.configuration import (
    DOCUMENTS,
    Configuration,
    lint_configuration,
)
from trustui.core.trust_policy.notation.lint import NotationLint
from trustui.core.trust_policy.notation.stores import StoreFolder, load_store, store_of
from trustui.policies import image_policies, materials
from trustui.policies.image_policies import read_policy, set_policy
from trustui.policies.materials import set_material
from trustui.policies.models import ImagePolicyVersion, TrustMaterial
from trustui.policies.stating import PolicyError, checked_name, checked_reason


class Imported(msgspec.Struct, frozen=True):
    """What came of taking over a configuration."""

    policy: ImagePolicyVersion
    """The version in force."""
    is_new: bool
    """Whether it was set now."""
    stores: tuple[TrustMaterial, ...]
    """Those that were given now; the others that the policy names were in force already."""
    left_out: tuple[str, ...]
    """Trust stores that no statement names."""
    lints: tuple[NotationLint, ...]


@transaction.atomic
def import_notation(
    *,
    team: Team,
    name: str,
    configuration: Configuration,
    by: User | None,
    by_name: str,
    reason: str,
    now: datetime,
) -> Imported:
    """Keep the policy for images under a name, and each trust store that it names as a material.

    All of it or nothing; what is in force already stays as it is. Raises PolicyError where there is no
    such policy, where it breaks a rule, or where a store that it names is absent or cannot be used.
    """
    name = checked_name(name, "the policy")
    by_name, reason = checked_reason(by_name, reason)
    body = _document(configuration)
    language, document = read_policy(NOTATION.name, body)
    titles = language.files(document)
    folders = {one.title: one for one in configuration.stores}
    stores = {title: _loaded(title, folders.get(title)) for title in titles}
    # Locked before anything is compared, as by those who set policies and materials.
    Team.objects.select_for_update().get(pk=team.pk)
    given = tuple(
        set_material(
            team=team,
            name=title,
            body=_pem(store),
            origin=f"truststore/x509/{title.replace(':', '/')}",
            by=by,
            by_name=by_name,
            reason=reason,
            now=now,
        )
        for title, store in stores.items()
        if not _is_in_force(team, title, store)
    )
    version = image_policies.in_force(team, name)
    is_new = version is None or bytes(version.body) != body
    if version is None or is_new:
        version = set_policy(
            team=team,
            name=name,
            language=NOTATION.name,
            body=body,
            by=by,
            by_name=by_name,
            reason=reason,
            now=now,
        )
    left_out = tuple(sorted(set(folders) - set(titles)))
    return Imported(version, is_new, given, left_out, _lints(configuration))


def _document(configuration: Configuration) -> bytes:
    """The policy for images; the first of its two names that is there counts."""
    for name in DOCUMENTS["oci"]:
        found = configuration.documents.get(name)
        if isinstance(found, Problem):
            raise PolicyError(f"{name} cannot be read: {found.because}")
        if found is not None:
            return found.body
    raise PolicyError(
        f"there is no policy for images in {visible(configuration.location, 200)}: "
        f"expected {' or '.join(DOCUMENTS['oci'])}"
    )


def _loaded(title: str, folder: StoreFolder | None) -> tuple[Certificate, ...]:
    if folder is None:
        raise PolicyError(f"the policy names the trust store {visible(title, 80)}, which is absent")
    store = load_store(folder)
    if isinstance(store, ParseError | Problem):
        raise PolicyError(f"the trust store {visible(title, 80)} cannot be used: {store.because}")
    return store


def _is_in_force(team: Team, title: str, store: tuple[Certificate, ...]) -> bool:
    """Whether the material holds these certificates, however they are written there."""
    before = materials.in_force(team, title)
    return before is not None and store == store_of(title, Document(title, bytes(before.body)))


def _pem(store: Sequence[Certificate]) -> bytes:
    """All certificates in one file, in their order."""
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + encodebytes(one.der) + b"-----END CERTIFICATE-----\n"
        for one in store
    )


def _lints(configuration: Configuration) -> tuple[NotationLint, ...]:
    """Of what was taken over; statements for files were not."""
    for_images = {
        name: one for name, one in configuration.documents.items() if name in DOCUMENTS["oci"]
    }
    return tuple(lint_configuration(msgspec.structs.replace(configuration, documents=for_images)))
