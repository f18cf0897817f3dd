"""The authority for code of the demo's vendor, and what its port expects."""

from datetime import UTC, datetime, timedelta

from trustui.core.formats.notation.profile import code_signing_problem, time_stamping_problem
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.pki.times import Window
from trustui.core.trust_policy.languages import NOTATION
from trustui.demo.images.certifying import Issued
from trustui.demo.images.code_signing import (
    LISTS,
    RELEASE,
    STORES,
    authority,
    configuration_files,
    trust_policy,
)

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


def read(*chain: Issued) -> tuple[Certificate, ...]:
    return tuple(parse_certificate(one.der) for one in chain)


def test_its_certificates_may_sign_what_they_are_for() -> None:
    found = authority(NOW)
    assert code_signing_problem(read(*found.certify(RELEASE, NOW, 30))) is None
    assert time_stamping_problem(read(found.stamps, found.stamp_root)) is None


def test_a_certificate_counts_for_its_days_and_has_a_number_of_its_own() -> None:
    found = authority(NOW)
    (one, _), (other, _) = (
        read(*found.certify(RELEASE, NOW + timedelta(days=days), 30)) for days in (0, 1)
    )
    assert one.window == Window(NOW, NOW + timedelta(days=30))
    assert one.serial != other.serial


def test_only_a_revocable_one_names_where_revocations_are_listed() -> None:
    found = authority(NOW)
    plain, _ = found.certify(RELEASE, NOW, 30)
    revocable, _ = found.certify(RELEASE, NOW, 30, is_revocable=True)
    assert LISTS.encode() in revocable.der
    assert LISTS.encode() not in plain.der


def test_the_policy_names_the_stores_that_lie_beside_it() -> None:
    assert NOTATION.files(NOTATION.parse(trust_policy())) == STORES
    assert sorted(configuration_files(NOW)) == [
        "trustpolicy.json",
        "truststore/x509/ca/quayline/root.pem",
        "truststore/x509/tsa/quayline/root.pem",
    ]
