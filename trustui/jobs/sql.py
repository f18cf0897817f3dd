"""The statements that the ORM cannot say, for both databases side by side.

PostgreSQL counts time by its own clock, the same for every worker; SQLite by the clock of the
process that asks (`%(now)s`, or its own function where nobody passes one). Many rows travel as one parameter, a JSON array. State names stand
as literals, because SQLite uses a partial index only for the very words of its condition.

Whoever waits for several jobs on PostgreSQL takes them in the order of kind and key, which those
who ask for them know as well: two can never wait for one another.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connection


class Statements(msgspec.Struct, frozen=True):
    """One text for each act of the queue."""

    clock: str | None
    due_kinds: str
    claim: str
    claim_suspects: str
    locked: str
    renew: str
    finish: str
    enqueue: str


_QUEUED = "kind = %(kind)s AND state = 'queued' AND losses = 0 AND deaths = 0"
_SILENT = "kind = %(kind)s AND state = 'running'"
_BLAMED = "kind = %(kind)s AND state = 'queued' AND (losses > 0 OR deaths > 0)"
"""A job whose holder went silent or died is a suspect from its next claim on."""

_CLAIM = """
    state = 'running', fence = fence + 1, attempts = attempts + 1, asked_again = FALSE,
    losses = losses + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
    last_error = CASE WHEN state = 'running' THEN %(silent)s ELSE last_error END,
    progress_done = NULL, progress_total = NULL, progress_current = '', progress_since = NULL,
    lease_owner = %(owner)s
"""

_LOCKED = """
    SELECT id, fence, state, every_seconds, failures, asked_again, started_at FROM jobs_job
"""

_RENEW = """
    progress_done = COALESCE(given.done, jobs_job.progress_done),
    progress_total = CASE WHEN given.done IS NULL THEN jobs_job.progress_total ELSE given.total END,
    progress_current = COALESCE(given.current, jobs_job.progress_current)
"""

_FINISH = """
    state = given.state, failures = given.failures, last_error = given.last_error,
    last_outcome = given.last_outcome, attempts = 0, losses = 0, deaths = 0, asked_again = FALSE,
    priority = CASE WHEN jobs_job.asked_again THEN jobs_job.priority ELSE 0 END,
    requested_by = CASE WHEN jobs_job.asked_again THEN jobs_job.requested_by ELSE '' END,
    lease_owner = '', lease_until = NULL
"""

_ENQUEUE = """
    INSERT INTO jobs_job (
        kind, key, state, due_at, payload, every_seconds, priority, requested_by, created_at,
        asked_again, fence, lease_owner, attempts, losses, deaths, failures, last_error,
        last_outcome, progress_current)
    SELECT given.kind, given.key, 'queued', given.due_at, given.payload, given.every_seconds,
        given.priority, given.requested_by, {now},
        FALSE, 0, '', 0, 0, 0, 0, '', '', ''
    FROM {given}
    WHERE TRUE ORDER BY given.kind, given.key
    ON CONFLICT (kind, key) DO UPDATE SET
        every_seconds = COALESCE(excluded.every_seconds, jobs_job.every_seconds),
        payload = CASE jobs_job.state WHEN 'quarantined' THEN jobs_job.payload
            ELSE excluded.payload END,
        due_at = CASE jobs_job.state WHEN 'idle' THEN excluded.due_at
            WHEN 'queued' THEN {least}(jobs_job.due_at, excluded.due_at)
            ELSE jobs_job.due_at END,
        asked_again = jobs_job.state = 'running' AND (jobs_job.asked_again
            OR excluded.due_at <= {now} OR excluded.priority > 0
            OR COALESCE(excluded.every_seconds, jobs_job.every_seconds) IS NULL),
        priority = CASE WHEN jobs_job.state = 'idle' OR excluded.priority > jobs_job.priority
            THEN excluded.priority ELSE jobs_job.priority END,
        requested_by = CASE WHEN excluded.requested_by = '' THEN jobs_job.requested_by
            ELSE excluded.requested_by END,
        state = CASE jobs_job.state WHEN 'idle' THEN 'queued' ELSE jobs_job.state END
