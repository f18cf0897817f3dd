"""Whom documents trust, as rows: public keys, and delegation sets of which equal ones are one."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trustui.core.errors import ParseError
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Key, Metadata, Role
from trustui.core.formats.tuf.signing import cached_public_key
from trustui.core.primitives.canonical_json import canonical
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.keys import AnyPublicKey
from trustui.inventory import sql
from trustui.inventory.models import NAME, Delegation, DelegationSet, ListedKey, PublicKey
from trustui.inventory.text import identity, storable

MAX_LISTED = 1_000
"""Paths, prefixes and key ids of one edge that stand in its row."""
_SHORT = 40
"""Characters of a key type or scheme."""


class UsableKey(msgspec.Struct, frozen=True):
    """A public key told from its value."""

    fingerprint: str
    keytype: str
    scheme: str
    public: str


class GivenKey(msgspec.Struct, frozen=True):
    """A key as a document gives it; `usable` is None where its value cannot be read."""

    keyid: str
    keyid_id: str
    keytype: str
    scheme: str
    usable: UsableKey | None


class DelegationSetForm(msgspec.Struct, frozen=True):
    """A document's keys and roles, with the digest that equal ones share."""

    digest: str
    metadata: Metadata
    keys: tuple[GivenKey, ...]


def delegation_set(metadata: Metadata) -> DelegationSetForm | None:
    """What a root or a targets document delegates; None where it cannot or does not."""
    if metadata.type == "root":
        stated = {name: metadata.signed[name] for name in ("keys", "roles")}
    elif metadata.type == "targets" and metadata.signed.get("delegations") is not None:
        stated = metadata.signed["delegations"]
    else:
        return None
    digest = sha256(canonical([metadata.type, stated], float_free=True))
    return DelegationSetForm(digest, metadata, tuple(_given_keys(metadata)))


def _given_keys(metadata: Metadata) -> Iterator[GivenKey]:
    for keyid in metadata.keys:
        key = metadata.key(keyid)
        assert key is not None
        yield GivenKey(
            keyid=storable(keyid, NAME),
            keyid_id=identity(keyid),
            keytype=storable(key.keytype, _SHORT),
            scheme=storable(key.scheme, _SHORT),
            usable=_usable(key),
        )


def _usable(key: Key) -> UsableKey | None:
    try:
        loaded = cached_public_key(key.keytype, key.scheme, key.public)
    except ParseError:
        return None
    return UsableKey(sha256(loaded.material), *_in_one_form(loaded.loaded))


def _in_one_form(key: AnyPublicKey) -> tuple[str, str, str]:
    """Key type, scheme and text, the same however a document writes the key."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "ed25519", "ed25519", key.public_bytes_raw().hex()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    if isinstance(key, ec.EllipticCurvePublicKey):
        curve = "nistp256" if isinstance(key.curve, ec.SECP256R1) else "nistp384"
        return "ecdsa", f"ecdsa-sha2-{curve}", pem
    return "rsa", "rsassa-pss", pem


# Writing -----------------------------------------------------------------------------------------


def write_keys(keys: Iterable[UsableKey]) -> dict[str, int]:
    """Row ids by fingerprint; keys that are new are written."""
    by_fingerprint = {key.fingerprint: key for key in keys}
    known = _ids(PublicKey, "fingerprint", by_fingerprint)
    new = [by_fingerprint[one] for one in sorted(by_fingerprint.keys() - known.keys())]
    if new:
        names = ("fingerprint", "keytype", "scheme", "public")
        rows = [(key.fingerprint, key.keytype, key.scheme, key.public) for key in new]
        sql.insert(PublicKey, names, rows, sql.DO_NOTHING)
        known |= _ids(PublicKey, "fingerprint", [key.fingerprint for key in new])
    return known


def write_sets(forms: Iterable[DelegationSetForm], key_ids: Mapping[str, int]) -> dict[str, int]:
    """Row ids by digest; sets that are new are written with their keys and edges."""
    by_digest = {form.digest: form for form in forms}
    known = _ids(DelegationSet, "digest", by_digest)
    new = [by_digest[digest] for digest in sorted(by_digest.keys() - known.keys())]
    if not new:
        return known
    ids = sql.next_ids(DelegationSet, len(new))
    rows = [
        (id_, form.digest, form.metadata.type == "root") for id_, form in zip(ids, new, strict=True)
    ]
    sql.insert(DelegationSet, ("id", "digest", "is_root"), rows, sql.DO_NOTHING)
    known |= _ids(DelegationSet, "digest", [form.digest for form in new])
    # Of a set that another transaction wrote first, that one writes the rest.
    ours = [(id_, form) for id_, form in zip(ids, new, strict=True) if known[form.digest] == id_]
    _write_listed_keys(ours, key_ids)
    _write_edges(ours)
    return known


def _ids(
    model: type[PublicKey | DelegationSet], name: str, wanted: Iterable[str]
) -> dict[str, int]:
    asked = sql.wanted("w", {"digest": "text"}, [(one,) for one in wanted])
    found = sql.select(
        f"SELECT t.{name}, t.id FROM {asked.text} JOIN {sql.table(model)} t ON t.{name} = w.digest",
        asked.parameters,
    )
    return dict(found)


def _write_listed_keys(
    sets: Sequence[tuple[int, DelegationSetForm]], key_ids: Mapping[str, int]
) -> None:
    names = ("delegation_set", "keyid", "keyid_id", "keytype", "scheme", "key")
    rows = [
        (
            set_id,
            key.keyid,
            key.keyid_id,
            key.keytype,
            key.scheme,
            None if key.usable is None else key_ids[key.usable.fingerprint],
        )
        for set_id, form in sets
        for key in form.keys
    ]
    sql.insert(ListedKey, names, rows)


_EDGE = (
    "delegation_set", "position", "name", "name_id", "threshold", "is_terminating", "bins",
    "paths", "prefixes", "keyids",
)  # fmt: skip


def _write_edges(sets: Sequence[tuple[int, DelegationSetForm]]) -> None:
    rows = [
        (set_id, position, *edge)
        for set_id, form in sets
        for position, edge in enumerate(_edges(form.metadata))
    ]
    sql.insert(Delegation, _EDGE, rows)


def _edges(metadata: Metadata) -> Iterator[tuple[object, ...]]:
    """Each edge in the order of `_EDGE`; those of a root have one order whatever it wrote."""
    if metadata.type == "root":
        for name in TOP_LEVEL_ROLES:
            yield _edge(metadata.role(name))
        return
    delegations = metadata.delegations
    assert delegations is not None
    for delegated in delegations.roles:
        yield _edge(
            delegated.role,
            is_terminating=delegated.terminating,
            paths=delegated.paths,
            prefixes=delegated.path_hash_prefixes,
        )
    bins = delegations.succinct
    if bins is not None:
        yield _edge(Role(bins.name_prefix, bins.keyids, bins.threshold), bins=bins.count)


def _edge(
    role: Role,
    *,
    is_terminating: bool = False,
    bins: int | None = None,
    paths: Sequence[str] | None = None,
    prefixes: Sequence[str] | None = None,
) -> tuple[object, ...]:
    return (
        storable(role.name, NAME),
        identity(role.name),
        storable(str(role.threshold), _SHORT),
        is_terminating,
        bins,
        _listed(paths),
        _listed(prefixes),
        _listed(role.keyids),
    )


def _listed(texts: Sequence[str] | None) -> list[str] | None:
    return None if texts is None else [storable(text, NAME) for text in texts[:MAX_LISTED]]
