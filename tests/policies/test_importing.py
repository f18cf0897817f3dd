"""A configuration of Notation taken over: its policy with every trust store that it names, or nothing."""

from collections.abc import Mapping

import msgspec
import pytest

from tests.core.trust_policy.notation.written import Json, body, for_files, statement
from tests.simulators.expecting import WHY, delivery, expect, give
from tests.simulators.image_repository import files
from tests.simulators.imaged import HOUR, START
from tests.simulators.notation_signer import world
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.pki.certificates import parse_certificates
from trustui.core.trust_policy.notation.configuration import Configuration
from trustui.core.trust_policy.notation.stores import StoreFile, StoreFolder
from trustui.demo.images.certifying import AUTHORITY, issue
from trustui.events.models import Event
from trustui.policies.importing import Imported, import_notation
from trustui.policies.models import ImagePolicyVersion, TrustMaterial
from trustui.policies.stating import PolicyError

pytestmark = pytest.mark.django_db

ROOT, TIME = world().root, world().stamp_root
STORES = {"ca:acme": [ROOT.der], "tsa:time": [TIME.pem], "ca:unnamed": [ROOT.der]}
STATEMENT = statement(trustStores=["ca:acme", "tsa:time"])


def folder(title: str, bodies: list[bytes]) -> StoreFolder:
    kind, _, name = title.partition(":")
    held = (StoreFile(f"{n}.crt", Document("x", one)) for n, one in enumerate(bodies))
    return StoreFolder(kind, name, tuple(held))


def configuration(
    *statements: Json, stores: Mapping[str, list[bytes]] | None = None, **documents: bytes
) -> Configuration:
    given = {"trustpolicy.json": body(*(statements or (STATEMENT,)))} | documents
    return Configuration(
        "/etc/notation",
        {name.replace("__", "."): Document(name, one) for name, one in given.items()},
        tuple(folder(*one) for one in (STORES if stores is None else stores).items()),
    )


def take(
    given: Configuration, name: str = "signing", reason: str = WHY, hours: int = 0
) -> Imported:
    return import_notation(
        team=delivery(),
        name=name,
        configuration=given,
        by=None,
        by_name="alice",
        reason=reason,
        now=START + hours * HOUR,
    )


def nothing_is_kept() -> bool:
    return not (ImagePolicyVersion.objects.exists() or TrustMaterial.objects.exists())


def test_the_policy_comes_with_every_store_that_it_names() -> None:
    found = take(configuration())
    assert (found.is_new, found.policy.number, found.policy.policy.language) == (
        True, 1, "notation",
    )  # fmt: skip
    assert bytes(found.policy.body) == body(STATEMENT)
    assert [one.name for one in found.stores] == ["ca:acme", "tsa:time"]
    assert found.stores[0].origin == "truststore/x509/ca/acme"
    (certificate,) = parse_certificates(bytes(found.stores[0].body))
    assert certificate.der == ROOT.der
    assert found.left_out == ("ca:unnamed",)
    told = Event.objects.order_by("id").values_list("kind", "subject", "reason")
    assert list(told) == [
        ("material.added", "ca:acme", WHY),
        ("material.added", "tsa:time", WHY),
        ("policy.added", "signing", WHY),
    ]


def test_the_certificates_of_several_files_stand_in_one() -> None:
    other = issue(AUTHORITY, None)
    found = take(configuration(stores={**STORES, "ca:acme": [ROOT.der + other.der, TIME.pem]}))
    ders = [one.der for one in parse_certificates(bytes(found.stores[0].body))]
    assert ders == [ROOT.der, other.der, TIME.der]


def test_taking_it_over_again_changes_what_is_another_only() -> None:
    take(configuration())
    same = take(configuration())
    assert (same.is_new, same.policy.number, same.stores) == (False, 1, ())
    renewed = {**STORES, "ca:acme": [issue(AUTHORITY, None).der]}
    found = take(configuration(stores=renewed), hours=1)
    assert [(one.name, one.number) for one in found.stores] == [("ca:acme", 2)]
    changed = take(configuration(statement(trustStores=["ca:acme"]), stores=renewed), hours=2)
    assert (changed.is_new, changed.policy.number, changed.stores) == (True, 2, ())
    assert Event.objects.count() == 5


def test_a_store_counts_by_its_certificates_and_not_by_how_they_are_written() -> None:
    give("ca:acme", b"Acme, read out over the phone\n" + ROOT.pem)
    assert [one.name for one in take(configuration()).stores] == ["tsa:time"]


def test_the_newer_name_of_the_policy_counts_and_the_lints_say_so() -> None:
    newer = body(statement("newer", trustStores=["ca:acme"]))
    found = take(configuration(trustpolicy__oci__json=newer))
    assert bytes(found.policy.body) == newer
    told = [one.id.rpartition(".")[2] for one in found.lints]
    assert "two_documents" in told
    assert "store_unnamed" in told


def test_statements_for_files_are_neither_taken_nor_judged() -> None:
    found = take(configuration(trustpolicy__blob__json=body(for_files(trustStores=[]))))
    assert not any(one.on == "statement 'reports'" for one in found.lints)


BROKEN = {**STORES, "ca:acme": [world().signer.der]}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            Configuration("/x", {}),
            r"no policy for images in /x: expected trustpolicy\.oci\.json or",
        ),
        (
            Configuration(
                "/x", {"trustpolicy.json": Problem("x", ProblemKind.REFUSED, "it is a link")}
            ),
            "trustpolicy.json cannot be read: it is a link",
        ),
        (configuration(statement(trustStores=[])), "names no trust stores"),
        (configuration(stores={}), "names the trust store ca:acme, which is absent"),
        (configuration(stores=BROKEN), "ca:acme cannot be used: .* neither an authority"),
        (configuration(stores={**STORES, "tsa:time": []}), "tsa:time cannot be used: .*no cert"),
    ],
)
def test_what_notation_could_not_use_is_refused_and_nothing_is_kept(
    given: Configuration, words: str
) -> None:
    with pytest.raises(PolicyError, match=words):
        take(given)
    assert nothing_is_kept()


def test_a_store_that_is_refused_takes_everything_with_it() -> None:
    """Nothing of the stores before it is kept, nor of the policy."""
    many = {**STORES, "tsa:time": [TIME.der * 33]}
    with pytest.raises(PolicyError, match="too many certificates"):
        take(configuration(stores=many))
    files = {**STORES, "tsa:time": [TIME.der] * 33}
    with pytest.raises(PolicyError, match="too many certificates"):
        take(configuration(stores=files))
    assert nothing_is_kept()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"name": " "}, "a name of the policy"), ({"reason": " "}, "a person and a reason")],
)
def test_it_needs_a_name_and_a_reason_even_where_nothing_is_new(
    changes: dict[str, str], words: str
) -> None:
    take(configuration())
    with pytest.raises(PolicyError, match=words):
        take(configuration(), **changes)  # type: ignore[arg-type]


def test_a_policy_of_another_language_is_not_replaced() -> None:
    give("key.pub", files()["key.pub"])
    expect(
        msgspec.json.encode(
            {
                "version": 1,
                "policies": [{"repositories": ["*"], "require": [{"of": [{"key": "key.pub"}]}]}],
            }
        )
    )
    with pytest.raises(PolicyError, match="images is written in expectations"):
        take(configuration(), "images")
    assert list(TrustMaterial.objects.values_list("name", flat=True)) == ["key.pub"]
