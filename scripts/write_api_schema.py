"""Write docs/openapi.json from the routes and the values of pages."""

import json
import os
import sys
from pathlib import Path

import django

PLACE = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def main() -> int:
    """Print what was written."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
    django.setup()
    from trustui.api.schema import document  # noqa: PLC0415  Django's settings come first

    text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    PLACE.write_text(text, encoding="utf-8")
    print(f"{PLACE.name}: {len(document()['paths'])} addresses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
