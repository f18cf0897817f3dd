"""Health checks of containers: `python -m trustui.operate.probe URL|FILE`.

Exit status 0 when the URL answers 200, or when the file was touched within a minute. It imports
next to nothing, because it runs every few seconds.
"""

import http.client
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 4
FRESH_SECONDS = 60.0


def is_answering(url: str) -> bool:
    """Whether a plain HTTP URL of this machine answers 200."""
    parts = urlsplit(url)
    client = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        client.request("GET", parts.path or "/")
        return client.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def is_fresh(file: Path, now: float) -> bool:
    """Whether a file was touched within a minute; also not in the future, as after a clock jump."""
    try:
        return abs(now - file.stat().st_mtime) <= FRESH_SECONDS
    except OSError:
        return False


def main() -> int:
    """0 well, 1 not, 2 called wrongly."""
    if len(sys.argv) != 2:  # noqa: PLR2004  itself and one argument
        print("expected one URL or FILE", file=sys.stderr)
        return 2
    (place,) = sys.argv[1:]
    if place.startswith("http://"):
        return 0 if is_answering(place) else 1
    return 0 if is_fresh(Path(place), time.time()) else 1


if __name__ == "__main__":
    sys.exit(main())
