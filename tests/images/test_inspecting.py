"""A look at a place of artefacts before it becomes a source."""

from pathlib import Path

import pytest

from tests.simulators.port import told
from trustui.demo.layout import write_files
from trustui.images.inspecting import inspect_registry
from trustui.inventory.recognizing import SourceError


def test_a_layout_is_told_with_what_it_holds(tmp_path: Path) -> None:
    write_files(told("crane_controller").files, tmp_path)
    found = inspect_registry(f"oci-layout:{tmp_path}", roots=(tmp_path,))
    assert (found.kind, found.count, found.troubles) == ("oci_layout", 1, ())


def test_a_place_that_does_not_answer_says_so_and_is_no_error(tmp_path: Path) -> None:
    found = inspect_registry(f"oci-layout:{tmp_path / 'nothing'}", roots=(tmp_path,))
    assert found.kind == "oci_layout"
    silent = inspect_registry("oci+http://127.0.0.1:9", roots=(), allow_addresses=["127.0.0.1"])
    assert silent.troubles
    assert silent.count == 0


def test_a_place_that_may_not_be_asked_is_refused(tmp_path: Path) -> None:
    for location in ("oci-layout:/etc", "oci+http://127.0.0.1:9", "oci://", "https://x.example/"):
        with pytest.raises(SourceError):
            inspect_registry(location, roots=(tmp_path,))
