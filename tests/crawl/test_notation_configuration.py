from pathlib import Path

import pytest

from tests.core.trust_policy.notation.written import body, statement
from tests.simulators.notation_signer import world
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.trust_policy.notation.stores import load_store
from trustui.crawl import notation_configuration
from trustui.crawl.notation_configuration import read_configuration


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory as `~/.config/notation`, with one store."""
    made = tmp_path / "notation"
    store = made / "truststore" / "x509" / "ca" / "acme"
    store.mkdir(parents=True)
    (store / "root.crt").write_bytes(world().root.der)
    (made / "trustpolicy.json").write_bytes(body(statement()))
    return made


def store_of(folder: Path) -> Path:
    return folder / "truststore" / "x509" / "ca" / "acme"


def test_documents_and_stores_are_read(folder: Path) -> None:
    found = read_configuration(folder)
    assert list(found.documents) == ["trustpolicy.json"]
    assert isinstance(found.documents["trustpolicy.json"], Document)
    (store,) = found.stores
    assert store.title == "ca:acme"
    loaded = load_store(store)
    assert isinstance(loaded, tuple)
    assert [one.der for one in loaded] == [world().root.der]


def test_every_type_of_store_is_read(folder: Path) -> None:
    for kind in ("signingAuthority", "tsa", "other"):
        (folder / "truststore" / "x509" / kind / "x").mkdir(parents=True)
    titles = [one.title for one in read_configuration(folder).stores]
    assert titles == ["ca:acme", "signingAuthority:x", "tsa:x"]


def test_a_directory_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    found = read_configuration(tmp_path / "nowhere")
    assert (dict(found.documents), found.stores) == ({}, ())


def test_a_link_instead_of_a_document_is_refused(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.json"
    (folder / "trustpolicy.json").rename(secret)
    (folder / "trustpolicy.json").symlink_to(secret)
    found = read_configuration(folder).documents["trustpolicy.json"]
    assert isinstance(found, Problem)
    assert found.kind is ProblemKind.REFUSED
    assert "is a link" in found.because


def test_a_link_inside_a_store_makes_it_unusable(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other.crt").write_bytes(world().root.der)
    (store_of(folder) / "other.crt").symlink_to(tmp_path / "other.crt")
    found = load_store(read_configuration(folder).stores[0])
    assert isinstance(found, Problem)
    assert "other.crt is a link" in found.because


@pytest.mark.parametrize("depth", ["truststore", "truststore/x509/ca", "truststore/x509/ca/acme"])
def test_a_folder_behind_a_link_is_no_store(folder: Path, tmp_path: Path, depth: str) -> None:
    moved = tmp_path / "moved"
    (folder / depth).rename(moved)
    (folder / depth).symlink_to(moved)
    (store,) = read_configuration(folder).stores
    assert isinstance(load_store(store), Problem)


def test_a_folder_inside_a_store_makes_it_unusable(folder: Path) -> None:
    (store_of(folder) / "old").mkdir()
    found = load_store(read_configuration(folder).stores[0])
    assert isinstance(found, Problem)
    assert "old is a folder" in found.because


def test_a_stray_text_makes_it_unusable(folder: Path) -> None:
    (store_of(folder) / "README").write_text("the certificates of Acme")
    assert isinstance(load_store(read_configuration(folder).stores[0]), ParseError)


def test_a_file_in_the_place_of_a_store_is_told(folder: Path) -> None:
    (folder / "truststore" / "x509" / "ca" / "note.txt").write_text("x")
    notes = next(one for one in read_configuration(folder).stores if one.name == "note.txt")
    assert isinstance(load_store(notes), Problem)


def test_a_store_without_end_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notation_configuration, "MAX_STORE_FILES", 0)
    found = load_store(read_configuration(folder).stores[0])
    assert isinstance(found, Problem)
    assert "more than 0 files" in found.because


@pytest.mark.parametrize("name", ["x" * 5000, "nul\0byte"])
def test_a_path_that_no_system_can_have_gives_nothing_to_trust(name: str) -> None:
    found = read_configuration(Path(name))
    assert not any(isinstance(one, Document) for one in found.documents.values())
    assert found.stores == ()


def test_a_dangling_link_is_no_document(folder: Path) -> None:
    (folder / "trustpolicy.json").unlink()
    (folder / "trustpolicy.json").symlink_to(folder / "gone")
    assert "trustpolicy.json" not in read_configuration(folder).documents
