"""Sealing: giving events their place in the log, and signing what the log is now.

Many transactions record events at once and commit in any order; a row's id says nothing about
when others could see it. So a reader never follows ids: one sealer at a time gives the rows that
it sees their positions, and what is committed later gets later positions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from trustui.core.errors import ParseError
from trustui.core.primitives.merkle import Frontier
from trustui.core.primitives.signed_note import (
    Signer,
    TreeHead,
    Verifier,
    parse_note,
    parse_tree_head,
)
from trustui.events.models import Checkpoint, Event
from trustui.events.records import MEMBERS, Record

AT_ONCE = 20_000
"""Events sealed by one call: some 20 MB of memory, and under two seconds of the lock."""

_LOCK = int.from_bytes(b"sealer", "big")
"""The name of PostgreSQL's advisory lock."""

_TABLE = Event._meta.db_table  # noqa: SLF001  Django's documented name
_SEAL_POSTGRESQL = (
    f"UPDATE {_TABLE} AS event SET position = sealed.position, leaf = sealed.leaf "  # noqa: S608
    "FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS sealed(id, position, leaf) "
    "WHERE event.id = sealed.id AND event.position IS NULL"
)
_SEAL_SQLITE = f"UPDATE {_TABLE} SET position = %s, leaf = %s WHERE id = %s AND position IS NULL"  # noqa: S608


class LogBroken(Exception):  # noqa: N818  the name says what happened
    """The stored log contradicts itself. Nothing is signed that would confirm it.

    `trustui events verify` names what is wrong.
    """


def seal(
    now: datetime, signer: Signer, *, earlier: Sequence[Verifier] = (), at_once: int = AT_ONCE
) -> Checkpoint | None:
    """Seal what was recorded and sign a checkpoint; None where there was nothing to seal.

    Call again until it gives None. Waits while another process seals. `earlier` are the keys that
    signed before this signer's. Raises LogBroken rather than sign what is inconsistent with the
    newest checkpoint (C2SP tlog-checkpoint, Signatures).
    """
    if not _unsealed().exists():
        return None
    with transaction.atomic():
        _wait_for_others()
        rows = list(_unsealed().order_by("id").values_list("id", *MEMBERS)[:at_once])
        if not rows:
            return None
        frontier = _frontier((signer.verifier, *earlier))
        _seal_rows(rows, frontier)
        head = TreeHead(signer.name, frontier.size, frontier.root)
        return Checkpoint.objects.create(
            size=head.size,
            root=head.root,
            frontier=frontier.to_bytes(),
            note=signer.sign(head.text),
            at=now,
        )


def _unsealed() -> Any:
    return Event.objects.filter(position__isnull=True)


def _wait_for_others() -> None:
    """On SQLite every transaction is the only one that writes, from its beginning."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _frontier(known: Sequence[Verifier]) -> Frontier:
    """Where the newest checkpoint left off, if the rows and a known key bear it out."""
    newest = Checkpoint.objects.order_by("-size").first()
    last = (
        Event.objects.filter(position__isnull=False)
        .order_by("-position")
        .values_list("position", flat=True)
        .first()
    )
    size = 0 if last is None else last + 1
    if newest is None:
        if size:
            raise LogBroken(f"{size:,} events are sealed, and no checkpoint says so")
        return Frontier()
    if newest.size != size:
        raise LogBroken(
            f"the newest checkpoint is of {newest.size:,} events, and {size:,} are sealed"
        )
    frontier = vouched_frontier(newest.note, bytes(newest.frontier), known)
    if (frontier.size, frontier.root) != (newest.size, bytes(newest.root)):
        raise LogBroken(f"the checkpoint of {newest.size:,} events contradicts itself")
    return frontier


def vouched_frontier(note: str, stored: bytes, known: Sequence[Verifier]) -> Frontier:
    """The frontier of a stored checkpoint. Raises LogBroken unless a known key signed its root."""
    try:
        opened = parse_note(note)
        head = parse_tree_head(opened.text)
        frontier = Frontier.from_bytes(stored)
    except ParseError as error:
        raise LogBroken(f"it cannot be read: {error.because}") from error
    if not opened.signers(tuple(known)):
        names = ", ".join(str(key) for key in known)
        raise LogBroken(f"it is not signed with a key of this log: expected one of {names}")
    if head.origin not in {key.name for key in known}:
        raise LogBroken(f"it is of another log: {head.origin[:80]!r}")
    if (frontier.size, frontier.root) != (head.size, head.root):
        raise LogBroken("its hashes do not lead to the root that was signed")
    return frontier


def _seal_rows(rows: Sequence[tuple[Any, ...]], frontier: Frontier) -> None:
    """Give each row the next position and its leaf. `rows` hold an id, then the record's members."""
    ids, positions, leaves = [], [], []
    for id_, _, *members in rows:
        leaf = Record(frontier.size, *members).leaf
        ids.append(id_)
        positions.append(frontier.size)
        leaves.append(leaf)
        frontier.append(leaf)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_SEAL_POSTGRESQL, [ids, positions, leaves])
        else:
            cursor.executemany(_SEAL_SQLITE, list(zip(positions, leaves, ids, strict=True)))
        if cursor.rowcount != len(rows):
            raise LogBroken(f"of {len(rows):,} events {cursor.rowcount:,} could be sealed")
