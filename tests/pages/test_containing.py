"""Texts with a part in them, on whichever database the tests run."""

import pytest

from tests.simulators.watched import START
from trustui.accounts.models import Team
from trustui.pages.containing import holds

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("vendor-Updates", "DOR-upd"),
        ("Ärger-Kran", "KRAN"),
        ("Ärger-Kran", "Ärger"),
        ("100%_of\\it", "%_OF\\"),
        ("it's", "T'S"),
        ("a", "a"),
    ],
)
def test_a_part_is_found_however_its_letters_are_cased(text: str, part: str) -> None:
    Team.objects.create(name=text, created_at=START)
    assert Team.objects.filter(holds("name", part)).exists()


@pytest.mark.parametrize(
    ("text", "part"),
    [("vendor", "vendors"), ("vendor", "v%r"), ("vendor", "vend_r"), ("\u0131", "i"), ("a", "ä")],
)
def test_what_is_no_part_is_not_found(text: str, part: str) -> None:
    Team.objects.create(name=text, created_at=START)
    assert not Team.objects.filter(holds("name", part)).exists()


def test_other_letters_are_found_as_they_are_written() -> None:
    # In another case only where the locale of the database knows them.
    Team.objects.create(name="Ärger-Kran", created_at=START)
    assert Team.objects.filter(holds("name", "Ärger-k")).exists()
