"""A text as a QR code (ISO/IEC 18004), drawn as one path."""

from itertools import groupby

from qrcode.main import QRCode

QUIET = 4
"""Modules of white around it (§9.1)."""
MASK = 0
"""Of the eight masks (§7.8.2) the chequered one. Every reader takes each of them; to draw all eight
and choose costs ten times as much, and matters for texts that repeat themselves, not for secrets.
"""


def qr_code(text: str) -> str:
    """SVG in modules; black on whatever it lies on."""
    code = QRCode(border=QUIET, mask_pattern=MASK)
    code.add_data(text)
    rows: list[list[bool]] = code.get_matrix()
    runs = "".join(
        f"M{x},{y}h{width}v1h-{width}z" for y, row in enumerate(rows) for x, width in _runs(row)
    )
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' shape-rendering="crispEdges"><path d="{runs}"/></svg>'
    )


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where black modules begin, and how many follow one another."""
    found, x = [], 0
    for is_black, run in groupby(row):
        width = sum(1 for _ in run)
        if is_black:
            found.append((x, width))
        x += width
    return found
