"""The counts beside the entries of the rail: one statement, whatever there is.

Written in SQL: the rail stands on every page, and six queries of the ORM cost as much time as the
rest of a page. The same words do for SQLite and PostgreSQL.
"""

from datetime import date, datetime, timedelta

import msgspec
from django.db import connection

from trustui.accounts.permissions import Act
from trustui.core.trace import TrustState
from trustui.inventory import sql
from trustui.inventory.models import ListedKey, RoleState, RoleVersion, Source
from trustui.jobs.models import Job, State
from trustui.pages.viewer import Viewer
from trustui.verdicts.models import Finding, SourceVerdict

SOON = timedelta(days=7)
WRONG = (str(TrustState.FAILING), str(TrustState.COULD_NOT_CHECK))


class Counts(msgspec.Struct, frozen=True):
    """How many of each; `expiring` within seven days."""

    failing: int
    sources: int
    expiring: int
    keys: int
    findings: int
    quarantined: int


_SQL = """
WITH own AS (
    SELECT id FROM {sources} WHERE team_id IN ({teams}) AND removed_at IS NULL
)
SELECT
    (SELECT COUNT(*) FROM {verdicts}
        WHERE trust_state IN ({wrong}) AND source_id IN (SELECT id FROM own)),
    (SELECT COUNT(*) FROM own),
    (SELECT COUNT(*) FROM {roles}
        WHERE expires_at > %s AND expires_at <= %s AND source_id IN (SELECT id FROM own)),
    (SELECT COUNT(DISTINCT listed.key_id) FROM {roles} role
        JOIN {versions} served ON served.id = role.served_id
        JOIN {keys} listed ON listed.delegation_set_id = served.delegation_set_id
        WHERE role.source_id IN (SELECT id FROM own)),
    (SELECT COUNT(*) FROM {findings}
        WHERE gone_at IS NULL AND source_id IN (SELECT id FROM own)),
    (SELECT COUNT(*) FROM {jobs} WHERE state = %s)
"""
_TABLES = {
    "sources": sql.table(Source),
    "verdicts": sql.table(SourceVerdict),
    "roles": sql.table(RoleState),
    "versions": sql.table(RoleVersion),
    "keys": sql.table(ListedKey),
    "findings": sql.table(Finding),
    "jobs": sql.table(Job),
}
NOTHING = Counts(0, 0, 0, 0, 0, 0)


def counts(viewer: Viewer, now: datetime) -> Counts:
    """Of the sources that this person sees; jobs for whoever looks after them."""
    teams = viewer.teams
    if not teams:
        return NOTHING
    statement = _SQL.format(teams=_places(len(teams)), wrong=_places(len(WRONG)), **_TABLES)
    shown = State.QUARANTINED if viewer.may_anywhere(Act.MANAGE_JOBS) else ""
    instants = [_instant(now), _instant(now + SOON)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*teams, *WRONG, *instants, shown])
        return Counts(*cursor.fetchone())


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)


def _instant(at: datetime) -> str | date | None:
    """As the database's columns hold it."""
    return connection.ops.adapt_datetimefield_value(at)