"""

_POSTGRESQL_NOW = "statement_timestamp()"
_POSTGRESQL_UNTIL = "statement_timestamp() + %(lease)s * interval '1 second'"

_POSTGRESQL_CLAIM = f"""
    WITH first AS (
        SELECT id FROM jobs_job WHERE {{first}}
        AND due_at <= {_POSTGRESQL_NOW} AND id <> ALL(%(exclude)s::bigint[])
        ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), others AS (
        SELECT id FROM jobs_job WHERE {{others}}
        AND due_at <= {_POSTGRESQL_NOW} AND id <> ALL(%(exclude)s::bigint[])
        ORDER BY due_at LIMIT %(limit)s - (SELECT count(*) FROM first) FOR UPDATE SKIP LOCKED
    )
    UPDATE jobs_job SET {_CLAIM}, started_at = {_POSTGRESQL_NOW},
        due_at = {_POSTGRESQL_UNTIL}, lease_until = {_POSTGRESQL_UNTIL}
    WHERE id IN (SELECT id FROM first UNION ALL SELECT id FROM others)
    RETURNING id, key, payload, fence, attempts, losses + deaths
"""  # noqa: S608  made of constants; what varies is bound

POSTGRESQL = Statements(
    clock="SELECT clock_timestamp()",
    due_kinds=f"""
        SELECT asked.kind,
            EXISTS (SELECT 1 FROM jobs_job WHERE {_QUEUED} AND due_at <= {_POSTGRESQL_NOW}),
            EXISTS (SELECT 1 FROM jobs_job WHERE {_SILENT} AND due_at <= {_POSTGRESQL_NOW})
            OR EXISTS (SELECT 1 FROM jobs_job WHERE {_BLAMED} AND due_at <= {_POSTGRESQL_NOW})
        FROM unnest(%(kinds)s::text[]) AS asked(kind)
    """.replace("kind = %(kind)s", "jobs_job.kind = asked.kind"),  # noqa: S608  made of constants
    claim=_POSTGRESQL_CLAIM.format(
        first=f"{_QUEUED} AND priority > 0", others=f"{_QUEUED} AND priority <= 0"
    ),
    claim_suspects=_POSTGRESQL_CLAIM.format(first=_SILENT, others=_BLAMED),
    locked=_LOCKED + "WHERE id = ANY(%(ids)s::bigint[]) ORDER BY kind, key FOR UPDATE",
    renew=f"""
        WITH held AS (
            SELECT job.id, given.done, given.total, given.current
            FROM jobs_job AS job JOIN jsonb_to_recordset(%(held)s::jsonb)
                AS given(id bigint, fence bigint, done bigint, total bigint, current text)
            ON job.id = given.id AND job.fence = given.fence AND job.state = 'running'
            ORDER BY job.id FOR UPDATE OF job SKIP LOCKED
        )
        UPDATE jobs_job SET {_RENEW},
            progress_since = CASE WHEN given.done IS NULL THEN jobs_job.progress_since
                ELSE COALESCE(jobs_job.progress_since, {_POSTGRESQL_NOW}) END,
            due_at = {_POSTGRESQL_UNTIL}, lease_until = {_POSTGRESQL_UNTIL}
        FROM held AS given WHERE jobs_job.id = given.id
    """,  # noqa: S608  made of constants; what varies is bound
    finish=f"""
        UPDATE jobs_job SET {_FINISH}, due_at = given.due_at, finished_at = {_POSTGRESQL_NOW}
        FROM jsonb_to_recordset(%(done)s::jsonb) AS given(
            id bigint, fence bigint, state text, due_at timestamptz, failures integer,
            last_error text, last_outcome text)
        WHERE jobs_job.id = given.id AND jobs_job.fence = given.fence
            AND jobs_job.state = 'running'
    """,  # noqa: S608  made of constants; what varies is bound
    enqueue=_ENQUEUE.format(
        now=_POSTGRESQL_NOW,
        least="LEAST",
        given="""jsonb_to_recordset(%(asked)s::jsonb) AS given(
            kind text, key text, due_at timestamptz, payload jsonb, every_seconds integer,
            priority smallint, requested_by text)""",
    ),
)

_SQLITE_CLAIM = f"""
    WITH first AS (
        SELECT id FROM jobs_job WHERE {{first}}
        AND due_at <= %(now)s AND id NOT IN (SELECT value FROM json_each(%(exclude)s))
        ORDER BY due_at LIMIT %(limit)s
    ), others AS (
        SELECT id FROM jobs_job WHERE {{others}}
        AND due_at <= %(now)s AND id NOT IN (SELECT value FROM json_each(%(exclude)s))
        ORDER BY due_at LIMIT %(limit)s - (SELECT count(*) FROM first)
    )
    UPDATE jobs_job SET {_CLAIM}, started_at = %(now)s,
        due_at = %(until)s, lease_until = %(until)s
    WHERE id IN (SELECT id FROM first UNION ALL SELECT id FROM others)
    RETURNING id, key, payload, fence, attempts, losses + deaths
