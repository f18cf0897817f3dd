"""The demo's 45 days in the database of the environment: python -m tests.simulators.demo_life FOLDER NAME.

`trustui demo` does this in a database of its own alone. The login's password is read from standard
input; the database is empty but migrated, and `FOLDER` is a local root of the settings.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
    django.setup()
    from trustui.demo.site import Login  # noqa: PLC0415  models are there after setup
    from trustui.operate.demo import make_site  # noqa: PLC0415

    folder, name = sys.argv[1:]
    make_site(Path(folder), Login(name, sys.stdin.readline().strip()), datetime.now(UTC))


if __name__ == "__main__":
    main()
