"""The addresses of the API."""

import pytest
from django.urls import resolve, reverse

from trustui.accounts.needs import needs_of
from trustui.api.urls import NumberConverter, urlpatterns

DIGEST = "0123456789abcdef" * 4


def test_each_route_has_a_name_and_needs() -> None:
    named = [one.name for one in urlpatterns[:-1]]
    assert len(set(named)) == len(named)
    assert all(name and name.startswith("api-") for name in named)
    assert all(needs_of(one.callback) is not None for one in urlpatterns)


def test_numbers_and_digests_are_bounded() -> None:
    assert reverse("api-key", args=[DIGEST]) == f"/api/v1/keys/{DIGEST}/"
    assert resolve(f"/api/v1/keys/{DIGEST.upper()}/").url_name is None
    assert resolve(f"/api/v1/sources/{'9' * 19}/").url_name is None
    assert NumberConverter().to_python("0012") == 12
    assert NumberConverter().to_url(12) == "12"


@pytest.mark.parametrize(
    "address", ["/api/v1/", "/api/v2/sources/", "/api/v1/x.json", "/api/a\nb/"]
)
def test_whatever_is_not_there_is_answered_by_the_api_too(address: str) -> None:
    assert resolve(address).url_name is None
