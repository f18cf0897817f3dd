"""The counts beside the entries of the rail: one statement, whatever there is.

Written in SQL: the rail stands on every page, and six queries of the ORM cost as much time as the
rest of a page. The same words do for SQLite and PostgreSQL.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from trustui.accounts.permissions import Act
from trustui.core.trace import TrustState
from trustui.images.models import ImageRepository, SignatureTerm, Tag, TagMove
from trustui.inventory import sql
from trustui.inventory.models import RoleState, Source, SourceKey
from trustui.jobs.models import Job, State
from trustui.pages.images.failing import WRONG as WRONG_IMAGES
from trustui.pages.jobs import OF_ONE_SOURCE
from trustui.pages.kept_query import MOST_KEPT
from trustui.pages.kept_statement import Given, Statement, stated
from trustui.pages.viewer import Viewer
from trustui.policies.models import MaterialTerm, TrustMaterial
from trustui.verdicts.models import Acceptance, ArtefactStanding, Finding, SourceVerdict

SOON = timedelta(days=7)
WRONG = (str(TrustState.FAILING), str(TrustState.COULD_NOT_CHECK))


class Counts(msgspec.Struct, frozen=True):
    """How many of each, as the page behind each says before anything is narrowed.

    `failing` also counts what could not be checked, and tagged images; `expiring` is within seven days.
    """

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
        WHERE trust_state IN ({wrong}) AND source_id IN (SELECT id FROM own))
    + (SELECT COUNT(*) FROM {standings} held
        JOIN {repositories} place ON place.id = held.repository_id
        WHERE held.trust_state IN ({wrong_images}) AND place.source_id IN (SELECT id FROM own)
        AND EXISTS (SELECT 1 FROM {tags} tag JOIN {moves} moved ON moved.id = tag.move_id
            WHERE tag.repository_id = held.repository_id AND moved.digest = held.digest
            AND tag.gone_at IS NULL AND NOT tag.is_helper)),
    (SELECT COUNT(*) FROM own),
    (SELECT COUNT(*) FROM {roles} WHERE is_listed
        AND expires_at > %s AND expires_at <= %s AND source_id IN (SELECT id FROM own))
    + (SELECT COUNT(*) FROM {material_terms} term JOIN {materials} named ON named.id = term.material_id
        WHERE named.is_current AND NOT term.is_superseded
        AND term.expires_at > %s AND term.expires_at <= %s AND named.team_id IN ({teams}))
    + (SELECT COUNT(*) FROM {signature_terms} term
        JOIN {repositories} place ON place.id = term.repository_id
        WHERE term.is_in_force AND place.gone_at IS NULL
        AND term.expires_at > %s AND term.expires_at <= %s AND term.source_id IN (SELECT id FROM own)),
    (SELECT COUNT(DISTINCT key_id) FROM {keys} WHERE source_id IN (SELECT id FROM own)),
    (SELECT COUNT(*) FROM {findings} noticed
        WHERE gone_at IS NULL AND source_id IN (SELECT id FROM own) AND NOT EXISTS (
            SELECT 1 FROM {acceptances} lived_with
            WHERE lived_with.source_id = noticed.source_id
            AND lived_with.check_id = noticed.check_id AND lived_with.on_id = noticed.on_id
            AND lived_with.severity = noticed.severity AND lived_with.accepted_at <= %s
            AND lived_with.until >= %s
            AND (lived_with.ended_at IS NULL OR lived_with.ended_at > %s))),
    (SELECT COUNT(*) FROM {jobs} WHERE state = %s AND (kind NOT IN ({kinds})
        OR key IN (SELECT CAST(id AS VARCHAR) FROM {sources} WHERE team_id IN ({managed}))))
"""
_TABLES = {
    "sources": sql.table(Source),
    "verdicts": sql.table(SourceVerdict),
    "standings": sql.table(ArtefactStanding),
    "repositories": sql.table(ImageRepository),
    "tags": sql.table(Tag),
    "moves": sql.table(TagMove),
    "roles": sql.table(RoleState),
    "materials": sql.table(TrustMaterial),
    "material_terms": sql.table(MaterialTerm),
    "signature_terms": sql.table(SignatureTerm),
    "keys": sql.table(SourceKey),
    "findings": sql.table(Finding),
    "acceptances": sql.table(Acceptance),
    "jobs": sql.table(Job),
}
NOTHING = Counts(0, 0, 0, 0, 0, 0)


def counts(viewer: Viewer, now: datetime) -> Counts:
    """Of the sources and materials that this person sees; jobs for whoever looks after them."""
    teams = tuple(viewer.teams)
    if not teams:
        return NOTHING
    managed = tuple(team for team in viewer.roles if viewer.may(Act.MANAGE_JOBS, team))
    day = now.astimezone(UTC).date()
    ((*found,),) = _kept(teams, managed).rows({"now": now, "soon": now + SOON, "today": day})
    return Counts(*found)


@lru_cache(MOST_KEPT)
def _kept(teams: tuple[int, ...], managed: tuple[int, ...]) -> Statement:
    statement = _SQL.format(
        teams=_places(len(teams)),
        wrong=_places(len(WRONG)),
        wrong_images=_places(len(WRONG_IMAGES)),
        kinds=_places(len(OF_ONE_SOURCE)),
        managed=_places(len(managed)) if managed else "NULL",
        **_TABLES,
    )
    now = Given("now")
    within = now, Given("soon")
    state = str(State.QUARANTINED) if managed else ""
    return stated(
        statement,
        [
            *teams,
            *WRONG,
            *WRONG_IMAGES,
            *within,
            *within,
            *teams,
            *within,
            now,
            Given("today"),
            now,
            state,
            *OF_ONE_SOURCE,
            *managed,
        ],
    )


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)
