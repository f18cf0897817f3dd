"""Writing where tags point: a move for each change, and when the one in force was seen last."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from trustui.core.oci.references import helper_tag
from trustui.images.models import Manifest, Tag, TagMove
from trustui.images.values import Move, SeenRepository
from trustui.images.writing import Writing
from trustui.inventory import sql
from trustui.inventory.text import identity

_TAG = ("id", "repository", "name", "name_id", "is_helper", "move", "gone_at")
_MOVE = (
    *("id", "tag", "ordinal", "digest", "manifest"),
    *("first_seen_at", "last_seen_at", "last_crawl_id"),
)


class _Stored(msgspec.Struct, frozen=True):
    """A tag as it is stored, with the move in force."""

    id: int
    name: str
    is_gone: bool
    move_id: int | None
    ordinal: int
    digest: str


class _Change(msgspec.Struct, frozen=True):
    """A tag that points elsewhere now, is new, or came back."""

    repository: SeenRepository
    name: str
    digest: str
    stored: _Stored | None

    @property
    def before(self) -> str:
        """Where it pointed until now; "" where nowhere."""
        return "" if self.stored is None or self.stored.is_gone else self.stored.digest


def write_tags(writing: Writing) -> list[Move]:
    """Record the tags of a portion; gives those that came, went or moved.

    A constant number of statements. A tag is gone when a whole list lacks it, or when it names
    nothing any more.
    """
    stored = _stored(writing)
    changes: list[_Change] = []
    gone: list[tuple[SeenRepository, _Stored]] = []
    same: list[int] = []
    for repository in writing.repositories:
        there = stored.get(writing.ids[repository.name], {})
        for tag in repository.tags:
            known = there.get(tag.name)
            if known is not None and not known.is_gone and known.digest == tag.digest:
                same.append(known.move_id or 0)
            else:
                changes.append(_Change(repository, tag.name, tag.digest, known))
        gone += [(repository, one) for one in _gone(repository, there)]
    _see_again(writing, same)
    _write_changes(writing, changes)
    _write_gone(writing, [one.id for _, one in gone])
    moves = [_move(writing, c.repository, c.name, c.digest, c.before) for c in changes]
    return moves + [_move(writing, one, tag.name, "", tag.digest) for one, tag in gone]


def name_manifests(writing: Writing) -> None:
    """Say of moves whose manifest came only now which it is."""
    asked = writing.asked_repositories
    sql.execute(
        f"UPDATE {sql.table(TagMove)} AS v SET manifest_id = m.id FROM {sql.table(Tag)} t"
        f" JOIN {sql.table(Manifest)} m ON m.repository_id = t.repository_id"
        " WHERE v.manifest_id IS NULL AND t.id = v.tag_id AND m.digest = v.digest"
        f" AND t.repository_id IN (SELECT w.id FROM {asked.text})",
        asked.parameters,
    )


def _stored(writing: Writing) -> dict[int, dict[str, _Stored]]:
    asked = writing.asked_repositories
    rows = sql.select(
        "SELECT t.repository_id, t.id, t.name, t.gone_at, v.id, v.ordinal, v.digest"
        f" FROM {asked.text} JOIN {sql.table(Tag)} t ON t.repository_id = w.id"
        f" LEFT JOIN {sql.table(TagMove)} v ON v.id = t.move_id",
        asked.parameters,
    )
    found: dict[int, dict[str, _Stored]] = {}
    for repository_id, id_, name, gone_at, move_id, ordinal, digest in rows:
        there = found.setdefault(repository_id, {})
        there[name] = _Stored(
            id_,
            name,
            gone_at is not None,
            move_id,
            -1 if ordinal is None else ordinal,
            digest or "",
        )
    return found


def _gone(repository: SeenRepository, there: Mapping[str, _Stored]) -> Iterator[_Stored]:
    missing = set(repository.missing)
    listed = frozenset[str]() if repository.is_gone else repository.all_listed
    for name, one in there.items():
        is_unlisted = listed is not None and name not in listed
        if not one.is_gone and (name in missing or is_unlisted):
            yield one


def _see_again(writing: Writing, moves: Sequence[int]) -> None:
    if not moves:
        return
    asked = sql.wanted("w", {"id": "bigint"}, [(one,) for one in sorted(moves)])
    sql.execute(
        f"UPDATE {sql.table(TagMove)} SET last_seen_at = %s, last_crawl_id = %s"
        f" WHERE id IN (SELECT w.id FROM {asked.text})",
        [writing.seen_at, writing.crawl_id, *asked.parameters],
    )


def _write_changes(writing: Writing, changes: Sequence[_Change]) -> None:
    new = [one for one in changes if one.stored is None]
    tag_ids = dict(zip(map(_key, new), sql.next_ids(Tag, len(new)), strict=True))
    move_ids = dict(zip(map(_key, changes), sql.next_ids(TagMove, len(changes)), strict=True))
    sql.insert(
        Tag,
        _TAG,
        [
            (
                tag_ids[_key(one)],
                writing.ids[one.repository.name],
                one.name,
                identity(one.name),
                helper_tag(one.name) is not None,
                move_ids[_key(one)],
                None,
            )
            for one in new
        ],
    )
    sql.insert(
        TagMove,
        _MOVE,
        [
            (
                move_ids[_key(one)],
                tag_ids[_key(one)] if one.stored is None else one.stored.id,
                0 if one.stored is None else one.stored.ordinal + 1,
                one.digest,
                None,
                writing.seen_at,
                writing.seen_at,
                writing.crawl_id,
            )
            for one in changes
        ],
    )
    sql.update(
        Tag,
        "move_id = {move}, gone_at = NULL",
        ("id", "move"),
        [(one.stored.id, move_ids[_key(one)]) for one in changes if one.stored is not None],
    )


def _write_gone(writing: Writing, tags: Sequence[int]) -> None:
    sql.update(
        Tag, "gone_at = {gone_at}", ("id", "gone_at"), [(one, writing.seen_at) for one in tags]
    )


def _key(change: _Change) -> tuple[str, str]:
    return change.repository.name, change.name


def _move(writing: Writing, one: SeenRepository, tag: str, digest: str, before: str) -> Move:
    is_helper = helper_tag(tag) is not None
    return Move(writing.ids[one.name], one.full_name, tag, is_helper, digest, before)
