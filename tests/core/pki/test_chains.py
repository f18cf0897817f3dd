"""Chains from a leaf to what is trusted, and each rule that breaks one."""

from dataclasses import replace
from datetime import datetime

import pytest
from cryptography.hazmat.primitives import hashes

from trustui.core.pki import chains
from trustui.core.pki.certificates import CODE_SIGNING, Certificate, parse_certificate
from trustui.core.pki.chains import Chain, ChainProblem, build_chain
from trustui.demo.images.certifying import AUTHORITY, SIGNED, YEAR, Issued, Wish, issue, new_key

ROOT = issue(replace(AUTHORITY, subject="root"), None)
BETWEEN = ROOT.issue(replace(AUTHORITY, subject="between"))
LEAF = BETWEEN.issue(Wish("leaf"))


def read(*issued: Issued) -> list[Certificate]:
    return [parse_certificate(one.der) for one in issued]


def chain(
    leaf: Issued, between: list[Issued], roots: list[Issued], at: datetime | None = SIGNED
) -> Chain | ChainProblem:
    return build_chain(read(leaf)[0], read(*between), read(*roots), at, CODE_SIGNING)


def problem(
    leaf: Issued, between: list[Issued], roots: list[Issued], at: datetime | None = SIGNED
) -> str:
    found = chain(leaf, between, roots, at)
    assert isinstance(found, ChainProblem)
    assert found.expected
    assert found.found
    return found.because


def test_it_leads_over_intermediates_to_a_root() -> None:
    found = chain(LEAF, [BETWEEN], [ROOT])
    assert isinstance(found, Chain)
    assert [one.title for one in found.certificates] == ["CN=leaf", "CN=between", "CN=root"]
    assert (found.leaf.title, found.issuer.title, found.root.title) == (
        "CN=leaf",
        "CN=between",
        "CN=root",
    )


def test_what_is_trusted_needs_no_further_issuer() -> None:
    assert isinstance(chain(LEAF, [], [BETWEEN]), Chain)


def test_a_trusted_leaf_is_a_chain_of_itself() -> None:
    found = chain(LEAF, [], [LEAF])
    assert isinstance(found, Chain)
    assert found.issuer.title == "CN=leaf"


def test_without_roots_nothing_is_trusted() -> None:
    assert problem(LEAF, [BETWEEN], []) == "no certificate is trusted"


def test_a_missing_intermediate_is_named() -> None:
    found = chain(LEAF, [], [ROOT])
    assert isinstance(found, ChainProblem)
    assert found.because == "no trusted certificate issued CN=leaf"
    assert found.expected == "an issuer named CN=between"


def test_an_authority_of_the_same_name_and_another_key_did_not_sign() -> None:
    twin = issue(replace(AUTHORITY, subject="root"), None)
    assert "not signed by the CN=root" in problem(BETWEEN, [], [twin])


def test_the_right_one_of_two_that_look_alike_is_found() -> None:
    twin = issue(replace(AUTHORITY, subject="between"), None)
    assert isinstance(chain(LEAF, [twin, BETWEEN], [ROOT]), Chain)


def signed_by(**changes: object) -> Issued:
    """A leaf under an authority that differs from the usual one."""
    authority = ROOT.issue(replace(AUTHORITY, subject="odd", **changes))  # type: ignore[arg-type]
    ODD[:] = [authority]
    return authority.issue(Wish("leaf"))


ODD: list[Issued] = []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ca": False}, "CN=odd is no certificate authority"),
        ({"ca": None}, "CN=odd is no certificate authority"),
        ({"usages": ("crl_sign",)}, "CN=odd may not sign certificates"),
        ({"purposes": ("tls",)}, "CN=odd may not issue certificates for this purpose"),
        ({"end": SIGNED - YEAR / 2}, "CN=odd was not valid at the time of signing"),
        (
            {"extensions": (("1.2.3.4", b"\x05\x00", True),)},
            "CN=odd has a critical extension that is not processed here",
        ),
    ],
)
def test_an_authority_that_may_not_issue_breaks_the_chain(
    changes: dict[str, object], words: str
) -> None:
    leaf = signed_by(**changes)
    assert problem(leaf, ODD, [ROOT]) == words


def test_an_authority_without_usages_and_with_the_right_purpose_may_issue() -> None:
    leaf = signed_by(usages=None, purposes=("code",))
    assert isinstance(chain(leaf, ODD, [ROOT]), Chain)


def test_no_instant_means_that_no_window_is_judged() -> None:
    leaf = signed_by(end=SIGNED - YEAR / 2)
    assert isinstance(chain(leaf, ODD, [ROOT], None), Chain)


def test_the_window_of_the_leaf_is_not_judged_here() -> None:
    late = SIGNED + YEAR
    found = chain(LEAF, [BETWEEN], [ROOT], late)
    assert isinstance(found, Chain)
    assert found.outside(SIGNED) is None
    outside = found.outside(late)
    assert outside is not None
    assert outside.title == "CN=leaf"


def test_a_path_length_counts_the_authorities_below() -> None:
    short = issue(replace(AUTHORITY, subject="short", path_length=0), None)
    between = short.issue(replace(AUTHORITY, subject="below"))
    leaf = between.issue(Wish("leaf"))
    assert problem(leaf, [between], [short]) == "CN=short may not have so many authorities below it"
    assert isinstance(chain(between, [], [short]), Chain)


def test_a_signature_over_a_broken_hash_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The library signs with SHA-1 no longer; so one that it does sign with is called broken."""
    monkeypatch.setattr(chains, "_WEAK", (hashes.SHA384,))
    weak = BETWEEN.issue(Wish("leaf", hash_algorithm=hashes.SHA384()))
    assert problem(weak, [BETWEEN], [ROOT]) == "CN=leaf is signed over a broken hash"


def test_a_signature_of_an_unknown_algorithm_counts_for_nothing() -> None:
    der = LEAF.der.replace(bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d040309"))
    unknown = parse_certificate(der)
    found = build_chain(unknown, read(BETWEEN), read(ROOT), SIGNED)
    assert isinstance(found, ChainProblem)
    assert "broken hash" in found.because


def test_an_endless_chain_ends() -> None:
    one, two = new_key(), new_key()
    first = Issued(issue(replace(AUTHORITY, subject="a"), None, one).certificate, one)
    links = [first]
    for number in range(chains.MAX_LENGTH + 2):
        links.append(links[-1].issue(replace(AUTHORITY, subject=f"link {number}"), two))
        two = new_key()
    assert "too long" in problem(links[-1], links[1:-1], links[:1])


def test_a_crowd_that_looks_alike_costs_no_more_than_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chains, "MAX_TRIED", 3)
    crowd = [issue(replace(AUTHORITY, subject="between"), None) for _ in range(5)]
    assert "not signed by" in problem(LEAF, crowd, [ROOT])
    longer = [*crowd[:2], BETWEEN, *crowd[2:]]
    assert isinstance(chain(LEAF, longer, [BETWEEN]), Chain)
