"""Back to the page that an act was asked for on."""

import pytest

from trustui.web.returning import way_back


@pytest.mark.parametrize("given", ["/", "/now/?every=1", "/sources/7/verdicts/9/?valid_at=x#y"])
def test_an_address_of_this_site_is_gone_back_to(given: str) -> None:
    assert way_back(given, "/else/") == given


@pytest.mark.parametrize(
    "given",
    ["", "now", "//evil.example", "/\\\\evil.example", "https://evil.example/", "javascript:x()"],
)
def test_any_other_is_not(given: str) -> None:
    assert way_back(given, "/else/") == "/else/"
