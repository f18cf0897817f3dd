"""A text as a QR code."""

import re

import pytest
from qrcode.main import QRCode

from trustui.web.qr_code import MASK, QUIET, qr_code


@pytest.mark.parametrize("text", ["a", "otpauth://totp/trustui:mira?secret=" + "JBSWY3DP" * 8])
def test_each_black_module_is_drawn_once_and_nothing_else(text: str) -> None:
    code = QRCode(border=QUIET, mask_pattern=MASK)
    code.add_data(text)
    expected = code.get_matrix()
    picture = qr_code(text)
    assert f'viewBox="0 0 {len(expected)} {len(expected)}"' in picture
    path = picture.partition(' d="')[2].partition('"')[0]
    runs = re.findall(r"M(\d+),(\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join(f"M{x},{y}h{width}v1h-{back}z" for x, y, width, back in runs) == path
    drawn = [(int(y), int(x) + n) for x, y, width, _ in runs for n in range(int(width))]
    black = [(y, x) for y, row in enumerate(expected) for x, is_black in enumerate(row) if is_black]
    assert drawn == black
    assert all(width == back for _, _, width, back in runs)


def test_there_is_white_around_it() -> None:
    runs = re.findall(r"M(\d+),(\d+)", qr_code("a"))
    assert min(int(x) for x, _ in runs) == min(int(y) for _, y in runs) == QUIET
