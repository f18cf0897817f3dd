"""What a client keeps between verifications: one file for each role, as its newest trusted bytes.

The names are those of tuf-conformance's metadata directory: `root.json`, `timestamp.json`, and
delegated roles percent-encoded.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from trustui.core.facts import Document
from trustui.core.limits import TufLimits
from trustui.crawl.files import MAX_NAME_BYTES, names_in, read_file


def load_state(folder: Path) -> dict[str, Document]:
    """Every kept document by role name; a folder that does not exist keeps nothing."""
    kept: dict[str, Document] = {}
    for name in names_in(folder):
        if not name.endswith(".json"):
            continue
        document = read_file(folder / name, TufLimits().targets_bytes, folder)
        if isinstance(document, Document):
            kept[unquote(name.removesuffix(".json"))] = document
    return kept


def save_state(folder: Path, trusted: Mapping[str, Document]) -> None:
    """Keep these documents. Each file is replaced whole, root first. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for role in sorted(trusted, key=lambda role: role != "root"):
        path = folder / f"{quote(role, safe='')}.json"
        fits = len(path.name) <= MAX_NAME_BYTES
        if fits and not (path.exists() and path.read_bytes() == trusted[role].body):
            _replace(path, trusted[role].body)


def _replace(path: Path, body: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        written = Path(file.name)
        try:
            file.write(body)
            file.flush()
            written.replace(path)
        except OSError:
            written.unlink()
            raise
