from dataclasses import replace

from tests.core.trust_policy.notation.written import body, for_files, skipping, statement
from tests.simulators.notation_signer import LEAF, world
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.trust_policy.notation.configuration import (
    Configuration,
    lint_configuration,
    read_document,
    stores_of,
)
from trustui.core.trust_policy.notation.lint import OF_CONFIGURATION
from trustui.core.trust_policy.notation.stores import StoreFile, StoreFolder
from trustui.demo.images.certifying import issue


def configured(*folders: StoreFolder, **documents: bytes | Problem) -> Configuration:
    """Documents by `oci`, `old` and `blob`."""
    names = {
        "oci": "trustpolicy.oci.json",
        "old": "trustpolicy.json",
        "blob": "trustpolicy.blob.json",
    }
    found = {
        names[key]: one if isinstance(one, Problem) else Document(names[key], one)
        for key, one in documents.items()
    }
    return Configuration("/etc/notation", found, folders)


def folder(name: str, der: bytes, kind: str = "ca") -> StoreFolder:
    return StoreFolder(kind, name, (StoreFile("a.crt", Document("a.crt", der)),))


ACME = folder("acme", world().root.der)


def ids(configuration: Configuration) -> list[str]:
    found = lint_configuration(configuration)
    return [one.id.removeprefix("policy.lint.notation.") for one in found]


def test_the_newer_document_for_images_counts() -> None:
    found = read_document(configured(oci=body(statement("new")), old=body(statement("old"))), "oci")
    assert found.document is not None
    assert (found.name, found.document.statements[0].name) == ("trustpolicy.oci.json", "new")


def test_the_older_one_is_read_where_it_is_alone() -> None:
    assert read_document(configured(old=body(statement())), "oci").name == "trustpolicy.json"


def test_without_a_document_nothing_is_trusted() -> None:
    found = read_document(configured(blob=body(for_files())), "oci")
    assert (found.document, found.stage) == (None, "read")
    assert "expected trustpolicy.oci.json or trustpolicy.json" in found.problem


def test_a_document_that_cannot_be_read_is_no_reason_to_take_the_other() -> None:
    problem = Problem("x", ProblemKind.REFUSED, "a link")
    configuration = configured(oci=problem, old=body(statement()))
    found = read_document(configuration, "oci")
    assert (found.document, found.stage) == (None, "read")
    assert found.problem == "trustpolicy.oci.json cannot be read: a link"
    assert "form" in ids(configuration)


def test_a_document_that_is_none_says_where() -> None:
    found = read_document(configured(old=b'{"version": 1}'), "oci")
    assert (found.document, found.stage) == (None, "parse")
    assert [one.id for one in found.lints] == ["policy.lint.notation.form"]


def test_stores_come_in_the_order_of_the_statement_and_absent_ones_say_so() -> None:
    read = read_document(configured(old=body(statement(trustStores=["ca:no", "ca:acme"]))), "oci")
    assert read.document is not None
    found = stores_of(read.document.statements[0], (ACME,))
    assert list(found) == ["ca:no", "ca:acme"]
    absent = found["ca:no"]
    assert isinstance(absent, Problem)
    assert absent.kind is ProblemKind.ABSENT
    assert isinstance(found["ca:acme"], tuple)


def test_a_careful_directory_raises_nothing() -> None:
    assert ids(configured(ACME, old=body(statement()))) == []
    same = body(statement())
    assert ids(configured(ACME, oci=same, old=same)) == []


def test_everything_about_the_directory_is_told() -> None:
    alone = issue(replace(LEAF, subject="CN=alone"), None).der
    configuration = configured(
        folder("broken", world().signer.der),
        folder("pinned", world().between.der),
        folder("alone", alone),
        folder("spare", world().root.der),
        folder("..", world().root.der),
        oci=body(statement(trustStores=["ca:broken", "ca:pinned", "ca:alone", "ca:gone"])),
        old=body(statement()),
        blob=body(for_files(trustStores=["ca:pinned"])),
    )
    found = ids(configuration)
    assert found == [
        "two_documents",
        "store_absent",
        "store_broken",
        "store_intermediate",
        "store_self_signed",
        "store_unnamed",
        "store_name",
    ]
    assert set(OF_CONFIGURATION) <= set(found)


def test_stores_of_a_refused_document_are_named_by_nobody() -> None:
    assert ids(configured(ACME, old=body(skipping(), version="9"))) == ["version", "store_unnamed"]
