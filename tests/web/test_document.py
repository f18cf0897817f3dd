"""The page of a document version, and its bytes."""

import pytest

from tests.simulators.people import Cast
from trustui.accounts.models import Role

pytestmark = pytest.mark.django_db


def test_it_says_who_signed(cast: Cast) -> None:
    address = f"/sources/{cast.own.source.pk}/documents/{cast.own.examples['sha256']}/"
    text = cast.as_role(Role.VIEWER).get(address).content.decode()
    assert "Signatures, as <bdi>root</bdi> counts them" in text
    assert "valid" in text
    assert "<script>" not in text


def test_no_browser_runs_the_bytes(cast: Cast) -> None:
    address = f"/sources/{cast.own.source.pk}/documents/{cast.own.examples['sha256']}/bytes/"
    answer = cast.as_role(Role.VIEWER).get(address)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer.content.startswith(b"{")


@pytest.mark.parametrize("tail", ["", "bytes/"])
def test_of_others_there_is_none(cast: Cast, tail: str) -> None:
    digest = cast.other.examples["sha256"]
    client = cast.as_role(Role.VIEWER)
    for side in (cast.own, cast.other):
        assert client.get(f"/sources/{side.source.pk}/documents/{digest}/{tail}").status_code == 404
