"""What a crawl of artefacts needs to know, read from the store in a few statements."""

# ruff: noqa: S608  names of tables come from the models, values are bound

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import connection
from django.db.models import F

from trustui.crawl.image_source import Login, Referrers
from trustui.images.models import (
    Content,
    ImageRepository,
    Look,
    Manifest,
    Platform,
    Round,
)
from trustui.images.values import ImageOrder, KnownLook, KnownRepository, Told, Verify
from trustui.inventory import sql
from trustui.inventory.credentials import CredentialError, logins_of
from trustui.inventory.models import Blob, Source
from trustui.inventory.text import identity

ROUND_GOES_ON = timedelta(days=1)
"""A round that began longer ago is given up for a new one; what waits longest comes first anyway."""


def orders_for(
    source_ids: Sequence[int], verifiers: Mapping[int, Verify], now: datetime
) -> dict[int, ImageOrder]:
    """The orders of those of these sources that are still crawled; a constant number of statements."""
    sources = Source.objects.filter(pk__in=source_ids, removed_at=None).in_bulk()
    logins = logins_of(sources)
    rounds = {one.pk: one for one in Round.objects.filter(source__in=source_ids, ended_at=None)}
    names: dict[int, list[tuple[str, datetime | None]]] = defaultdict(list)
    rows = ImageRepository.objects.filter(source__in=source_ids, gone_at=None)
    rows = rows.order_by(F("looked_at").asc(nulls_first=True), "pk")
    for source_id, name, looked_at in rows.values_list("source_id", "name", "looked_at"):
        names[source_id].append((name, looked_at))
    found = {}
    for pk, source in sources.items():
        order = _order(source, rounds.get(pk), names[pk], verifiers.get(pk), now)
        found[pk] = _with_login(order, logins.get(pk))
    return found


def _with_login(order: ImageOrder, login: Login | CredentialError | None) -> ImageOrder:
    if isinstance(login, CredentialError):
        return msgspec.structs.replace(order, refused=str(login))
    return msgspec.structs.replace(order, login=login)


def _order(
    source: Source,
    began: Round | None,
    names: Sequence[tuple[str, datetime | None]],
    verify: Verify | None,
    now: datetime,
) -> ImageOrder:
    goes_on = began is not None and now - began.began_at < ROUND_GOES_ON
    began_at = began.began_at if began is not None and goes_on else None
    return ImageOrder(
        source_id=source.pk,
        kind=source.kind,
        location=source.location,
        allow_addresses=tuple(source.allow_addresses),
        repositories=tuple(source.repositories),
        verify=verify,
        began_at=began_at,
        done=frozenset(
            name for name, at in names if began_at is not None and at is not None and at >= began_at
        ),
        known=tuple(name for name, _ in names),
    )


class StoredMemory:
    """A `Memory` of one source, for threads that keep no connection to the database."""

    def __init__(self, source_id: int) -> None:
        self._source_id = source_id
        self._reading = threading.Lock()

    def known(self, names: Sequence[str]) -> Mapping[str, KnownRepository]:
        """As `Memory.known`; five statements."""
        with self._reading:
            try:
                return known_repositories(self._source_id, names)
            finally:
                connection.close()

    def bodies(self, repository_id: int, digests: Sequence[str]) -> Mapping[str, bytes]:
        """As `Memory.bodies`; one statement."""
        with self._reading:
            try:
                return kept_bodies(repository_id, digests)
            finally:
                connection.close()


def known_repositories(source_id: int, names: Iterable[str]) -> dict[str, KnownRepository]:
    """What is stored of repositories of a source, by name."""
    ids = [identity(name) for name in names]
    rows = list(ImageRepository.objects.filter(source=source_id, name_id__in=ids))
    pks = [row.pk for row in rows]
    looks = _looks(pks)
    digests = _digests(pks)
    platforms = _platforms(pks)
    return {
        row.name: KnownRepository(
            row.pk,
            Referrers(row.referrers),
            row.referrers_probed_at,
            looks[row.pk],
            digests[row.pk],
            platforms[row.pk],
        )
        for row in rows
    }


def _looks(repositories: Sequence[int]) -> dict[int, dict[str, KnownLook]]:
    found: dict[int, dict[str, KnownLook]] = defaultdict(dict)
    for row in Look.objects.filter(repository__in=repositories).defer("places"):
        found[row.repository_id][row.digest] = KnownLook(
            row.digest,
            row.evidence,
            row.is_complete,
            tuple(msgspec.convert(row.answers, list[Told])),
            row.looked_at,
            row.index_digest,
        )
    return found


def _digests(repositories: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    manifests = Manifest.objects.filter(repository__in=repositories)
    for pk, digest, served in manifests.values_list("repository_id", "digest", "served_type"):
        found[pk][digest] = served
    contents = Content.objects.filter(repository__in=repositories)
    for pk, digest in contents.values_list("repository_id", "digest"):
        found[pk].setdefault(digest, "")
    return found


def _platforms(repositories: Sequence[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    found: dict[int, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    rows = Platform.objects.filter(index__repository__in=repositories, is_attestation=False)
    columns = ("index__repository_id", "index__digest", "digest")
    for pk, index, digest in rows.order_by("index", "position").values_list(*columns):
        found[pk][index][digest] = None
    return defaultdict(
        dict,
        {pk: {one: tuple(several) for one, several in by.items()} for pk, by in found.items()},
    )


def kept_bodies(repository_id: int, digests: Sequence[str]) -> dict[str, bytes]:
    """The bytes of kept manifests and blobs of a repository, by digest; one statement."""
    if not digests:
        return {}
    asked = sql.wanted("w", {"digest": "text"}, [(one,) for one in digests])
    parts = [
        f"SELECT k.digest, b.body FROM {asked.text} JOIN {sql.table(model)} k"
        f" ON k.repository_id = %s AND k.digest = w.digest"
        f" JOIN {sql.table(Blob)} b ON b.id = k.blob_id"
        for model in (Manifest, Content)
    ]
    parameters = [*asked.parameters, repository_id]
    found = sql.select(" UNION ALL ".join(parts), [*parameters, *parameters])
    return {digest: bytes(body) for digest, body in found}
