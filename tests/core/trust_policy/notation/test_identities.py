from trustui.core.trust_policy.notation.identities import nearest_miss

SUBJECT = {"C": "US", "ST": "WA", "O": "Acme", "OU": "Build", "CN": "release"}
BASE = "x509.subject: C=US, ST=WA, O=Acme"


def test_the_identity_with_the_fewest_differences_is_the_nearest() -> None:
    far = "x509.subject: C=DE, ST=BY, O=Other"
    found = nearest_miss((far, f"{BASE}, CN=staging"), SUBJECT)
    assert found is not None
    assert found.identity == f"{BASE}, CN=staging"
    assert (found.expected, found.found) == ("CN=staging", "CN=release")


def test_attributes_stand_side_by_side() -> None:
    found = nearest_miss((f"{BASE}, L=Seattle",), SUBJECT)
    assert found is not None
    assert [(one.name, one.wanted, one.found, one.is_met) for one in found.attributes] == [
        ("C", "US", "US", True),
        ("ST", "WA", "WA", True),
        ("O", "Acme", "Acme", True),
        ("L", "Seattle", "", False),
        ("OU", "", "Build", True),
        ("CN", "", "release", True),
    ]
    assert (found.expected, found.found) == ("L=Seattle", "no L")


def test_what_is_not_compared_is_no_miss() -> None:
    assert nearest_miss(("*",), SUBJECT) is None
    assert nearest_miss(("com.example: x", "broken"), SUBJECT) is None
