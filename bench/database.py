"""A database for measurements, ready once this is imported: DATABASE_URL, which must be empty, or
SQLite in a folder of its own.
"""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="trustui-bench-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["TRUSTUI_DATA"] = _folder
os.environ["DJANGO_SETTINGS_MODULE"] = "trustui.settings"

import django  # noqa: E402  the settings read the environment
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

django.setup()


def make_tables() -> None:
    """Migrate."""
    call_command("migrate", verbosity=0)


def analyze() -> None:
    """Let PostgreSQL count its rows, as it does by itself a minute after many came."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
