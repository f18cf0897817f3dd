"""`trustui migrate`: make the tables, or bring them to this version."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command
from django.db import connection

from trustui.operate.arguments import Failed, add_json, progress, progress_ends, tell
from trustui.web.health import missing_migrations

_LOCK = int.from_bytes(b"migrate", "big")
"""The name of PostgreSQL's advisory lock."""


class Migrating(Command):
    """Django's command, which tells what it is at."""

    def __init__(self) -> None:
        super().__init__()
        self.applied: list[str] = []
        self._total = len(missing_migrations())

    def migration_progress_callback(
        self,
        action: str,
        migration: Any | None = None,
        fake: bool = False,  # noqa: ARG002  Django's signature
    ) -> None:
        """Hear of one migration."""
        if migration is None:
            return
        name = f"{migration.app_label}.{migration.name}"
        if action == "apply_start":
            progress(f"{len(self.applied) + 1} of {self._total}: {name}")
        elif action == "apply_success":
            self.applied.append(name)


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`migrate`."""
    parser = verbs.add_parser("migrate", help="make the tables, or bring them to this version")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Apply what is missing and name it."""
    applied = migrate()
    said = f"{len(applied)} applied" if applied else "the database is as this version wants it"
    tell(arguments, {"applied": applied}, [said])
    return 0


def migrate() -> list[str]:
    """Apply what is missing; gives the names, in order. Raises DatabaseError."""
    if connection.vendor == "sqlite":
        settings.TRUSTUI.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _one_at_a_time():
        command = Migrating()
        call_command(command, verbosity=0, interactive=False)
    if command.applied:
        progress_ends()
    return command.applied


def migrate_to(wanted: dict[str, str]) -> None:
    """Bring an empty database to an earlier state: of each app the last migration. Raises Failed."""
    for app, name in wanted.items():
        try:
            call_command("migrate", app, name, verbosity=0, interactive=False)
        except CommandError as error:
            raise Failed(f"a copy of another version: {error}") from error


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Several containers may start at once, each with `--migrate`."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
