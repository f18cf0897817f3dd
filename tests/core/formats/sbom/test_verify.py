"""What is said of a bill beside the vectors of the contract."""

from tests.vectors.sbom.collection import DIGEST, OTHER, Json, cyclonedx, purl, spdx, verified
from trustui.core.formats.sbom.verify import LOOSE
from trustui.core.trace import Outcome


def findings(bill: Json | bytes) -> list[str]:
    told = verified(bill)
    return [one.because for one in told.trace.findings if one.id == LOOSE]


def test_a_bill_that_names_a_tag_is_called_loose_and_what_it_names_is_told() -> None:
    (because,) = findings(spdx(purl("1.0")))
    assert because.startswith("a loose SBOM: it names pkg:oci/app@1.0")
    assert "a name or tag that can be moved" in because


def test_a_bill_about_nothing_is_called_loose() -> None:
    assert findings(cyclonedx()) == ["a loose SBOM: it does not say what it is about"]


def test_a_bill_that_names_a_digest_is_not_loose() -> None:
    assert findings(spdx(purl(DIGEST))) == []
    assert findings(spdx(purl(OTHER))) == []


def test_an_unreadable_bill_is_not_said_to_be_loose() -> None:
    assert findings(b"{") == []


def test_it_never_says_that_an_unsigned_bill_is_signed() -> None:
    step = verified(spdx(purl(DIGEST))).step("sbom.signed")
    assert step.because.startswith("nobody signed it")


def test_signatures_by_others_are_counted() -> None:
    step = verified(spdx(purl(DIGEST)), Outcome.FAILED, Outcome.UNDECIDED).step("sbom.signed")
    assert step.because.startswith("2 signatures of it, none by whom is expected")
