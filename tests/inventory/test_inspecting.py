"""A look at a place before it is added: what a person needs to decide, and nothing is stored."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from trustui.core.primitives.digests import sha256
from trustui.demo.layout import write_files
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan
from trustui.inventory.inspecting import inspect
from trustui.inventory.sources import SourceError

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def repo() -> Publisher:
    made = Publisher("a vendor", AT, plans={"root": RolePlan(keys=3, threshold=2)})
    made.publish(AT)
    return made


def test_it_shows_the_root_that_would_be_pinned(repo: Publisher, tmp_path: Path) -> None:
    write_files(repo.metadata, tmp_path)
    found = inspect(str(tmp_path), roots=(tmp_path,))
    assert (found.kind, found.troubles) == ("directory", ())
    assert found.root is not None
    assert found.root.sha256 == sha256(repo.document("root", 1))
    assert (found.root.version, found.root.threshold) == (1, 2)
    assert set(found.root.keyids) == {key.key_id for key in repo.keys("root")}
    assert found.root.expires_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_place_that_does_not_answer_is_shown_with_its_troubles(tmp_path: Path) -> None:
    found = inspect(str(tmp_path), roots=(tmp_path,))
    assert found.root is None
    assert found.troubles == ("no first root: no such file", "no timestamp: no such file")


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (b"<html>", "the first root cannot be read"),
        ("timestamp", "what stands as the first root is timestamp metadata"),
    ],
    ids=["no JSON", "another role"],
)
def test_what_is_no_root_is_said_so(
    repo: Publisher, tmp_path: Path, body: bytes | str, trouble: str
) -> None:
    served = repo.document(body) if isinstance(body, str) else body
    write_files({**repo.metadata, "1.root.json": served}, tmp_path)
    found = inspect(str(tmp_path), roots=(tmp_path,))
    assert found.root is None
    assert found.troubles[0].startswith(trouble)


def test_it_asks_nobody_that_may_not_be_asked(tmp_path: Path) -> None:
    for location in ("http://127.0.0.1:8080/", str(tmp_path.parent)):
        with pytest.raises(SourceError):
            inspect(location, roots=(tmp_path,))
