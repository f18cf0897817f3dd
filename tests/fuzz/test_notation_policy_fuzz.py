"""Mutated trust policies and trust stores of Notation: only declared errors, whatever is in them.

Seeded. An ordinary run looks at a few hundred mutations, `make matrices` at 20,000.
"""

from random import Random

from tests.core.trust_policy.notation.test_stores import pem, store
from tests.core.trust_policy.notation.written import body, for_files, skipping, statement
from tests.fuzz.mutations import mutate
from tests.scale import so_many
from tests.simulators.notation_signer import world
from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.trust_policy.notation.configuration import judge_document
from trustui.core.trust_policy.notation.identities import nearest_miss
from trustui.core.trust_policy.notation.parsing import is_notation, kind_of
from trustui.core.trust_policy.notation.selection import for_file, for_repository
from trustui.core.trust_policy.notation.statements import DocumentKind
from trustui.core.trust_policy.notation.stores import load_store

COUNT = so_many(300, 20_000)
SUBJECT = {"C": "US", "ST": "WA", "O": "Acme"}
OVERRIDING = {"level": "strict", "override": {"expiry": "log"}}

DOCUMENTS: tuple[tuple[DocumentKind, bytes], ...] = (
    (
        "oci",
        body(
            statement(),
            skipping("b", registryScopes=["a.example/b"]),
            statement("c", registryScopes=["x.example/y"], signatureVerification=OVERRIDING),
        ),
    ),
    ("blob", body(for_files(globalPolicy=True), for_files("rest"))),
)


def test_a_mutated_policy_is_refused_or_used_and_breaks_nothing() -> None:
    random, used = Random(7), 0
    for _ in range(COUNT):
        kind, written = random.choice(DOCUMENTS)
        changed = mutate(written, random)
        read = judge_document("policy", changed, kind)
        assert (read.document is None) == bool(read.problem)
        is_notation(changed)
        try:
            kind_of(changed)
        except ParseError:
            assert read.stage == "parse"
        if read.document is None:
            continue
        used += 1
        for one in read.document.statements:
            assert set(one.actions.values()) <= {"enforce", "log", "skip"}
            nearest_miss(one.identities, SUBJECT)
        if kind == "oci":
            for_repository(read.document, "x.example/y")
        else:
            for_file(read.document, None)
    assert used > 0


def test_a_mutated_store_holds_certificates_or_says_why_not() -> None:
    random = Random(8)
    root, between = world().root.der, world().between.der
    bases = (root, pem(root), pem(root, between), root + between)
    loaded = 0
    for _ in range(COUNT):
        changed = mutate(random.choice(bases), random)
        for kind in ("ca", "tsa"):
            found = load_store(store(changed, kind=kind))
            assert isinstance(found, tuple | ParseError | Problem)
            loaded += isinstance(found, tuple)
    assert loaded > 0


def test_a_root_with_a_curve_that_nobody_knows_is_no_root() -> None:
    """Found by mutation: the library refuses the curve only when it is asked to verify."""
    p256 = bytes.fromhex("06082a8648ce3d030107")
    odd = world().root.der.replace(p256, bytes.fromhex("06082a8648cec0010107"))
    assert odd != world().root.der
    assert not isinstance(load_store(store(odd, kind="tsa")), tuple)
