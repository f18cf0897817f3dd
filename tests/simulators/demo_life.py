"""The demo's 45 days in the database of the environment: python -m tests.simulators.demo_life FOLDER NAME.

`trustui demo` does this in a database of its own alone. The login's password is read from standard
input; the database is empty but migrated, and `FOLDER`, which is empty too, is a local root of the
settings.
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
    from trustui.demo.world import make_world  # noqa: PLC0415
    from trustui.operate.demo import make_site  # noqa: PLC0415

    folder, name = sys.argv[1:]
    world, now = Path(folder), datetime.now(UTC)
    make_world(world, now)
    make_site(world, Login(name, sys.stdin.readline().strip()), now)


if __name__ == "__main__":
    main()
