"""The words for the rules that made a verdict."""

import re

from trustui.verdicts.models import Verdict
from trustui.verdicts.verifier import VERIFIER


def test_it_names_the_product_the_specification_and_the_rules() -> None:
    assert re.fullmatch(r"trustui/\d+\.\d+\.\d+\S* tuf/\d+\.\d+\.\d+ rules \d+", VERIFIER)


def test_it_fits_its_column() -> None:
    assert len(VERIFIER) <= (Verdict._meta.get_field("verifier").max_length or 0)
