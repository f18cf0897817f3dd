"""Writing what was discovered: bytes, manifests, looks, and what hung on what from when to when."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from trustui.core.oci.discovery import Artefact, Attached
from trustui.core.oci.places import PlaceAnswer
from trustui.core.primitives.text import visible
from trustui.images.hanging import Hanging, hanging, unread
from trustui.images.models import MEDIA_TYPE, Attachment, Content, Look, Manifest, PastLook
from trustui.images.projecting import Facts, KnownFacts, facts_in, facts_of
from trustui.images.values import Found
from trustui.images.writing import Writing, keys
from trustui.inventory import sql
from trustui.inventory.sightings import blob_ids, write_blobs
from trustui.inventory.text import storable

_BECAUSE = 1_000
_MANIFEST = (
    *("repository", "digest", "blob", "served_type", "media_type", "artifact_type", "kind"),
    *("subject_digest", "size", "first_seen_at"),
)
_CONTENT = ("repository", "digest", "blob", "first_seen_at")
_LOOK = (
    *("repository", "digest", "looked_at", "changed_at", "crawl_id", "is_complete", "places"),
    *("answers", "evidence", "index_digest"),
)
_KEPT = (
    *("repository_id", "digest", "changed_at", "crawl_id", "is_complete", "places", "answers"),
    *("evidence", "index_digest"),
)
"""Columns of a look that stay when another one replaces it."""
_LOOK_AGAIN = "ON CONFLICT (repository_id, digest) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _LOOK[2:]
)
_ATTACHMENT = (
    *("repository", "artefact_digest", "subject_digest", "digest", "manifest", "place"),
    *("ordinal", "depth", "is_lost", "because", "first_seen_at", "last_seen_at", "gone_at"),
)


class Changed(msgspec.Struct, frozen=True):
    """What is new of one artefact: sentences, and what came to hang on it or went."""

    is_first: bool
    sentences: tuple[str, ...]
    came: tuple[Hanging, ...] = ()
    went: tuple[str, ...] = ()
    """Digests of what no longer hangs there."""


# Bytes --------------------------------------------------------------------------------------------


def write_content(writing: Writing) -> KnownFacts:
    """Blobs, and the manifests and contents that stand in them, each once; tells what was read."""
    found = [one for _, one in writing.found]
    blobs = _write_blobs(writing, found)
    manifests: dict[tuple[int, str], tuple[object, ...]] = {}
    contents: dict[tuple[int, str], tuple[object, ...]] = {}
    known: dict[tuple[str, str], Facts] = {}
    for repository, one in writing.found:
        read = {each.digest: each for each in _read(one)}
        for digest, told in one.manifests.items():
            body = one.documents[told.sha256].body
            facts = _facts(read.get(digest), body, told.media_type)
            served_type = storable(told.media_type, MEDIA_TYPE)
            if served_type == told.media_type:
                known[digest, served_type] = facts
            manifests[repository, digest] = (
                *(repository, digest, blobs[told.sha256], served_type),
                *_columns(facts),
                *(len(body), writing.seen_at),
            )
        for digest, told in one.contents.items():
            contents[repository, digest] = repository, digest, blobs[told.sha256], writing.seen_at
    rows = [manifests[key] for key in sorted(manifests)]
    sql.insert(Manifest, _MANIFEST, rows, sql.DO_NOTHING)
    sql.insert(Content, _CONTENT, [contents[key] for key in sorted(contents)], sql.DO_NOTHING)
    return known


def _write_blobs(writing: Writing, found: Sequence[Found]) -> dict[str, int]:
    new = {sha: one.documents[sha].body for one in found for sha in one.new}
    kept = {sha for one in found for sha in one.documents} - new.keys()
    return write_blobs(new, writing.now) | (blob_ids(sorted(kept)) if kept else {})


def _read(found: Found) -> Iterator[Artefact | Attached]:
    """What the discovery read already."""
    discovery = found.discovery
    yield from discovery.attached.values()
    if discovery.artefact is not None:
        yield discovery.artefact


def _facts(read: Artefact | Attached | None, body: bytes, media_type: str) -> Facts:
    if read is not None and (read.document.body, read.document.media_type) == (body, media_type):
        return facts_in(read.manifest)
    return facts_of(body, media_type)


def _columns(facts: Facts) -> tuple[str, str, str, str]:
    return facts.media_type, facts.artifact_type, facts.kind.value, facts.subject_digest


# Looks --------------------------------------------------------------------------------------------


def confirm_looks(writing: Writing) -> None:
    """Move what tells of the last time that looks, and what hung there, were seen; two statements."""
    if not writing.confirmed:
        return
    asked = keys(writing.confirmed)
    sql.execute(
        f"UPDATE {sql.table(Look)} SET looked_at = %s WHERE (repository_id, digest) IN"
        f" (SELECT w.repository_id, w.digest FROM {asked.text})",
        [writing.seen_at, *asked.parameters],
    )
    sql.execute(
        f"UPDATE {sql.table(Attachment)} SET last_seen_at = %s WHERE gone_at IS NULL"
        " AND (repository_id, artefact_digest) IN"
        f" (SELECT w.repository_id, w.digest FROM {asked.text})",
        [writing.seen_at, *asked.parameters],
    )


def write_looks(writing: Writing) -> dict[tuple[int, str], Changed]:
    """Write looks and attachments; tells what changed of each artefact. Few statements."""
    found = list(writing.found)
    before = _places_before(found)
    changes = _write_attachments(writing, found)
    rows = [
        (
            *(repository, one.digest, writing.seen_at, writing.seen_at, writing.crawl_id),
            *(one.is_complete, _places(one), _answers(one), one.evidence, one.index_digest),
        )
        for repository, one in sorted(found, key=lambda pair: (pair[0], pair[1].digest))
    ]
    _keep_replaced(found)
    sql.insert(Look, _LOOK, rows, _LOOK_AGAIN)
    return {
        (repository, one.digest): _changed(one, before, changes, repository)
        for repository, one in found
    }


def _keep_replaced(found: Sequence[tuple[int, Found]]) -> None:
    """Keep what is known of these artefacts so far: it is about to be replaced. One statement."""
    asked = keys((repository, one.digest) for repository, one in found)
    kept = ", ".join(f"l.{name}" for name in _KEPT)
    sql.execute(
        f"INSERT INTO {sql.table(PastLook)} ({', '.join(_KEPT)}) SELECT {kept} FROM {asked.text}"
        f" JOIN {sql.table(Look)} l ON l.repository_id = w.repository_id AND l.digest = w.digest"
        f" WHERE true ORDER BY l.repository_id, l.digest {sql.DO_NOTHING}",
        asked.parameters,
    )


def _changed(
    one: Found,
    before: "Mapping[tuple[int, str], list[dict[str, str]]]",
    changes: "Mapping[tuple[int, str], _Hung]",
    repository: int,
) -> Changed:
    key = repository, one.digest
    hung = changes[key]
    if key not in before:
        return Changed(True, ("it was seen for the first time",), tuple(hung.came))
    sentences = [*_hung_sentences(hung), *_place_sentences(before[key], one)]
    told = tuple(sentences) or ("what the place answers about it is different",)
    return Changed(False, told, tuple(hung.came), tuple(one.digest for one in hung.went))


def _places_before(
    found: Sequence[tuple[int, Found]],
) -> dict[tuple[int, str], list[dict[str, str]]]:
    asked = keys((repository, one.digest) for repository, one in found)
    rows = Look.objects.raw(
        f"SELECT l.id, l.repository_id, l.digest, l.places FROM {asked.text}"
        f" JOIN {sql.table(Look)} l ON l.repository_id = w.repository_id AND l.digest = w.digest",
        asked.parameters,
    )
    return {(row.repository_id, row.digest): row.places for row in rows}


def _places(found: Found) -> list[dict[str, object]]:
    return [msgspec.to_builtins(_storable_place(one)) for one in found.discovery.places]


def _storable_place(one: PlaceAnswer) -> PlaceAnswer:
    return msgspec.structs.replace(
        one, location=storable(one.location, _BECAUSE), because=storable(one.because, _BECAUSE)
    )


def _answers(found: Found) -> list[dict[str, str]]:
    return [
        msgspec.to_builtins(
            msgspec.structs.replace(
                one,
                media_type=storable(one.media_type, MEDIA_TYPE),
                location=storable(one.location, _BECAUSE),
                because=storable(one.because, _BECAUSE),
            )
        )
        for one in found.told
    ]


# Attachments --------------------------------------------------------------------------------------


class _Hung(msgspec.Struct):
    """What came to hang on an artefact in this look, and what no longer does."""

    came: list[Hanging] = []
    went: list[Attachment] = []


def _write_attachments(
    writing: Writing, found: Sequence[tuple[int, Found]]
) -> dict[tuple[int, str], _Hung]:
    stored = _stored_attachments(found)
    manifests = manifest_ids(
        (repository, digest) for repository, one in found for digest in one.manifests
    )
    hung: dict[tuple[int, str], _Hung] = {}
    rows: list[tuple[object, ...]] = []
    same: list[int] = []
    for repository, one in found:
        there = stored.get((repository, one.digest), [])
        is_open = {_key(row): row for row in there if row.gone_at is None}
        now = {each.key: each for each in hanging(one)}
        came = [each for key, each in now.items() if key not in is_open]
        went = [row for key, row in is_open.items() if key not in now and _may_go(one, row, now)]
        hung[repository, one.digest] = _Hung(came, went)
        same += [row.pk for key, row in is_open.items() if key in now]
        rows += [_row(writing, repository, one.digest, each, there, manifests) for each in came]
    _close(writing, [row.pk for each in hung.values() for row in each.went])
    sql.insert(Attachment, _ATTACHMENT, rows)
    _see_again(writing, same)
    return hung


def _may_go(
    found: Found, row: Attachment, now: "Mapping[tuple[str, str, str, bool], Hanging]"
) -> bool:
    """Only what was looked for and not found is gone; not where a place could not be read."""
    opposite = row.subject_digest, row.digest, row.place, not row.is_lost
    if opposite in now:
        return True
    if found.discovery.artefact is None or found.discovery.is_partial:
        return False
    return (row.subject_digest, row.place) not in unread(found)


def _row(
    writing: Writing,
    repository: int,
    artefact: str,
    one: Hanging,
    there: Sequence[Attachment],
    manifests: Mapping[tuple[int, str], int],
) -> tuple[object, ...]:
    before = [row.ordinal for row in there if _key(row)[:3] == one.key[:3]]
    return (
        *(repository, artefact, one.subject, one.digest),
        None if one.is_lost else manifests.get((repository, one.digest)),
        one.place.value,
        max(before, default=-1) + 1,
        one.depth,
        one.is_lost,
        storable(one.because, _BECAUSE),
        *(writing.seen_at, writing.seen_at, None),
    )


def _key(row: Attachment) -> tuple[str, str, str, bool]:
    return row.subject_digest, row.digest, row.place, row.is_lost


def _stored_attachments(
    found: Sequence[tuple[int, Found]],
) -> dict[tuple[int, str], list[Attachment]]:
    asked = keys((repository, one.digest) for repository, one in found)
    rows = Attachment.objects.raw(
        f"SELECT a.* FROM {asked.text} JOIN {sql.table(Attachment)} a"
        " ON a.repository_id = w.repository_id AND a.artefact_digest = w.digest ORDER BY a.id",
        asked.parameters,
    )
    stored: dict[tuple[int, str], list[Attachment]] = {}
    for row in rows:
        stored.setdefault((row.repository_id, row.artefact_digest), []).append(row)
    return stored


def manifest_ids(wanted: "Iterator[tuple[int, str]]") -> dict[tuple[int, str], int]:
    """The row ids of manifests, by repository and digest; one statement."""
    asked = keys(wanted)
    rows = sql.select(
        f"SELECT m.repository_id, m.digest, m.id FROM {asked.text} JOIN {sql.table(Manifest)} m"
        " ON m.repository_id = w.repository_id AND m.digest = w.digest",
        asked.parameters,
    )
    return {(repository, digest): id_ for repository, digest, id_ in rows}


def _close(writing: Writing, attachments: Sequence[int]) -> None:
    rows = [(one, writing.seen_at) for one in attachments]
    sql.update(Attachment, "gone_at = {gone_at}", ("id", "gone_at"), rows)


def _see_again(writing: Writing, attachments: Sequence[int]) -> None:
    rows = [(one, writing.seen_at) for one in attachments]
    sql.update(Attachment, "last_seen_at = {last_seen_at}", ("id", "last_seen_at"), rows)


# What is told -------------------------------------------------------------------------------------


def _hung_sentences(hung: _Hung) -> Iterator[str]:
    for one in hung.came:
        what = "is listed and cannot be had" if one.is_lost else "was attached"
        yield f"{one.digest[:19]} {what} ({one.place.value})"
    came = {one.digest for one in hung.came}
    for row in hung.went:
        if row.digest not in came:
            yield f"{row.digest[:19]} is no longer attached ({row.place})"


def _place_sentences(before: Sequence[Mapping[str, str]], found: Found) -> Iterator[str]:
    states = {(one["place"], one.get("of", "")): one["state"] for one in before}
    for place in found.discovery.places:
        was = states.get((place.place.value, place.of))
        if was is not None and was != place.state:
            now = place.state.value.replace("_", " ")
            yield f"{place.place.value}: {was.replace('_', ' ')} → {now}, {visible(place.because)}"
