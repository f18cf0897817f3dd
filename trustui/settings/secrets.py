"""Secrets that the product makes for itself and keeps in its data folder."""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    """The text in a file that only its owner reads; made on first need.

    Of several processes that make it at once, all end with the same. Raises OSError.
    """
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii", delete=False) as file:
        file.write(make() + "\n")
        file.flush()
        os.fsync(file.fileno())
    written = Path(file.name)
    try:
        path.hardlink_to(written)  # refused when another process was first
    except FileExistsError:
        pass
    finally:
        written.unlink()
    return path.read_text(encoding="ascii").strip()
