"""A trust report: everything that is known of a repository at an instant, to be put on paper."""

from datetime import datetime
from typing import TypeVar

import msgspec

from trustui.core.primitives.text import visible
from trustui.inventory.models import SourceKey
from trustui.pages.components import Fact
from trustui.pages.events import CheckpointPage, checkpoint
from trustui.pages.known import known
from trustui.pages.moment import Moment
from trustui.pages.repository import RoleLine, head_of, is_known, roles_in
from trustui.pages.source import Pinned
from trustui.pages.source import source as source_page
from trustui.pages.tree import see
from trustui.pages.verdict import VerdictPage
from trustui.pages.verdict import verdict as verdict_page
from trustui.pages.viewer import Viewer
from trustui.verdicts.history import findings_of
from trustui.verdicts.models import Finding

T = TypeVar("T")

MOST = 2_000
"""Roles, keys and findings of each that a report holds; where there are more, it says so."""
MOST_QUERIES = 40


class KeyRow(msgspec.Struct, frozen=True):
    """A key that metadata names, under one id."""

    fingerprint: str
    keyid: str
    keytype: str
    scheme: str


class FindingRow(msgspec.Struct, frozen=True):
    """What was noticed. `since` in UTC."""

    check: str
    severity: str
    on: str
    because: str
    since: datetime


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that the paper says. Times in UTC."""

    source_id: int
    source: str
    team: str
    kind: str
    location: str
    made_at: datetime
    known_at: datetime
    valid_at: datetime
    sign: str
    begins: str
    told: str
    facts: tuple[Fact, ...]
    verdict: VerdictPage | None
    anchor: Pinned | None
    roles: tuple[RoleLine, ...]
    more_roles: int
    keys: tuple[KeyRow, ...]
    has_more_keys: bool
    findings: tuple[FindingRow, ...]
    has_more_findings: bool
    checkpoint: CheckpointPage | None


def report(viewer: Viewer, moment: Moment, source_id: int) -> Report | None:
    """None for what this person does not see. At most `MOST_QUERIES` queries, whatever there is."""
    place = source_page(viewer, moment, source_id)
    found = known(viewer, moment, source_id)
    if place is None or found is None:
        return None
    seen = see(found)
    answer = head_of(found, seen, moment)
    verdict = None
    if answer.verdict_id is not None:
        verdict = verdict_page(viewer, moment, source_id, answer.verdict_id)
    roles, more_roles = _some(list(roles_in(seen)) if is_known(found) else [])
    keys, more_keys = _some(_keys(source_id))
    findings, more_findings = _some(_findings(source_id, moment))
    return Report(
        source_id=source_id,
        source=place.name,
        team=place.team,
        kind=place.kind,
        location=place.location,
        made_at=moment.now,
        known_at=moment.at,
        valid_at=moment.valid_at,
        sign=answer.sign,
        begins=answer.begins,
        told=answer.told,
        facts=() if verdict is None else verdict.facts,
        verdict=verdict,
        anchor=place.anchor,
        roles=roles,
        more_roles=more_roles,
        keys=keys,
        has_more_keys=bool(more_keys),
        findings=findings,
        has_more_findings=bool(more_findings),
        checkpoint=checkpoint(viewer, moment),
    )


def _keys(source_id: int) -> list[KeyRow]:
    """As they are known now, under each id; one more than is shown where there are more."""
    rows = SourceKey.objects.filter(source=source_id).order_by("key__fingerprint", "keyid_id")
    cells = rows.values_list("key__fingerprint", "keyid", "key__keytype", "key__scheme")
    return [
        KeyRow(fingerprint, visible(keyid, 200), visible(keytype, 40), visible(scheme, 60))
        for fingerprint, keyid, keytype, scheme in cells[: MOST + 1]
    ]


def _findings(source_id: int, moment: Moment) -> list[FindingRow]:
    at = None if moment.at == moment.now else moment.at
    return [_finding(row) for row in findings_of(source_id, at)[: MOST + 1]]


def _finding(row: Finding) -> FindingRow:
    return FindingRow(
        row.check_id,
        row.severity,
        visible(row.on, 200),
        visible(row.because, 300),
        row.first_seen_at,
    )


def _some(rows: list[T]) -> tuple[tuple[T, ...], int]:
    return tuple(rows[:MOST]), max(0, len(rows) - MOST)