"""  # noqa: S608  made of constants; what varies is bound

SQLITE = Statements(
    clock=None,
    due_kinds=f"""
        SELECT asked.value,
            EXISTS (SELECT 1 FROM jobs_job WHERE {_QUEUED} AND due_at <= %(now)s),
            EXISTS (SELECT 1 FROM jobs_job WHERE {_SILENT} AND due_at <= %(now)s)
            OR EXISTS (SELECT 1 FROM jobs_job WHERE {_BLAMED} AND due_at <= %(now)s)
        FROM json_each(%(kinds)s) AS asked
    """.replace("kind = %(kind)s", "jobs_job.kind = asked.value"),  # noqa: S608  made of constants
    claim=_SQLITE_CLAIM.format(
        first=f"{_QUEUED} AND priority > 0", others=f"{_QUEUED} AND priority <= 0"
    ),
    claim_suspects=_SQLITE_CLAIM.format(first=_SILENT, others=_BLAMED),
    locked=_LOCKED + "WHERE id IN (SELECT value FROM json_each(%(ids)s))",  # noqa: S608  constants
    renew=f"""
        UPDATE jobs_job SET {_RENEW},
            progress_since = CASE WHEN given.done IS NULL THEN jobs_job.progress_since
                ELSE COALESCE(jobs_job.progress_since, %(now)s) END,
            due_at = %(until)s, lease_until = %(until)s
        FROM (
            SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.fence') AS fence,
                json_extract(value, '$.done') AS done, json_extract(value, '$.total') AS total,
                json_extract(value, '$.current') AS current
            FROM json_each(%(held)s)
        ) AS given
        WHERE jobs_job.id = given.id AND jobs_job.fence = given.fence
            AND jobs_job.state = 'running'
    """,  # noqa: S608  made of constants; what varies is bound
    finish=f"""
        UPDATE jobs_job SET {_FINISH}, due_at = given.due_at, finished_at = %(now)s
        FROM (
            SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.fence') AS fence,
                json_extract(value, '$.state') AS state,
                json_extract(value, '$.due_at') AS due_at,
                json_extract(value, '$.failures') AS failures,
                json_extract(value, '$.last_error') AS last_error,
                json_extract(value, '$.last_outcome') AS last_outcome
            FROM json_each(%(done)s)
        ) AS given
        WHERE jobs_job.id = given.id AND jobs_job.fence = given.fence
            AND jobs_job.state = 'running'
    """,  # noqa: S608  made of constants; what varies is bound
    enqueue=_ENQUEUE.format(
        now="strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
        least="MIN",
        given="""(
            SELECT json_extract(value, '$.kind') AS kind, json_extract(value, '$.key') AS key,
                json_extract(value, '$.due_at') AS due_at,
                json_extract(value, '$.payload') AS payload,
                json_extract(value, '$.every_seconds') AS every_seconds,
                json_extract(value, '$.priority') AS priority,
                json_extract(value, '$.requested_by') AS requested_by
            FROM json_each(%(asked)s)
        ) AS given""",
    ),
)


def statements() -> Statements:
    """Those of the database in use."""
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


def instant_for_database(at: datetime) -> Any:
    """An aware time as a parameter, or inside a JSON parameter."""
    return instants_for_database()(at)


def instants_for_database() -> Callable[[datetime], Any]:
    """The same for many: as Django's fields adapt them, without asking each time for what."""
    return _as_it_is if connection.vendor == "postgresql" else _naive_text


def _as_it_is(at: datetime) -> datetime:
    return at


def _naive_text(at: datetime) -> str:
    """SQLite has no zones: Django keeps UTC."""
    return at.astimezone(UTC).isoformat(" ").removesuffix("+00:00")


def instant_from_database(value: Any) -> datetime:
    """A time that a raw statement gave: SQLite keeps text without a zone, in UTC."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def ids_for_database(ids: Collection[int]) -> Any:
    """Ids as one parameter."""
    return many(list(ids)) if connection.vendor == "sqlite" else list(ids)


def many(rows: Any) -> str:
    """Rows as one JSON parameter."""
    return msgspec.json.encode(rows).decode()
