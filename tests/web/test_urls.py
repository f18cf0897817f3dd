"""The addresses of pages."""

import pytest
from django.urls import Resolver404, resolve, reverse

from trustui.web.converters import HexConverter
from trustui.web.frame import RAIL

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize("route", [entry.route for _, entries in RAIL for entry in entries])
def test_every_line_of_the_rail_leads_somewhere(route: str) -> None:
    assert resolve(reverse(route)).url_name == route


def test_a_digest_is_64_hexadecimal_digits() -> None:
    assert reverse("key", args=[DIGEST]) == f"/keys/{DIGEST}/"
    assert HexConverter().to_python(DIGEST) == DIGEST
    for wrong in (DIGEST[:-1], DIGEST.upper(), DIGEST + "0", "x" * 64):
        with pytest.raises(Resolver404):
            resolve(f"/keys/{wrong}/")
