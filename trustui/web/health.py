"""Probes: is this process there, can it serve, does the work in the background go on.

They need no account and say nothing about what is stored. docs/operate/processes.md lists them.
"""

import logging
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from trustui.jobs import queue
from trustui.jobs.models import Worker

_log = logging.getLogger(__name__)

LATE = timedelta(seconds=60)
"""A job that has been due for longer is late; an idle worker takes one within seconds."""
ALIVE = timedelta(seconds=30)
"""A worker that reported within this time is alive; it reports every few seconds."""
_NAMED = 10


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """200: this process answers. Asks nothing else, so that a slow database restarts nobody."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """200: the database answers and has the tables of this version; else 503 with the reasons."""
    try:
        missing = missing_migrations()
    except DatabaseError as error:
        return _no_database(error)
    if missing:
        named = ", ".join(missing[:_NAMED])
        return _unavailable([f"{len(missing)} migrations are missing ({named}): trustui migrate"])
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def livez_workers(_request: HttpRequest) -> HttpResponse:
    """503 when jobs wait and no worker is alive to take them; else 200."""
    now = datetime.now(UTC)
    try:
        alive = Worker.objects.filter(beat_at__gt=now - ALIVE).count()
        oldest = queue.oldest_due(now)
    except DatabaseError as error:
        return _no_database(error)
    if not alive and oldest is not None and now - oldest > LATE:
        seconds = int((now - oldest).total_seconds())
        return _unavailable([f"no worker reports, and a job has been due for {seconds:,} seconds"])
    return JsonResponse({"status": "ok", "workers": alive})


def missing_migrations() -> list[str]:
    """Migrations of this version that the database lacks, such as `jobs.0001_initial`.

    One query. Raises DatabaseError.
    """
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in _known_migrations() - applied.keys())


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    """They stand in files and do not change while a process lives."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def _no_database(error: DatabaseError) -> HttpResponse:
    """Its own words may name hosts and accounts: they go to the log alone."""
    _log.warning("the database does not answer: %s", error)
    return _unavailable(["the database does not answer"])


def _unavailable(reasons: list[str]) -> HttpResponse:
    return JsonResponse({"status": "unavailable", "reasons": reasons}, status=503)
